package api

import (
	"math"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/cost"
	"github.com/reevehq/reeve/internal/store"
)

// The cost of a month is the bill of its usage; a price that is not known is said in words.
func TestCostOfAMonth(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	tariff := cost.DefaultTariff()
	s.API.config.Bill = func(used cost.Usage) (*cost.Bill, error) { return cost.NewBill(used, tariff) }
	ask := func() (got struct {
		Usage   cost.Usage
		Money   *cost.Bill
		Problem string
	}) {
		t.Helper()
		if code := s.ask(t, "GET", "/reeve/cost", nil, &got); code != 200 {
			t.Fatal(code)
		}
		return got
	}
	if got := ask(); got.Money != nil || got.Problem != "" {
		t.Errorf("before the ledger: %+v", got)
	}
	if err := s.store.Update(t.Context(), func(tx *store.Tx) error { return tx.OpenAwakening(tx.Now, "start", nil) }); err != nil {
		t.Fatal(err)
	}
	s.set(s.running(), "COMPLETED")
	got := ask()
	if got.Money == nil || len(got.Money.PerFlow) != 2 || got.Money.PerFlow[0].Flow != "f" || got.Money.PerFlow[1].Flow != "" || len(got.Money.Sizes) < 2 || got.Money.Currency != cost.Currency {
		t.Fatalf("%+v", got.Money)
	}
	if flows, machine := got.Money.PerFlow[0].ByMonth+got.Money.PerFlow[1].ByMonth, got.Money.Items[0].ByMonth; math.Abs(flows-machine) > 1e-9 || machine <= 0 {
		t.Errorf("flows cost %g of the machine's %g", flows, machine)
	}
	tariff.Machine = "huge"
	if got := ask(); got.Money != nil || got.Usage.Awake <= 0 || got.Problem == "" {
		t.Errorf("a price that is not known: %+v", got)
	}
}

// A month with more runs than are looked at is measured from where all of them are known.
func TestUsageLooksAtTheLatestRuns(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	if err := s.store.Update(t.Context(), func(tx *store.Tx) error { return tx.OpenAwakening(tx.Now, "start", nil) }); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		s.set(s.running(), "COMPLETED")
	}
	read := func(most int) (m monthRead) {
		err := s.store.View(t.Context(), func(tx *store.Tx) (err error) {
			m, err = readMonth(tx, cost.Month(time.Now()), most)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	all, latest := read(10), read(2)
	if len(all.spans) != 3 || len(latest.spans) != 2 || !latest.bounds.Start.Equal(*latest.spans[1].End) || !latest.bounds.Start.After(all.bounds.Start) {
		t.Errorf("%+v and %+v", all, latest)
	}
	if u := latest.usage(); u.From != latest.bounds.Start || u.Awake <= 0 {
		t.Errorf("%+v", u)
	}
}
