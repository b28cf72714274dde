package concurrency

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

var waits = Waits{Tag: 10 * time.Second, Most: 30 * time.Second}

func after(seconds float64) time.Time {
	return noon.Add(time.Duration(seconds * float64(time.Second)))
}

func TestActiveSlotsDecayEvenly(t *testing.T) {
	for _, c := range []struct {
		name    string
		decay   float64
		seconds float64
		want    int
	}{
		{"without decay", 0, 1000, 5},
		{"at once", 1, 0, 5},
		{"before the first is gone", 1, 0.99, 5},
		{"the first is gone", 1, 1, 4},
		{"slowly", 0.1, 25, 3},
		{"all are gone", 2, 100, 0},
		{"a clock that went back", 1, -5, 5},
	} {
		l := &Limit{Limit: 5, ActiveSlots: 5, SlotDecayPerSecond: c.decay, Updated: noon}
		if got := l.Taken(after(c.seconds)); got != c.want {
			t.Errorf("%s: %d taken, want %d", c.name, got, c.want)
		}
	}
}

// Asking again and again must not keep slots from decaying.
func TestDenialsDoNotStopDecay(t *testing.T) {
	l := &Limit{Limit: 1, ActiveSlots: 1, SlotDecayPerSecond: 1, Updated: noon, AvgSlotOccupancySeconds: 2}
	for i := range 20 {
		at := after(float64(i) * 0.1)
		if l.fits(1, at) {
			if i < 10 {
				t.Errorf("a slot is free after %d tenths of a second", i)
			}
			return
		}
		l.deny(1, at, waits)
	}
	t.Error("no slot is free after two seconds")
}

func TestOccupancyIsAveraged(t *testing.T) {
	l := &Limit{Limit: 2, ActiveSlots: 2, Updated: noon, AvgSlotOccupancySeconds: 2}
	l.give(2, 20, noon, waits) // 10 s a slot, one sample of 2*2
	if want := 2 + (10.0-2)/4; math.Abs(l.AvgSlotOccupancySeconds-want) > 1e-9 || l.ActiveSlots != 0 {
		t.Errorf("average %v, want %v; %v slots", l.AvgSlotOccupancySeconds, want, l.ActiveSlots)
	}
	l.give(1, 0.001, noon, waits)
	if want := 4 + (0.1-4)/4; math.Abs(l.AvgSlotOccupancySeconds-want) > 1e-9 {
		t.Errorf("average %v, want %v: no slot counts less than a tenth of a second", l.AvgSlotOccupancySeconds, want)
	}
	if l.ActiveSlots != 0 {
		t.Errorf("%v slots after giving back too many", l.ActiveSlots)
	}
}

func TestMeanWaits(t *testing.T) {
	for _, c := range []struct {
		name  string
		limit Limit
		slots int
		want  float64
	}{
		{"one of one", Limit{Limit: 1, AvgSlotOccupancySeconds: 2}, 1, 2},
		{"one of four", Limit{Limit: 4, AvgSlotOccupancySeconds: 2}, 1, 0.5},
		{"behind others", Limit{Limit: 1, DeniedSlots: 3, AvgSlotOccupancySeconds: 2}, 1, 8},
		{"at most the setting", Limit{Limit: 1, DeniedSlots: 99, AvgSlotOccupancySeconds: 20}, 1, 30},
		{"at most the tags' setting", Limit{Name: "tag:x", Limit: 1, DeniedSlots: 99, AvgSlotOccupancySeconds: 20}, 1, 10},
		{"a rate", Limit{Limit: 5, SlotDecayPerSecond: 0.5}, 2, 4},
		{"a rate behind others", Limit{Limit: 5, DeniedSlots: 2, SlotDecayPerSecond: 0.5}, 2, 8},
	} {
		c.limit.Updated = noon
		if got := c.limit.meanWait(c.slots, noon, waits); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestDeniedSlotsDecay(t *testing.T) {
	limit := &Limit{Limit: 1, DeniedSlots: 4, AvgSlotOccupancySeconds: 2, Updated: noon}
	if got := limit.deniedAt(after(4), waits); got != 2 {
		t.Errorf("%v denied slots after 4 s of 2 s each, want 2", got)
	}
	rate := &Limit{Limit: 1, DeniedSlots: 4, SlotDecayPerSecond: 1, Updated: noon}
	if got := rate.deniedAt(after(3), waits); got != 1 {
		t.Errorf("%v denied slots of a rate of 1 after 3 s, want 1", got)
	}
}

type fixed float64

func (f fixed) Float() float64 { return float64(f) }

// A wait lies between the cuts and, on average, is the mean.
func TestSpread(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		mean := rapid.Float64Range(0.001, 1e5).Draw(r, "mean")
		clamp := rapid.Float64Range(0.01, 60).Draw(r, "clamp")
		sum := 0.0
		const n = 2000
		for i := range n {
			wait := Spread(mean, clamp, fixed((float64(i)+0.5)/n))
			if wait < 0 || wait > mean*(1+clamp)*1.0000001 {
				r.Fatalf("%v is out of bounds", wait)
			}
			sum += wait
		}
		if average := sum / n; math.Abs(average-mean) > mean*0.05 {
			r.Fatalf("average %v of mean %v", average, mean)
		}
	})
	if Spread(0, 0.3, fixed(0.5)) != 0 {
		t.Error("a wait without mean is not 0")
	}
}
