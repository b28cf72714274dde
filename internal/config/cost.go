package config

import "fmt"

// Cost is the [cost] of reeve.toml: what the host asks for, where that differs
// from the table that `reeve cost` has. Prices are for a month.
type Cost struct {
	// Machine is the size of the machine that sleeps, "shared-cpu-1x:256mb" by
	// default; Always are those of the machines that never do.
	Machine string   `toml:"machine"`
	Always  []string `toml:"always"`
	// Machines are prices of sizes, "shared-cpu-1x:256mb" = 2.02.
	Machines map[string]float64 `toml:"machines"`
	// VolumeGB is the size of the volume, the one that was measured by default.
	VolumeGB float64 `toml:"volume_gb"`
	// VolumePrice is for a GB of the volume.
	VolumePrice *float64 `toml:"volume_price"`
	// RootGB is the size of the image, StoppedPrice for a GB of it while the
	// machine is stopped or suspended.
	RootGB       *float64 `toml:"root_gb"`
	StoppedPrice *float64 `toml:"stopped_price"`
	// BackupGB is what the backup takes, twice the database by default where
	// [backup] has a url; BackupPrice is for a GB.
	BackupGB    float64  `toml:"backup_gb"`
	BackupPrice *float64 `toml:"backup_price"`
	// RegionMarkup is what the region adds to the price of a machine, 0.2 for 20 %.
	RegionMarkup float64 `toml:"region_markup"`
	// IPv4 is the number of IPv4 addresses of one's own, IPv4Price for one.
	IPv4      int      `toml:"ipv4"`
	IPv4Price *float64 `toml:"ipv4_price"`
	// SnapshotGB is what the volume's snapshots take, five times the database by
	// default; SnapshotPrice is for a GB above those that cost nothing.
	SnapshotGB    *float64 `toml:"snapshot_gb"`
	SnapshotPrice *float64 `toml:"snapshot_price"`
	// AsOf is when the prices were noted.
	AsOf string `toml:"as_of"`
}

func (c *Cost) check() error {
	prices := map[string]*float64{"volume_gb": &c.VolumeGB, "volume_price": c.VolumePrice, "root_gb": c.RootGB,
		"stopped_price": c.StoppedPrice, "backup_gb": &c.BackupGB, "backup_price": c.BackupPrice, "region_markup": &c.RegionMarkup,
		"ipv4_price": c.IPv4Price, "snapshot_gb": c.SnapshotGB, "snapshot_price": c.SnapshotPrice}
	addresses := float64(c.IPv4)
	prices["ipv4"] = &addresses
	for name, price := range c.Machines {
		prices[fmt.Sprintf("the price of %q", name)] = &price
	}
	for name, price := range prices {
		if price != nil && *price < 0 {
			return &malformed{name + " is negative", "give 0 or more, or leave it out"}
		}
	}
	return nil
}
