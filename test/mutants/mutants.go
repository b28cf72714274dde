package main

// mutant is the program without one guarantee.
type mutant struct {
	// name is what is taken away.
	name string
	// file has from, once, which becomes to.
	file, from, to string
	// test is the package whose tests must notice, and which of them if not all are run.
	test []string
	// tags are those with which the tests are built; they find the program as REEVE_BIN.
	tags string
}

// mutants are all of them, by what they break: durability, single effect, limits, owners,
// who may ask, budgets.
var mutants = []mutant{
	// Nothing is acknowledged before it is durable.
	{"the fsync of a commit", "internal/store/sqlite/durable.go", `synchronous = "FULL"`, `synchronous = "OFF"`,
		[]string{"./test/crash", "TestAcknowledgedWritesOutlivePowerLoss"}, "crash"},
	{"the commit before the answer", "internal/store/sqlite/writer.go", `w.conn.run("COMMIT")`, `w.conn.run("ROLLBACK")`,
		[]string{"./internal/store/sqlite", "TestStore"}, ""},
	{"the undoing of a write that failed", "internal/store/sqlite/writer.go", `undo = !isInterrupt(err)`, `err = nil`,
		[]string{"./internal/store/sqlite", "TestWriteThatFails"}, ""},
	{"the undoing of a savepoint", "internal/store/sqlite/writer.go", `if err := w.conn.run("ROLLBACK TO write"); err != nil {`, `if err := error(nil); err != nil {`,
		[]string{"./internal/store/sqlite", "TestWriteThatFails"}, ""},
	{"the writing of a gathered log before it is read", "internal/store/sqlite/log_writes.go", `	return system.read(tls, file, to, n, place)`, `	return system.read(tls, file, to, n, place-1)`,
		[]string{"./internal/store/sqlite", "TestLogHolds"}, ""},
	{"the look whether the file is still the one that is written", "internal/store/sqlite/writer.go", `logSize, err := w.files.before()`, `logSize, err := int64(0), error(nil)`,
		[]string{"./internal/store/sqlite", "TestWhatIsWrittenIsFoundAgain|TestTheLogMayBeCutOff"}, ""},
	{"the lock of the database", "internal/store/sqlite/lock.go", `syscall.LOCK_EX|syscall.LOCK_NB`, `syscall.LOCK_SH|syscall.LOCK_NB`,
		[]string{"./internal/store/sqlite", "HasOneOwner"}, ""},
	{"the lock of the database's own file", "internal/store/sqlite/identity.go", `syscall.LOCK_EX|syscall.LOCK_NB`, `syscall.LOCK_SH|syscall.LOCK_NB`,
		[]string{"./internal/store/sqlite", "HasOneOwner"}, ""},
	{"the refusal of writes on a full disk", "internal/store/sqlite/writer.go", `!job.reserve && w.space.refuses()`, `!job.reserve && w.space.refuses() && false`,
		[]string{"./internal/store/sqlite", "TestFullDisk"}, ""},
	{"the check of a copy before it is restored", "internal/store/sqlite/check.go", `err != nil || line == "ok" {`, `err != nil || line != "" {`,
		[]string{"./internal/store/sqlite", "Copies|ACopy"}, ""},
	{"the checksum of a piece of the backup", "internal/backup/piece.go", `if _, err := in.ReadByte(); !errors.Is(err, io.EOF) {`, `if _, err := in.ReadByte(); false {`,
		[]string{"./internal/backup"}, ""},

	// What is sent twice, or by two, takes effect once.
	{"the key of an event", "internal/store/events.go", `ON CONFLICT (id) DO NOTHING`, ``,
		[]string{"./internal/store/sqlite", "TestStore"}, ""},
	{"the key that makes a second run of a request the first", "internal/store/flow_runs.go", `		ON CONFLICT (flow_id, idempotency_key) DO NOTHING`, ``,
		[]string{"./internal/orchestration"}, ""},
	{"the comparison of a consumer's cursor", "internal/store/event_log.go", `		WHERE event_cursor.sequence = ?`, `		WHERE event_cursor.sequence = ? OR true`,
		[]string{"./internal/follow"}, ""},
	{"the move of a consumer's cursor", "internal/follow/follower.go", `if err := tx.AdvanceEventCursor(f.consumer.Name, f.cursor, to); err != nil || len(items) == 0 {`, `if err := error(nil); len(items) == 0 {`,
		[]string{"./internal/follow"}, ""},
	{"the second look at what was computed from", "internal/api/premises.go", `			return errOutdated
		}`, `			return nil
		}`,
		[]string{"./internal/api", "Premise|Decide|Outdated|Decision"}, ""},
	{"the key of a webhook", "internal/webhooks/inbox.go", `if n == 1 {`, `if n >= 0 {`,
		[]string{"./internal/webhooks"}, ""},
	{"the single delivery of what waits", "internal/outbox/lanes.go", `	if l.known[item.Seq] {`, `	if false {`,
		[]string{"./internal/outbox"}, ""},
	{"the settling of what was delivered", "internal/webhooks/inbox_storage.go", `			WHERE seq = ? AND status = 'waiting'` + "`" + `, string(status)`, `			WHERE seq = ? AND status = 'never'` + "`" + `, string(status)`,
		[]string{"./internal/webhooks"}, ""},

	// No limit is exceeded.
	{"the slots of a limit", "internal/concurrency/slots.go", `if !l.fits(slots, now) {`, `if l == nil {`,
		[]string{"./internal/orchestration"}, ""},
	{"the limit of a flow at the claim", "internal/orchestration/flow_limit.go", `if err != nil || limit == nil || !limit.Full() {`, `if true {`,
		[]string{"./internal/api", "Limit"}, ""},
	{"the limit of a pool at the claim", "internal/orchestration/pool_limit.go", `if err != nil || limit == nil || !limit.Full() {`, `if true {`,
		[]string{"./internal/api", "Limit"}, ""},
	{"the slot of a run whose process waits to try again", "internal/dispatch/slots.go", `return Rule{States: Active(), Retries: true, Deployed: true}`, `return Rule{States: Active(), Deployed: true}`,
		[]string{"./internal/dispatch"}, ""},
	{"the slots that a released lease holds no more", "internal/concurrency/slots.go", `if !lease.Released {`, `if true {`,
		[]string{"./internal/orchestration"}, ""},

	// Every state that is not the last has an owner or a deadline.
	{"the end of a run that is silent", "internal/services/silent_runs.go", `		if err := s.end(tx, run); err != nil {`, `		if err := tx.DeleteHeartbeats(run.ID); err != nil {`,
		[]string{"./internal/services", "Silent"}, ""},
	{"the time from which silence counts", "internal/store/store.go", `return since.Add(settled)`, `return time.Time{}`,
		[]string{"./internal/services"}, ""},
	{"the expiry of a lease", "internal/store/concurrency_leases.go", "return tx.leases(`expires <= ? ORDER BY", "return tx.leases(`expires <= ? AND false ORDER BY",
		[]string{"./internal/services"}, ""},
	{"the wait before a server sleeps", "internal/sleep/sleeper.go", `o.NextDeadline.Sub(o.Now.Time) >= s.Settings.Least`, `true`,
		[]string{"./internal/sleep"}, ""},

	// Who may ask.
	{"the password of the API", "internal/api/middleware/auth.go", `if open(r) || password.In(r.Header.Get("Authorization")) {`, `if true {`,
		[]string{"./internal/api/middleware"}, ""},
	{"the comparison of the password", "internal/access/password.go", `return subtle.ConstantTimeCompare(given[:], p.digest[:]) == 1 && p.set`, `return len(given) > 0 && p.set`,
		[]string{"./internal/access"}, ""},
	{"the refusal of strange pages", "internal/access/pages.go", `		if !p.allows(origin, r) {`, `		if false {`,
		[]string{"./internal/access"}, ""},
	{"the token of a write", "internal/api/middleware/csrf.go", `			if !ok {`, `			if !ok && w == nil {`,
		[]string{"./internal/api/middleware"}, ""},
	{"the signature of a webhook", "internal/webhooks/signature.go", `if hmac.Equal(given, want) {`, `if len(given) > 0 {`,
		[]string{"./internal/webhooks"}, ""},
	{"the window of a webhook's time", "internal/webhooks/signature.go", `if !ok || at.Before(now.Add(-c.window)) || at.After(now.Add(c.window)) {`, `if !ok || at.IsZero() {`,
		[]string{"./internal/webhooks"}, ""},
	{"the masking of what has the form of a secret", "internal/mask/mask.go", `return maskForms(m.Values(s))`, `return m.Values(s)`,
		[]string{"./internal/mask"}, ""},

	// Whatever a client can make large has a budget.
	{"the steps of a computation", "internal/budget/budget.go", `if b.limits.Steps > 0 && b.steps > b.limits.Steps {`, `if false {`,
		[]string{"./internal/budget"}, ""},
	{"the memory of a computation", "internal/budget/budget.go", `if n < 0 || b.limits.Bytes > 0 && n > b.limits.Bytes-b.bytes {`, `if n < 0 {`,
		[]string{"./internal/budget"}, ""},
	{"the room of the inbox", "internal/outbox/outbox.go", `return n < o.config.Most && bytes+int64(size) <= o.config.MostBytes`, `return n >= 0 && bytes >= 0`,
		[]string{"./internal/outbox"}, ""},
}
