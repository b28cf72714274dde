package main

import (
	"fmt"
	"time"
)

// detailed is how far back runs have tasks and logs: what nobody opens needs none.
const detailed = 36 * time.Hour

// life is a run while it is being planned.
type life struct {
	m     *month
	flow  *flow
	id    string
	tasks map[string]string
	full  bool
}

// planRun plans a whole run that begins at a time. Luck, from 0 to 1, decides how
// it ends.
func (m *month) planRun(f *flow, i int, begin time.Time, luck float64) {
	l := &life{m: m, flow: f, tasks: map[string]string{}, full: begin.After(m.end.Add(-detailed))}
	m.at(begin, func() error { return l.create(runName(i)) })
	at := begin.Add(time.Second + time.Duration(m.draw.IntN(4000))*time.Millisecond)
	m.at(at, func() error { return m.state("flow_runs", l.id, "PENDING", "", "") })
	at = at.Add(time.Duration(800+m.draw.IntN(5000)) * time.Millisecond)
	m.at(at, func() error { return m.state("flow_runs", l.id, "RUNNING", "", "") })
	failing := luck < f.fails
	for n, s := range f.steps {
		last := failing && n == len(f.steps)/2
		at = l.planStep(s, at, last)
		if last {
			break
		}
	}
	at = at.Add(500 * time.Millisecond)
	switch {
	case failing:
		m.at(at, func() error { return l.fail(mishaps[i%len(mishaps)]) })
	case luck > .985:
		m.at(at, func() error { return m.state("flow_runs", l.id, "CANCELLED", "", "Cancelled by a person") })
	default:
		m.at(at, func() error { return l.complete() })
	}
}

func (l *life) create(name string) error {
	var made struct{ ID string }
	err := l.m.ask("POST", "/deployments/"+l.flow.deploymentID+"/create_flow_run", object{"name": name, "tags": l.flow.tags,
		"parameters": l.flow.parameters, "state": object{"type": "SCHEDULED"}}, &made)
	l.id = made.ID
	return err
}

// planStep plans the runs of a task, those of a wide one side by side, and gives
// when the last of them ends.
func (l *life) planStep(s step, begin time.Time, fails bool) time.Time {
	latest := begin
	for i := range s.wide {
		key := keyOf(s, i)
		start := begin.Add(time.Duration(l.m.draw.IntN(1+1500*s.wide)) * time.Millisecond)
		end := start.Add(time.Duration((.6 + .8*l.m.draw.Float64()) * float64(s.takes)))
		if end.After(latest) {
			latest = end
		}
		if !l.full {
			continue
		}
		l.m.at(start.Add(-200*time.Millisecond), func() error { return l.task(s, i) })
		l.m.at(start, func() error { return l.m.state("task_runs", l.tasks[key], "RUNNING", "", "") })
		if i == 1 && s.wide > 4 { // one of the many needs another try
			middle := start.Add(end.Sub(start) / 3)
			l.m.at(middle, func() error {
				return l.m.state("task_runs", l.tasks[key], "SCHEDULED", "AwaitingRetry", "the recogniser did not answer")
			})
			l.m.at(middle.Add(5*time.Second), func() error {
				return l.m.state("task_runs", l.tasks[key], "RUNNING", "Retrying", "")
			})
		}
		l.m.at(end, func() error {
			if fails && i == 0 {
				return l.m.state("task_runs", l.tasks[key], "FAILED", "", "Task run encountered an exception: "+mishaps[0].message[39:])
			}
			return l.m.state("task_runs", l.tasks[key], "COMPLETED", "", "")
		})
		l.m.at(end, func() error {
			return l.say(20, l.tasks[key], fmt.Sprintf("Finished in state Completed() after %.1f s", end.Sub(start).Seconds()))
		})
	}
	return latest
}

func keyOf(s step, i int) string { return fmt.Sprintf("%s-%d", s.name, i) }

// inputs are what a task run was given: the results of the step before, of as many side
// by side its own.
func (l *life) inputs(s step, i int) []object {
	given := []object{}
	for n, before := range l.flow.steps {
		if n+1 >= len(l.flow.steps) || l.flow.steps[n+1].name != s.name {
			continue
		}
		for j := range before.wide {
			if id := l.tasks[keyOf(before, j)]; id != "" && (before.wide != s.wide || i == j) {
				given = append(given, object{"input_type": "task_run", "id": id})
			}
		}
	}
	return given
}

func (l *life) task(s step, i int) error {
	var made struct{ ID string }
	name, key := s.name, keyOf(s, i)
	err := l.m.ask("POST", "/task_runs/", object{"flow_run_id": l.id, "task_key": name, "dynamic_key": key, "name": key,
		"task_inputs": object{"data": l.inputs(s, i)}, "state": object{"type": "PENDING"}}, &made)
	l.tasks[key] = made.ID
	if err == nil {
		err = l.say(20, made.ID, fmt.Sprintf("Created task run %q for task %q", key, name))
	}
	return err
}

func (l *life) say(level int, task, message string) error {
	if !l.full {
		return nil
	}
	entry := object{"name": "prefect.flow_runs", "level": level, "message": message, "flow_run_id": l.id,
		"timestamp": l.m.clock.Now().Format(time.RFC3339Nano)}
	if task != "" {
		entry["task_run_id"], entry["name"] = task, "prefect.task_runs"
	}
	return l.m.ask("POST", "/logs/", []object{entry}, nil)
}

func (l *life) fail(how struct{ name, state, message string }) error {
	if err := l.say(40, "", how.message+"\nTraceback (most recent call last):\n  File \"flows/caption.py\", line 88, in run\n    boxes = recognise(frame)\n  File \"flows/recognise.py\", line 41, in recognise\n    return client.post(frame, timeout=30)"); err != nil {
		return err
	}
	return l.m.state("flow_runs", l.id, how.state, how.name, how.message)
}

func (l *life) complete() error {
	if l.full {
		err := l.m.ask("POST", "/artifacts/", object{"key": "captions", "type": "table", "flow_run_id": l.id,
			"description": "What was found", "data": `[{"frame": 12, "text": "Willkommen"}, {"frame": 340, "text": "Auf Wiedersehen"}]`}, nil)
		if err != nil {
			return err
		}
	}
	return l.m.state("flow_runs", l.id, "COMPLETED", "", "All states completed.")
}

// planPresent plans what goes on at the end: runs that run, one that waits for
// somebody, some that nobody started, and one that has just failed.
func (m *month) planPresent(flows []*flow) {
	for i, ago := range []time.Duration{70 * time.Second, 40 * time.Second, 15 * time.Second} {
		m.planRun(flows[i%3], 1000+i, m.end.Add(-ago), 0.5)
	}
	m.planRun(flows[0], 1010, m.end.Add(-9*time.Minute), 0)
	m.planRun(flows[2], 1011, m.end.Add(-50*time.Minute), 0)
	paused := &life{m: m, flow: flows[2], tasks: map[string]string{}, full: true}
	m.at(m.end.Add(-25*time.Minute), func() error { return paused.create("patient-heron") })
	m.at(m.end.Add(-24*time.Minute), func() error { return m.state("flow_runs", paused.id, "RUNNING", "", "") })
	m.at(m.end.Add(-20*time.Minute), func() error {
		return m.ask("POST", "/flow_runs/"+paused.id+"/set_state", object{"force": true, "state": object{"type": "PAUSED",
			"message": "Publish the model?", "state_details": object{"pause_timeout": m.end.Add(5 * time.Hour).Format(time.RFC3339)}}}, nil)
	})
	m.at(m.end.Add(-40*time.Minute), func() error {
		for _, name := range []string{"late-plover", "late-tern"} {
			l := &life{m: m, flow: flows[1], tasks: map[string]string{}}
			if err := l.create(name); err != nil {
				return err
			}
			if err := m.state("flow_runs", l.id, "SCHEDULED", "Late", ""); err != nil {
				return err
			}
		}
		return m.ask("POST", "/variables/", object{"name": "model_version", "value": "2026.11", "tags": []string{"model"}}, nil)
	})
	m.at(m.end.Add(-2*time.Second), func() error {
		return m.ask("POST", "/work_pools/machines/workers/heartbeat", object{"name": "gpu-box", "heartbeat_interval_seconds": 30}, nil)
	})
}
