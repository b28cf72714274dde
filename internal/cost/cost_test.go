package cost

import (
	"fmt"
	"maps"
	"math"
	"strings"
	"testing"
	"time"
)

var november = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// span is from and to so many hours after the start of the month.
func span(from, to float64) Span { return Span{hour(from), hour(to)} }

func hour(h float64) time.Time { return november.Add(time.Duration(h * float64(time.Hour))) }

func awake(from, to float64, reason string) Awakening { return Awakening{span(from, to), reason} }

func run(flow string, from, to float64) Run { return Run{flow, span(from, to)} }

func TestMeasure(t *testing.T) {
	for name, test := range map[string]struct {
		bounds Span
		awake  []Awakening
		runs   []Run
		want   string // hours: awake, idle, then each flow's runs, ran, awake
		wakes  map[string]int
	}{
		"nothing":    {span(0, 10), nil, nil, "awake 0 idle 0", nil},
		"only awake": {span(0, 10), []Awakening{awake(1, 3, "request")}, nil, "awake 2 idle 2", map[string]int{"request": 1}},
		"one run": {span(0, 10), []Awakening{awake(1, 4, "deadline")}, []Run{run("a", 2, 3)},
			"awake 3 idle 2 | a 1 1 1", map[string]int{"deadline": 1}},
		"two runs at once share": {span(0, 10), []Awakening{awake(0, 4, "start")}, []Run{run("a", 0, 2), run("b", 1, 3)},
			"awake 4 idle 1 | a 1 2 1.5 | b 1 2 1.5", map[string]int{"start": 1}},
		"two of three are of one flow": {span(0, 10), []Awakening{awake(0, 3, "start")}, []Run{run("a", 0, 3), run("a", 0, 3), run("b", 0, 3)},
			"awake 3 idle 0 | a 2 6 2 | b 1 3 1", map[string]int{"start": 1}},
		"cut to the month": {span(0, 10), []Awakening{awake(-5, 1, "start"), awake(9, 20, "request")}, []Run{run("a", -2, 0.5), run("a", 9.5, 30)},
			"awake 2 idle 1 | a 2 1 1", map[string]int{"request": 1}},
		"a run while the server sleeps": {span(0, 10), []Awakening{awake(0, 1, "start"), awake(4, 5, "request")}, []Run{run("a", 0.5, 4.5)},
			"awake 2 idle 1 | a 1 4 1", map[string]int{"start": 1, "request": 1}},
		"the one awake for longer first": {span(0, 10), []Awakening{awake(0, 9, "start")}, []Run{run("b", 0, 1), run("a", 1, 2), run("c", 3, 8)},
			"awake 9 idle 2 | c 1 5 5 | a 1 1 1 | b 1 1 1", map[string]int{"start": 1}},
		"a run of no length": {span(0, 10), []Awakening{awake(0, 1, "start")}, []Run{run("a", 0.5, 0.5)},
			"awake 1 idle 1 | a 1 0 0", map[string]int{"start": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			u := Measure("2026-11", test.bounds, test.awake, test.runs)
			got := fmt.Sprintf("awake %g idle %g", u.Awake/3600, u.Idle/3600)
			for _, f := range u.Flows {
				got += fmt.Sprintf(" | %s %d %g %g", f.Flow, f.Runs, f.Ran/3600, f.Awake/3600)
			}
			if got != test.want {
				t.Errorf("%s\nwant %s", got, test.want)
			}
			if !maps.Equal(u.Reasons, test.wakes) {
				t.Errorf("woken by %v, want %v", u.Reasons, test.wakes)
			}
		})
	}
}

// halfMonth was awake for 10 of the first 360 hours of a month of 720: 4 for a,
// 1 for b.
func halfMonth() Usage {
	u := Measure("2026-11", span(0, 360), []Awakening{awake(10, 20, "request")}, []Run{run("a", 10, 14), run("b", 14, 15)})
	u.Volume, u.Database = 970<<20, 10<<20
	return u
}

func tariff(change func(*Tariff)) Tariff {
	t := DefaultTariff()
	t.Set("small", 7.2) // a hundredth for each hour
	t.Machine, t.VolumePrice, t.RootGB, t.StoppedPrice = "small", 0.5, 1, 0.72
	if change != nil {
		change(&t)
	}
	return t
}

func TestBill(t *testing.T) {
	for name, test := range map[string]struct {
		usage  Usage
		tariff Tariff
		items  string // what: so far / a month
	}{
		"a machine that sleeps": {halfMonth(), tariff(nil),
			"machine small, awake: 0.1000/0.2000, machine small, asleep: 0.3500/0.7000, volume of 1 GB: 0.2500/0.5000, total: 0.7000/1.4000"},
		"with one that does not": {halfMonth(), tariff(func(t *Tariff) { t.Always, t.VolumeGB = []string{"small"}, 3 }),
			"machine small, awake: 0.1000/0.2000, machine small, asleep: 0.3500/0.7000, machine small, always awake: 3.6000/7.2000, " +
				"volume of 3 GB: 0.7500/1.5000, total: 4.8000/9.6000"},
		"with a backup": {halfMonth(), tariff(func(t *Tariff) { *t = t.WithBackup("https://s3.eu-central-1.wasabisys.com", 2) }),
			"machine small, awake: 0.1000/0.2000, machine small, asleep: 0.3500/0.7000, volume of 1 GB: 0.2500/0.5000, " +
				"backup of 2 GB: 0.0069/0.0138, total: 0.7069/1.4138"},
		"in another region, with an address": {halfMonth(), tariff(func(t *Tariff) { t.RegionMarkup, t.IPv4 = 0.5, 2 }),
			"machine small, awake: 0.1500/0.3000, machine small, asleep: 0.3500/0.7000, volume of 1 GB: 0.2500/0.5000, " +
				"2 IPv4 of its own: 2.0000/4.0000, total: 2.7500/5.5000"},
		"with large snapshots": {halfMonth(), tariff(func(t *Tariff) { t.SnapshotGB = 15 }),
			"machine small, awake: 0.1000/0.2000, machine small, asleep: 0.3500/0.7000, volume of 1 GB: 0.2500/0.5000, " +
				"snapshots of 15 GB, above 10: 0.2000/0.4000, total: 0.9000/1.8000"},
		"with snapshots that cost nothing": {halfMonth(), tariff(func(t *Tariff) { *t = t.WithSnapshots(2 << 30) }),
			"machine small, awake: 0.1000/0.2000, machine small, asleep: 0.3500/0.7000, volume of 1 GB: 0.2500/0.5000, total: 0.7000/1.4000"},
		"nothing measured": {Measure("2026-11", span(0, 0), nil, nil), tariff(nil),
			"machine small, awake: 0.0000/0.0000, machine small, asleep: 0.0000/0.7200, total: 0.0000/0.7200"},
		"a whole disk is no volume": {func() Usage { u := halfMonth(); u.Volume = 500 << 30; return u }(), tariff(nil),
			"machine small, awake: 0.1000/0.2000, machine small, asleep: 0.3500/0.7000, volume of 1 GB: 0.2500/0.5000, total: 0.7000/1.4000"},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := NewBill(test.usage, test.tariff)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, i := range append(b.Items, b.Total) {
				got = append(got, fmt.Sprintf("%s: %.4f/%.4f", i.What, i.SoFar, i.ByMonth))
			}
			if text := strings.Join(got, ", "); text != test.items {
				t.Errorf("%s\nwant\n%s", text, test.items)
			}
		})
	}
}

func TestBillByFlowAndSize(t *testing.T) {
	b, err := NewBill(halfMonth(), tariff(nil))
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, f := range b.PerFlow {
		got += fmt.Sprintf("%q %.2f %.4f/%.4f ", f.Flow, f.Share, f.SoFar, f.ByMonth)
	}
	if want := `"a" 0.40 0.0400/0.0800 "b" 0.10 0.0100/0.0200 "" 0.50 0.0500/0.1000 `; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, s := range b.Sizes {
		if s.Machine == "small" && (math.Abs(s.ByMonth-0.9) > 1e-9 || math.Abs(s.Always-7.2) > 1e-9) {
			t.Errorf("%+v, want 0.9 and 7.2", s)
		}
		if s.Machine == "shared-cpu-1x:512mb" && math.Abs(s.Always-3.32) > 1e-9 {
			t.Errorf("%+v, want the table's price for November's 30 days", s)
		}
	}
}

// The prices of the host, in November 2026: 30 days, the base region.
func TestPrices(t *testing.T) {
	tariff := DefaultTariff()
	for machine, want := range map[string]float64{"shared-cpu-1x:256mb": 2.02, "shared-cpu-1x:512mb": 3.32, "shared-cpu-1x:1gb": 5.92} {
		if got, _ := tariff.price(machine); got != want {
			t.Errorf("%s costs %v, want %v", machine, got, want)
		}
	}
	if tariff.VolumePrice != 0.15 || tariff.SnapshotPrice != 0.08 || tariff.AsOf != "2026-11" {
		t.Errorf("a GB of a volume costs %v, of snapshots %v, as of %s", tariff.VolumePrice, tariff.SnapshotPrice, tariff.AsOf)
	}
}

func TestUnknownMachine(t *testing.T) {
	for name, change := range map[string]func(*Tariff){
		"the one that sleeps": func(t *Tariff) { t.Machine = "huge" },
		"one that does not":   func(t *Tariff) { t.Always = []string{"huge"} },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewBill(halfMonth(), tariff(change))
			if err == nil || !strings.Contains(err.Error(), `machine "huge"`) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestStoragePrices(t *testing.T) {
	for endpoint, want := range map[string]float64{"https://s3.wasabisys.com": 0.0069, "https://fly.storage.tigris.dev": 0.02,
		"https://s3.amazonaws.com": 0.023, "http://127.0.0.1:9000": 0.023} {
		if got := storagePrice(endpoint); got != want {
			t.Errorf("%s: %g, want %g", endpoint, got, want)
		}
	}
}
