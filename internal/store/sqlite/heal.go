package sqlite

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/migrations"
)

// Cure is a good copy of a database.
type Cure struct {
	From  string    // where it came from, for people
	Until time.Time // it has what was written until then
}

// Healer makes a file of the newest good copy of a database. fault.NotFound says
// that there is none.
type Healer func(ctx context.Context, part string) (Cure, error)

const (
	// healedNote is the end of the file that tells of the last healing, damagedNote
	// of the one that a server leaves which met damage.
	healedNote  = ".restored"
	damagedNote = ".damaged"
)

// heal replaces the database, which is locked and not open, by the newest good
// copy when it is missing or damaged. Without any copy it does nothing.
func heal(ctx context.Context, path string, o Options) (*store.Healing, error) {
	why, err := sickness(ctx, path)
	if err != nil || why == "" {
		return nil, err
	}
	work, err := newWork(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer work.remove()
	part := work.file("part.db")
	cure, err := o.Heal(ctx, part)
	if fault.Is(err, fault.NotFound) {
		o.Logger.Info("there is no copy to restore", "path", path, "why", why)
		return nil, nil
	}
	if err != nil {
		return nil, fault.Wrap(fault.KindOf(err), err, "database %s %s, and no copy could be put in its place", path, why).
			WithHint("start again once the storage answers; to start without the copy, take restore = \"auto\" out of [backup]")
	}
	if _, err := acceptable(ctx, part, o.Steps); err != nil {
		return nil, err
	}
	aside, err := install(part, path)
	if err != nil {
		return nil, err
	}
	done := &store.Healing{Why: why, From: cure.From, Until: cure.Until, At: o.Clock.Now(), Aside: aside}
	o.Logger.Warn("the database "+why+": the newest good copy was put in its place", "path", path,
		"from", done.From, "data_until", done.Until.Format(time.RFC3339Nano), "kept_at", aside)
	return done, errors.Join(noteHealing(path, done), prune(path, o.KeepSnapshots))
}

// sickness says what is wrong with a database, as a predicate, "" for nothing. It
// reads all of it only when its last owner was killed or met damage.
func sickness(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return "was missing", nil
	} else if err != nil {
		return "", err
	}
	magic := []byte("SQLite format 3\x00")
	header := make([]byte, len(magic))
	n, err := io.ReadFull(f, header)
	if err = errors.Join(ignoreShort(err), f.Close()); err != nil {
		return "", err
	}
	switch {
	case n == 0 && wasKilled(path): // a new one, all of it in its log
	case n == 0:
		return "was empty", nil
	case !bytes.Equal(header, magic):
		return "had no readable header", nil
	}
	thorough := wasKilled(path) || exists(path+damagedNote)
	what, err := lookTwice(ctx, path, thorough)
	if what != "" {
		return "was damaged (" + what + ")", nil
	}
	if err == nil && thorough {
		_ = os.Remove(path + damagedNote)
	}
	return "", err
}

// lookTwice looks again at what seems damaged, since a disk that fails to give a
// page once makes it look so too.
func lookTwice(ctx context.Context, path string, thorough bool) (what string, err error) {
	for range 2 {
		what, err = "", rollBack(path)
		switch {
		case err != nil:
		case thorough:
			what, err = inspect(ctx, path, quickLook)
		default:
			_, err = schemaOf(path)
		}
		if !isDamage(err) {
			break
		}
		what = err.Error()
	}
	if isDamage(err) {
		err = nil
	} else if err != nil {
		what, err = "", openFault(path, err)
	}
	return what, err
}

// rollBack ends what a process was killed in that made the database or changed
// its mode: those who only read cannot.
func rollBack(path string) error {
	if !exists(path + "-journal") {
		return nil
	}
	c, err := openConn(path, true)
	if err != nil {
		return err
	}
	_, err = schemaNumber(c)
	return errors.Join(err, c.close())
}

func ignoreShort(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

func noteHealing(path string, done *store.Healing) error {
	text, err := json.Marshal(done)
	if err != nil {
		return err
	}
	return os.WriteFile(path+healedNote, text, 0o600)
}

// LastHealing tells of the last time that a database was replaced at start; false
// when it never was.
func LastHealing(path string) (done store.Healing, ok bool) {
	text, err := os.ReadFile(path + healedNote)
	return done, err == nil && json.Unmarshal(text, &done) == nil
}

// LatestSnapshot makes a file of the newest snapshot that is sound.
func LatestSnapshot(ctx context.Context, database string, steps []migrations.Migration, part string) (Cure, error) {
	all, err := Snapshots(database)
	if err != nil {
		return Cure{}, err
	}
	for _, s := range all {
		if _, err := acceptable(ctx, s.Path, steps); err != nil {
			continue
		}
		_, err := copyChecked(ctx, s.Path, part, true, steps)
		return Cure{From: s.Path, Until: s.Time}, err
	}
	return Cure{}, fault.New(fault.NotFound, "there is no sound snapshot of %s", database)
}

// RestoreMade puts what make makes in the place of a database, as Restore does
// with a file.
func RestoreMade(ctx context.Context, path string, steps []migrations.Migration, from string, make func(part string) error) (Restored, error) {
	path = real(path)
	lock, err := lockForRestore(path)
	if err != nil {
		return Restored{}, err
	}
	defer lock.release()
	work, err := newWork(filepath.Dir(path))
	if err != nil {
		return Restored{}, err
	}
	defer work.remove()
	part := work.file("part.db")
	if err := make(part); err != nil {
		return Restored{}, err
	}
	done := Restored{From: from}
	if done.Found, err = acceptable(ctx, part, steps); err != nil {
		return done, fmt.Errorf("%s: %w", from, err)
	}
	done.Aside, err = install(part, path)
	return done, err
}
