package api

import (
	"time"

	"github.com/reevehq/reeve/internal/cost"
	"github.com/reevehq/reeve/internal/metrics"
	"github.com/reevehq/reeve/internal/store"
)

// homeDays is how many days the strip of the first page has, with today.
const homeDays = 30

// awakeStrip is for how long the server was awake each day, the oldest first and today,
// by UTC, the last. Cost is that of this month; null where nothing was measured or no
// price is known.
type awakeStrip struct {
	Days []awakeDay `json:"days"`
	Cost *monthCost `json:"cost"`
}

// awakeDay is a day of the ledger. Lengths of time are seconds.
type awakeDay struct {
	Day string `json:"day"` // "2026-11-28"
	// Known is how much of the day the ledger covers: none before it began, nor what is
	// still to come.
	Known float64 `json:"known"`
	Awake float64 `json:"awake"`
	Wakes int64   `json:"wakes"`
}

// monthCost is what this month has cost so far and will at the same rate.
type monthCost struct {
	Currency string  `json:"currency"`
	SoFar    float64 `json:"so_far"`
	ByMonth  float64 `json:"month"`
	Machine  string  `json:"machine"` // whose price was taken
}

const dayForm = "2006-01-02"

// ledger is what the first page reads of the awakenings.
type ledger struct {
	days  []awakeDay
	month cost.Usage // without its runs
}

// readLedger reads one awakening for each day, however often the server woke.
func readLedger(tx *store.Tx) (ledger, error) {
	out := ledger{days: []awakeDay{}}
	now := tx.Now.UTC()
	began, found, err := tx.FirstAwake()
	if err != nil || !found {
		return out, err
	}
	measure := func(from, to time.Time) (day awakeDay, err error) {
		day.Day = from.Format(dayForm)
		if from.Before(began) {
			from = began
		}
		if to.After(now) {
			to = now
		}
		if !from.Before(to) {
			return day, nil
		}
		before, err := tx.AwakeUntil(from.Add(-time.Microsecond)) // one that begins with the time belongs to it
		if err != nil {
			return day, err
		}
		until, err := tx.AwakeUntil(to)
		day.Known, day.Awake = to.Sub(from).Seconds(), min(to.Sub(from), until.Awake-before.Awake).Seconds()
		day.Wakes = until.Awakenings - before.Awakenings
		return day, err
	}
	today := now.Truncate(24 * time.Hour)
	for back := homeDays - 1; back >= 0; back-- {
		start := today.AddDate(0, 0, -back)
		day, err := measure(start, start.AddDate(0, 0, 1))
		if err != nil {
			return out, err
		}
		out.days = append(out.days, day)
	}
	span := cost.Month(now)
	month, err := measure(span.Start, span.End)
	out.month = cost.Usage{Month: span.Start.Format(monthForm), From: now.Add(-time.Duration(month.Known * float64(time.Second))), To: now,
		Awake: month.Awake, Wakes: int(month.Wakes)}
	return out, err
}

// awakeStrip is the strip of a ledger, with the cost where prices are known.
func (a *API) awakeStrip(l ledger, files metrics.Files) awakeStrip {
	out := awakeStrip{Days: l.days}
	if a.config.Bill == nil || l.month.Measured() <= 0 {
		return out
	}
	l.month.Database, l.month.Volume = files.Database+files.Log, files.Volume
	bill, err := a.config.Bill(l.month)
	if err != nil {
		return out // `reeve cost` says what is wrong with the prices
	}
	out.Cost = &monthCost{Currency: bill.Currency, SoFar: bill.Total.SoFar, ByMonth: bill.Total.ByMonth, Machine: bill.Machine}
	return out
}
