// Package webhooks takes webhooks and brings them to the server.
//
// A webhook is checked (secret, signature, window), written to the inbox, a
// SQLite file of the gateway's own, and only then answered with 202. From there an
// outbox delivers it, as a run or an event: those of one lane (the rendered key,
// else the path) one after the other. 2xx is delivered; 4xx, or a mapping that
// does not fit, is a dead letter; anything else is tried again. A dead letter waits
// again when it is replayed, or when its sender sends it again.
//
// A kill between the server's answer and the mark "delivered" repeats a delivery;
// the idempotency key of the run, or the id of the event, makes the repeat
// harmless. So each 202 is exactly one run.
//
// Secrets are read once, compared in constant time, and neither logged nor kept
// with an entry.
package webhooks
