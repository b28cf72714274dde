// Package notify sends messages to people and services outside: what a
// "send-notification" or "call-webhook" action does, from the block that the
// user saved with the prefect package, without Python.
//
// It owns the wire form of each service, one file each, which is that of the
// prefect package 3.9.1 and the apprise package behind it; the addresses that may
// be reached; and the reading of answers. It keeps nothing, tries once, and says in
// a *Failure whether trying again is of use. Whoever calls keeps the queue.
//
// A send takes at most Deadline, follows no redirect, reads 2 KB of the answer,
// and says no secret of the block in its answers and failures.
package notify
