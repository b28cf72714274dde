package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	_ "modernc.org/sqlite" // the reader's
)

// Life cycles that arrive in a second, whether or not those before have ended,
// and how many may be under way before one is counted as late.
const (
	arrivals    = 50
	underWay    = 500
	hoursBucket = "hours"
	hoursKey    = "reeve-bench"
)

// hours keeps a server busy for long, with its backup and retention on and a
// reader that holds its view of the database for a twelfth of the time, every
// sixth. It prints a line a minute: what a write waited, the memory, the size of
// the database and of its log. The run fails when an acknowledged run is missing,
// and when the last third was slower, or took more memory, than the second one.
func hours(reeve, versitygw string, length time.Duration) error {
	folder, err := os.MkdirTemp("", "bench-hours-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	storage, endpoint, err := startStorage(versitygw, filepath.Join(folder, "storage"))
	if err != nil {
		return err
	}
	defer func() { _ = storage.Process.Kill(); _ = storage.Wait() }()
	k := reeveServer("hours", reeve, "python3")
	plain := k.command
	k.command = func(folder, port string) *exec.Cmd {
		c := plain(folder, port)
		c.Env = []string{"REEVE_CONFIG=" + filepath.Join(folder, "reeve.toml"), "AWS_ACCESS_KEY_ID=" + hoursKey, "AWS_SECRET_ACCESS_KEY=" + hoursKey,
			"PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED=events,flow_runs", "PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS=60",
			fmt.Sprintf("PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD=%d", int((length / 4).Seconds()))}
		return c
	}
	home := filepath.Join(folder, "server")
	if err := os.Mkdir(home, 0o700); err != nil {
		return err
	}
	config := fmt.Sprintf("[backup]\nurl = \"s3://%s/reeve\"\nendpoint = %q\nregion = \"us-east-1\"\n", hoursBucket, endpoint)
	if err := os.WriteFile(filepath.Join(home, "reeve.toml"), []byte(config), 0o600); err != nil {
		return err
	}
	s, err := launchIn(k, home)
	if err != nil {
		return err
	}
	defer s.stop()
	if err := s.await("GET", "/health", ""); err != nil {
		return err
	}
	a := newAPI(s.url)
	flow, err := a.create("/flows/", object{"name": "bench"})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), length)
	defer cancel()
	h := &hour{loaded: &loaded{api: a, flow: flow}, server: s}
	failed := make(chan error, 2)
	go func() { failed <- h.arrive(ctx) }()
	go func() { failed <- h.read(ctx, length) }()
	minutes := h.watch(ctx)
	if err := errors.Join(<-failed, <-failed); err != nil {
		return err
	}
	return h.judge(minutes)
}

// startStorage starts an S3 server with a bucket.
func startStorage(program, folder string) (*exec.Cmd, string, error) {
	if err := os.MkdirAll(filepath.Join(folder, hoursBucket), 0o700); err != nil {
		return nil, "", err
	}
	port, err := freePort()
	if err != nil {
		return nil, "", err
	}
	c := exec.Command(absolute(program), "--access", hoursKey, "--secret", hoursKey, "--port", "127.0.0.1:"+port, "posix", folder)
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		return nil, "", err
	}
	for range 100 {
		if connection, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			return c, "http://127.0.0.1:" + port, connection.Close()
		}
		time.Sleep(100 * time.Millisecond)
	}
	return c, "", errors.New("the storage does not answer")
}

// hour is the load and what is seen of it.
type hour struct {
	*loaded
	server *server

	mu     sync.Mutex
	waited []float64 // ms of each write of this minute
	late   int       // life cycles that had no place
	done   int64     // life cycles that were acknowledged
	newest string    // the run of the last one
}

// arrive begins life cycles at their times until ctx ends.
func (h *hour) arrive(ctx context.Context) error {
	places, failed := make(chan struct{}, underWay), make(chan error, 1)
	var all sync.WaitGroup
	defer all.Wait()
	begin := time.Now()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		case <-time.After(time.Until(begin.Add(time.Duration(n) * time.Second / arrivals))):
		}
		select {
		case places <- struct{}{}:
		default:
			h.mu.Lock()
			h.late++
			h.mu.Unlock()
			continue
		}
		all.Go(func() {
			defer func() { <-places }()
			if err := h.live(); err != nil {
				select {
				case failed <- err:
				default:
				}
			}
		})
	}
}

// live takes a run through its life, with a line of its log.
func (h *hour) live() error {
	var id string
	if err := h.timed(func() (err error) { id, err = h.newRun(); return err }); err != nil {
		return err
	}
	for _, state := range life {
		if err := h.timed(func() error { return h.bring(id, state) }); err != nil {
			return err
		}
	}
	if err := h.timed(func() error { _, err := h.post("/logs/", []object{line(id)}); return err }); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done++
	h.newest = id
	return nil
}

func (h *hour) timed(write func() error) error {
	begin := time.Now()
	err := write()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waited = append(h.waited, float64(time.Since(begin).Microseconds())/1000)
	return err
}

// read holds a view of the database for a twelfth of the time, every sixth.
func (h *hour) read(ctx context.Context, length time.Duration) error {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(h.server.folder, "bench.db")+"?mode=ro")
	if err != nil {
		return err
	}
	defer db.Close()
	for ctx.Err() == nil {
		if err := hold(ctx, db, length/12); err != nil && ctx.Err() == nil {
			return fmt.Errorf("the reader: %w", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(length / 12):
		}
	}
	return nil
}

// hold keeps a view for a time.
func hold(ctx context.Context, db *sql.DB, length time.Duration) error {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var before, after int64
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM flow_run").Scan(&before); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return nil
	case <-time.After(length):
	}
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM flow_run").Scan(&after); err != nil {
		return err
	}
	if before != after {
		return fmt.Errorf("its view changed from %d runs to %d", before, after)
	}
	return nil
}

// minute is what was seen in one.
type minute struct{ p50, p99, worst, memory, database, log float64 }

// watch prints a line a minute until ctx ends.
func (h *hour) watch(ctx context.Context) []minute {
	fmt.Printf("%6s %10s %10s %10s %10s %10s %12s %10s %8s\n", "minute", "writes/s", "p50 ms", "p99 ms", "worst ms", "RSS MB", "database MB", "log MB", "late")
	var minutes []minute
	for {
		select {
		case <-ctx.Done():
			return minutes
		case <-time.After(time.Minute):
		}
		h.mu.Lock()
		waited, late := h.waited, h.late
		h.waited, h.late = nil, 0
		h.mu.Unlock()
		slices.Sort(waited)
		if len(waited) == 0 {
			waited = []float64{60_000}
		}
		m := minute{waited[len(waited)/2], waited[len(waited)*99/100], waited[len(waited)-1], h.server.memory(), h.size("bench.db"), h.size("bench.db-wal")}
		minutes = append(minutes, m)
		fmt.Printf("%6d %10.0f %10.1f %10.1f %10.1f %10.0f %12.1f %10.1f %8d\n", len(minutes), float64(len(waited))/60, m.p50, m.p99, m.worst, m.memory, m.database, m.log, late)
	}
}

// size is a file's size in MB.
func (h *hour) size(name string) float64 {
	info, err := os.Stat(filepath.Join(h.server.folder, name))
	if err != nil {
		return 0
	}
	return float64(info.Size()) / (1 << 20)
}

// judge compares the last third with the second one, and asks for the newest run.
func (h *hour) judge(minutes []minute) error {
	if _, err := h.get("/flow_runs/" + h.newest); err != nil {
		return err
	}
	third := len(minutes) / 3
	if third == 0 {
		return errors.New("three minutes are the least")
	}
	second, last := minutes[third:2*third], minutes[2*third:]
	of := func(minutes []minute, value func(minute) float64) float64 {
		var values []float64
		for _, m := range minutes {
			values = append(values, value(m))
		}
		return middle(values)
	}
	p99 := func(m minute) float64 { return m.p99 }
	memory := func(m minute) float64 { return m.memory }
	fmt.Printf("%d life cycles; p99 of a write %.1f ms, then %.1f; memory %.0f MB, then %.0f\n",
		h.done, of(second, p99), of(last, p99), of(second, memory), of(last, memory))
	if of(last, p99) > 1.5*of(second, p99)+5 {
		return errors.New("writes wait longer the longer the server runs")
	}
	if of(last, memory) > 1.2*of(second, memory)+5 {
		return errors.New("memory grows")
	}
	return nil
}
