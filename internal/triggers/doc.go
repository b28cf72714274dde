// Package triggers decides when automations fire.
//
// A Set holds the automations that are enabled, compiled and indexed. Match says
// which of their event triggers cover an event, and is done outside of transactions.
// What follows is done in one, on Rows: React lets an event take effect, EndWindow
// looks at a proactive window that is over.
//
// An event trigger counts events in a Bucket: one window of time for each value of
// the labels that it is evaluated for each of. A reactive trigger fires at the event
// that fills its bucket, and the next window begins where that one ends. A proactive
// one fires when its window is over and the bucket is not full. What fires is handed
// to the trigger's parent: a composite trigger, which keeps the newest firing of each
// of its children until it fires itself, or the automation.
//
// Time is when events occurred, so that it does not matter when they were brought.
// The ids of firings are derived from what they come of: see identity.go.
package triggers
