// Package events holds what is known about events beyond their form: the
// builders of the events that the server emits itself, one file for each
// resource; what the events of clients say about task runs; how filters and
// searches are read; how events are counted in buckets of time.
//
// Builders are pure: they take the object, the event's id and the moment. The
// log is the store's: it appends events in the transaction of the change they
// tell of, and consumers read them in the order of their sequence, each from a
// cursor that moves in the transaction of its effect.
package events
