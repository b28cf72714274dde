package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// LogPlace is where a log is among those of its run, in the order of time.
type LogPlace struct {
	timestamp prefect.Time
	sequence  int64
}

func scanLogPlace(r Row) (p *LogPlace, err error) {
	p = new(LogPlace)
	err = r.Scan(&p.timestamp, &p.sequence)
	return p, err
}

// CountLogs counts the logs that meet the criteria, and stops at most.
func (tx *Tx) CountLogs(f *prefect.LogFilter, most int) (int, error) {
	c := logCondition(f)
	return tx.countUpTo(condition{`SELECT 1 FROM log` + c.where(), c.args}, most)
}

// FirstLog returns the place of the first log that meets the criteria and has at
// least a level, nil without one.
func (tx *Tx) FirstLog(f *prefect.LogFilter, level int) (*LogPlace, error) {
	c := and(logCondition(f), when("log.level >= ?", level))
	place, _, err := first(tx, `SELECT log.timestamp, log.sequence FROM log`+c.where()+` ORDER BY log.timestamp, log.sequence LIMIT 1`, c.args, scanLogPlace)
	return place, err
}

// ReadLogPlace returns the place of a log, nil when there is none with that id that
// meets the criteria.
func (tx *Tx) ReadLogPlace(f *prefect.LogFilter, id uuid.UUID) (*LogPlace, error) {
	c := and(logCondition(f), when("log.id = ?", id))
	place, _, err := first(tx, `SELECT log.timestamp, log.sequence FROM log`+c.where(), c.args, scanLogPlace)
	return place, err
}

// CountLogsBefore counts the logs that meet the criteria and are before a place,
// and stops at most.
func (tx *Tx) CountLogsBefore(f *prefect.LogFilter, place *LogPlace, most int) (int, error) {
	c := and(logCondition(f), when("(log.timestamp, log.sequence) < (?, ?)", place.timestamp, place.sequence))
	return tx.countUpTo(condition{`SELECT 1 FROM log` + c.where(), c.args}, most)
}
