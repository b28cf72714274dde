// Package follow brings the event log to its consumers.
//
// A Consumer names the events it wants and how they take effect. A Follower
// drives one: it reads the log from the consumer's stored cursor, has the events
// prepared outside of any transaction, and lets them take effect in one
// transaction that also moves the cursor. So each event takes effect once,
// whatever is killed when:
//
//	stored cursor ── read ── prepare ── [ apply ── move the cursor ] ── commit
//
// Per failure:
//   - A transaction that fails for a passing reason (a full disk, a busy writer) is
//     tried again after a pause that grows from one second to a minute.
//   - An event that the consumer or a rule of the database refuses is found by
//     applying the batch event by event; it is left out, logged and counted, and does
//     not hold up those behind it. So is one at which the consumer panics.
//   - What a batch was prepared with may have changed when it is applied (ErrAnew):
//     it is read and prepared again.
//   - A cursor that was moved by somebody else (ErrCursorMoved) is read again; what was
//     prepared is dropped, since it has taken effect already.
//   - A follower that fails for a minute, or that has ended, is said by Health.
//
// Events that are none of the consumer's cost no write: the cursor is written with
// the next effect, or after 1,000 of them. What lies between is read again after a
// restart, and passed over again.
package follow
