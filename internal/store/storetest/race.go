//go:build race

package storetest

// slowdown is how many times as long as usual SQLite works in this build: the race
// detector sees each of its accesses to memory.
const slowdown = 10
