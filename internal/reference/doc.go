// Package reference reads what a database of Prefect's own server (SQLite, releases 3.0
// to 3.9) tells of automations and events, for a comparison with what ours would have
// done. It writes nothing.
package reference
