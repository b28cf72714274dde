package doctor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/metrics"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

const (
	// leastFree is the room below which writes are about to be turned away.
	leastFree = 4 * sqlite.ReserveSize
	// longLog is a write-ahead log that is not written back as it should be.
	longLog = 256 << 20
	// largeShare is the share of its volume from which a database is too large
	// for a copy of it to fit beside it.
	largeShare = 0.4
)

// folderOf is the nearest folder of a path that exists.
func folderOf(path string) string {
	folder := filepath.Dir(path)
	for {
		if info, err := os.Stat(folder); err == nil && info.IsDir() || folder == filepath.Dir(folder) {
			return folder
		}
		folder = filepath.Dir(folder)
	}
}

// checkDisk looks at the volume of the database: room, inodes, the reserve.
func checkDisk(_ context.Context, e *Exam) []Finding {
	if e.Config.Postgres() != "" {
		return skipped("the database is PostgreSQL's, whose disk is its own affair")
	}
	path := e.Config.Database()
	if e.absent(path) {
		return skipped("the server's database is on another machine")
	}
	folder := folderOf(path)
	v, err := e.Machine.volume(folder)
	if err != nil {
		return one(Warn, "df "+folder, "the volume of %s cannot be measured: %v", folder, err)
	}
	var all []Finding
	if v.Passing && !config.Loopback(e.Config.Text("server.api.host")) { // else somebody only tries it
		all = one(Fail, "mount a volume at the database's folder: [mounts] in fly.toml, docker run --volume reeve:/data", "%s is on the disk of this container, which is thrown away with it", folder)
	}
	grow := "free some space or grow the volume (fly volumes extend): du -xh " + folder + " | sort -h | tail"
	switch {
	case v.Free < leastFree:
		all = append(all, one(Fail, grow, "the volume of %s is full: %s of %s are free", folder, size(v.Free), size(v.Size))...)
	case metrics.NearlyFull(int64(v.Free), int64(v.Size)):
		all = append(all, one(Warn, grow, "the volume of %s is nearly full: %s of %s are free", folder, size(v.Free), size(v.Size))...)
	}
	if v.Inodes > 0 && v.FreeInodes < max(16, v.Inodes/100) {
		all = append(all, one(Fail, "find "+folder+" -xdev -type f | cut -d/ -f-4 | sort | uniq -c | sort -n | tail",
			"the volume of %s can hold no more files: %d of %d inodes are free", folder, v.FreeInodes, v.Inodes)...)
	}
	all = append(all, e.files(path)...)
	if len(all) == 0 {
		return ok("%s of %s are free at %s", size(v.Free), size(v.Size), folder)
	}
	return all
}

// longLogFound tells of a log that is long, and who it is that reads.
func longLogFound(path string, length int64, readers []string) []Finding {
	if len(readers) == 0 {
		return one(Warn, "stop and start the server; it writes the log back", "the log of database %s has grown to %s", path, size(uint64(length)))
	}
	return one(Warn, "end what reads it, or let it read a copy (reeve server database backup)", "the log of database %s has grown to %s, since it is being read by %s",
		path, size(uint64(length)), strings.Join(readers, ", "))
}

// files looks at what the server keeps beside the database.
func (e *Exam) files(path string) []Finding {
	var all []Finding
	if info, err := os.Stat(path + ".reserve"); err == nil && info.Size() < sqlite.ReserveSize {
		all = append(all, one(Fail, "free some space, then: "+e.start(""), "the reserve of database %s is used up: its disk was full", path)...)
	}
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > longLog {
		all = append(all, longLogFound(path, info.Size(), sqlite.LogReaders(path))...)
	}
	if err := writable(filepath.Dir(path)); err != nil {
		all = append(all, one(Fail, "chown and chmod the folder for the server's user: ls -ld "+filepath.Dir(path), "%v", err)...)
	}
	return all
}

// writable is an error when this user cannot make files in a folder that exists.
func writable(folder string) error {
	info, err := os.Stat(folder)
	if err != nil || !info.IsDir() {
		return nil // it is made at the start
	}
	if err := unix.Access(folder, unix.W_OK|unix.X_OK); err != nil {
		return fmt.Errorf("user %d cannot write to %s", os.Getuid(), folder)
	}
	return nil
}

// checkRetention sets what is kept against the room there is.
func checkRetention(_ context.Context, e *Exam) []Finding {
	if e.Config.Postgres() != "" {
		return skipped("the database is PostgreSQL's, whose disk is its own affair")
	}
	path := e.Config.Database()
	info, err := os.Stat(path)
	if err != nil {
		return skipped("the server's database is not on this machine")
	}
	v, err := e.Machine.volume(filepath.Dir(path))
	if err != nil || v.Size == 0 {
		return skipped("the volume of %s cannot be measured", path)
	}
	kept := "finished runs are kept for ever"
	kinds := e.Config.List("server.services.db_vacuum.enabled")
	deletesRuns := slices.Contains(kinds, "flow_runs") || slices.Contains(kinds, "true")
	if deletesRuns {
		kept = fmt.Sprintf("finished runs are kept for %s", days(e.Config.Seconds("server.services.db_vacuum.retention_period")))
	}
	kept += fmt.Sprintf(", events for %s", days(e.Config.Seconds("server.events.retention_period")))
	share := float64(info.Size()) / float64(v.Size)
	if share < largeShare {
		return ok("the database takes %s, %.1f %% of its volume; %s", size(uint64(info.Size())), 100*share, kept)
	}
	next := "grow the volume, or keep less: export PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED=events,flow_runs"
	if deletesRuns {
		next = "grow the volume, or keep less: export PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD=7d"
	}
	return one(Warn, next, "the database takes %s, %.0f %% of its volume, so that a copy of it may not fit; %s", size(uint64(info.Size())), 100*share, kept)
}
