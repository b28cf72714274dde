// Package events owns what is said about events: the builders of the events
// that the server emits itself, one file for each resource.
//
// Builders are pure: they take the object, the event's id and the moment. The
// store appends events to the log in the transaction that holds the change they
// tell of.
package events
