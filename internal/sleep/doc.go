// Package sleep decides when a server may be away and sends it away.
//
// # When
//
// Activity is what goes on at this moment: requests, websockets. The outlook is
// what is known of the future, read in one transaction: runs that have a process,
// work of the services, the first run that a worker will be due to start. A
// server may sleep when nothing has gone on for a while, nothing is under way,
// and the next deadline is far enough away to be worth it.
//
// # How
//
// Exit ends the process: whoever holds the listening socket (systemd, the host's
// proxy) starts it again at the next connection. Suspend asks the host to freeze
// the machine, and goes on after it where it was. Either way the database file is
// whole before: the log is written back and cut off.
//
// Who wakes it at the next deadline is somebody else: the gateway, or one of the
// entries that `reeve wake-plan` writes.
package sleep
