//go:build race

package simulation

// racing says that the race detector watches, which makes everything slower by ten
// times.
const racing = true
