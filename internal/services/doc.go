// Package services holds the background services and the runner that drives
// them. There is one file for each service.
//
// # Protocol
//
// A service says inside a transaction when its next work is due (Next), and does
// a bounded piece of it: inside a transaction too (Run of a Writer), or, where the
// work depends on what clients sent, outside of any, with transactions for what
// came of it (Work of a Worker). It keeps no position of its own: what it has done
// is in the database, so a piece that is done twice, or a process that is killed
// between two pieces, does no harm.
//
// The runner is one goroutine with three states:
//
//	look  -> ask Next of every service that is not held back, in one read view
//	work  -> Run or Work each service that is due, one after the other; look again
//	sleep -> until the earliest deadline, a nudge, or the end
//
// Nudges come from the store: whoever writes something that becomes due touches
// store.Deadlines in the same transaction, and the runner looks again after the
// commit. Nudges that arrive while it works or looks are told as one. Nothing
// polls: with nothing due and nothing written the runner does not touch the
// database. It does look at the clock twice a minute, because a timer of a
// suspended machine, or one whose clock was set, does not fire at the wall time
// it was made for; when wall time moved otherwise than the timer, it looks again.
//
// A Gentle service, which deletes, learns or gives back bit by bit what may be much,
// rests after each piece for as long as that took; the others go on.
//
// # Failure
//
// A service whose Next or Run fails or panics is held back with a doubling,
// jittered delay and the others go on. When the database does not answer no
// service is to blame: the runner looks again after 1 to 5 s, and not before,
// however often it is nudged. A service that has failed again and again for
// a minute, or a database that has not answered for one, a piece of work that
// does not end, or a runner that died makes Health answer an error, which the
// server's health check passes on. A service that keeps saying it is due and
// then finds nothing to do is held back for a second each time: a defect in its
// Next must not keep a processor busy.
package services
