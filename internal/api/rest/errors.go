package rest

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect/decode"
)

// detail is the contract's form of an error with a sentence.
type detail struct {
	Detail string `json:"detail"`
}

// exception is the contract's form of an error found before or outside a handler.
type exception struct {
	Message string `json:"exception_message"`
}

// invalidBody is a request body that was refused: the contract's 422.
type invalidBody struct {
	issues decode.Issues
	body   json.RawMessage
}

// Refused is the error for a request with faults; body is what the answer repeats,
// nil for nothing.
func Refused(issues decode.Issues, body json.RawMessage) error { return &invalidBody{issues, body} }

func (e *invalidBody) Error() string { return e.issues.Error() }

// bounded is e without what would make the answer many times larger than the
// body: the body and inputs of a large one, and all but its first faults.
func (e *invalidBody) bounded() *invalidBody {
	b := &invalidBody{e.issues[:min(len(e.issues), decode.MostIssues)], e.body}
	if len(b.body) <= LargestEcho {
		return b
	}
	b.body, b.issues = nil, slices.Clone(b.issues)
	for i := range b.issues {
		b.issues[i].Input = nil
	}
	return b
}

// NoObject is the other 404 of the contract: for objects that an operation
// works on, as against those that it answers with.
type NoObject string

// Error implements error.
func (e NoObject) Error() string { return string(e) }

// Rejected is the error of an operation that says with 422 what it has found, in a
// form of its own.
type Rejected struct{ Body any }

// Error implements error.
func (Rejected) Error() string { return "rejected" }

var statusOf = map[fault.Kind]int{
	fault.NotFound:     http.StatusNotFound,
	fault.Conflict:     http.StatusConflict,
	fault.Invalid:      http.StatusUnprocessableEntity,
	fault.BadRequest:   http.StatusBadRequest,
	fault.Unauthorised: http.StatusUnauthorized,
	fault.Forbidden:    http.StatusForbidden,
	fault.Gone:         http.StatusGone,
	fault.Locked:       http.StatusLocked,
	fault.TooLarge:     http.StatusRequestEntityTooLarge,
	fault.Busy:         http.StatusServiceUnavailable,
	fault.Full:         http.StatusInsufficientStorage,
	fault.Absent:       http.StatusNotFound,
}

// Fail writes err in the contract's form. Causes go to the log, not to clients.
func Fail(log *slog.Logger, w http.ResponseWriter, r *http.Request, err error) {
	var refused *invalidBody
	var known *fault.Error
	var absent NoObject
	var rejected Rejected
	switch {
	case errors.As(err, &absent):
		Respond(w, http.StatusNotFound, exception{absent.Error()})
	case errors.As(err, &rejected):
		Respond(w, http.StatusUnprocessableEntity, rejected.Body)
	case errors.As(err, &refused):
		refused = refused.bounded()
		Respond(w, http.StatusUnprocessableEntity, struct {
			Message string          `json:"exception_message"`
			Detail  decode.Issues   `json:"exception_detail"`
			Body    json.RawMessage `json:"request_body"`
		}{"Invalid request received.", refused.issues, refused.body})
	case errors.As(err, &known) && known.Kind != fault.Internal:
		if known.Cause != nil && (known.Kind == fault.Busy || known.Kind == fault.Full) {
			log.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		}
		if known.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.FormatFloat(known.RetryAfter, 'f', -1, 64))
		} else if known.Kind == fault.Busy {
			w.Header().Set("Retry-After", "1")
		}
		if known.Kind == fault.Busy || known.Kind == fault.Unauthorised || known.Kind == fault.Absent {
			Respond(w, statusOf[known.Kind], exception{known.Sentence})
			return
		}
		Respond(w, statusOf[known.Kind], detail{known.Sentence})
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		Respond(w, http.StatusServiceUnavailable, exception{"Service Unavailable"})
	default:
		log.LogAttrs(r.Context(), slog.LevelError, "request failed",
			slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Any("error", err))
		Respond(w, http.StatusInternalServerError, exception{"Internal Server Error"})
	}
}

// StatusFor is the status with which a handler's error is answered.
func StatusFor(err error) int {
	var refused *invalidBody
	var known *fault.Error
	var absent NoObject
	var rejected Rejected
	switch {
	case err == nil:
		return http.StatusOK
	case errors.As(err, &absent):
		return http.StatusNotFound
	case errors.As(err, &refused), errors.As(err, &rejected):
		return http.StatusUnprocessableEntity
	case errors.As(err, &known) && known.Kind != fault.Internal:
		return statusOf[known.Kind]
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func notFound(w http.ResponseWriter) { Respond(w, http.StatusNotFound, detail{"Not Found"}) }

// Missing is the error for an object that does not exist: "Flow not found".
func Missing(object string) error { return fault.New(fault.NotFound, "%s not found", object) }
