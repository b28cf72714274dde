package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

type object = map[string]any

// page is the number of flow runs that the filter is measured on, and reads.
const page = 200

// batch is the number of logs or events in one request. The stock client
// gathers as many or more while a flow is busy.
const batch = 20

// settled is how long no further event must appear for the rest to count as lost.
const settled = 20 * time.Second

// everything are the phases that tell a server from another.
var everything = []string{"filter", "create", "cycle", "logs", "events"}

// load runs phases on the server and fills values.
func load(s *server, length time.Duration, values map[string]float64, only ...string) error {
	a := newAPI(s.urls()...)
	flow, err := a.create("/flows/", object{"name": "bench"})
	if err != nil {
		return err
	}
	l := &loaded{api: a, server: s, values: values, flow: flow, length: length, mayLose: s.mayLose}
	phases := []struct {
		key string
		run func() (float64, error)
	}{
		{"filter", l.filter}, {"create", l.create}, {"cycle", l.cycle}, {"logs", l.logs}, {"events", l.events}, {"slots", l.slots},
	}
	for _, phase := range phases {
		if !slices.Contains(only, phase.key) {
			continue
		}
		if values[phase.key], err = phase.run(); err != nil {
			return fmt.Errorf("%s: %w", phase.key, err)
		}
		values["loaded"] = max(values["loaded"], s.memory())
	}
	values["lost"] = float64(l.lost)
	return nil
}

type loaded struct {
	*api
	server *server
	values map[string]float64
	flow   string
	length time.Duration
	runs   int64 // flow runs that were acknowledged

	mayLose bool  // the server is known to lose events that it acknowledged
	lost    int64 // how many it lost
}

func (l *loaded) newRun() (string, error) {
	return l.api.create("/flow_runs/", object{"flow_id": l.flow, "parameters": object{"x": 1}, "tags": []string{"bench"},
		"state": object{"type": "SCHEDULED"}})
}

// filter reads pages of 200 flow runs of a database that holds just these, so
// that both servers read the same.
func (l *loaded) filter() (float64, error) {
	err := each(page, func() error { _, err := l.newRun(); return err })
	if err != nil {
		return 0, err
	}
	l.runs += page
	r, err := rate(l.length, func() error {
		text, err := l.post("/flow_runs/filter", object{"sort": "EXPECTED_START_TIME_DESC", "limit": page})
		if err == nil && len(text) < page*500 {
			err = fmt.Errorf("a page of %d bytes", len(text))
		}
		return err
	})
	return r.perSecond(), err
}

// timed measures the rate of writes, the time that each takes, and the processor time that
// each has servers and database use.
func (l *loaded) timed(key string, work func() error) (rated, error) {
	servers, database := l.server.computed(), l.server.database.computed()
	r, err := rate(l.length, work)
	if err != nil {
		return r, err
	}
	each := 1000 / float64(max(r.calls, 1))
	l.values[key+"Processor"] = (l.server.computed() - servers) * each
	l.values[key+"Database"] = (l.server.database.computed() - database) * each
	l.values[key+"P50"], l.values[key+"P99"] = r.quantile(0.5), r.quantile(0.99)
	return r, nil
}

func (l *loaded) create() (float64, error) {
	r, err := l.timed("create", func() error { _, err := l.newRun(); return err })
	if err != nil {
		return 0, err
	}
	return r.perSecond(), l.count(r.calls, object{})
}

// slots has all clients take a slot of one limit and give it back.
func (l *loaded) slots() (float64, error) {
	if _, err := l.api.create("/v2/concurrency_limits/", object{"name": "bench", "limit": 2 * clients}); err != nil {
		return 0, err
	}
	slot := object{"names": []string{"bench"}, "slots": 1, "mode": "concurrency"}
	r, err := l.timed("slots", func() error {
		_, err := l.post("/v2/concurrency_limits/increment", slot)
		if err == nil {
			_, err = l.post("/v2/concurrency_limits/decrement", slot)
		}
		return err
	})
	return r.perSecond(), err
}

// life are the types of state that a run goes through after it is scheduled.
var life = []string{"PENDING", "RUNNING", "COMPLETED"}

// bring brings a flow run into a type of state.
func (l *loaded) bring(run, state string) error {
	text, err := l.post("/flow_runs/"+run+"/set_state", object{"state": object{"type": state}})
	if err != nil {
		return err
	}
	// A request that was sent again is refused, but the run is in its state.
	var result struct{ State struct{ Type string } }
	if err := json.Unmarshal(text, &result); err != nil || result.State.Type != state {
		return fmt.Errorf("%s: %.300s", state, text)
	}
	return nil
}

// line is a line of a run's log.
func line(run string) object {
	return object{"name": "prefect.flow_runs", "level": 20, "flow_run_id": run, "timestamp": now(), "message": "Finished in state Completed(), as most runs do"}
}

// cycle takes flow runs through their whole life.
func (l *loaded) cycle() (float64, error) {
	r, err := l.timed("cycle", func() error {
		id, err := l.newRun()
		if err != nil {
			return err
		}
		for _, state := range life {
			if err := l.bring(id, state); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	done, err := l.number("/flow_runs/count", object{"flow_runs": object{"state": object{"type": object{"any_": []string{"COMPLETED"}}}}})
	if err == nil && done < r.calls {
		err = fmt.Errorf("%d life cycles were acknowledged, %d are there", r.calls, done)
	}
	if err != nil {
		return 0, err
	}
	return r.perSecond(), l.count(r.calls, object{})
}

// count compares the flow runs that are there with those acknowledged. There
// may be more: of a request that was sent again, both may have been kept.
func (l *loaded) count(more int64, filter object) error {
	l.runs += more
	there, err := l.number("/flow_runs/count", filter)
	if err == nil && there < l.runs {
		err = fmt.Errorf("%d flow runs were acknowledged, %d are there", l.runs, there)
	}
	return err
}

func (l *loaded) logs() (float64, error) {
	run, err := l.newRun()
	if err != nil {
		return 0, err
	}
	r, err := rate(l.length, func() error {
		logs := make([]object, batch)
		for i := range logs {
			logs[i] = line(run)
		}
		_, err := l.post("/logs/", logs)
		return err
	})
	return batch * r.perSecond(), err
}

// events sends events and waits until all can be read, since the reference
// answers before it keeps them. What it lost counts for nothing; Reeve may lose
// none.
func (l *loaded) events() (float64, error) {
	begin := time.Now()
	r, err := rate(l.length, func() error {
		events := make([]object, batch)
		for i := range events {
			events[i] = object{"id": newUUID(), "occurred": now(), "event": "bench.thing.happened",
				"resource": object{"prefect.resource.id": "bench.thing.1", "prefect.resource.name": "thing"},
				"related":  []object{}, "payload": object{"n": i}}
		}
		_, err := l.post("/events", events)
		return err
	})
	if err != nil {
		return 0, err
	}
	acknowledged := r.calls * batch
	filter := object{"filter": object{"event": object{"name": []string{"bench.thing.happened"}}}, "limit": 1}
	var there int64
	for grew := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		// The reference answers 500 while it is busy keeping what it acknowledged.
		text, failed := l.post("/events/filter", filter)
		var answer struct{ Total int64 }
		if failed == nil {
			if err := json.Unmarshal(text, &answer); err != nil {
				return 0, err
			}
		}
		if answer.Total > there {
			there, grew = answer.Total, time.Now()
		}
		switch {
		case there >= acknowledged:
			return perSecond(there, grew.Sub(begin)), nil
		case time.Since(grew) > settled && l.mayLose:
			l.lost = acknowledged - there
			return perSecond(there, grew.Sub(begin)), nil
		case time.Since(grew) > settled:
			return 0, errors.Join(failed, fmt.Errorf("%d events were acknowledged, %d are there", acknowledged, there))
		}
	}
}

func perSecond(n int64, took time.Duration) float64 { return float64(n) / took.Seconds() }

func now() string { return time.Now().UTC().Format("2006-01-02T15:04:05.000000Z") }

func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
