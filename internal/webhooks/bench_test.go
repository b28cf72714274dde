package webhooks

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/config"
)

// BenchmarkAccept sends webhooks over the wire from eight clients, without a
// pause and while they are delivered, and reports how long the durable 202 took.
func BenchmarkAccept(b *testing.B) {
	u := newUpstream(b)
	u.news = make(chan string, b.N+1)
	settings := usual
	settings.MaxInbox, settings.MaxInboxBytes = b.N+1, 1<<40
	g := open(b, filepath.Join(b.TempDir(), "gateway.db"), settings, config.Webhook{Path: "/webhooks/bench", Key: "{{ body.id }}", Parameters: map[string]any{"id": "{{ body.id }}"}})
	s := httptest.NewServer(g)
	defer s.Close()
	g.Start(u.URL + "/api")
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	var next atomic.Int64
	took := make([]time.Duration, b.N)
	b.ResetTimer()
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			for i := int(next.Add(1)); i <= b.N; i = int(next.Add(1)) {
				started := time.Now()
				r, _ := http.NewRequest(http.MethodPost, s.URL+"/webhooks/bench", strings.NewReader(fmt.Sprintf(`{"id":%d}`, i)))
				r.Header.Set("X-Webhook-Secret", secret)
				answer, err := client.Do(r)
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, answer.Body)
				_ = answer.Body.Close()
				if answer.StatusCode != http.StatusAccepted {
					b.Errorf("answered %d", answer.StatusCode)
					return
				}
				took[i-1] = time.Since(started)
			}
		})
	}
	clients.Wait()
	b.StopTimer()
	slices.Sort(took)
	at := func(share float64) float64 {
		return float64(took[int(float64(len(took)-1)*share)].Microseconds()) / 1000
	}
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(at(1), "max-ms")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "webhooks/s")
}
