package rest

import (
	"net/http"
	"reflect"

	"github.com/reevehq/reeve/internal/prefect"
)

// Handler answers a request or says why it cannot; errors.go writes the error.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Route is one operation.
type Route struct {
	Method string
	// Path is below the API's base path. A parameter named id or ending in _id
	// takes UUIDs only.
	Path string
	// Operation is the contract's operation id.
	Operation string
	// Body, Query and Answer are the types of the request's JSON body, of the
	// parameters of its URL and of what it is answered with; nil stands for none.
	Body, Query, Answer reflect.Type
	// Media is the type of an answer that is not JSON, "" of one that is.
	Media string
	// Status is that of an answer without an error.
	Status int
	// Handle serves the operation.
	Handle Handler
	// with is Handle for a status of an answer without an error.
	with func(status int) Handler
}

// Limits are settings that bound what operations are asked for.
type Limits struct {
	// Page is the default and largest page size.
	Page int
	// Parameters bounds the parameters of a run, in bytes of JSON; 0 is no bound.
	Parameters int
	// Events bounds the events that are taken.
	Events prefect.EventLimits
}

// Null is the answer of an operation that has nothing to say: null.
type Null struct{}

// MarshalJSON implements json.Marshaler.
func (Null) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

// Made is the answer of an operation that makes an object: 201, or 200 when there
// was one.
type Made[T any] struct {
	Object T
	New    bool
}

func (Made[T]) object() reflect.Type { return reflect.TypeFor[T]() }

func (Made[T]) status() int { return http.StatusCreated }

func (m Made[T]) write(w http.ResponseWriter, status int) {
	if !m.New {
		status = http.StatusOK
	}
	Respond(w, status, m.Object)
}

// Reply is an answer that says more than its object does.
type Reply[T any] struct {
	Object T
	// Status is another one than the route's, or 0.
	Status int
	Header http.Header
}

func (Reply[T]) object() reflect.Type { return reflect.TypeFor[T]() }

func (Reply[T]) status() int { return http.StatusOK }

func (p Reply[T]) write(w http.ResponseWriter, status int) {
	for name, values := range p.Header {
		w.Header()[name] = values
	}
	if p.Status != 0 {
		status = p.Status
	}
	Respond(w, status, p.Object)
}

// none is no answer: 204.
type none struct{}

func (none) object() reflect.Type { return nil }

func (none) status() int { return http.StatusNoContent }

func (none) write(w http.ResponseWriter, status int) { w.WriteHeader(status) }

// answer is what a function may return in place of the object that is answered.
type answer interface {
	// object is the type of what is written, nil for nothing.
	object() reflect.Type
	// status is the route's, unless it says otherwise.
	status() int
	write(w http.ResponseWriter, status int)
}

// Get is a GET that answers with what fn returns.
func Get[Out any](path, operation string, fn func(*http.Request) (Out, error)) Route {
	return Do(http.MethodGet, path, operation, fn)
}

// Ask is a GET with parameters in its URL.
func Ask[Query, Out any](path, operation string, fn func(*http.Request, *Query) (Out, error)) Route {
	route := Do(http.MethodGet, path, operation, func(r *http.Request) (out Out, err error) {
		query := new(Query)
		if err := queryParameters(r, query); err != nil {
			return out, err
		}
		return fn(r, query)
	})
	route.Query = reflect.TypeFor[Query]()
	return route
}

// Do is an operation without a body that answers with what fn returns.
func Do[Out any](method, path, operation string, fn func(*http.Request) (Out, error)) Route {
	route := Route{Method: method, Path: path, Operation: operation, Answer: reflect.TypeFor[Out]()}
	status := http.StatusOK
	var zero Out
	if a, ok := any(zero).(answer); ok {
		route.Answer, status = a.object(), a.status()
	}
	route.with = func(status int) Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			out, err := fn(r)
			if err != nil {
				return err
			}
			if a, ok := any(out).(answer); ok {
				a.write(w, status)
			} else {
				Respond(w, status, out)
			}
			return nil
		}
	}
	return route.With(status)
}

// Post is a POST with a body that answers with what fn returns.
func Post[In, Out any](path, operation string, fn func(*http.Request, *In) (Out, error)) Route {
	return Take(http.MethodPost, path, operation, fn)
}

// Take is an operation with a body that answers with what fn returns.
func Take[In, Out any](method, path, operation string, fn func(*http.Request, *In) (Out, error)) Route {
	route := Do(method, path, operation, func(r *http.Request) (out Out, err error) {
		in := new(In)
		if err := Body(r, in); err != nil {
			return out, err
		}
		return fn(r, in)
	})
	route.Body = reflect.TypeFor[In]()
	return route
}

// Change is an operation with a body that is answered with 204.
func Change[In any](method, path, operation string, fn func(*http.Request, *In) error) Route {
	return Take(method, path, operation, func(r *http.Request, in *In) (none, error) { return none{}, fn(r, in) })
}

// Delete is a DELETE that is answered with 204.
func Delete(path, operation string, fn func(*http.Request) error) Route {
	return Act(http.MethodDelete, path, operation, fn)
}

// Act is an operation without a body that is answered with 204.
func Act(method, path, operation string, fn func(*http.Request) error) Route {
	return Do(method, path, operation, func(r *http.Request) (none, error) { return none{}, fn(r) })
}

// Raw is an operation without a body whose answer, of a media type that is not
// JSON, fn writes itself.
func Raw(method, path, operation, media string, fn Handler) Route {
	return Route{Method: method, Path: path, Operation: operation, Media: media, Status: http.StatusOK, Handle: fn}
}

// With is the route with another status of an answer without an error.
func (route Route) With(status int) Route {
	route.Status, route.Handle = status, route.with(status)
	return route
}
