package store

import "context"

type (
	operationKey struct{}
	patienceKey  struct{}
)

// WithOperation names what the transactions begun with a context are for, as
// in "POST /flow_runs/filter": what takes too long is called by it.
func WithOperation(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, operationKey{}, name)
}

// Operation is the name that WithOperation gave.
func Operation(ctx context.Context) string {
	if name, ok := ctx.Value(operationKey{}).(string); ok {
		return name
	}
	return "an operation of the server's own"
}

// WithPatience returns the writes made with a context more time than others have:
// those whose size history decides, not a client, and which come in bounded
// pieces already, such as retention.
func WithPatience(ctx context.Context) context.Context {
	return context.WithValue(ctx, patienceKey{}, true)
}

// HasPatience reports whether a context was marked by WithPatience.
func HasPatience(ctx context.Context) bool {
	marked, _ := ctx.Value(patienceKey{}).(bool)
	return marked
}
