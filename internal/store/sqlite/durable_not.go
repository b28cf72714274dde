//go:build powerloss_normal

package sqlite

// synchronous leaves commits to be written when the log is written back, which
// loses acknowledged writes when the power goes. It is built by test/crash
// alone, to show that its power losses would find that.
const synchronous = "NORMAL"
