package rest

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// MaxBody bounds a request body, in bytes; a small machine takes less. The largest
// the stock client sends is a batch of logs of 4 MB.
const MaxBody = 16 << 20

// LargeBody is the size from which bodies are read in turns, in bytes: reading one
// takes milliseconds.
const LargeBody = 256 << 10

// LargestEcho bounds the bodies, in bytes, that a refusal repeats: written as
// text, a byte can become six, and a machine has little memory.
const LargestEcho = 1 << 20

// Reader is a body with an order of its own in which it is looked at, or which is
// decoded together with the parameters of the path. A refusal repeats what it leaves in
// value.
type Reader interface {
	ReadBody(r *http.Request, value *pyjson.Value, limits Limits) (decode.Issues, error)
}

// Bounder is a body that settings bound. It is given the faults that were found,
// and returns those that are answered.
type Bounder interface {
	Bound(limits Limits, issues decode.Issues) (decode.Issues, error)
}

// Body reads the request's JSON body into dst, a pointer. It refuses with the
// contract's 422.
func Body(r *http.Request, dst any) error {
	value, err := ReadJSON(r)
	if err != nil {
		return err
	}
	var issues decode.Issues
	limits := limitsOf(r)
	if reader, ok := dst.(Reader); ok {
		issues, err = reader.ReadBody(r, &value, limits)
	} else {
		issues = Decode(value, dst)
		if bounder, ok := dst.(Bounder); ok {
			issues, err = bounder.Bound(limits, issues)
		}
	}
	if err != nil {
		return err
	}
	if len(issues) > 0 {
		return Refused(issues, value.Raw())
	}
	return nil
}

// Decode decodes a body into dst, a pointer, and returns its faults.
func Decode(value pyjson.Value, dst any) decode.Issues { return DecodeWith(nil, value, dst) }

// DecodeWith is Decode with something that the types of the body need, see
// decode.IntoWith.
func DecodeWith(env any, value pyjson.Value, dst any) decode.Issues {
	if value.IsNull() && !decode.IsEmbedded(dst) {
		return decode.Issues{{Type: "missing", Loc: []any{"body"}, Msg: "Field required", Input: nil}}
	}
	return decode.IntoWith(env, value, dst, "body")
}

// ReadJSON reads and parses a body.
func ReadJSON(r *http.Request) (pyjson.Value, error) {
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
	if len(data) > LargeBody {
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
		if len(data) <= LargestEcho {
			text, _ = json.Marshal(string(data))
		}
		return pyjson.Value{}, Refused(decode.Issues{{
			Type: "json_invalid", Loc: []any{"body", syntax.Position}, Msg: "JSON decode error",
			Input: struct{}{}, Ctx: map[string]any{"error": syntax.Message},
		}}, text)
	}
	return value, err
}

// readBody reads a body, of whose size the request's claim is held before it is
// read. Of a body that has hardly begun no more than a piece is held, so that slow
// bodies take nothing from others.
func readBody(r *http.Request) ([]byte, error) {
	claim := budget.ClaimOf(r.Context())
	most := claim.Most(MaxBody)
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
		return int(min(length, MaxBody)) + 1
	case size == firstPiece:
		return 16 * firstPiece
	}
	return 2 * size
}

// firstPiece is how much is read at first of a body that is larger or has no length, in bytes.
const firstPiece = 32 << 10

// isJSON reports whether a content type is JSON; none given counts as JSON.
func isJSON(contentType string) bool {
	if contentType == "" {
		return true
	}
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (kind == "application/json" || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json"))
}
