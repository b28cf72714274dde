package replay

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// A firing is the same when it is about the same event, or for the same labels at about the
// same time; the others are told apart.
func TestComparison(t *testing.T) {
	const each = `{"type":"event","posture":"Reactive","expect":["a"],"threshold":1,"within":0,"for_each":["prefect.resource.id"]}`
	for name, c := range map[string]struct {
		theirs            []string // second, resource, and the second of the event, - for none
		same, there, here int
	}{
		"nothing was told":        {nil, 0, 0, 3},
		"the same events":         {[]string{"1 x 1", "2 y 2", "500 x 500"}, 3, 0, 0},
		"told late":               {[]string{"400 x 1", "2 y 2", "500 x 500"}, 3, 0, 0},
		"without an event":        {[]string{"3 x -", "2 y 2", "500 x 500"}, 3, 0, 0},
		"an hour too late":        {[]string{"3600 x -", "2 y 2", "500 x 500"}, 2, 1, 1},
		"for another resource":    {[]string{"1 z 1", "2 y 2", "500 x 500"}, 2, 1, 1},
		"twice about one event":   {[]string{"1 x 1", "1000 x 1", "2 y 2", "500 x 500"}, 3, 1, 0},
		"before it is looked at":  {[]string{"-5 x -5", "1 x 1", "2 y 2", "500 x 500"}, 3, 0, 0},
		"by another automation":   {[]string{"1 x 1 other", "2 y 2", "500 x 500"}, 2, 0, 1},
		"what nobody could read":  {[]string{"1 x 1 broken", "2 y 2", "500 x 500"}, 2, 0, 1},
		"more there than we know": {[]string{"1 x 1", "2 y 2", "500 x 500", "501 x -", "900 x -"}, 3, 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			a := automation(t, each)
			comparer, err := Compare(a, start)
			if err != nil {
				t.Fatal(err)
			}
			events := []*prefect.ReceivedEvent{event("a", "x", 1), event("a", "y", 2), event("a", "x", 500)}
			for _, text := range c.theirs {
				events = append(events, toldEvent(t, a, text))
			}
			for _, e := range events {
				if err := comparer.Event(e); err != nil {
					t.Fatal(err)
				}
			}
			got, err := comparer.End(start.Add(2 * time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			if got.Ours != 3 || got.Same != c.same || len(got.OnlyTheirs) != c.there || len(got.OnlyOurs) != c.here || got.Theirs != c.same+c.there {
				t.Errorf("%+v, want %d the same, %d there, %d here", got, c.same, c.there, c.here)
			}
		})
	}
}

// toldEvent is the event by which a server tells of a firing.
func toldEvent(t *testing.T, a *prefect.Automation, text string) *prefect.ReceivedEvent {
	t.Helper()
	var second int
	var resource, of, how string
	if _, err := fmt.Sscan(text+" .", &second, &resource, &of, &how); err != nil {
		t.Fatal(err)
	}
	payload := map[string]any{"triggering_labels": map[string]string{"prefect.resource.id": resource}}
	if of != "-" {
		var at int
		if _, err := fmt.Sscan(of, &at); err != nil {
			t.Fatal(err)
		}
		payload["triggering_event"] = map[string]any{"id": event("a", resource, at).ID}
	}
	encoded, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	about := a.ID
	switch how {
	case "other":
		about = uuid.New()
	case "broken":
		encoded = []byte(`"nonsense"`)
	}
	e := event(eventTriggered, automationResource+about.String(), second)
	e.Payload = encoded
	return e
}

func TestAMetricTriggerIsNotCompared(t *testing.T) {
	a := automation(t, `{"type":"metric","metric":{"name":"successes","threshold":1,"operator":"<","range":300,"firing_for":300}}`)
	if _, err := Compare(a, start); err == nil {
		t.Error("it is compared")
	}
}
