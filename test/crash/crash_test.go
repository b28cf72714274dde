//go:build crash

// Package crash kills the server under load, again and again, and looks for
// every write that it had acknowledged.
//
//	make crash         the short form, 5 rounds
//	make crash LONG=1  the long form, 1,000 rounds
//
// It also takes the power away: a program runs under ptrace, every operation on
// its files is recorded, and for each sync point the files are made as they are
// when all that was not synced is lost, kept or torn; and it lets any one call
// of the program fail, or kills it there.
//
// REEVE_BIN names a binary to test; without it one is built. REEVE_CRASH_LONG
// asks for the long form, REEVE_CRASH_ROUNDS for a number of rounds;
// REEVE_CRASH_SEED repeats the random choices of a test.
package crash

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// perDatabase is how many kills one database goes through: it is looked through
// after each, which takes longer as it grows.
const perDatabase = 25

func TestAcknowledgedWritesOutliveKills(t *testing.T) {
	random := rand.New(rand.NewPCG(uint64(seed(t)), 0))
	binary := theBinary(t)
	total, slowest := 0, time.Duration(0)
	for left := rounds(); left > 0 && !t.Failed(); left -= perDatabase {
		k := kills{binary: binary, database: filepath.Join(t.TempDir(), "crash.db"), random: random}
		k.run(t, min(left, perDatabase))
		total, slowest = total+k.all.size(), max(slowest, k.slowest)
		if err := os.RemoveAll(filepath.Dir(k.database)); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d kills, %d acknowledged writes found; slowest start %v", rounds(), total, slowest)
	if total < rounds()*20 {
		t.Errorf("only %d writes were acknowledged: the test says little", total)
	}
}

// kills are those of one database.
type kills struct {
	binary, database string
	random           *rand.Rand
	all              ledger
	slowest          time.Duration
}

func (k *kills) run(t *testing.T, rounds int) {
	t.Helper()
	for round := range rounds {
		s := k.start(t)
		load := newLoad(s.url, &k.all)
		time.Sleep(time.Duration(20+k.random.IntN(480)) * time.Millisecond) // the moment of the kill is what is random here
		s.kill(t)
		load.stop()
		if t.Failed() {
			t.Fatalf("in round %d", round+1)
		}
	}
	k.start(t).kill(t)
	t.Logf("acknowledged and found: %s", &k.all)
}

// start starts the server and looks for all that was acknowledged.
func (k *kills) start(t *testing.T) *server {
	t.Helper()
	began := time.Now()
	s := start(t, k.binary, k.database)
	k.slowest = max(k.slowest, time.Since(began))
	verify(t, k.database, &k.all)
	return s
}

// rounds is how often a test kills.
func rounds() int {
	if long() {
		return number("REEVE_CRASH_ROUNDS", 1000)
	}
	return number("REEVE_CRASH_ROUNDS", 5)
}

// long reports whether the long form is wanted.
func long() bool { return os.Getenv("REEVE_CRASH_LONG") != "" }

// seed is what the random choices of a test follow from; it is in the log of
// the test.
func seed(t *testing.T) int {
	n := number("REEVE_CRASH_SEED", int(time.Now().UnixNano()&0xffffff))
	t.Logf("REEVE_CRASH_SEED=%d", n)
	return n
}

func number(name string, standard int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return standard
}

// theBinary is the binary under test.
func theBinary(t *testing.T) string {
	t.Helper()
	if binary := os.Getenv("REEVE_BIN"); binary != "" {
		return binary
	}
	return build(t, "")
}

func build(t *testing.T, tags string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "reeve")
	command := exec.Command("go", "build", "-tags", tags, "-o", binary, "github.com/reevehq/reeve/cmd/reeve")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}
