// Package budget bounds work whose size a client decides: rendering a template,
// checking a value against a schema, computing the times of a schedule, reading
// nested JSON, matching patterns, searching text.
//
// A Budget is made before the work begins and is drawn on while it goes on. What
// runs out of it ends with an error that names the limit and is answered with 422.
// Work of this kind never runs inside a transaction: its result is computed
// before, and the transaction checks that what it was computed from still stands.
package budget

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/reevehq/reeve/internal/fault"
)

// Limits are what a piece of work may use. A zero leaves that resource unbounded,
// except Time, which is then bounded by the context alone.
type Limits struct {
	// Steps counts units of work that take about a microsecond or less.
	Steps int64
	// Bytes counts the memory taken for values and output, whether or not it is still held.
	Bytes int64
	// Depth counts how deep calls or values may nest.
	Depth int
	// Time is the longest time on the clock.
	Time time.Duration
}

// Budget is what is left of Limits. It serves one goroutine.
type Budget struct {
	what   string
	limits Limits
	ctx    context.Context
	cancel context.CancelFunc

	steps, bytes, unchecked int64
	depth                   int
	spent                   error
}

// checkEvery is how many steps pass between two looks at the clock.
const checkEvery = 256

// New makes a budget for what, a phrase for messages such as "rendering the
// template". It ends with ctx. Close must be called when the work is over.
func New(ctx context.Context, what string, limits Limits) *Budget {
	b := &Budget{what: what, limits: limits, ctx: ctx, cancel: func() {}}
	if limits.Time > 0 {
		b.ctx, b.cancel = context.WithTimeoutCause(ctx, limits.Time,
			b.exhausted("time", fmt.Sprintf("%v", limits.Time)))
	}
	return b
}

// Close frees what the budget holds.
func (b *Budget) Close() { b.cancel() }

// Context ends when the budget's time is over.
func (b *Budget) Context() context.Context { return b.ctx }

// Step takes n steps. After a first error every call returns that error.
func (b *Budget) Step(n int64) error {
	if b.spent != nil {
		return b.spent
	}
	b.steps += n
	if b.limits.Steps > 0 && b.steps > b.limits.Steps {
		return b.end(b.exhausted("steps", fmt.Sprintf("%d", b.limits.Steps)))
	}
	if b.unchecked += n; b.unchecked < checkEvery {
		return nil
	}
	b.unchecked = 0
	return b.Check()
}

// Take takes n bytes of memory, before they are allocated.
func (b *Budget) Take(n int64) error {
	if b.spent != nil {
		return b.spent
	}
	if n < 0 || b.limits.Bytes > 0 && n > b.limits.Bytes-b.bytes {
		return b.end(b.exhausted("memory", fmt.Sprintf("%d bytes", b.limits.Bytes)))
	}
	b.bytes += n
	return nil
}

// Enter goes one level deeper; Leave comes back from it. Leave follows only an
// Enter that returned nil.
func (b *Budget) Enter() error {
	if b.spent != nil {
		return b.spent
	}
	if b.limits.Depth > 0 && b.depth >= b.limits.Depth {
		return b.end(b.exhausted("depth", fmt.Sprintf("%d levels", b.limits.Depth)))
	}
	b.depth++
	return nil
}

// Leave comes back from a level that Enter went to.
func (b *Budget) Leave() { b.depth-- }

// Check looks at the clock and at the context without taking anything.
func (b *Budget) Check() error {
	if b.spent != nil {
		return b.spent
	}
	if b.ctx.Err() != nil {
		return b.end(context.Cause(b.ctx))
	}
	return nil
}

// Err is the error that ended the work, nil while there is budget left.
func (b *Budget) Err() error { return b.spent }

func (b *Budget) end(err error) error {
	b.spent = err
	return err
}

func (b *Budget) exhausted(resource, limit string) error {
	return &Exhausted{What: b.what, Resource: resource, Limit: limit}
}

// Exhausted is the error of work that used up one of its limits. It is a *fault.Error
// of kind Invalid to those who ask for one.
type Exhausted struct {
	// What is the work: "rendering the template".
	What string
	// Resource is "steps", "memory", "depth" or "time".
	Resource string
	// Limit is how much of it there was, with its unit.
	Limit string
}

// Error implements error.
func (e *Exhausted) Error() string {
	return fmt.Sprintf("%s exceeds the limit of %s (%s)", e.What, e.Resource, e.Limit)
}

// As lets errors.As find a *fault.Error, which the API answers with 422.
func (e *Exhausted) As(target any) bool {
	if f, ok := target.(**fault.Error); ok {
		*f = fault.New(fault.Invalid, "%s", upperFirst(e.Error())+".")
		return true
	}
	return false
}

// Is reports whether err is about work that used up a limit.
func Is(err error) bool {
	var e *Exhausted
	return errors.As(err, &e)
}

func upperFirst(text string) string {
	if text == "" || text[0] < 'a' || text[0] > 'z' {
		return text
	}
	return string(text[0]-'a'+'A') + text[1:]
}
