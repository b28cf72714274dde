package replicas

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/reevehq/reeve/internal/store/storetest"
)

// world is a database with three servers.
type world struct {
	*testing.T
	database string
	all      []*replica
	flow     thing
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, database: storetest.NewPostgres(t)}
	for range 3 {
		w.all = append(w.all, start(t, w.database))
	}
	w.createFlow()
	return w
}

func (w *world) createFlow() {
	w.Helper()
	w.all[0].must(w.T, "POST", "/flows/", map[string]any{"name": "f"}, &w.flow)
}

func (w *world) ask(sql string, into ...any) {
	w.Helper()
	c, err := pgx.Connect(context.Background(), w.database)
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	if err := c.QueryRow(context.Background(), sql).Scan(into...); err != nil {
		w.Fatal(err)
	}
}

// leader is the server that leads, found by what it logged, and its term.
func (w *world) leader() (leads *replica, term int64) {
	w.Helper()
	until(w.T, "a server leads", func() bool {
		w.ask(`SELECT term FROM leader`, &term)
		for _, r := range w.all {
			said, _ := os.ReadFile(r.log)
			if bytes.Contains(said, fmt.Appendf(nil, "leads those of the database")) && bytes.Contains(said, fmt.Appendf(nil, "term=%d", term)) {
				leads = r
			}
		}
		return leads != nil
	})
	return leads, term
}

func (w *world) others(than *replica) (others []*replica) {
	for _, r := range w.all {
		if r != than {
			others = append(others, r)
		}
	}
	return others
}

// becomesLate makes a run that was to start long ago and returns how long it takes until a service
// says that it is late.
func (w *world) becomesLate(by *replica) time.Duration {
	w.Helper()
	began := time.Now()
	var run thing
	by.must(w.T, "POST", "/flow_runs/", map[string]any{"flow_id": w.flow.ID, "state": map[string]any{"type": "SCHEDULED",
		"state_details": map[string]any{"scheduled_time": began.Add(-time.Hour).UTC().Format(time.RFC3339)}}}, &run)
	until(w.T, "a run is late", func() bool {
		var got struct {
			StateName string `json:"state_name"`
		}
		by.must(w.T, "GET", "/flow_runs/"+run.ID, nil, &got)
		return got.StateName == "Late"
	})
	return time.Since(began)
}
