package cost

import (
	"fmt"
	"math"
	"strings"

	"github.com/reevehq/reeve/internal/fault"
)

// Bill is what a usage costs, until now and for a whole month at the same rate.
type Bill struct {
	Usage
	Currency string `json:"currency"`
	Machine  string `json:"machine"` // the one that sleeps
	// Share is the share of the measured time that the server was awake.
	Share float64 `json:"awake_share"`
	Items []Item  `json:"items"`
	Total Item    `json:"total"`
	// PerFlow is what each flow's part of the time awake costs; the last entry,
	// without a flow, is the time awake without a run.
	PerFlow []FlowItem `json:"per_flow"`
	// Sizes are what the machine that sleeps would cost in other sizes.
	Sizes    []Size `json:"sizes"`
	PricesOf string `json:"prices_as_of"`
	Source   string `json:"prices_source"`
}

// Item is a line of the bill.
type Item struct {
	What    string  `json:"what"`
	SoFar   float64 `json:"so_far"`
	ByMonth float64 `json:"month"`
}

// FlowItem is what a flow costs.
type FlowItem struct {
	Flow string `json:"flow"`
	// Share is its part of the time awake.
	Share   float64 `json:"share"`
	SoFar   float64 `json:"so_far"`
	ByMonth float64 `json:"month"`
}

// Size is what a machine would cost for a month.
type Size struct {
	Machine string  `json:"machine"`
	ByMonth float64 `json:"month"`  // awake as it was
	Always  float64 `json:"always"` // never asleep
}

const (
	gigabyte = 1 << 30
	// mostVolume is the largest volume, in GB, that is taken for one.
	mostVolume = 50
)

// NewBill makes the bill of a usage. A machine that the tariff does not know is
// a fault that names those it does.
func NewBill(u Usage, t Tariff) (*Bill, error) {
	b := &Bill{Usage: u, Currency: Currency, Machine: t.Machine, PricesOf: t.AsOf, Source: t.Source}
	month := Month(u.From).length().Seconds()
	passed := u.Measured().Seconds()
	if passed > 0 {
		b.Share = u.Awake / passed
	}
	perSecond := 1.0 / (priceDays * 24 * 3600)
	// A price for a month, for a share of the time.
	add := func(what string, price, share float64) {
		item := Item{what, price * share * passed * perSecond, price * share * month * perSecond}
		b.Items = append(b.Items, item)
		b.Total.SoFar += item.SoFar
		b.Total.ByMonth += item.ByMonth
	}
	price, err := t.known(t.Machine)
	if err != nil {
		return nil, err
	}
	stopped := t.RootGB * t.StoppedPrice
	add("machine "+t.Machine+", awake", price, b.Share)
	add("machine "+t.Machine+", asleep", stopped, 1-b.Share)
	for _, name := range t.Always {
		other, err := t.known(name)
		if err != nil {
			return nil, err
		}
		add("machine "+name+", always awake", other, 1)
	}
	if gb := t.volume(u); gb > 0 {
		add(fmt.Sprintf("volume of %g GB", gb), gb*t.VolumePrice, 1)
	}
	if gb := t.SnapshotGB - freeSnapshotGB; gb > 0 {
		add(fmt.Sprintf("snapshots of %.3g GB, above %d", t.SnapshotGB, freeSnapshotGB), gb*t.SnapshotPrice, 1)
	}
	if t.IPv4 > 0 {
		add(fmt.Sprintf("%d IPv4 of its own", t.IPv4), float64(t.IPv4)*t.IPv4Price, 1)
	}
	if t.BackupGB > 0 {
		add(fmt.Sprintf("backup of %.2g GB", t.BackupGB), t.BackupGB*t.BackupPrice, 1)
	}
	b.Total.What = "total"
	b.perFlow()
	for _, m := range t.Machines {
		price := m.Price * (1 + t.RegionMarkup)
		b.Sizes = append(b.Sizes, Size{m.Name, (price*b.Share + stopped*(1-b.Share)) * month * perSecond, price * month * perSecond})
	}
	return b, nil
}

func (t *Tariff) known(name string) (float64, error) {
	price, found := t.price(name)
	if !found {
		return 0, fault.New(fault.Invalid, "the price of machine %q is not known", name).
			WithHint("give it in reeve.toml, [cost.machines], or name one of: %s", strings.Join(t.Names(), ", "))
	}
	return price, nil
}

// volume is the size of the volume in GB. One that was measured is what the
// file system has, a little less than what is paid for: whole GB. A large one is
// the disk of a machine that was not rented for this, where a small one would do.
func (t *Tariff) volume(u Usage) float64 {
	gb := math.Ceil(float64(u.Volume) / gigabyte)
	switch {
	case t.VolumeGB > 0:
		return t.VolumeGB
	case gb > mostVolume:
		return 1
	}
	return gb
}

// perFlow divides the first item, the machine awake.
func (b *Bill) perFlow() {
	machine := b.Items[0]
	part := func(flow string, awake float64) {
		share := 0.0
		if b.Awake > 0 {
			share = awake / b.Awake
		}
		b.PerFlow = append(b.PerFlow, FlowItem{flow, share, machine.SoFar * share, machine.ByMonth * share})
	}
	for _, f := range b.Flows {
		part(f.Flow, f.Awake)
	}
	part("", b.Idle)
}
