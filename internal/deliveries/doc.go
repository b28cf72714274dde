// Package deliveries has the actions of automations done: it drives an outbox over
// the rows that firings leave in the store, tries each action until it succeeds, is
// refused for good or has been tried for a day, and tells of the end with events, in
// the transaction that notes it.
//
// A delivery is done at least once and told once. Its attempts bear one id, by which
// whoever is asked can tell a repeat. Actions of one automation and place are done in
// the order in which they were asked for.
package deliveries
