package store

import "time"

// Awakening is one time that the server was awake.
type Awakening struct {
	Woke   time.Time
	Reason string
	// WakeTime is how long the process took from its start until it answered, nil
	// when it was suspended and had not to start.
	WakeTime *time.Duration
	// Seen is the last sign of life.
	Seen time.Time
	// Slept is when it ended, nil while the server is awake; SleptReason is why.
	Slept       *time.Time
	SleptReason *string

	id     int64
	before AwakeTotals
}

// Until is when the awakening ended; now while it has not.
func (a *Awakening) Until(now time.Time) time.Time {
	if a.Slept != nil {
		return *a.Slept
	}
	return now
}

// AwakeTotals are sums over all awakenings.
type AwakeTotals struct {
	Awake, Asleep time.Duration
	// Awakenings are all, Starts those with a process that had to start; WakeTime
	// is what these took together.
	Awakenings, Starts int64
	WakeTime           time.Duration
}

// awakeningsKept is how long awakenings can be read one by one; their sums stay.
const awakeningsKept = 400 * 24 * time.Hour

const awakeningColumns = `id, woke, reason, wake_time, seen, slept, slept_reason,
	awake_before, asleep_before, starts_before, wake_time_before`

func scanAwakening(r Row) (*Awakening, error) {
	var a Awakening
	err := r.Scan(&a.id, &a.Woke, &a.Reason, &a.WakeTime, &a.Seen, &a.Slept, &a.SleptReason,
		&a.before.Awake, &a.before.Asleep, &a.before.Starts, &a.before.WakeTime)
	a.before.Awakenings = a.id - 1
	return &a, err
}

// lastAwakening is the newest, nil when there is none.
func (tx *Tx) lastAwakening() (*Awakening, error) {
	a, _, err := first(tx, `SELECT `+awakeningColumns+` FROM awakening ORDER BY id DESC LIMIT 1`, nil, scanAwakening)
	return a, err
}

// OpenAwakening notes that the server woke. One that a kill left open ends at
// its last sign of life. wakeTime is nil when no process had to start.
func (tx *Tx) OpenAwakening(woke time.Time, reason string, wakeTime *time.Duration) error {
	last, err := tx.lastAwakening()
	if err != nil {
		return err
	}
	var before AwakeTotals
	id := int64(1)
	if last != nil {
		if last.Slept == nil {
			if err := tx.closeKilled(last, woke); err != nil {
				return err
			}
		}
		before, id = last.totals(*last.Slept), last.id+1
		before.Asleep += max(0, woke.Sub(*last.Slept))
	}
	if _, err := tx.conn.Exec(`DELETE FROM awakening WHERE woke < ?`, woke.Add(-awakeningsKept)); err != nil {
		return err
	}
	_, err = tx.conn.Exec(`INSERT INTO awakening (`+awakeningColumns+`) VALUES (?, ?, ?, ?, ?, NULL, NULL, ?, ?, ?, ?)`,
		id, woke, reason, wakeTime, tx.Now, before.Awake, before.Asleep, before.Starts, before.WakeTime)
	return err
}

// closeKilled ends an awakening at the last sign of life before another one.
func (tx *Tx) closeKilled(a *Awakening, next time.Time) error {
	end, err := tx.lastSign(a, next)
	if err != nil {
		return err
	}
	return tx.closeAwakening(a, end, "killed")
}

// lastSign is the last sign of life in an awakening before another one.
func (tx *Tx) lastSign(a *Awakening, next time.Time) (time.Time, error) {
	signs, err := column[time.Time](tx, `SELECT * FROM (SELECT occurred FROM event WHERE occurred <= ? ORDER BY occurred DESC LIMIT 1)
		UNION ALL SELECT * FROM (SELECT timestamp FROM log WHERE timestamp <= ? ORDER BY timestamp DESC LIMIT 1)
		UNION ALL SELECT last_heartbeat_time FROM worker WHERE last_heartbeat_time <= ?
		UNION ALL SELECT last_polled FROM work_queue WHERE last_polled <= ?`, next, next, next, next)
	end := a.Seen
	for _, sign := range signs {
		if sign.After(end) {
			end = sign
		}
	}
	return end, err
}

func (tx *Tx) closeAwakening(a *Awakening, at time.Time, reason string) error {
	if at.Before(a.Woke) {
		at = a.Woke // the clock was set back
	}
	a.Slept, a.SleptReason = &at, &reason
	_, err := tx.conn.Exec(`UPDATE awakening SET slept = ?, slept_reason = ?, seen = ? WHERE id = ?`, at, reason, at, a.id)
	return err
}

// CloseAwakening notes that the server goes to sleep; false when it was not awake.
func (tx *Tx) CloseAwakening(at time.Time, reason string) (bool, error) {
	a, err := tx.lastAwakening()
	if err != nil || a == nil || a.Slept != nil {
		return false, err
	}
	return true, tx.closeAwakening(a, at, reason)
}

// MarkAwake notes a sign of life.
func (tx *Tx) MarkAwake() error {
	_, err := tx.conn.Exec(`UPDATE awakening SET seen = ? WHERE id = (SELECT max(id) FROM awakening) AND slept IS NULL`, tx.Now)
	return err
}

// totals are the sums with this awakening, as of a moment in it.
func (a *Awakening) totals(at time.Time) AwakeTotals {
	t := a.before
	t.Awakenings++
	t.Awake += max(0, at.Sub(a.Woke))
	if a.WakeTime != nil {
		t.Starts++
		t.WakeTime += *a.WakeTime
	}
	return t
}

// MeasureAwake returns the newest awakening with the totals until now; nil before
// the first. It reads one row.
func (tx *Tx) MeasureAwake() (*Awakening, AwakeTotals, error) {
	a, err := tx.lastAwakening()
	if err != nil || a == nil {
		return nil, AwakeTotals{}, err
	}
	totals := a.totals(a.Until(tx.Now))
	if a.Slept != nil {
		totals.Asleep += max(0, tx.Now.Sub(*a.Slept))
	}
	return a, totals, nil
}

// FirstAwake is when the first awakening that is kept began; false without one.
func (tx *Tx) FirstAwake() (time.Time, bool, error) {
	return first(tx, `SELECT woke FROM awakening ORDER BY id LIMIT 1`, nil, scanTime)
}

// ReadAwakenings returns the awakenings that reach into a range, the first one first.
func (tx *Tx) ReadAwakenings(from, to time.Time) ([]*Awakening, error) {
	return collect(tx, `SELECT `+awakeningColumns+` FROM awakening
		WHERE woke < ? AND woke >= coalesce((SELECT max(woke) FROM awakening WHERE woke <= ?), ?)
			AND (slept IS NULL OR slept > ?) ORDER BY id`, []any{to, from, from, from}, scanAwakening)
}
