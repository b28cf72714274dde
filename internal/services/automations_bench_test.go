package services

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// BenchmarkAutomations measures what the evaluation of an event costs from the log to
// the rows, with a thousand automations, in batches as a busy server has them. The
// target is a thousand events a second on two cores beside everything else, that is
// well below 1 ms each.
func BenchmarkAutomations(b *testing.B) {
	const automations = 1000
	run := func(n int) []prefect.Resource {
		return []prefect.Resource{
			{prefect.ResourceID: fmt.Sprintf("prefect.deployment.%d", n), prefect.ResourceRole: "deployment", prefect.ResourceName: "d"},
			{prefect.ResourceID: "prefect.flow.1", prefect.ResourceRole: "flow", prefect.ResourceName: "f"},
			{prefect.ResourceID: "prefect.tag.x", prefect.ResourceRole: "tag"},
		}
	}
	for _, bench := range []struct {
		name    string
		count   int
		trigger func(n int) string
		event   string
		related func(n int) []prefect.Resource
	}{
		{"none enabled", 0, nil, "prefect.flow-run.Completed", run},
		{"other names", automations, func(n int) string {
			return fmt.Sprintf(`{"type":"event","posture":"Reactive","expect":["other.%d","prefect.deployment.*"]}`, n)
		}, "prefect.flow-run.Completed", run},
		{"the same name of other deployments", automations, func(n int) string {
			return fmt.Sprintf(`{"type":"event","posture":"Reactive","expect":["prefect.flow-run.*"],"match":{"prefect.resource.id":"prefect.flow-run.*"},
				"match_related":{"prefect.resource.id":"prefect.deployment.%d","prefect.resource.role":"deployment"}}`, -1-n)
		}, "prefect.flow-run.Completed", run},
		{"each one of a thousand, counted", automations, func(n int) string {
			return fmt.Sprintf(`{"type":"event","posture":"Reactive","expect":["prefect.flow-run.*"],"threshold":1000000,"within":3600,
				"match_related":{"prefect.resource.id":"prefect.deployment.%d","prefect.resource.role":"deployment"}}`, n)
		}, "prefect.flow-run.Completed", run},
		{"each one of a thousand, and awaited", automations, func(n int) string {
			return fmt.Sprintf(`{"type":"event","posture":"Proactive","after":["prefect.flow-run.Running"],"expect":["prefect.flow-run.*"],"within":3600,
				"for_each":["prefect.resource.id"],"match_related":{"prefect.resource.id":"prefect.deployment.%d","prefect.resource.role":"deployment"}}`, n)
		}, "prefect.flow-run.Completed", run},
		{"all the same one, which fires each time", 1, func(int) string {
			return `{"type":"event","posture":"Reactive","expect":["prefect.flow-run.*"]}`
		}, "prefect.flow-run.Completed", run},
	} {
		b.Run(bench.name, func(b *testing.B) {
			w := newAutomationsWorld(b)
			for n := range bench.count {
				w.add(bench.trigger(n))
			}
			w.settle()
			var batch []*prefect.Event
			for n := range 200 {
				batch = append(batch, &prefect.Event{Event: bench.event, Occurred: prefect.At(w.machine.Now()), Related: bench.related(n),
					Resource: prefect.Resource{prefect.ResourceID: "prefect.flow-run." + uuid.NewString(), prefect.ResourceName: "r"},
					Payload:  []byte(`{"intended":{"from":"PENDING","to":"RUNNING"},"initial_state":null,"validated_state":{"type":"RUNNING"}}`)})
			}
			b.ResetTimer()
			for done := 0; done < b.N; done += len(batch) {
				b.StopTimer()
				for _, e := range batch {
					e.ID = uuid.New()
				}
				w.emit(batch...)
				b.StartTimer()
				if _, err := w.consumer.Step(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			var memory runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&memory)
			runtime.KeepAlive(w)
			b.ReportMetric(float64(memory.HeapAlloc)/1e6, "MB")
		})
	}
}
