// Package dispatch decides what a worker may be handed: which runs hold a slot,
// how many more may start within the limits of pools, queues and flows, and what
// a run waits for. It knows no SQL: a transaction (Tx) gives it counts and rows.
//
// Slots of deployments, tags and names are leased to whoever asks for them: see
// package concurrency.
package dispatch
