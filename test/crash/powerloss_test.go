//go:build crash && amd64

package crash

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/reevehq/reeve/internal/store/migrations"
	store "github.com/reevehq/reeve/internal/store/sqlite"
)

// Whenever the power goes, what was acknowledged is there afterwards, and the
// databases open.
func TestAcknowledgedWritesOutlivePowerLoss(t *testing.T) {
	h := record(t, theBinary(t), nil)
	if lost := h.replay(t); lost > 0 {
		t.Errorf("%d power losses lost something", lost)
	}
}

// The power losses would find a server that does not wait for the disk.
func TestPowerLossFindsUnsyncedCommits(t *testing.T) {
	h := record(t, build(t, "powerloss_normal"), nil)
	if lost := h.replay(t); lost == 0 {
		t.Error("nothing was lost though commits are not synced")
	}
}

// A sync that fails leaves pages unwritten that the system then calls clean, so
// that a later sync succeeds without them. Nothing is lost by that either.
func TestAcknowledgedWritesOutliveFailedSyncs(t *testing.T) {
	files := []string{"server.db-wal", "server.db", "gateway.db-wal", "gateway.db"}
	if !long() {
		files = files[seed(t)%len(files):][:1]
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			n := int32(20) // under load
			if filepath.Ext(file) == ".db" {
				n = 1 // as the log is written back
			}
			var seen atomic.Int32
			h := record(t, theBinary(t), func(c call) verdict {
				if c.name == "fsync" && filepath.Base(c.path) == file {
					if seen.Add(1) == n {
						return verdict{errno: syscall.EIO}
					}
				}
				return verdict{}
			})
			if seen.Load() < n {
				t.Errorf("%s was synced %d times only", file, seen.Load())
			}
			if lost := h.replay(t); lost > 0 {
				t.Errorf("%d power losses lost something", lost)
			}
		})
	}
}

// history is the disk of a server and a gateway under load, and what they
// acknowledged meanwhile.
type history struct {
	disk   *disk
	ledger *ledger
	// check opens what a power loss leaves in a folder and looks for what had
	// been acknowledged before an operation.
	check func(t *testing.T, folder string, at int) error
}

// record runs the load of the kills for a moment, pauses until the logs are
// written back, and runs it again; once both programs serve, calls fail as
// judge says.
func record(t *testing.T, binary string, judge func(call) verdict) *history {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := &history{disk: &disk{folder: folder}}
	h.ledger = &ledger{clock: h.disk.position}
	h.check = h.bothComplete
	var serving atomic.Bool
	judgeLater := func(c call) verdict {
		if judge == nil || !serving.Load() {
			return verdict{}
		}
		return judge(c)
	}
	s := startOn(t, binary, filepath.Join(folder, "server.db"), freePort(t), &tracer{folder: folder, disk: h.disk, judge: judgeLater})
	deploy(t, s.url)
	g := startGateway(t, binary, folder, s.url, &tracer{folder: folder, disk: h.disk, judge: judgeLater})
	serving.Store(true)
	hooks := &webhooks{ledger: h.ledger}
	moment := 500 * time.Millisecond
	if long() {
		moment = 3 * time.Second // the log is written back in passing, too
	}
	for round := range 2 {
		if round > 0 {
			h.rest(t)
		}
		load := newLoad(s.url, h.ledger)
		ctx, cancel := context.WithTimeout(t.Context(), moment)
		var senders sync.WaitGroup
		for range 4 {
			senders.Go(func() { hooks.send(ctx, g.url) })
		}
		senders.Wait()
		load.stop()
		cancel()
	}
	g.kill(t)
	s.kill(t)
	return h
}

// rest waits until both logs are written back, or it was tried: two seconds
// after the last write.
func (h *history) rest(t *testing.T) {
	t.Helper()
	began := h.disk.position()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) { // other processes: nothing tells when they do
		if h.disk.synced("server.db", began) && h.disk.synced("gateway.db", began) {
			return
		}
	}
	t.Error("the logs are not written back")
}

// replay opens the databases as they are after a power loss at every sync
// point, and, torn, at points between, and gives the number of those at which
// something was missing.
func (h *history) replay(t *testing.T) (losses int) {
	t.Helper()
	random := rand.New(rand.NewPCG(uint64(seed(t)), 0))
	between, tears := 150, 1
	if long() {
		between, tears = 25, 4
	}
	syncs, checks := 0, 0
	h.disk.replay(func(i int, next op, p *platter) {
		var fates []fate
		if next.kind == opSync || i == len(h.disk.ops) {
			syncs++
			fates = append(fates, lost)
			if long() {
				fates = append(fates, kept)
			}
		}
		if random.IntN(between) == 0 {
			for range tears {
				fates = append(fates, torn)
			}
		}
		for _, happens := range fates {
			checks++
			if err := h.after(t, i, p, happens, random); err != nil {
				if losses++; losses <= 3 {
					t.Logf("what was not synced is %s before operation %d, on %s: %v", happens, i, next.path, err)
				}
			}
		}
	})
	t.Logf("%d operations, %d syncs, %d power losses, at %d something was missing; acknowledged: %v", len(h.disk.ops), syncs, checks, losses, h.ledger)
	return losses
}

// after makes the folder as a power loss leaves it, and checks it.
func (h *history) after(t *testing.T, at int, p *platter, happens fate, random *rand.Rand) error {
	folder, err := os.MkdirTemp(memoryFolder(), "reeve-crash-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // it is in memory
	if err := p.save(folder, happens, random); err != nil {
		return err
	}
	return h.check(t, folder, at)
}

// bothComplete opens the databases of the server and the gateway.
func (h *history) bothComplete(t *testing.T, folder string, at int) error {
	inbox, err := migrations.Gateway("sqlite")
	if err != nil {
		return err
	}
	server, err := reopen(t.Context(), filepath.Join(folder, "server.db"), nil)
	if err != nil {
		return err
	}
	defer server.Close() //nolint:errcheck // read only
	if err := h.ledger.complete(server, at); err != nil {
		return err
	}
	gateway, err := reopen(t.Context(), filepath.Join(folder, "gateway.db"), inbox)
	if err != nil {
		return err
	}
	defer gateway.Close() //nolint:errcheck // read only
	if missing, of, err := h.ledger.missing(gateway, webhook, at); missing > 0 || err != nil {
		return errors.Join(fmt.Errorf("%d of %d webhooks are missing", missing, of), err)
	}
	return delivered(gateway, server)
}

// memoryFolder is a folder in memory, where a thousand small databases cost
// little, "" without one.
func memoryFolder() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}

// reopen opens a database as its program does at its next start, then to look
// at it.
func reopen(ctx context.Context, path string, steps []migrations.Migration) (*sqlite.Conn, error) {
	db, err := store.Open(ctx, store.Options{Path: path, Steps: steps, Migrate: true, Logger: slog.New(slog.DiscardHandler)})
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		return nil, err
	}
	c, err := sqlite.OpenConn(path, sqlite.OpenReadOnly)
	if err != nil {
		return nil, err
	}
	if err := sound(c); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// delivered is an error when the gateway says that it delivered a webhook of
// which the server knows nothing.
func delivered(gateway, server *sqlite.Conn) error {
	made := &ledger{}
	err := sqlitex.ExecuteTransient(gateway, `SELECT outcome FROM inbox WHERE status = 'delivered'`, &sqlitex.ExecOptions{ResultFunc: func(stmt *sqlite.Stmt) error {
		id, err := uuid.Parse(strings.TrimPrefix(stmt.ColumnText(0), "flow-run "))
		made.acknowledged(flowRun, id)
		return err
	}})
	if err != nil {
		return err
	}
	if missing, of, err := made.missing(server, flowRun, 0); missing > 0 || err != nil {
		return errors.Join(fmt.Errorf("%d of %d runs of delivered webhooks are missing", missing, of), err)
	}
	return nil
}
