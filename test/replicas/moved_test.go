package replicas

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/server"
	"github.com/reevehq/reeve/internal/store/postgres"
)

// The clock of one process cannot be set. So a server whose clock is to jump is this test's program,
// started once more: the same server, opened as the program opens it, with a clock that is moved
// by what is written to its standard input.
const (
	movedDatabase = "REEVE_TEST_MOVED_DATABASE"
	movedAddress  = "REEVE_TEST_MOVED_ADDRESS"
)

func TestMain(m *testing.M) {
	if database := os.Getenv(movedDatabase); database != "" {
		if err := serveMoved(database, os.Getenv(movedAddress)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// startMoved starts a server whose clock can be moved.
func startMoved(t *testing.T, database string) *replica {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r := newReplica(t, program)
	r.environ = append(r.environ, movedDatabase+"="+database, fmt.Sprintf("%s=127.0.0.1:%d", movedAddress, r.port))
	r.clock = &atomic.Int64{}
	r.launch(t)
	r.untilHealthy(t)
	return r
}

// move sets the clock of a server that startMoved started, so far from the machine's.
func (r *replica) move(t *testing.T, by time.Duration) {
	t.Helper()
	r.clock.Store(int64(by))
	if _, err := fmt.Fprintln(r.stdin, by); err != nil {
		t.Fatal(err)
	}
}

// movedClock is the machine's, with wall time moved.
type movedClock struct {
	clock.System
	by    atomic.Int64
	jumps chan time.Duration
}

// Now implements clock.Clock.
func (c *movedClock) Now() time.Time { return c.System.Now().Add(time.Duration(c.by.Load())) }

// Jumps implements clock.Jumper.
func (c *movedClock) Jumps() (<-chan time.Duration, func()) { return c.jumps, func() {} }

// obey moves the clock as it is told, until nobody tells any more.
func (c *movedClock) obey(orders io.Reader) {
	for lines := bufio.NewScanner(orders); lines.Scan(); {
		by, err := time.ParseDuration(lines.Text())
		if err != nil {
			continue
		}
		c.jumps <- by - time.Duration(c.by.Swap(int64(by)))
	}
	os.Exit(0) // the test is gone
}

func serveMoved(database, address string) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	settings, err := config.Load(config.Input{Environ: os.Environ()})
	if err != nil {
		return err
	}
	machine := &movedClock{jumps: make(chan time.Duration, 16)}
	go machine.obey(os.Stdin)
	c := server.Settings(settings)
	c.Clock = machine
	db, err := postgres.Open(context.Background(), postgres.Options{URL: database, Replica: true, Clock: machine, Logger: log, Observer: c.API.Meter})
	if err != nil {
		return err
	}
	s, err := server.Open(context.Background(), db, c, log)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	return s.Serve(context.Background(), listener)
}
