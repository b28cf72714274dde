package store

import (
	"context"

	"github.com/google/uuid"
)

// Sharing is a Backend whose database other servers use at the same time.
type Sharing interface {
	Backend
	// Session is this server's name among them: it is that of the table replica.
	Session() uuid.UUID
	// OnChange has woken be told of the topics that commits of other servers touched, as
	// bits. It may be told of more than there was.
	OnChange(woken func(topics uint))
	// Terms receives when this server comes to lead. A term that has ended is not received.
	Terms() <-chan Term
}

// Term is a time for which one server leads those of a database: it alone runs the services.
type Term struct {
	// Number grows with each term of any server, and marks what is written: see WithTerm.
	Number int64
	// Away says that no server was there before this one started or went on.
	Away bool
	// Done is closed when the term is over, which is before any other may begin.
	Done <-chan struct{}
}

type termKey struct{}

// WithTerm marks the writes made with a context as ones of a term: each is refused, with
// fault.Busy, once another has begun.
func WithTerm(ctx context.Context, number int64) context.Context {
	return context.WithValue(ctx, termKey{}, number)
}

// TermOf is the term that WithTerm gave, 0 for none.
func TermOf(ctx context.Context) int64 {
	number, _ := ctx.Value(termKey{}).(int64)
	return number
}

// teller is a connection that tells other servers of the topics that were touched, once what was
// written is committed.
type teller interface{ Tell(topics uint) }
