// Package worker is the process worker: it takes flow runs of a work pool from
// a server and runs each in a process of its own, as the contract's process
// worker does (the same calls, states, labels and environment). It speaks to the
// server over HTTP and websockets like any worker and knows nothing of the store.
//
// What needs Python is left to the prefect package of the flow's interpreter:
// its workspace supervisor runs the pull steps and becomes the engine. The
// worker prepares the job's configuration, starts the supervisor in a process
// group of its own and watches over it.
//
// # A run
//
//	found by a poll -> PENDING proposed -> deployment and flow read, labels given
//	-> "Submitting" proposed -> process started, its id stored -> process ended
//
// A server that answers PENDING with anything else keeps the run; the worker
// forgets it. A process that ends with an error, and has not told over its
// control session (see control.go) that it reported its state, is reported
// CRASHED with what its exit code means.
//
// # Warm runs
//
// Loading the prefect package takes a run seconds, twice. So the worker keeps a
// process that has it loaded (warm.py), of which every run is a fork: its own
// session, environment, folder, output and exit code, reported over a socket. The
// fork decides whether it can stand for a process of its own: when a variable that
// the interpreter reads differs, a file would be imported in place of what is
// loaded, or packages were changed, it becomes the plain program. Without that
// process (it takes memory, it may end) every run is started plainly; runs whose
// fork server ended go on, and their end is found by looking at them.
//
// # When the server is away
//
// The worker never ends because of it. Every request is repeated, with a
// jittered delay that grows to half a minute or is what the server asked for,
// until it is answered or the worker is told to stop; the log says once that the
// server is away and once that it is back. Runs go on meanwhile. A websocket
// that is lost is opened again in the same way; until it is, heartbeats go over
// HTTP and cancellations are asked for with each poll.
//
// # The end of a worker
//
// A worker that is told to stop takes no more runs, gives those under way some
// time and ends the rest, which report themselves, or are reported, CRASHED:
// see stop.go. One that is killed leaves its runs' processes behind. The next
// worker that starts on the same machine looks after those that still run,
// reports those that ended without a word CRASHED, and puts back what was
// claimed and never started: see left.go.
//
// # When a run starts
//
// A poll asks for the runs of the next minute, unless the server says with its
// answers when the next is due. The next poll comes when the first is due, when a
// run of ours ended (it may have freed a slot), when the server tells of a run
// that was scheduled, and at the latest after the query interval. So a run starts
// when it is due, not at the next interval.
package worker
