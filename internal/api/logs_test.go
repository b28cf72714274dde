package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// BenchmarkCreateLogs posts batches of the size that the stock client sends, as
// many at a time as there are processors.
func BenchmarkCreateLogs(b *testing.B) {
	s := newTestServer(b, Config{})
	const each = 200
	lines := make([]string, each)
	run := uuid.New()
	for i := range lines {
		lines[i] = fmt.Sprintf(`{"name":"prefect.flow_runs","level":20,"flow_run_id":%q,"task_run_id":null,"timestamp":"2026-01-01T00:00:00.%06dZ","message":"A line of the usual length, with some facts in it"}`, run, i)
	}
	text := "[" + strings.Join(lines, ",") + "]"
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			response, err := http.Post(s.URL+"/api/logs/", "application/json", strings.NewReader(text))
			if err != nil {
				b.Error(err)
				return
			}
			if response.Body.Close(); response.StatusCode != http.StatusCreated {
				b.Errorf("status %d", response.StatusCode)
			}
		}
	})
	b.ReportMetric(float64(b.N*each)/b.Elapsed().Seconds(), "logs/s")
}
