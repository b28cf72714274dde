package traffic

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// Answer answers a request with JSON.
func Answer(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"detail":"Internal Server Error"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

// Refuse answers a request with {"detail": ...}, which says why.
func Refuse(w http.ResponseWriter, status int, detail string) {
	Answer(w, status, map[string]any{"detail": detail})
}

// NoMemory answers while others hold the memory that a request asks of who, such
// as "the gateway".
func NoMemory(w http.ResponseWriter, who string) {
	w.Header().Set("Retry-After", "2")
	Refuse(w, http.StatusServiceUnavailable, who+" has no memory left for the request just now")
}
