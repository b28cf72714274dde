// Package fault owns the one error type that crosses package borders.
//
// An Error carries a kind (what went wrong, for programs), a sentence (for
// people), a next step and a cause. The cause is logged and never sent to a
// client. internal/api alone maps kinds to HTTP statuses and internal/cli alone
// maps them to exit codes. Any error that is not an *Error counts as Internal.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what went wrong in terms a caller can act on.
type Kind int

// The kinds, each with the HTTP status the API answers.
const (
	Internal     Kind = iota // 500: a defect or an unexpected failure of the environment
	NotFound                 // 404: the named object does not exist
	Conflict                 // 409: a uniqueness or consistency rule would be broken
	Invalid                  // 422: well-formed, but not acceptable
	BadRequest               // 400: a header or combination that the contract refuses with 400
	Unauthorised             // 401: no or wrong credentials
	Forbidden                // 403: known caller, not allowed
	Gone                     // 410: the lease or page existed and does not any more
	Locked                   // 423: no slot is free; RetryAfter says when to ask again
	TooLarge                 // 413: the body exceeds the limit
	Busy                     // 503: try again shortly
	Full                     // 507: no space to write
	Absent                   // 404 in the form of an exception: an object that a rule needs does not exist
)

var kindNames = [...]string{"internal", "not found", "conflict", "invalid", "bad request",
	"unauthorised", "forbidden", "gone", "locked", "too large", "busy", "full", "absent"}

// String names the kind in lower case.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return "internal"
	}
	return kindNames[k]
}

// Error is a failure with a kind, a sentence and, where one is known, a next step.
type Error struct {
	Kind Kind
	// Sentence is sent to clients and printed by the CLI.
	Sentence string
	// Hint is the next step: the command or setting that mends it. May be empty.
	Hint string
	// RetryAfter, in seconds, goes with Locked and Busy; 0 means not given.
	RetryAfter float64
	// Cause is logged, never sent.
	Cause error
}

// Error implements error: the sentence, then the cause.
func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Sentence
	}
	return e.Sentence + ": " + e.Cause.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of a kind with a formatted sentence.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Sentence: fmt.Sprintf(format, args...)}
}

// Wrap makes an error of a kind around a cause that clients do not see.
func Wrap(kind Kind, cause error, format string, args ...any) *Error {
	return &Error{Kind: kind, Sentence: fmt.Sprintf(format, args...), Cause: cause}
}

// WithHint returns a copy of e with the next step set.
func (e *Error) WithHint(format string, args ...any) *Error {
	c := *e
	c.Hint = fmt.Sprintf(format, args...)
	return &c
}

// KindOf finds the kind of err, Internal when none is given.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err has the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
