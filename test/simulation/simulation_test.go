package simulation

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	seed  = flag.Uint64("seed", 0, "the seed that TestSeed replays; 0 for none")
	seeds = flag.Int("seeds", 8, "how many seeds TestSeeds lives")
	first = flag.Uint64("first", 1, "the first of them")
	stop  = flag.Int("stop", 10, "how many seeds may fail before TestSeeds gives up")
)

// memory is a folder in memory, where there is one: that commits are on disk is tested
// elsewhere.
func memory(t *testing.T) string {
	folder, err := os.MkdirTemp("/dev/shm", "reeve-simulation")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}

// live lives one seed.
func live(t *testing.T, folder string, seed uint64, all func(string)) *world {
	w := newWorld(t.Context(), seed, nil, all)
	err := begin(folder)
	if err == nil {
		w.db, err = open(folder)
	}
	if err != nil {
		w.fail("setup", "%v", err)
		return w
	}
	w.run()
	if err := w.db.Close(); err != nil {
		w.fail("the database is closed", "%v", err)
	}
	return w
}

// report says what was wrong in a seed, and how to see it again.
func (w *world) report() string {
	return fmt.Sprintf("seed %d breaks a promise at step %d: %s\n  %s\nthe steps before it:\n%s\nagain: go test ./test/simulation -run 'TestSeed$' -seed %d -v",
		w.seed, w.failure.step, w.failure.invariant, w.failure.what, w.trace.end(), w.seed)
}

// TestSeeds lives some seeds, as many at once as there are processors.
func TestSeeds(t *testing.T) {
	if racing {
		*seeds = 1 // each has one goroutine
	}
	began := time.Now()
	var lived, steps, failed atomic.Int64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		folder := memory(t)
		all.Go(func() {
			for n := lived.Add(1); n <= int64(*seeds) && failed.Load() < int64(*stop); n = lived.Add(1) {
				w := live(t, folder, *first+uint64(n-1), nil)
				steps.Add(int64(w.steps))
				if n%1000 == 0 {
					t.Logf("%d seeds, %s", n, time.Since(began).Round(time.Second))
				}
				if w.failure != nil {
					failed.Add(1)
					t.Error(w.report())
				}
			}
		})
	}
	all.Wait()
	t.Logf("%d seeds, %d steps, %s", *seeds, steps.Load(), time.Since(began).Round(time.Millisecond))
}

// TestSeed replays one seed, and shows all that happens.
func TestSeed(t *testing.T) {
	if *seed == 0 {
		t.Skip("no -seed is given")
	}
	w := live(t, memory(t), *seed, func(line string) { t.Log(line) })
	if w.failure != nil {
		t.Fatal(w.report())
	}
	t.Logf("%d steps, trace %s", w.steps, w.trace.hash())
}

// TestASeedIsOneStory: the same seed is the same story, to the last answer.
func TestASeedIsOneStory(t *testing.T) {
	if racing {
		t.Skip("it takes long, and there is one goroutine")
	}
	folder := memory(t)
	for _, seed := range []uint64{3, 4} {
		one, other := live(t, folder, seed, nil), live(t, folder, seed, nil)
		if one.trace.hash() != other.trace.hash() || one.steps != other.steps {
			t.Errorf("seed %d was lived twice: %d steps, trace %s; %d steps, trace %s", seed, one.steps, one.trace.hash(), other.steps, other.trace.hash())
		}
	}
}
