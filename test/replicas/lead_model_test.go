package replicas

import (
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// A history of who led has takings of the lead, writes of leaders, and looks at who leads.
type leadKind int

const (
	took leadKind = iota
	wrote
	looked
)

// leadAct is one of a history; its moments are those of the machine's clock.
type leadAct struct {
	kind         leadKind
	leads        leader // who took it, who wrote, or what was seen
	began, ended time.Time
}

// leader is who leads, and the number of its term. Who wrote does not tell the term.
type leader struct {
	server string
	term   int64
}

// leadModel is a lease: its terms follow each other, and only who has it writes.
func leadModel(first leader) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return first },
		Step: func(state, input, _ any) (bool, any) {
			now, act := state.(leader), input.(leadAct)
			switch act.kind {
			case took:
				return act.leads.term == now.term+1, act.leads
			case wrote:
				return act.leads.server == now.server, now
			default:
				return act.leads == now, now
			}
		},
	}
}

func checkLead(first leader, history []leadAct, within time.Duration) porcupine.CheckResult {
	operations := make([]porcupine.Operation, len(history))
	for i, a := range history {
		operations[i] = porcupine.Operation{ClientId: i, Input: a, Call: a.began.UnixMicro(), Return: a.ended.UnixMicro()}
	}
	return porcupine.CheckOperationsTimeout(leadModel(first), operations, within)
}

func TestTheModelOfALead(t *testing.T) {
	act := func(kind leadKind, server string, term int64, began, ended int) leadAct {
		return leadAct{kind, leader{server, term}, time.UnixMicro(int64(began)), time.UnixMicro(int64(ended))}
	}
	for name, test := range map[string]struct {
		history []leadAct
		want    porcupine.CheckResult
	}{
		"one after another":            {[]leadAct{act(took, "a", 1, 0, 1), act(wrote, "a", 0, 2, 3), act(took, "b", 2, 4, 5), act(wrote, "b", 0, 6, 7)}, porcupine.Ok},
		"a write after another took":   {[]leadAct{act(took, "a", 1, 0, 1), act(took, "b", 2, 4, 5), act(wrote, "a", 0, 6, 7)}, porcupine.Illegal},
		"a write while another takes":  {[]leadAct{act(took, "a", 1, 0, 1), act(took, "b", 2, 4, 9), act(wrote, "a", 0, 6, 7)}, porcupine.Ok},
		"two take one term":            {[]leadAct{act(took, "a", 1, 0, 1), act(took, "b", 1, 2, 3)}, porcupine.Illegal},
		"what is seen goes back":       {[]leadAct{act(took, "a", 1, 0, 1), act(took, "b", 2, 2, 9), act(looked, "b", 2, 3, 4), act(looked, "a", 1, 5, 6)}, porcupine.Illegal},
		"what is seen is not there":    {[]leadAct{act(took, "a", 1, 0, 1), act(looked, "b", 2, 3, 4)}, porcupine.Illegal},
		"a write of who never took it": {[]leadAct{act(took, "a", 1, 0, 1), act(wrote, "b", 0, 2, 3)}, porcupine.Illegal},
	} {
		if got := checkLead(leader{}, test.history, time.Minute); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}
