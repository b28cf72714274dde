package cost

import "strings"

// The table of prices. A price that has changed is set in reeve.toml, [cost];
// here it is changed together with AsOf.
const (
	// AsOf is when the prices were noted.
	AsOf = "2026-11"
	// Source is where to look whether they still hold.
	Source = "https://fly.io/docs/about/pricing/"
	// Currency is that of all prices.
	Currency = "USD"

	// priceDays is the length of the month that prices are for, in days.
	priceDays = 30

	// DefaultMachine is that of deploy/fly/server.toml.
	DefaultMachine = "shared-cpu-1x:256mb"
	// volumePrice is for a GB of a volume, stoppedPrice for a GB of the root file
	// system of a machine while it is stopped or suspended, both for a month.
	volumePrice, stoppedPrice = 0.15, 0.15
	// ipv4Price is for an IPv4 address of one's own for a month; a shared one, and
	// IPv6, cost nothing.
	ipv4Price = 2.00
	// snapshotPrice is for a GB of a volume's snapshots for a month, above those
	// that cost nothing. They are taken daily and kept for as many days.
	snapshotPrice, freeSnapshotGB, snapshotDays = 0.08, 10, 5
	// rootGB is the size of the image of deploy/fly.
	rootGB = 0.04
)

// machines are the prices of machines that are started for a whole month of 30
// days in the base region, the small ones first. Other regions add a markup.
var machines = []Machine{
	{"shared-cpu-1x:256mb", 2.02},
	{"shared-cpu-1x:512mb", 3.32},
	{"shared-cpu-1x:1gb", 5.92},
	{"shared-cpu-1x:2gb", 11.11},
	{"shared-cpu-2x:512mb", 4.04},
	{"shared-cpu-2x:1gb", 6.64},
	{"shared-cpu-2x:2gb", 11.83},
	{"shared-cpu-2x:4gb", 22.22},
}

// storages are the prices of a GB of backup storage for a month, by a part of
// the endpoint's name. Minimums of an account are not counted: Wasabi's is 1 TB.
var storages = []struct {
	endpoint string
	price    float64
}{
	{"wasabisys.com", 0.0069},
	{"tigris.dev", 0.02},
	{"r2.cloudflarestorage.com", 0.015},
	{"backblazeb2.com", 0.006},
	{"", 0.023}, // that of S3
}

func storagePrice(endpoint string) float64 {
	for _, s := range storages {
		if strings.Contains(endpoint, s.endpoint) {
			return s.price
		}
	}
	return 0
}

// Machine is a size of machine with its price for a month.
type Machine struct {
	Name  string  `json:"machine"`
	Price float64 `json:"price"`
}

// Tariff is what the host asks for.
type Tariff struct {
	// Machine is the one that sleeps, Always are those that do not.
	Machine string
	Always  []string
	// Machines are all that are known.
	Machines []Machine
	// VolumeGB is 0 for the size that was measured.
	VolumeGB, VolumePrice float64
	RootGB, StoppedPrice  float64
	// RegionMarkup is what the region adds to the price of a machine: 0.2 for 20 %.
	RegionMarkup float64
	// IPv4 is the number of addresses of one's own.
	IPv4      int
	IPv4Price float64
	// SnapshotGB is what the volume's snapshots take.
	SnapshotGB, SnapshotPrice float64
	// BackupGB is what the backup takes, 0 for no backup; BackupPrice is for a GB.
	BackupGB, BackupPrice float64
	AsOf, Source          string
}

// DefaultTariff is the table's, without a backup.
func DefaultTariff() Tariff {
	return Tariff{Machine: DefaultMachine, Machines: append([]Machine(nil), machines...), VolumePrice: volumePrice,
		RootGB: rootGB, StoppedPrice: stoppedPrice, IPv4Price: ipv4Price, SnapshotPrice: snapshotPrice, AsOf: AsOf, Source: Source}
}

// WithSnapshots is the tariff for a volume with a database of so many bytes. A
// snapshot has what changed since the one before: at most all of it.
func (t Tariff) WithSnapshots(database int64) Tariff {
	t.SnapshotGB = snapshotDays * float64(database) / gigabyte
	return t
}

// WithBackup is the tariff for an installation whose backup goes to an endpoint
// and takes so many GB.
func (t Tariff) WithBackup(endpoint string, gb float64) Tariff {
	t.BackupGB, t.BackupPrice = gb, storagePrice(endpoint)
	return t
}

// Set returns a machine a price, adding it when it is new.
func (t *Tariff) Set(name string, price float64) {
	for i := range t.Machines {
		if t.Machines[i].Name == name {
			t.Machines[i].Price = price
			return
		}
	}
	t.Machines = append(t.Machines, Machine{name, price})
}

// price is that of a machine in the region; false when it is not known.
func (t *Tariff) price(name string) (float64, bool) {
	for _, m := range t.Machines {
		if m.Name == name {
			return m.Price * (1 + t.RegionMarkup), true
		}
	}
	return 0, false
}

// Names are those of the machines.
func (t *Tariff) Names() []string {
	names := make([]string, len(t.Machines))
	for i, m := range t.Machines {
		names[i] = m.Name
	}
	return names
}
