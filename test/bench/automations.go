package main

import (
	"encoding/json"
	"fmt"
	"time"
)

// What the evaluation of automations is measured with: each second a thousand events, two
// of three of which concern one of a thousand automations.
const (
	automations      = 1000
	eventsPerSecond  = 1000
	automationsTime  = 20 * time.Second
	automationsBatch = 50
)

// evaluate measures a server that evaluates automations: its share of a core, its memory,
// and how long the last event waits until it has taken effect.
func evaluate(k kind) error {
	s, err := start(k)
	if err != nil {
		return err
	}
	defer s.stop()
	a := newAPI(s.url)
	for n := range automations {
		trigger := object{"type": "event", "posture": "Reactive", "expect": []string{"bench.thing.*"}, "threshold": 1_000_000, "within": 3600,
			"match_related": object{"prefect.resource.id": fmt.Sprintf("bench.thing.%d", n), "prefect.resource.role": "thing"}}
		if n%4 == 3 {
			trigger = object{"type": "event", "posture": "Reactive", "expect": []string{fmt.Sprintf("bench.other.%d", n)}, "threshold": 1, "within": 0}
		}
		if _, err := a.create("/automations/", object{"name": fmt.Sprintf("a%d", n), "trigger": trigger, "actions": []object{{"type": "do-nothing"}}}); err != nil {
			return err
		}
	}
	end := object{"type": "event", "posture": "Reactive", "expect": []string{"bench.end"}, "threshold": 1, "within": 0}
	if _, err := a.create("/automations/", object{"name": "end", "trigger": end, "actions": []object{{"type": "do-nothing"}}}); err != nil {
		return err
	}
	cpu, memory, begin := s.processor(), 0.0, time.Now()
	sent := 0
	for ; time.Since(begin) < automationsTime; sent += automationsBatch {
		time.Sleep(time.Until(begin.Add(time.Duration(sent) * time.Second / eventsPerSecond)))
		events := make([]object, automationsBatch)
		for i := range events {
			thing := (sent + i) % (automations * 9 / 8) // of the last ninth nobody wants to know
			events[i] = object{"id": newUUID(), "occurred": now(), "event": "bench.thing.happened", "resource": object{"prefect.resource.id": "bench.run"},
				"related": []object{{"prefect.resource.id": fmt.Sprintf("bench.thing.%d", thing), "prefect.resource.role": "thing"}}, "payload": object{}}
		}
		if _, err := a.post("/events", events); err != nil {
			return err
		}
		memory = max(memory, s.memory())
	}
	took, asked := time.Since(begin), time.Now()
	last := object{"id": newUUID(), "occurred": now(), "event": "bench.end", "resource": object{"prefect.resource.id": "bench.end"}}
	if _, err := a.post("/events", []object{last}); err != nil {
		return err
	}
	filter := object{"filter": object{"event": object{"name": []string{"prefect.automation.triggered"}}}, "limit": 1}
	for ; ; time.Sleep(5 * time.Millisecond) {
		text, err := a.post("/events/filter", filter)
		var answer struct{ Total int }
		if err == nil {
			err = json.Unmarshal(text, &answer)
		}
		if err != nil {
			return err
		}
		if answer.Total > 0 {
			break
		}
		if time.Since(asked) > settled {
			return fmt.Errorf("%s: the last event has had no effect for %s", k.name, settled)
		}
	}
	fmt.Printf("%s, %d automations: %d events in %.1f s, %.2f of a core, %.1f MB, the last one took effect after %d ms\n",
		k.name, automations, sent, took.Seconds(), (s.processor()-cpu)/took.Seconds(), max(memory, s.memory()), time.Since(asked).Milliseconds())
	return nil
}

// processor is how long the server's process has computed, in seconds.
func (s *server) processor() float64 {
	return computed(processStat(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid)), 11)
}
