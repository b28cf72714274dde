package store

import "context"

type reserveKey struct{}

// WithReserve marks the writes made with a context as ones that may use the
// space a backend keeps for when the disk is full: deletions, and the services,
// which must not lose a schedule or a deadline.
func WithReserve(ctx context.Context) context.Context {
	return context.WithValue(ctx, reserveKey{}, true)
}

// UsesReserve reports whether a context was marked by WithReserve.
func UsesReserve(ctx context.Context) bool {
	marked, _ := ctx.Value(reserveKey{}).(bool)
	return marked
}
