// Package siege attacks a real server on a machine of 256 MB with all that
// strangers and clumsy clients may send, and holds it to its promise: it lives,
// and whoever behaves is answered beside it.
package siege
