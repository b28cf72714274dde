// Package traffic is what stands between a network and an HTTP server of ours,
// so that no client can hold what others need: it bounds how many connections
// there are and how slowly an answer may be taken, and lets the handler answer
// requests that the HTTP library refuses though the contract's server does not.
//
// What requests hold in memory is bounded by budget.Memory, which Claims hands
// to each of them.
package traffic
