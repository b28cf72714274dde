package rest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"sync"

	"github.com/reevehq/reeve/internal/prefect"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// largestKept bounds the buffers that wait for another answer, in bytes: one
// large answer must not be paid for ever after.
const largestKept = 1 << 20

// Respond writes v as JSON.
func Respond(w http.ResponseWriter, status int, v any) {
	buffer := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buffer.Cap() <= largestKept {
			buffers.Put(buffer)
		}
	}()
	buffer.Reset()
	if err := encode(buffer, v); err != nil {
		// Only a defect gets here: every type of the contract can be encoded.
		http.Error(w, `{"exception_message":"Internal Server Error"}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(bytes.TrimRight(buffer.Bytes(), "\n")) // a client that has gone is no error of ours
}

func encode(to *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case *prefect.FlowRun:
		to.Write(v.AppendJSON(to.AvailableBuffer()))
		return nil
	case []*prefect.FlowRun:
		to.WriteByte('[')
		for i, run := range v {
			if i > 0 {
				to.WriteByte(',')
			}
			to.Write(run.AppendJSON(to.AvailableBuffer()))
		}
		to.WriteByte(']')
		return nil
	}
	encoder := json.NewEncoder(to)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}
