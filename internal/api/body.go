package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// maxBody bounds a request body, in bytes; a small machine takes less. The largest
// the stock client sends is a batch of logs of 4 MB.
const maxBody = 16 << 20

// largeBody is the size from which bodies are read in turns, in bytes: reading one
// takes milliseconds.
const largeBody = 256 << 10

// largestEcho bounds the bodies, in bytes, that a refusal repeats: written as
// text, a byte can become six, and a machine has little memory.
const largestEcho = 1 << 20

// body reads the request's JSON body into dst, a pointer to a struct of
// package prefect or of a handler's file. It refuses with the contract's 422.
func body(r *http.Request, dst any) error {
	value, err := readJSON(r)
	if err != nil {
		return err
	}
	if issues := decodeBody(value, dst); len(issues) > 0 {
		return &invalidBody{issues, value.Raw()}
	}
	return nil
}

func decodeBody(value pyjson.Value, dst any) decode.Issues {
	if value.IsNull() && !decode.IsEmbedded(dst) {
		return decode.Issues{{Type: "missing", Loc: []any{"body"}, Msg: "Field required", Input: nil}}
	}
	return decode.Into(value, dst, "body")
}

func readJSON(r *http.Request) (pyjson.Value, error) {
	data, err := readBody(r)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return pyjson.Value{}, fault.New(fault.TooLarge, "The request body is larger than %d bytes.", tooLarge.Limit)
	}
	var known *fault.Error
	if errors.As(err, &known) {
		return pyjson.Value{}, err
	}
	if err != nil {
		return pyjson.Value{}, fault.Wrap(fault.BadRequest, err, "There was an error parsing the body")
	}
	if len(data) == 0 {
		return pyjson.Value{}, nil
	}
	if !isJSON(r.Header.Get("Content-Type")) {
		data, _ = json.Marshal(string(data)) // the reference sees a body of another type as text
	} else if text, ok := pyjson.UTF8(data); ok {
		data = text
	} else {
		return pyjson.Value{}, fault.New(fault.BadRequest, "There was an error parsing the body")
	}
	claim := budget.ClaimOf(r.Context())
	if len(data) > largeBody {
		if err := claim.Turn(r.Context()); err != nil { // until the answer
			return pyjson.Value{}, err
		}
	}
	if err := claim.Take(r.Context(), pyjson.Size(data)); err != nil {
		return pyjson.Value{}, err
	}
	value, err := pyjson.Parse(data)
	if errors.Is(err, pyjson.ErrTooMany) {
		return pyjson.Value{}, fault.Wrap(fault.TooLarge, err, "The request body holds too many values.")
	}
	var syntax *pyjson.SyntaxError
	if errors.As(err, &syntax) {
		var text json.RawMessage
		if len(data) <= largestEcho {
			text, _ = json.Marshal(string(data))
		}
		return pyjson.Value{}, &invalidBody{decode.Issues{{
			Type: "json_invalid", Loc: []any{"body", syntax.Position}, Msg: "JSON decode error",
			Input: struct{}{}, Ctx: map[string]any{"error": syntax.Message},
		}}, text}
	}
	return value, err
}

// readBody reads a body, of whose size the request's claim is held before it is
// read. Of a body that has hardly begun no more than a piece is held, so that slow
// bodies take nothing from others.
func readBody(r *http.Request) ([]byte, error) {
	claim := budget.ClaimOf(r.Context())
	most := claim.Most(maxBody)
	if r.ContentLength > most {
		return nil, &http.MaxBytesError{Limit: most}
	}
	from := http.MaxBytesReader(nil, r.Body, most)
	var data []byte
	for size := pieceOf(r.ContentLength); ; size = nextPiece(size, r.ContentLength) {
		if err := claim.Take(r.Context(), int64(size)); err != nil {
			return nil, err
		}
		data = append(make([]byte, 0, size), data...)
		claim.Keep(int64(size))
		for len(data) < cap(data) {
			n, err := from.Read(data[len(data):cap(data)])
			data = data[:len(data)+n]
			if err == io.EOF {
				return data, nil
			}
			if err != nil {
				return nil, err
			}
		}
	}
}

// pieceOf is how much is read at first of a body that declared length bytes,
// negative when it did not.
func pieceOf(length int64) int {
	if length >= 0 && length < firstPiece {
		return int(length) + 1 // the last byte finds the end
	}
	return firstPiece
}

// nextPiece is how much is read of a body after size bytes of it have come; length
// is what it declared, negative when it did not. The last byte finds the end.
func nextPiece(size int, length int64) int {
	switch {
	case length >= int64(size) && (size > firstPiece || length < 16*firstPiece):
		return int(min(length, maxBody)) + 1
	case size == firstPiece:
		return 16 * firstPiece
	}
	return 2 * size
}

// firstPiece is how much is read at first of a body that is larger or has no length, in bytes.
const firstPiece = 32 << 10

// isJSON tells whether a content type is JSON; none given counts as JSON.
func isJSON(contentType string) bool {
	if contentType == "" {
		return true
	}
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (kind == "application/json" || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json"))
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// largestKept bounds the buffers that wait for another answer, in bytes: one
// large answer must not be paid for ever after.
const largestKept = 1 << 20

// respond writes v as JSON.
func respond(w http.ResponseWriter, status int, v any) {
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

// created answers 201 for a new object and 200 for one that was there.
func created(isNew bool) int {
	if isNew {
		return http.StatusCreated
	}
	return http.StatusOK
}

// noContent answers 204.
func noContent(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}
