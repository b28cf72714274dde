// Package nudge calls gateways: it tells each what the server will next be needed
// for, so that a gateway can stand in for a server that sleeps and wake it in
// time.
//
// A gateway is told the state, not its changes: a call that is lost or late is
// made good by the next, and only the latest state waits to be told. It is told
// when the server starts or goes on, when the gateway is made known, and after
// the commit by which a run of its pools becomes due earlier than it was told
// (because one was made or rescheduled, or because a slot was freed), or by which
// a run is being cancelled; and that the server sleeps, just before it does.
package nudge
