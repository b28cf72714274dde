package worker

import (
	"encoding/json"
	"net/http"
	"time"
)

// pollWindow is how many query intervals a poll may be overdue before the worker
// counts as unresponsive: the contract's number.
const pollWindow = 30

// Polling reports whether the worker polls when it should. One whose server is
// away does: it keeps trying.
func (w *Worker) Polling() bool {
	if w.server.away.Load() {
		return true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock.Now().Before(w.nextPoll.Add(pollWindow * w.config.Query))
}

// polls notes when the next poll is to come.
func (w *Worker) polls(in time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.nextPoll = w.clock.Now().Add(in)
}

// Healthcheck answers GET /health for whoever restarts workers, as the
// contract's worker does: 200, or 503 when polls are overdue.
func (w *Worker) Healthcheck() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(out http.ResponseWriter, _ *http.Request) {
		status, message := http.StatusOK, "OK"
		if !w.Polling() {
			status, message = http.StatusServiceUnavailable, "Worker may be unresponsive at this time"
		}
		out.Header().Set("Content-Type", "application/json")
		out.WriteHeader(status)
		_ = json.NewEncoder(out).Encode(map[string]string{"message": message}) // who hung up needs no answer
	})
	return mux
}
