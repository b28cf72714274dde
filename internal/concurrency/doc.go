// Package concurrency owns the arithmetic of concurrency limits and the life of
// leases.
//
// A limit has a number of slots. Active slots are taken until they are given
// back or, when the limit decays, until they have decayed: they are kept as a
// number that shrinks evenly from the moment the row was last updated, and a
// slot counts as taken until the last of it is gone. Denied slots, which tell
// how many requests wait, decay the same way.
//
// A lease holds slots of one or more limits for a holder (a flow run, a task
// run, a deployment or nobody in particular):
//
//	created ──renew──▶ live ──expires──▶ deleted, slots given back
//	                    │
//	                    ├─ given back by its holder: deleted, slots given back
//	                    └─ holder ended: released, slots given back;
//	                       the row stays for a while, so that a client which
//	                       renews late is told that all is well, not that its
//	                       run has lost its slot
//
// Slots and leases change in the transaction of what causes the change, so that
// the slots taken of a limit without decay are at every moment those of its live
// leases and those taken without lease.
package concurrency
