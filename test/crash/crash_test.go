//go:build crash

// Package crash kills the server under load, again and again, and looks for
// every write that it had acknowledged.
//
//	go test -tags crash -count 1 ./test/crash                           5 rounds
//	REEVE_CRASH_ROUNDS=50 go test -tags crash -count 1 -v ./test/crash  the full form
//
// REEVE_BIN names a binary to test; without it one is built. REEVE_CRASH_SEED
// repeats the moments of the kills.
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

func TestAcknowledgedWritesOutliveKills(t *testing.T) {
	rounds := number("REEVE_CRASH_ROUNDS", 5)
	seed := number("REEVE_CRASH_SEED", int(time.Now().UnixNano()&0xffffff))
	t.Logf("%d rounds, REEVE_CRASH_SEED=%d", rounds, seed)
	random := rand.New(rand.NewPCG(uint64(seed), 0))
	database := filepath.Join(t.TempDir(), "crash.db")
	binary := os.Getenv("REEVE_BIN")
	if binary == "" {
		binary = build(t)
	}
	all := &ledger{}
	var slowest time.Duration
	for round := range rounds {
		started := time.Now()
		s := start(t, binary, database)
		slowest = max(slowest, time.Since(started))
		verify(t, database, all)
		load := newLoad(s.url, all)
		time.Sleep(time.Duration(100+random.IntN(700)) * time.Millisecond) // the moment of the kill is what is random here
		s.kill(t)
		load.stop()
		if t.Failed() {
			t.Fatalf("in round %d", round+1)
		}
	}
	s := start(t, binary, database)
	verify(t, database, all)
	s.kill(t)
	t.Logf("acknowledged and found: %s; slowest start %v", all, slowest)
	if all.size() < rounds*20 {
		t.Errorf("only %d writes were acknowledged: the test says little", all.size())
	}
}

func number(name string, standard int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return standard
}

func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "reeve")
	command := exec.Command("go", "build", "-o", binary, "github.com/reevehq/reeve/cmd/reeve")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}
