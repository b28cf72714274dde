package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/metrics"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveHomeRoutes() []rest.Route {
	return []rest.Route{rest.Get("/reeve/home", "reeve_home", a.home)}
}

// What the first page holds at most, and the windows it looks at.
const (
	homeRuns    = 20
	homeRunning = 50
	homeNext    = 200
	homeFlows   = 12
	homePieces  = 48
	homePiece   = 30 * time.Minute
	homeAhead   = 24 * time.Hour
	// homeStuck is how long a process may take to start or to end before somebody should look.
	homeStuck = 10 * time.Minute
)

// homePage is all that the first page shows.
type homePage struct {
	Trouble trouble              `json:"trouble"`
	Running runningGroup         `json:"running"`
	Next    []*store.UpcomingRun `json:"next"`
	History homeHistory          `json:"history"`
	Awake   awakeStrip           `json:"awake"`
	Backup  BackupReport         `json:"backup"`
	Disk    homeDisk             `json:"disk"`
	Health  *string              `json:"health"` // what is wrong with the server, null for nothing
	Now     prefect.Time         `json:"now"`
}

// trouble is what needs somebody: what failed in the last day, what is late, whose process
// neither starts nor ends, what waits for an answer, and what automations and webhooks gave up.
type trouble struct {
	Failed     runGroup      `json:"failed"`
	Late       runGroup      `json:"late"`
	Stuck      runGroup      `json:"stuck"`
	Waiting    pausedGroup   `json:"waiting"`
	Deliveries deliveryGroup `json:"deliveries"` // given up in the last day
	Webhooks   int           `json:"webhooks"`   // dead letters of the gateway in this process
}

// pausedGroup is paused runs, which wait for somebody.
type pausedGroup struct {
	Rows  []*pausedRun `json:"rows"`
	Count int          `json:"count"`
}

// pausedRun is a paused run; Asks says that it goes on with values only.
type pausedRun struct {
	store.FlowRunRow
	Asks bool `json:"asks"`
}

// deliveryGroup is the newest deliveries of a kind and how many there are, at most
// countedRows.
type deliveryGroup struct {
	Rows  []*prefect.AutomationDelivery `json:"rows"`
	Count int                           `json:"count"`
}

// runGroup is the first rows of a kind and how many there are, at most countedRows.
type runGroup struct {
	Rows  []*store.FlowRunRow `json:"rows"`
	Count int                 `json:"count"`
}

// homeDisk is the room on the database's volume, in bytes; Size is 0 when it is not known.
type homeDisk struct {
	Free   int64 `json:"free"`
	Size   int64 `json:"size"`
	Scarce bool  `json:"scarce"` // it is time to do something
}

// homeHistory are bars per flow: Bars has one entry for each piece with runs.
type homeHistory struct {
	Start   prefect.Time `json:"start"`
	Seconds int          `json:"seconds"` // of a piece
	Pieces  int          `json:"pieces"`
	Flows   []*flowBars  `json:"flows"`
}

// flowBars are the bars of a flow.
type flowBars struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	Bars []flowBar `json:"bars"`
}

// flowBar counts the runs of a flow that began in a piece of the time, by their state.
type flowBar struct {
	Piece     int               `json:"piece"`
	StateType prefect.StateType `json:"state_type"`
	Runs      int               `json:"runs"`
}

func (a *API) home(r *http.Request) (homePage, error) {
	var kept ledger
	out, err := view(a, r, func(tx *store.Tx) (out homePage, err error) {
		if out, err = readHome(tx); err != nil {
			return out, err
		}
		kept, err = readLedger(tx)
		return out, err
	})
	if err != nil {
		return out, err
	}
	if out.Backup, err = a.readBackup(r); err != nil {
		return out, err
	}
	files := metrics.MeasureFiles(a.config.Database)
	out.Awake = a.awakeStrip(kept, files)
	out.Disk = homeDisk{files.Free, files.Volume, metrics.NearlyFull(files.Free, files.Volume)}
	var wrong []error
	if a.config.Health != nil {
		wrong = append(wrong, a.config.Health())
	}
	if a.config.Webhooks != nil {
		figures, err := a.config.Webhooks.Figures(r.Context())
		if err != nil {
			wrong = append(wrong, errors.New("the inbox of webhooks cannot be read; reeve webhook ls says why"))
		}
		out.Trouble.Webhooks = figures.Dead
	}
	if err := errors.Join(wrong...); err != nil {
		text := err.Error()
		out.Health = &text
	}
	return out, nil
}

func readHome(tx *store.Tx) (out homePage, err error) {
	out.Now = prefect.At(tx.Now)
	dayAgo := prefect.AtPointer(tx.Now.Add(-24 * time.Hour))
	failed := &out.Trouble.Failed
	if failed.Rows, failed.Count, err = tx.FailedFlowRuns(dayAgo.Time, homeRuns, countedRows); err != nil {
		return out, err
	}
	out.Trouble.Late, err = readGroup(tx, homeRuns, "NEXT_SCHEDULED_START_TIME_ASC", &prefect.FlowRunFilter{
		State: &prefect.FlowRunFilterState{Type: &prefect.AnyNotAnyState{Any: []prefect.StateType{prefect.Scheduled}},
			Name: &prefect.AnyNotAnyText{Any: []string{"Late"}}}})
	if err != nil {
		return out, err
	}
	stuck := &out.Trouble.Stuck
	if stuck.Rows, stuck.Count, err = tx.StuckFlowRuns(tx.Now.Add(-homeStuck), homeRuns); err != nil {
		return out, err
	}
	if out.Trouble.Waiting, err = readWaiting(tx); err != nil {
		return out, err
	}
	dead := &out.Trouble.Deliveries
	if dead.Rows, dead.Count, err = tx.DeadDeliveries(dayAgo.Time, homeRuns, countedRows); err != nil {
		return out, err
	}
	if out.Running, err = readRunning(tx); err != nil {
		return out, err
	}
	if out.Next, err = tx.UpcomingRuns(tx.Now.Add(homeAhead), homeNext); err != nil {
		return out, err
	}
	out.History, err = readHomeHistory(tx)
	return out, err
}

// readWaiting reads the paused runs, and whether they ask for values.
func readWaiting(tx *store.Tx) (pausedGroup, error) {
	paused, err := readGroup(tx, homeRuns, "START_TIME_DESC", &prefect.FlowRunFilter{State: ofTypes(prefect.Paused)})
	out := pausedGroup{Rows: []*pausedRun{}, Count: paused.Count}
	for _, row := range paused.Rows {
		run, err := tx.ReadFlowRun(row.ID)
		if err != nil {
			return out, err
		}
		out.Rows = append(out.Rows, &pausedRun{*row, asksForInput(run)})
	}
	return out, err
}

func ofTypes(types ...prefect.StateType) *prefect.FlowRunFilterState {
	return &prefect.FlowRunFilterState{Type: &prefect.AnyNotAnyState{Any: types}}
}

func readGroup(tx *store.Tx, most int, sort prefect.FlowRunSort, filter *prefect.FlowRunFilter) (runGroup, error) {
	return groupOf(tx, most, sort, &prefect.Filters{FlowRuns: filter})
}

func groupOf(tx *store.Tx, most int, sort prefect.FlowRunSort, f *prefect.Filters) (g runGroup, err error) {
	if g.Rows, err = tx.FilterFlowRunRows(f, sort, prefect.Page{Limit: most}); err != nil || len(g.Rows) < most {
		g.Count = len(g.Rows)
		return g, err
	}
	g.Count, err = tx.CountFlowRunsUpTo(f, countedRows)
	return g, err
}

// readHomeHistory counts the runs of the last day, in pieces of half an hour
// that begin with the clock's.
func readHomeHistory(tx *store.Tx) (homeHistory, error) {
	start := tx.Now.Truncate(homePiece).Add(homePiece - homePieces*homePiece)
	h := homeHistory{Start: prefect.At(start), Seconds: int(homePiece.Seconds()), Pieces: homePieces, Flows: []*flowBars{}}
	bars, err := tx.FlowBars(start, homePiece, homePieces, homeFlows)
	for _, b := range bars {
		if n := len(h.Flows); n == 0 || h.Flows[n-1].ID != b.FlowID {
			h.Flows = append(h.Flows, &flowBars{ID: b.FlowID, Name: b.FlowName})
		}
		flow := h.Flows[len(h.Flows)-1]
		flow.Bars = append(flow.Bars, flowBar{b.Piece, b.StateType, b.Runs})
	}
	return h, err
}
