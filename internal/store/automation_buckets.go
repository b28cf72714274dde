package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/triggers"
)

const bucketColumns = `automation_id, trigger_id, bucket, window_start, window_end, count, last_event, due`

func scanBucket(r Row) (*triggers.Bucket, error) {
	var b triggers.Bucket
	err := r.Scan(&b.Automation, &b.Trigger, &b.Key, &b.Start, &b.End, &b.Count, &b.Last, &b.Due)
	return &b, err
}

// ReadTriggerBucket implements triggers.Rows.
func (tx *Tx) ReadTriggerBucket(trigger uuid.UUID, key string) (*triggers.Bucket, error) {
	b, _, err := first(tx, `SELECT `+bucketColumns+` FROM automation_bucket WHERE trigger_id = ? AND bucket = ?`, []any{trigger, key}, scanBucket)
	return b, err
}

// SetTriggerBucket implements triggers.Rows.
func (tx *Tx) SetTriggerBucket(b *triggers.Bucket) error {
	if b.Due != nil {
		tx.Touch(Deadlines)
	}
	_, err := tx.conn.Exec(`INSERT INTO automation_bucket (`+bucketColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (trigger_id, bucket) DO UPDATE SET window_start = excluded.window_start, window_end = excluded.window_end,
			count = excluded.count, last_event = excluded.last_event, due = excluded.due`,
		b.Automation, b.Trigger, b.Key, b.Start, b.End, b.Count, b.Last, b.Due)
	return err
}

// DeleteTriggerBucket implements triggers.Rows.
func (tx *Tx) DeleteTriggerBucket(trigger uuid.UUID, key string) error {
	_, err := tx.conn.Exec(`DELETE FROM automation_bucket WHERE trigger_id = ? AND bucket = ?`, trigger, key)
	return err
}

// NextBucketDue is when the bucket of an event trigger is next to be looked at without
// an event, false when none is.
func (tx *Tx) NextBucketDue() (time.Time, bool, error) {
	return first(tx, `SELECT due FROM automation_bucket WHERE due IS NOT NULL AND bucket <> ? ORDER BY due LIMIT 1`, []any{triggers.MetricKey}, scanTime)
}

// NextMetricDue is when a figure will first have been beyond its threshold, or not
// been any more, for long enough; false when none is about to.
func (tx *Tx) NextMetricDue() (time.Time, bool, error) {
	return first(tx, `SELECT due FROM automation_bucket WHERE due IS NOT NULL AND bucket = ? ORDER BY due LIMIT 1`, []any{triggers.MetricKey}, scanTime)
}

// ReadDueBuckets returns the buckets of event triggers to be looked at by a time, the first ones first.
func (tx *Tx) ReadDueBuckets(by time.Time, limit int) ([]*triggers.Bucket, error) {
	return collect(tx, `SELECT `+bucketColumns+` FROM automation_bucket WHERE due <= ? AND bucket <> ? ORDER BY due, trigger_id, bucket LIMIT ?`,
		[]any{by, triggers.MetricKey, limit}, scanBucket)
}

// FirstBucketEnd is when the first window of a reactive trigger ended or will, false
// when there is none.
func (tx *Tx) FirstBucketEnd() (time.Time, bool, error) {
	return first(tx, `SELECT window_end FROM automation_bucket WHERE due IS NULL ORDER BY window_end LIMIT 1`, nil, scanTime)
}

// DeleteEndedBuckets deletes windows of reactive triggers that ended before a time,
// at most limit.
func (tx *Tx) DeleteEndedBuckets(before time.Time, limit int) (int, error) {
	ended, err := collect(tx, `SELECT `+bucketColumns+` FROM automation_bucket WHERE due IS NULL AND window_end <= ? ORDER BY window_end LIMIT ?`,
		[]any{before, limit}, scanBucket)
	if err != nil {
		return 0, err
	}
	for _, b := range ended {
		if err := tx.DeleteTriggerBucket(b.Trigger, b.Key); err != nil {
			return 0, err
		}
	}
	return len(ended), nil
}

// SetOpening implements triggers.Rows.
func (tx *Tx) SetOpening(t triggers.Owned, at time.Time) error {
	tx.Touch(Deadlines)
	_, err := tx.conn.Exec(`INSERT INTO automation_opening (trigger_id, automation_id, due) VALUES (?, ?, ?)
		ON CONFLICT (trigger_id) DO UPDATE SET due = excluded.due`, t.Trigger, t.Automation, at)
	return err
}

// NextOpening is when a window is next to open by itself, false when none is.
func (tx *Tx) NextOpening() (time.Time, bool, error) {
	return first(tx, `SELECT due FROM automation_opening ORDER BY due LIMIT 1`, nil, scanTime)
}

// TakeOpenings returns the triggers whose windows are to open by a time, which are
// due no more.
func (tx *Tx) TakeOpenings(by time.Time, limit int) ([]uuid.UUID, error) {
	due, err := column[uuid.UUID](tx, `SELECT trigger_id FROM automation_opening WHERE due <= ? ORDER BY due, trigger_id LIMIT ?`, by, limit)
	if err != nil {
		return nil, err
	}
	for _, trigger := range due {
		if _, err := tx.conn.Exec(`DELETE FROM automation_opening WHERE trigger_id = ?`, trigger); err != nil {
			return nil, err
		}
	}
	return due, nil
}

// KeepTriggers forgets what is known of all triggers but some, which are enabled: a
// trigger looks at what comes from when it is enabled.
func (tx *Tx) KeepTriggers(enabled []uuid.UUID) error {
	all := idList(enabled)
	for _, statement := range []string{
		`DELETE FROM automation_bucket WHERE trigger_id NOT IN (SELECT unhex(value) FROM json_each(?))`,
		`DELETE FROM automation_opening WHERE trigger_id NOT IN (SELECT unhex(value) FROM json_each(?))`,
		`DELETE FROM automation_held_event WHERE trigger_id NOT IN (SELECT unhex(value) FROM json_each(?))`,
		`DELETE FROM automation_child_firing WHERE parent_trigger_id NOT IN (SELECT unhex(value) FROM json_each(?))`,
	} {
		if _, err := tx.conn.Exec(statement, all); err != nil {
			return err
		}
	}
	return nil
}

// HasTriggerRows reports whether anything is known of a trigger that waits for a time.
func (tx *Tx) HasTriggerRows(trigger uuid.UUID) (bool, error) {
	return tx.exists(`SELECT 1 FROM automation_bucket WHERE trigger_id = ?
		UNION ALL SELECT 1 FROM automation_opening WHERE trigger_id = ? LIMIT 1`, trigger, trigger)
}
