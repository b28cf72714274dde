// Command reads measures what the interface, the command line and workers ask of a long
// history: each list, count, history and search in turn, by one client, of a server on a
// database that test/bench/history has made, while others write to it. It prints a table
// for docs/performance.md: the median, the 99th percentile, the processor time of the
// whole server for a request, and how many rows the answer had.
//
// Binaries that are given as -reeve name=path are measured one after the other on the same
// database, which the older has to take: a schema is not taken back. The processor time of
// a PostgreSQL is counted with the server's when scripts/with-postgres has started it.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

func main() {
	database := flag.String("database", "bin/history.db", "a long history: a file, or a `URL` of PostgreSQL; what is written meanwhile stays in it")
	var binaries binaries
	flag.Var(&binaries, "reeve", "`name=path` of a binary; again for another, the older first")
	only := flag.String("only", "", "ask only what has this `text` in its name")
	patience := flag.Duration("patience", 3*time.Second, "for how long each question is repeated")
	repeats := flag.Int("repeats", 200, "how often each question is asked at most")
	writes := flag.Int("writes", 200, "states that runs are brought into each second meanwhile")
	keep := flag.Duration("delete", 0, "measure how long writes wait while a flow is deleted, then what is older than this; it is gone afterwards")
	flag.Parse()
	if len(binaries) == 0 {
		binaries = []binary{{"reeve", "bin/reeve"}}
	}
	m := measure{database: *database, only: *only, patience: *patience, repeats: *repeats, writes: *writes}
	run := func() error { return m.compare(binaries) }
	if *keep > 0 && isPostgres(*database) {
		fmt.Fprintln(os.Stderr, "error: -delete watches the file of a database: give one of SQLite")
		os.Exit(2)
	}
	if *keep > 0 {
		run = func() error { return m.deletion(binaries[0], *keep) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// binary is a server's program and what the table calls it.
type binary struct{ name, path string }

type binaries []binary

// String implements flag.Value.
func (b *binaries) String() string { return fmt.Sprint(*b) }

// Set implements flag.Value.
func (b *binaries) Set(text string) error {
	name, path, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("want name=path")
	}
	*b = append(*b, binary{name, path})
	return nil
}
