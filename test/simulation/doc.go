// Package simulation holds a test of the whole server under simulated time: one loop,
// one caller at a time, all of it drawn from a seed.
//
// The server is the real one (internal/server, driven by its Hands) on a real database.
// Around it are fakes of what the world has: workers, the processes of flow runs,
// people and programs that ask for things, receivers of notifications. They act on a
// server that crashes between two transactions, whose answers are lost, whose clock is
// set and whose machine is suspended. After every step the invariants are looked at.
//
//	step -> one of: a fake acts | the server does a piece of its work |
//	        time passes | something goes wrong
//	     -> every invariant is looked at
//
// A seed that fails prints what it was, and replays by itself:
//
//	go test ./test/simulation -run TestSeed -seed 123 -v
//
// docs/design/simulation.md says what is simulated and which promises are looked at.
package simulation
