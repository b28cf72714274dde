package dispatch

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestRoomAdmits(t *testing.T) {
	flow, other, first, second := uuid.New(), uuid.New(), uuid.New(), uuid.New()
	two, zero := 2, 0
	type run struct {
		flow, queue uuid.UUID
		in          time.Duration // after noon it is due
	}
	now := run{flow, first, 0}
	for _, c := range []struct {
		name  string
		most  int
		pool  *int
		queue *int // the first one's
		held  Held
		flow  *Limit
		runs  []run
		want  string // which are admitted
		full  bool   // the flow is in the end
	}{
		{"without limits as many as asked for", 2, nil, nil, Held{}, nil, []run{now, now, now}, "++-", false},
		{"as many as the pool leaves", 9, &two, nil, Held{Total: 1}, nil, []run{now, now}, "+-", false},
		{"a run that is being cancelled holds nothing here", 9, &two, nil, Held{Total: 1, Claimed: 2}, nil, []run{now, now}, "+-", false},
		{"none where a pool is over its limit", 9, &two, nil, Held{Total: 3}, nil, []run{now}, "-", false},
		{"none of a queue of none, but of others", 9, nil, &zero, Held{}, nil, []run{now, {flow, second, 0}}, "-+", false},
		{"as many as the queue leaves", 9, nil, &two, Held{Total: 5, Of: map[uuid.UUID]int{first: 1, second: 4}}, nil,
			[]run{now, now, {flow, second, 0}}, "+-+", false},
		{"what one queue takes is the pool's", 9, &two, nil, Held{}, nil, []run{now, {flow, second, 0}, {flow, second, 0}}, "++-", false},
		{"as many as the flow leaves", 9, nil, nil, Held{}, &Limit{Max: 2, Active: 1}, []run{now, now, {other, first, 0}}, "+-+", true},
		{"none of a flow of none", 9, nil, nil, Held{}, &Limit{}, []run{now}, "-", true},
		{"a later run takes no place of its flow", 9, nil, nil, Held{}, &Limit{Max: 1}, []run{{flow, first, time.Second}, now, now}, "++-", true},
		{"nor is it shown where there is none", 9, nil, nil, Held{}, &Limit{Max: 1, Active: 1}, []run{{flow, first, time.Second}}, "-", true},
		{"but one of the pool", 1, nil, nil, Held{}, &Limit{Max: 1}, []run{{flow, first, time.Second}, now}, "+-", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			flows := map[uuid.UUID]Limit{}
			if c.flow != nil {
				flows[flow] = *c.flow
			}
			queues := []*prefect.WorkQueue{
				{BareWorkQueue: prefect.BareWorkQueue{ID: first, ConcurrencyLimit: c.queue}},
				{BareWorkQueue: prefect.BareWorkQueue{ID: second}},
			}
			room := NewRoom(c.most, flows).Within(&prefect.WorkPool{ConcurrencyLimit: c.pool}, queues, c.held)
			got := ""
			for _, r := range c.runs {
				had := room.Of(r.queue)
				if room.Admit(&prefect.FlowRun{FlowID: r.flow, WorkQueueID: &r.queue, NextScheduledStartTime: prefect.AtPointer(noon.Add(r.in))}, noon) {
					got += "+"
					if room.Of(r.queue) != had-1 {
						t.Errorf("a run that was admitted leaves room for %d after %d", room.Of(r.queue), had)
					}
				} else {
					got += "-"
				}
			}
			if got != c.want {
				t.Errorf("admitted are %s, want %s", got, c.want)
			}
			if full := len(room.Full()) == 1; full != c.full {
				t.Errorf("the flow is full: %v, want %v", full, c.full)
			}
		})
	}
}
