//go:build !powerloss_normal

package sqlite

// synchronous has every commit wait for the disk.
const synchronous = "FULL"
