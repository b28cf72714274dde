// Package gateway takes webhooks and brings them to the server, and stands
// between workers and a server that sleeps (see Proxy and view).
//
// A webhook is checked (secret, signature, window), written to the inbox, a
// SQLite file of the gateway's own, and only then answered with 202. From there
// it is waiting until the server took it (delivered) or refused it for good
// (dead):
//
//	            2xx
//	waiting ----------> delivered --(retention)--> gone
//	 ^  |  \
//	 |  |   \ 4xx, or a mapping that does not fit
//	 |  |    `--------> dead ------(retention)--> gone
//	 |  |                 |
//	 |  `- no answer,     | replay, or the sender sends it again
//	 |     5xx: back-off  |
//	 `-----'<-------------'
//
// Entries of one lane (the rendered key, else the path) are delivered one after
// the other in the order of their arrival; a failing one holds up its lane
// alone, unless the server is away: then all wait. A kill between the server's
// answer and the mark "delivered" repeats a delivery; the idempotency key of the
// run, or the id of the event, makes the repeat harmless. So each 202 is exactly
// one run.
//
// Secrets are read once, compared in constant time, and neither logged nor kept
// with an entry.
package gateway
