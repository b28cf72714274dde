//go:build !race

// Nothing here runs at once, and under the race detector it takes ten minutes.

package services

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reevehq/reeve/internal/prefect"
)

// runStates are what a run may go through.
var runStates = []string{"Scheduled", "Pending", "Running", "AwaitingRetry", "Paused", "Failed", "Completed"}

// aRun draws the events of one run within five minutes: its states, each of which
// follows the one before, and heartbeats.
func aRun(t *rapid.T, w *automationsWorld) []*prefect.Event {
	var all []*prefect.Event
	second := 0.0
	for n := range rapid.IntRange(2, 7).Draw(t, "events") {
		second += rapid.Float64Range(0.001, 40).Draw(t, "wait")
		words := []string{rapid.SampledFrom(runStates).Draw(t, "state"), fmt.Sprintf("@%.3f", second), fmt.Sprintf("#%d", n), "run.1"}
		if n > 0 {
			words = append(words, fmt.Sprintf("<%d", n-1))
		}
		all = append(all, w.event(words))
	}
	beat := 0.0
	for range rapid.IntRange(0, 6).Draw(t, "beats") { // which follow nothing
		beat += rapid.Float64Range(1, 45).Draw(t, "wait for a beat")
		all = append(all, w.event([]string{"beat", fmt.Sprintf("@%.3f", beat), "run.1"}))
	}
	slices.SortStableFunc(all, func(a, b *prefect.Event) int { return a.Occurred.Compare(b.Occurred.Time) })
	return all
}

// someTrigger draws a trigger about the states of runs.
func someTrigger(t *rapid.T, depth int) string {
	states := func(label string) string {
		some := rapid.SliceOfNDistinct(rapid.SampledFrom(runStates), 1, 3, rapid.ID[string]).Draw(t, label)
		return `["` + strings.Join(some, `","`) + `"]`
	}
	kind := rapid.SampledFrom([]string{"event", "event", "after", "absence", "beats", "compound", "sequence"}).Draw(t, "kind")
	if depth == 0 && (kind == "compound" || kind == "sequence") {
		kind = "event"
	}
	if depth < 2 && (kind == "absence" || kind == "beats") {
		kind = "after" // when a window below another trigger is looked at depends on when events came
	}
	within := rapid.SampledFrom([]int{0, 10, 60, 300}).Draw(t, "within")
	threshold := rapid.IntRange(1, 3).Draw(t, "threshold")
	switch kind {
	case "event":
		return fmt.Sprintf(`{"type":"event","posture":"Reactive","expect":%s,"within":%d,"threshold":%d}`, states("expect"), within, threshold)
	case "after":
		return fmt.Sprintf(`{"type":"event","posture":"Reactive","after":%s,"expect":%s,"within":%d,"threshold":%d}`,
			states("after"), states("expect"), within, threshold)
	case "beats":
		return fmt.Sprintf(`{"type":"event","posture":"Proactive","after":["beat"],"expect":["beat","Completed","Failed"],"within":%d,"threshold":%d,"for_each":["prefect.resource.id"]}`,
			max(within, 30), threshold)
	case "absence":
		return fmt.Sprintf(`{"type":"event","posture":"Proactive","after":%s,"expect":%s,"within":%d,"threshold":%d,"for_each":["prefect.resource.id"]}`,
			states("after"), states("expect"), max(within, 10), threshold)
	}
	var children []string
	for range rapid.IntRange(1, 3).Draw(t, "children") {
		children = append(children, someTrigger(t, depth-1))
	}
	text := fmt.Sprintf(`{"type":%q,"within":%d,"triggers":[%s]`, kind, max(within, 1), strings.Join(children, ","))
	if kind == "compound" {
		text += `,"require":` + rapid.SampledFrom([]string{`"any"`, `"all"`, "1", fmt.Sprint(len(children))}).Draw(t, "require")
	}
	return text + "}"
}

// Whatever the order in which the events of one run arrive, the same fires.
func TestTheOrderOfArrivalDoesNotMatter(t *testing.T) {
	t.Parallel()
	// One seed, so that no change is blamed for what chance finds; -rapid.seed tries others.
	if seed := flag.Lookup("rapid.seed").Value; seed.String() == "0" {
		if err := seed.Set("20261128"); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		triggers := make([]string, rapid.IntRange(1, 3).Draw(rt, "triggers"))
		for i := range triggers {
			triggers[i] = someTrigger(rt, 2)
		}
		seed := rapid.Uint64().Draw(rt, "permutation")
		random := rand.New(rand.NewPCG(seed, seed))
		var fired [2][]string
		var order [2][]string
		var events []*prefect.Event
		for i := range fired {
			w := newAutomationsWorld(t)
			for _, trigger := range triggers {
				w.automation(trigger)
			}
			if events == nil {
				events = aRun(rt, w)
			}
			w.until(299)
			arriving := slices.Clone(events)
			if i == 1 {
				random.Shuffle(len(arriving), func(a, b int) { arriving[a], arriving[b] = arriving[b], arriving[a] })
			}
			for len(arriving) > 0 {
				n := 1 + random.IntN(len(arriving))
				for _, e := range arriving[:n] {
					order[i] = append(order[i], e.Event)
				}
				w.emit(arriving[:n]...)
				w.machine.Advance(time.Duration(random.IntN(200)) * time.Millisecond)
				w.settle()
				arriving = arriving[n:]
			}
			w.until(1500)
			for _, line := range w.fired() {
				_, what, _ := strings.Cut(line, " ") // not when: the one may be looked at later
				fired[i] = append(fired[i], what)
			}
			slices.Sort(fired[i])
		}
		if !slices.Equal(fired[0], fired[1]) {
			rt.Fatalf("%s\n%v fires %q\n%v fires %q", strings.Join(triggers, "\n"), order[0], fired[0], order[1], fired[1])
		}
	})
}
