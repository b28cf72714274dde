package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// length is how long each figure is measured.
const length = 2 * time.Second

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: drivers load FOLDER | make FILE | open FILE")
		os.Exit(2)
	}
	run := map[string]func(string) error{"load": load, "make": makeFile, "open": openFile}[os.Args[1]]
	if err := run(os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, driver+":", err)
		os.Exit(1)
	}
}

// load measures all rates on a new database and prints one "name value" a line.
func load(folder string) error {
	path := filepath.Join(folder, "load.db")
	c, err := prepared(path, true)
	if err != nil {
		return err
	}
	single, err := rate(1, length, func(int) error {
		_, args := newRun()
		if err := c.exec("BEGIN IMMEDIATE"); err != nil {
			return err
		}
		if err := c.exec(insertRun, args...); err != nil {
			return err
		}
		return c.exec("COMMIT")
	})
	if err != nil {
		return err
	}
	w := startWriter(c)
	grouped, err := rate(64, length, func(int) error { _, err := w.insert(); return err })
	if err != nil {
		return err
	}
	points, err := pointReads(path, w)
	if err != nil {
		return err
	}
	close(w.queue)
	if err := <-w.ended; err != nil {
		return err
	}
	if err := fill(c, max(0, 100_000-int(counter.Load()))); err != nil {
		return err
	}
	filters, err := filters(path)
	if err != nil {
		return err
	}
	fmt.Printf("group %.0f\nsingle %.0f\npoint %.0f\nfilter %.0f\npeak %s\n", grouped, single, points, filters, status("VmHWM"))
	return c.close()
}

// pointReads reads rows by id with 4 readers while 8 writers write.
func pointReads(path string, w *writer) (float64, error) {
	ids := make([][]byte, 1000)
	for i := range ids {
		var err error
		if ids[i], err = w.insert(); err != nil {
			return 0, err
		}
	}
	pool, err := readers(path, 4)
	if err != nil {
		return 0, err
	}
	go func() { _, _ = rate(8, length, func(int) error { _, err := w.insert(); return err }) }()
	defer time.Sleep(200 * time.Millisecond) // the writers end by their own clock
	return rate(4, length, func(i int) error {
		return pool[i].query(readRun, []any{ids[rand.IntN(len(ids))]}, readAll)
	})
}

// filters reads pages of 200 rows out of 100,000 with 2 readers.
func filters(path string) (float64, error) {
	pool, err := readers(path, 2)
	if err != nil {
		return 0, err
	}
	return rate(2, length, func(i int) error {
		rows := 0
		err := pool[i].query(filterRun, []any{states[rand.IntN(len(states))], time.Now().UnixMicro()},
			func(r row) { readAll(r); rows++ })
		if err == nil && rows != 200 {
			err = fmt.Errorf("%d rows instead of 200", rows)
		}
		return err
	})
}

// makeFile writes a database of about 50 MB.
func makeFile(path string) error {
	c, err := prepared(path, true)
	if err != nil {
		return err
	}
	if err := fill(c, 70_000); err != nil {
		return err
	}
	if err := c.query("PRAGMA wal_checkpoint(TRUNCATE)", nil, func(row) {}); err != nil {
		return err
	}
	return c.close()
}

// openFile does what a cold start does: open, settings, one write, one page of rows.
func openFile(path string) error {
	c, err := prepared(path, true)
	if err != nil {
		return err
	}
	_, args := newRun()
	if err := c.exec(insertRun, args...); err != nil {
		return err
	}
	err = c.query(filterRun, []any{"COMPLETED", time.Now().UnixMicro()}, readAll)
	if err != nil {
		return err
	}
	fmt.Println("resident", status("VmRSS"))
	return nil
}

// status reads a figure in MB from the kernel's account of this process.
func status(name string) string {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "?"
	}
	for line := range strings.Lines(string(text)) {
		if rest, found := strings.CutPrefix(line, name+":"); found {
			var kb float64
			_, _ = fmt.Sscan(rest, &kb)
			return fmt.Sprintf("%.1f", kb/1024)
		}
	}
	return "?"
}
