package replicas

import (
	"math"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// outcome is what a client knows of what it asked for.
type outcome int

const (
	// unknown: it may have happened, and may yet happen.
	unknown outcome = iota
	acknowledged
	refused
)

// slotAsk asks for a slot of a limit, or gives one back.
type slotAsk struct {
	client  int
	release bool
	began   time.Duration
	ended   time.Duration // says nothing where the outcome is unknown
	came    outcome
}

// limitModel is a limit of so many slots. Its state is how many are taken: one is refused only
// when all are, and what is unknown may have happened or not.
func limitModel(most int) porcupine.Model {
	return (&porcupine.NondeterministicModel{
		Init: func() []any { return []any{0} },
		Step: func(state, input, output any) (next []any) {
			taken, release, came := state.(int), input.(bool), output.(outcome)
			if came == refused {
				if release || taken < most {
					return nil
				}
				return []any{taken}
			}
			if came == unknown {
				next = append(next, taken)
			}
			switch {
			case release && taken > 0:
				next = append(next, taken-1)
			case !release && taken < most:
				next = append(next, taken+1)
			}
			return next
		},
	}).ToModel()
}

// checkSlots checks a history of one limit.
func checkSlots(most int, history []slotAsk, within time.Duration) porcupine.CheckResult {
	operations := make([]porcupine.Operation, len(history))
	for i, a := range history {
		ended := int64(a.ended)
		if a.came == unknown {
			ended = math.MaxInt64
		}
		operations[i] = porcupine.Operation{ClientId: a.client, Input: a.release, Call: int64(a.began), Output: a.came, Return: ended}
	}
	return porcupine.CheckOperationsTimeout(limitModel(most), operations, within)
}

func TestTheModelOfALimit(t *testing.T) {
	const take, give = false, true
	ask := func(release bool, began, ended int, came outcome) slotAsk {
		return slotAsk{release: release, began: time.Duration(began), ended: time.Duration(ended), came: came}
	}
	for name, test := range map[string]struct {
		history []slotAsk
		want    porcupine.CheckResult
	}{
		"two of two":                    {[]slotAsk{ask(take, 0, 1, acknowledged), ask(take, 2, 3, acknowledged), ask(take, 4, 5, refused)}, porcupine.Ok},
		"three of two":                  {[]slotAsk{ask(take, 0, 1, acknowledged), ask(take, 2, 3, acknowledged), ask(take, 4, 5, acknowledged)}, porcupine.Illegal},
		"refused while one is free":     {[]slotAsk{ask(take, 0, 1, acknowledged), ask(take, 2, 3, refused)}, porcupine.Illegal},
		"given back meanwhile":          {[]slotAsk{ask(take, 0, 1, acknowledged), ask(take, 2, 3, acknowledged), ask(give, 4, 9, acknowledged), ask(take, 5, 6, acknowledged)}, porcupine.Ok},
		"given back afterwards":         {[]slotAsk{ask(take, 0, 1, acknowledged), ask(take, 2, 3, acknowledged), ask(take, 4, 5, acknowledged), ask(give, 6, 7, acknowledged)}, porcupine.Illegal},
		"unknown, and it did happen":    {[]slotAsk{ask(take, 0, 0, unknown), ask(take, 2, 3, acknowledged), ask(take, 4, 5, refused)}, porcupine.Ok},
		"unknown, and it did not":       {[]slotAsk{ask(take, 0, 0, unknown), ask(take, 2, 3, acknowledged), ask(take, 4, 5, acknowledged)}, porcupine.Ok},
		"unknown, and it happens later": {[]slotAsk{ask(take, 0, 0, unknown), ask(take, 2, 3, acknowledged), ask(take, 4, 5, acknowledged), ask(give, 6, 7, acknowledged), ask(take, 8, 9, refused)}, porcupine.Ok},
		"a slot is lost": {[]slotAsk{ask(take, 0, 1, acknowledged), ask(take, 2, 3, acknowledged), ask(give, 4, 5, acknowledged), ask(give, 6, 7, acknowledged),
			ask(take, 8, 9, acknowledged), ask(take, 10, 11, refused)}, porcupine.Illegal},
	} {
		if got := checkSlots(2, test.history, time.Minute); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}
