package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/coder/websocket"
	"github.com/google/uuid"
)

// benchEvent is of the size and form of a task run's event.
func benchEvent() string {
	run := uuid.New()
	return fmt.Sprintf(`{"occurred":"2026-11-24T08:00:00.123456Z","event":"bench.task-run.Completed","id":%q,"resource":{"prefect.resource.id":"prefect.task-run.%s",`+
		`"prefect.resource.name":"add-0","prefect.run-count":"1","prefect.state-message":"","prefect.state-name":"Completed",`+
		`"prefect.state-timestamp":"2026-11-24T08:00:00.123456+00:00","prefect.state-type":"COMPLETED","prefect.orchestration":"client"},`+
		`"related":[{"prefect.resource.id":"prefect.flow-run.%s","prefect.resource.role":"flow-run","prefect.resource.name":"big-crab"},`+
		`{"prefect.resource.id":"prefect.flow.%s","prefect.resource.role":"flow","prefect.resource.name":"f"},`+
		`{"prefect.resource.id":"prefect.tag.a","prefect.resource.role":"tag"}],`+
		`"payload":{"intended":{"from":"RUNNING","to":"COMPLETED"},"initial_state":{"type":"RUNNING","name":"Running","message":"","state_details":{}},`+
		`"validated_state":{"type":"COMPLETED","name":"Completed","message":"","state_details":{},"data":null},`+
		`"task_run":{"name":"add-0","task_key":"add-abcdef","dynamic_key":"0","labels":{},"tags":[],"task_inputs":{"x":[]},"run_count":1}}}`, uuid.New(), run, uuid.New(), uuid.New())
}

func BenchmarkEventsInBySocket(b *testing.B) {
	s := newTestServer(b, Config{})
	const sockets = 4
	var left atomic.Int64
	left.Store(int64(b.N))
	var writers sync.WaitGroup
	for range sockets {
		c, _, err := websocket.Dial(b.Context(), "ws"+strings.TrimPrefix(s.URL, "http")+"/api/events/in", nil) //nolint:bodyclose // hijacked
		if err != nil {
			b.Fatal(err)
		}
		c.CloseRead(b.Context())
		writers.Go(func() {
			for sent := 1; left.Add(-1) >= 0; sent++ {
				if err := c.Write(context.Background(), websocket.MessageText, []byte(benchEvent())); err != nil {
					b.Error(err)
					return
				}
				if sent%700 == 0 {
					_ = c.Ping(context.Background())
				}
			}
			if err := c.Ping(context.Background()); err != nil {
				b.Error(err)
			}
		})
	}
	writers.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkEventsByHTTP(b *testing.B) {
	s := newTestServer(b, Config{})
	var left atomic.Int64
	left.Store(int64(b.N))
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for left.Add(-1) >= 0 {
				response, err := http.Post(s.URL+"/api/events", "application/json", strings.NewReader("["+benchEvent()+"]"))
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
			}
		})
	}
	writers.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
