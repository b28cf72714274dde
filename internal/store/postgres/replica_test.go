package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/postgres"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// patience is more than any of these tests takes where nothing is wrong.
const patience = 30 * time.Second

// openReplica opens a database as one of its servers.
func openReplica(t *testing.T, url string) (*postgres.DB, *store.Store) {
	t.Helper()
	db, err := postgres.Open(context.Background(), postgres.Options{URL: url, Readers: 2, Replica: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, store.New(db, clock.System{}, clock.NewIDs(clock.System{}))
}

func receive[T any](t *testing.T, what string, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		t.Fatalf("%s: not within %v", what, patience)
	}
	return v
}

func emit(tx *store.Tx) error { return tx.Emit(anEvent(tx.IDs)) }

// TestOneLeads: of the servers of a database one leads; when it stops another does at once, and
// what is written for the first term is refused from then on.
func TestOneLeads(t *testing.T) {
	url := storetest.NewPostgres(t)
	first, firstStore := openReplica(t, url)
	term := receive(t, "the first server leads", first.Terms())
	if !term.Away {
		t.Error("nobody was there before, and it is not said")
	}
	second, secondStore := openReplica(t, url)
	of := func(n int64) context.Context { return store.WithTerm(context.Background(), n) }
	if err := firstStore.Update(of(term.Number), emit); err != nil {
		t.Errorf("a write of the leader: %v", err)
	}
	if err := secondStore.Update(of(term.Number), emit); !fault.Is(err, fault.Busy) {
		t.Errorf("a write by another server than the leader: %v", err)
	}
	select {
	case other := <-second.Terms():
		t.Fatalf("two lead: terms %d and %d", term.Number, other.Number)
	case <-time.After(2500 * time.Millisecond): // more than two looks
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	next := receive(t, "the second server takes over", second.Terms())
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("a lead that was given up was taken after %v", took)
	}
	if next.Away || next.Number <= term.Number {
		t.Errorf("the next term is %+v after %d", next, term.Number)
	}
	receive(t, "the first term ends", term.Done)
	if err := secondStore.Update(of(term.Number), emit); !fault.Is(err, fault.Busy) {
		t.Errorf("a write of a term that is over: %v", err)
	}
	if err := secondStore.Update(of(next.Number), emit); err != nil {
		t.Errorf("a write of the leader: %v", err)
	}
	var events int64
	if err := secondStore.View(context.Background(), func(tx *store.Tx) (err error) { events, err = tx.LastEventSequence(); return err }); err != nil || events != 2 {
		t.Errorf("%d events, %v: what was refused is there", events, err)
	}
}

// TestALeadIsTakenFromWhoIsGone: the lease of a server that was killed, as far as the database can
// tell, is taken when it is over, within 5 s; and its term has ended by then as it sees it itself.
func TestALeadIsTakenFromWhoIsGone(t *testing.T) {
	url := storetest.NewPostgres(t)
	first, firstStore := openReplica(t, url)
	term := receive(t, "the first server leads", first.Terms())
	second, _ := openReplica(t, url)
	undo := postgres.Mute(first)
	began := time.Now()
	next := receive(t, "the second server takes over", second.Terms())
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the lead was taken after %v", took)
	}
	select {
	case <-term.Done:
	default:
		t.Error("another leads, and the first server believes that it does")
	}
	if err := firstStore.Update(store.WithTerm(context.Background(), term.Number), emit); !fault.Is(err, fault.Busy) {
		t.Errorf("a write of a term that is over: %v", err)
	}
	undo()
	if next.Away {
		t.Error("a server was there")
	}
}

// TestOthersAreToldOfChanges, also when the message was lost: whoever is woken finds what is new.
func TestOthersAreToldOfChanges(t *testing.T) {
	url := storetest.NewPostgres(t)
	_, writes := openReplica(t, url)
	_, reads := openReplica(t, url)
	changed, stop := reads.Watch(store.Events)
	defer stop()
	seen := func() (n int64) {
		if err := reads.View(context.Background(), func(tx *store.Tx) (err error) { n, err = tx.LastEventSequence(); return err }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	wait := func(what string, n int64) {
		t.Helper()
		for seen() < n {
			receive(t, what, changed)
		}
	}
	for n := range int64(5) {
		if err := writes.Update(context.Background(), emit); err != nil {
			t.Fatal(err)
		}
		wait("a change of another server", n+1)
	}
	// One that tells nobody, as one that is killed just then.
	db, err := postgres.Open(context.Background(), postgres.Options{URL: url, Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for drained := false; !drained; {
		select {
		case <-changed:
		case <-time.After(1500 * time.Millisecond): // what was told of more than there was
			drained = true
		}
	}
	if err := store.New(db, clock.System{}, clock.NewIDs(clock.System{})).Update(context.Background(), emit); err != nil {
		t.Fatal(err)
	}
	receive(t, "a change that nobody told of", changed)
	if n := seen(); n != 6 {
		t.Errorf("%d events", n)
	}
}

// TestWhoComesIsToldAtOnce: a server that was alone tells one that has just come of its changes,
// before it has looked who is there.
func TestWhoComesIsToldAtOnce(t *testing.T) {
	url := storetest.NewPostgres(t)
	first, writes := openReplica(t, url)
	receive(t, "the first server leads", first.Terms())
	defer postgres.Mute(first)()
	second, reads := openReplica(t, url)
	defer postgres.Mute(second)() // it does not see what it was not told of
	changed, stop := reads.Watch(store.Events)
	defer stop()
	told := 0
	for end := time.Now().Add(patience); told < 4; { // that it has come is one of them
		if time.Now().After(end) {
			t.Fatalf("told %d times in %v", told, patience)
		}
		if err := writes.Update(context.Background(), emit); err != nil {
			t.Fatal(err)
		}
		select {
		case <-changed:
			told++
		case <-time.After(time.Second):
		}
	}
}
