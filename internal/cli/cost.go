package cli

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/cost"
	"github.com/reevehq/reeve/internal/fault"
)

type costs struct {
	apiFlags `embed:""`
	Month    string `name:"month" help:"Month to look at; this one by default." placeholder:"YYYY-MM"`
	Machine  string `name:"machine" help:"Size of the machine that sleeps; that of [cost] by default." placeholder:"SIZE"`
	JSON     bool   `name:"json" help:"Print JSON."`
}

// Help implements kong's detailed help.
func (*costs) Help() string {
	return `Example:

  reeve cost --url https://my-server.fly.dev/api --month 2026-11

Multiplies the time that the server was awake, by its own ledger, with the
host's prices: this month so far and a whole month at the same rate, by flow,
and for other sizes of machine. A server that sleeps is woken. The prices are a
table with a date; [cost] of reeve.toml replaces any of them.`
}

// Run asks the server for what was used and prints what it costs.
func (k *costs) Run(p *process) error {
	c, api, err := k.api(p)
	if err != nil {
		return err
	}
	path := "/reeve/usage"
	if k.Month != "" {
		if _, err := time.Parse("2006-01", k.Month); err != nil {
			return fault.New(fault.Invalid, "month %q is not like 2026-11", k.Month)
		}
		path += "?" + url.Values{"month": {k.Month}}.Encode()
	}
	var used cost.Usage
	if err := api.Ask(p.ctx, http.MethodGet, path, nil, &used); err != nil {
		return err
	}
	if k.Machine != "" {
		c.Cost.Machine = k.Machine
	}
	bill, err := cost.NewBill(used, tariffOf(c, used))
	if err != nil {
		return err
	}
	if k.JSON {
		return printJSON(p, bill)
	}
	return printBill(p.out, bill)
}

// tariffOf is the table's with what the configuration says.
func tariffOf(c *config.Config, used cost.Usage) cost.Tariff {
	t, own := cost.DefaultTariff(), c.Cost
	for _, name := range slices.Sorted(maps.Keys(own.Machines)) {
		t.Set(name, own.Machines[name])
	}
	t.Machine, t.Always = cmp.Or(own.Machine, t.Machine), own.Always
	t.VolumeGB, t.AsOf = own.VolumeGB, cmp.Or(own.AsOf, t.AsOf)
	t.RegionMarkup, t.IPv4 = own.RegionMarkup, own.IPv4
	t = t.WithSnapshots(used.Database)
	if c.Backup.URL != "" || own.BackupGB > 0 {
		t = t.WithBackup(c.Backup.Endpoint, cmp.Or(own.BackupGB, 2*float64(used.Database)/(1<<30)))
	}
	for _, set := range []struct{ to, from *float64 }{{&t.VolumePrice, own.VolumePrice}, {&t.RootGB, own.RootGB},
		{&t.StoppedPrice, own.StoppedPrice}, {&t.BackupPrice, own.BackupPrice},
		{&t.IPv4Price, own.IPv4Price}, {&t.SnapshotGB, own.SnapshotGB}, {&t.SnapshotPrice, own.SnapshotPrice}} {
		if set.from != nil {
			*set.to = *set.from
		}
	}
	return t
}

func printBill(w io.Writer, b *cost.Bill) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if b.Measured() == 0 {
		fmt.Fprintf(out, "%s: nothing was measured\n", b.Month)
		return out.Flush()
	}
	fmt.Fprintf(out, "%s, measured from %s to %s\n", b.Month, minute(b.From), minute(b.To))
	fmt.Fprintf(out, "awake %s of %s (%.2f %%), woken %s%s\n\n", spell(b.Awake), spell(b.Measured().Seconds()), 100*b.Share,
		counted(b.Wakes, "time"), reasons(b.Reasons))
	fmt.Fprintf(out, "%s\tSO FAR\tA MONTH AT THIS RATE\n", b.Currency)
	for _, i := range append(b.Items, b.Total) {
		fmt.Fprintf(out, "%s\t%s\t%s\n", i.What, money(i.SoFar), money(i.ByMonth))
	}
	fmt.Fprintf(out, "\nFLOW\tRUNS\tRAN\tAWAKE FOR IT\tSHARE\tSO FAR\tA MONTH\n")
	for i, f := range b.PerFlow {
		name, runs, ran, awake := f.Flow, "", "", b.Idle
		if i < len(b.Flows) {
			used := b.Flows[i]
			runs, ran, awake = fmt.Sprint(used.Runs), spell(used.Ran), used.Awake
		} else {
			name = "(no run)"
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%.1f %%\t%s\t%s\n", name, runs, ran, spell(awake), 100*f.Share, money(f.SoFar), money(f.ByMonth))
	}
	fmt.Fprintf(out, "\nMACHINE\tA MONTH AT THIS RATE\tNEVER ASLEEP\n")
	for _, s := range b.Sizes {
		fmt.Fprintf(out, "%s\t%s\t%s\n", s.Machine, money(s.ByMonth), money(s.Always))
	}
	fmt.Fprintf(out, "\nPrices as of %s, for months of 30 days; check them at %s and set what has changed in reeve.toml, [cost].\n", b.PricesOf, b.Source)
	return out.Flush()
}

func minute(t time.Time) string { return t.UTC().Format("2 Jan 15:04 UTC") }

// spell writes seconds in the two largest units.
func spell(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
}

func money(amount float64) string { return fmt.Sprintf("%.4f", amount) }

// reasons lists what woke the server, the most frequent first.
func reasons(by map[string]int) string {
	names := slices.SortedFunc(maps.Keys(by), func(a, b string) int { return cmp.Or(cmp.Compare(by[b], by[a]), strings.Compare(a, b)) })
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %d", name, by[name])
	}
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}
