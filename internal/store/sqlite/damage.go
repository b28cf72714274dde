package sqlite

import (
	"fmt"
	"os"
	"sync"

	"zombiezen.com/go/sqlite"

	"github.com/reevehq/reeve/internal/fault"
)

// damage remembers that the database is damaged, or may be. It is only read
// then: writing on would spread the damage.
//
// SQLite says "malformed" of damage and of a page that the disk failed to give,
// once, alike. So what a query meets is a suspicion, which holds until the
// whole file was read: it becomes certain or is lifted.
type damage struct {
	mu      sync.Mutex
	what    string // "" without any
	certain bool
}

// suspect notes an error of the driver that may tell of damage; false when it
// does not, or damage was known or suspected before.
func (d *damage) suspect(err error) bool {
	if !isDamage(err) {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.what != "" {
		return false
	}
	d.what = err.Error()
	return true
}

// found notes damage that was found by looking for it.
func (d *damage) found(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.what, d.certain = what, true
}

// lift ends a suspicion; false when there was none.
func (d *damage) lift() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.what == "" || d.certain {
		return false
	}
	d.what = ""
	return true
}

func (d *damage) health() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.what == "":
		return nil
	case d.certain:
		return fmt.Errorf("the database is damaged: %s", d.what)
	}
	return fmt.Errorf("the database may be damaged: %s", d.what)
}

// isDamage reports whether an error of the driver may tell of damage.
func isDamage(err error) bool {
	code := sqlite.ErrCode(err).ToPrimary()
	return code == sqlite.ResultCorrupt || code == sqlite.ResultNotADB
}

// refusal is what a write gets when there is damage.
func (d *damage) refusal() error {
	if err := d.health(); err != nil {
		return errDamaged(err)
	}
	return nil
}

func errDamaged(cause error) error {
	return fault.Wrap(fault.Busy, cause, "The database is damaged and can only be read")
}

// wasKilled reports whether whoever had the database last left its log behind,
// which a server that ends in order writes back.
func wasKilled(path string) bool {
	info, err := os.Stat(path + "-wal")
	return err == nil && info.Size() > 0
}
