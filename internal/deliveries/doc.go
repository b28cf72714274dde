// Package deliveries has the actions of automations done: it drives an outbox over
// the rows that firings leave in the store, tries each action until it succeeds, is
// refused for good or has been tried for a day, and tells of the end with events, in
// the transaction that notes it.
//
// A delivery is done at least once and told once. Its attempts bear one id, by which
// whoever is asked can tell a repeat. Those of one action are tried one after another,
// and rest together after a failure, so that a receiver that is away is not stormed; one
// that fails lets the others go first, unless they tell of the automation's state.
package deliveries
