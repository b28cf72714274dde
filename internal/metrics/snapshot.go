package metrics

import (
	"slices"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// Snapshot is what is measured of an installation at one moment. Times are
// RFC 3339, lengths of time are seconds.
type Snapshot struct {
	Now     time.Time             `json:"now"`
	Pools   []store.PoolMeasure   `json:"pools"`
	Queues  []store.QueueMeasure  `json:"queues"`
	Workers []store.WorkerMeasure `json:"workers"`
	Limits  []store.FlowMeasure   `json:"flow_limits"`
	Flows   []Flow                `json:"flows"`
	Slots   []Slots               `json:"concurrency_limits"`
	Waits   []SlotWaits           `json:"slot_waits"`
	Writer  Writer                `json:"writer"`
	// Requests are the operations that were asked for since the process started.
	Requests []Operation `json:"requests"`
	Files    Files       `json:"files"`
	Awake    *Awake      `json:"awake"` // null before the first entry of the ledger
	// Undelivered are webhooks that wait, null where none are received.
	Undelivered *int `json:"webhooks_undelivered"`
}

// Flow is how the runs of a flow ended and what they took, of all runs ever.
type Flow struct {
	Flow  string           `json:"flow"`
	Ended map[string]int64 `json:"ended"` // by outcome: "completed", "failed", "crashed", "cancelled"
	// SuccessRate is the share of completed runs of those not cancelled, null
	// without any.
	SuccessRate *float64 `json:"success_rate"`
	Seconds     Summary  `json:"seconds"`

	times map[string]Buckets // by outcome
}

// Slots is how full a concurrency limit is.
type Slots struct {
	Limit string `json:"limit"`
	Max   int    `json:"slots"`
	Taken int    `json:"slots_taken"`
}

// SlotWaits is how long slots of a kind of limit were waited for.
type SlotWaits struct {
	Kind    string  `json:"kind"`
	Seconds Summary `json:"seconds"`
	Refused uint64  `json:"refused"`
	Waiting int     `json:"waiting"`

	waits Buckets
}

// Writer is how writes fare: how long they wait for the one writer, and how
// many it commits together.
type Writer struct {
	Waiting int64   `json:"waiting"`
	Wait    Summary `json:"wait_seconds"`
	Group   Summary `json:"group_size"`
	Commit  Summary `json:"commit_seconds"`

	wait, group, commit Buckets
}

// Operation is how requests for one operation fared.
type Operation struct {
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Codes   map[string]uint64 `json:"codes"` // by class: "2xx"
	Seconds Summary           `json:"seconds"`

	took Buckets
}

// Awake is what the ledger says.
type Awake struct {
	Since  time.Time `json:"since"`
	Reason string    `json:"reason"`
	// WakeTime is that of this process, null when it was resumed.
	WakeTime     *float64 `json:"wake_seconds"`
	MeanWakeTime float64  `json:"mean_wake_seconds"`
	Wakes        int64    `json:"wakes"`
	Starts       int64    `json:"starts"`
	Awake        float64  `json:"awake_seconds"`
	Asleep       float64  `json:"asleep_seconds"`

	wakeTimes time.Duration
}

// Source is what a snapshot is read from, beside the transaction.
type Source struct {
	Meter    *Meter
	Database string // path of the file, "" for none
	// Waiting are how many wait for slots, by kind.
	Waiting map[string]int
	// Undelivered is the number of webhooks that wait, nil for none.
	Undelivered func() int
}

const (
	mostWorkers = 100
	mostLimits  = 200
)

// Read measures. What it reads of the database does not grow with history.
func Read(tx *store.Tx, from Source) (*Snapshot, error) {
	s := &Snapshot{Now: tx.Now, Slots: []Slots{}, Flows: []Flow{}, Files: MeasureFiles(from.Database)}
	for _, read := range []func(*store.Tx) error{s.readPools, s.readFlows, s.readLimits, s.readLedger} {
		if err := read(tx); err != nil {
			return nil, err
		}
	}
	s.readMeter(from)
	if from.Undelivered != nil {
		n := from.Undelivered()
		s.Undelivered = &n
	}
	return s, nil
}

func (s *Snapshot) readPools(tx *store.Tx) (err error) {
	if s.Pools, err = tx.MeasurePools(); err != nil {
		return err
	}
	if s.Queues, err = tx.MeasureQueues(); err != nil {
		return err
	}
	if s.Workers, err = tx.MeasureWorkers(mostWorkers); err != nil {
		return err
	}
	s.Limits, err = tx.MeasureFlowLimits()
	return err
}

func (s *Snapshot) readFlows(tx *store.Tx) error {
	rows, err := tx.MeasureFlowRunTimes()
	if err != nil {
		return err
	}
	for _, row := range rows {
		if n := len(s.Flows); n == 0 || s.Flows[n-1].Flow != row.Flow {
			s.Flows = append(s.Flows, Flow{Flow: row.Flow, Ended: map[string]int64{}, times: map[string]Buckets{}})
		}
		s.Flows[len(s.Flows)-1].add(row)
	}
	for i := range s.Flows {
		s.Flows[i].sum()
	}
	return nil
}

// add adds one row; rows of an outcome come with ascending buckets.
func (f *Flow) add(row store.FlowRunTimes) {
	outcome := strings.ToLower(string(row.Outcome))
	f.Ended[outcome] += row.Runs
	b := f.times[outcome]
	if row.Bucket == store.LongestRunTime {
		b.Counts = append(b.Counts, uint64(row.Runs))
	} else {
		b.Bounds, b.Counts = append(b.Bounds, row.Bucket.Seconds()), append(b.Counts, uint64(row.Runs))
	}
	b.Sum += row.Took.Seconds()
	f.times[outcome] = b
}

func (f *Flow) sum() {
	var all []Buckets
	for outcome, b := range f.times {
		f.times[outcome] = b.spread(store.RunTimeBounds())
		all = append(all, f.times[outcome])
	}
	f.Seconds = merge(all...).Summary()
	done := f.Ended[strings.ToLower(string(prefect.Completed))]
	if tried := done + f.Ended["failed"] + f.Ended["crashed"]; tried > 0 {
		rate := float64(done) / float64(tried)
		f.SuccessRate = &rate
	}
}

func (s *Snapshot) readLimits(tx *store.Tx) error {
	limits, err := tx.FilterConcurrencyLimits("", prefect.Page{Limit: mostLimits})
	for _, l := range limits {
		if l.Active {
			s.Slots = append(s.Slots, Slots{l.Name, l.Limit, l.Taken(tx.Now)})
		}
	}
	return err
}

func (s *Snapshot) readLedger(tx *store.Tx) error {
	last, totals, err := tx.MeasureAwake()
	if err != nil || last == nil {
		return err
	}
	a := &Awake{Since: last.Woke, Reason: last.Reason, Wakes: totals.Awakenings, Starts: totals.Starts,
		Awake: totals.Awake.Seconds(), Asleep: totals.Asleep.Seconds(), wakeTimes: totals.WakeTime}
	if last.WakeTime != nil {
		took := last.WakeTime.Seconds()
		a.WakeTime = &took
	}
	if totals.Starts > 0 {
		a.MeanWakeTime = totals.WakeTime.Seconds() / float64(totals.Starts)
	}
	s.Awake = a
	return nil
}

func (s *Snapshot) readMeter(from Source) {
	m := from.Meter
	w := Writer{Waiting: m.writer.waiting.Load(), wait: m.writer.waits.Read(), group: m.writer.groups.Read(), commit: m.writer.commits.Read()}
	w.Wait, w.Group, w.Commit = w.wait.Summary(), w.group.Summary(), w.commit.Summary()
	s.Writer = w
	for _, kind := range []string{TagSlots, GlobalSlots} {
		waits := m.slots[kind].waits.Read()
		s.Waits = append(s.Waits, SlotWaits{kind, waits.Summary(), m.slots[kind].refused.Load(), from.Waiting[kind], waits})
	}
	s.Requests = []Operation{}
	for _, r := range m.used() {
		o := Operation{Method: r.Method, Path: r.Path, Codes: map[string]uint64{}, took: r.took.Read()}
		o.Seconds = o.took.Summary()
		for class := range r.codes {
			if n := r.codes[class].Load(); n > 0 {
				o.Codes[string(rune('0'+class))+"xx"] = n
			}
		}
		s.Requests = append(s.Requests, o)
	}
	slices.SortFunc(s.Requests, func(a, b Operation) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
}
