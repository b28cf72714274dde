// Package rest is how an operation over HTTP is described and served: its route,
// the types of what it takes and answers, bodies and their faults, errors, pages,
// and the OpenAPI document that follows from all of it. It knows no resource.
//
// A resource lists its operations in a table. Each names a function of a decoded
// body that returns a value, so that what is served, what a 422 says and what the
// document describes come from the same types. (The model is huma's Register; the
// contract's coercions and faults are those of decode, which huma's are not.)
package rest
