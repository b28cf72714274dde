// Package cost says what an installation costs: when its machine was awake, by
// the ledger, which flows it was awake for, and what the host asks for that.
//
// Usage is measured by a server; it knows no prices. A Bill is a usage with the
// prices of a table, which the configuration can change. All functions are pure.
package cost
