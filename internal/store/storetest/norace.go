//go:build !race

package storetest

// slowdown is how many times as long as usual SQLite works in this build.
const slowdown = 1
