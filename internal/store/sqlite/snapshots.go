package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store/migrations"
)

// KeepSnapshots is how many snapshots of a database are kept when nothing else
// was set.
const KeepSnapshots = 5

// stamp is the form of times in names of files; names sort as times do.
const stamp = "20060102T150405.000Z"

// Snapshot is a copy of a database in the folder snapshots/ beside it.
type Snapshot struct {
	Path   string
	Schema int
	Time   time.Time
}

var snapshotName = regexp.MustCompile(`^-schema(\d+)-(\d{8}T\d{6}\.\d{3}Z)\.db$`)

func snapshotFolder(database string) string {
	return filepath.Join(filepath.Dir(database), "snapshots")
}

func snapshotPath(database string, schema int, at time.Time) string {
	return filepath.Join(snapshotFolder(database), fmt.Sprintf("%s-schema%d-%s.db", baseName(database), schema, at.UTC().Format(stamp)))
}

func baseName(database string) string { return strings.TrimSuffix(filepath.Base(database), ".db") }

// Snapshots lists the snapshots of a database, the newest first.
func Snapshots(database string) ([]Snapshot, error) {
	database = real(database)
	entries, err := os.ReadDir(snapshotFolder(database))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var all []Snapshot
	for _, entry := range entries {
		rest, ours := strings.CutPrefix(entry.Name(), baseName(database))
		parts := snapshotName.FindStringSubmatch(rest)
		if !ours || parts == nil {
			continue
		}
		schema, _ := strconv.Atoi(parts[1]) // digits
		at, err := time.Parse(stamp, parts[2])
		if err == nil {
			all = append(all, Snapshot{filepath.Join(snapshotFolder(database), entry.Name()), schema, at})
		}
	}
	slices.SortFunc(all, func(a, b Snapshot) int { return b.Time.Compare(a.Time) })
	return all, nil
}

// TakeSnapshot copies the database into snapshots/, also while a server runs,
// and removes all but the newest keep.
func TakeSnapshot(ctx context.Context, path string, steps []migrations.Migration, now time.Time, keep int) (string, Found, error) {
	path = real(path)
	if !exists(path) {
		return "", Found{}, missing(path)
	}
	found, err := schemaOf(path)
	if err != nil {
		return "", Found{}, openFault(path, err)
	}
	to := snapshotPath(path, found, now)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return to, Found{}, err
	}
	checked, err := Backup(ctx, path, to, steps)
	if err != nil {
		return to, checked, err
	}
	return to, checked, prune(path, keep)
}

func schemaOf(path string) (n int, err error) {
	c, err := openConn(path, false)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	return schemaNumber(c)
}

// prune removes all but the newest snapshots, and all but the newest databases
// that a restore put aside.
func prune(database string, keep int) error {
	all, err := Snapshots(database)
	if err != nil {
		return err
	}
	for _, old := range all[min(keep, len(all)):] {
		err = errors.Join(err, os.Remove(old.Path))
	}
	aside, globErr := filepath.Glob(escapeGlob(database) + replaced + "*Z")
	slices.Sort(aside)
	for _, old := range aside[:max(0, len(aside)-keep)] {
		err = errors.Join(err, os.Remove(old))
		for _, end := range []string{"-wal", "-journal"} {
			if e := os.Remove(old + end); !errors.Is(e, fs.ErrNotExist) {
				err = errors.Join(err, e)
			}
		}
	}
	return errors.Join(err, globErr)
}

// RestoreLatest restores the newest snapshot that is sound. It names those that
// are not.
func RestoreLatest(ctx context.Context, path string, steps []migrations.Migration) (Restored, error) {
	path = real(path)
	lock, err := lockForRestore(path)
	if err != nil {
		return Restored{}, err
	}
	defer lock.release()
	return restoreLatestLocked(ctx, path, steps)
}

func restoreLatestLocked(ctx context.Context, path string, steps []migrations.Migration) (Restored, error) {
	all, err := Snapshots(path)
	if err != nil {
		return Restored{}, err
	}
	var skipped []string
	for _, s := range all {
		found, err := acceptable(ctx, s.Path, steps)
		if err != nil {
			skipped = append(skipped, s.Path)
			continue
		}
		done, err := putCopy(ctx, path, s.Path, found, steps)
		done.Skipped = skipped
		return done, err
	}
	none := fault.New(fault.Invalid, "there is no sound snapshot of %s in %s", path, snapshotFolder(path))
	if len(skipped) > 0 {
		return Restored{Skipped: skipped}, none.WithHint("these were looked at: %s", strings.Join(skipped, ", "))
	}
	return Restored{}, none.WithHint("make one with: reeve server database backup --database %s", path)
}

var createTable = regexp.MustCompile(`(?m)^CREATE TABLE (\w+)`)

// firstTable is a table that every database of a schema has, "" when the schema
// has none.
func firstTable(steps []migrations.Migration) string {
	if len(steps) == 0 {
		return ""
	}
	if found := createTable.FindStringSubmatch(steps[0].SQL); found != nil {
		return found[1]
	}
	return ""
}
