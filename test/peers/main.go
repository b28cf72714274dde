// The command peers has Reeve, the reference and other engines that keep their
// work do the same: runs of three steps, each of which notes that it was done.
// It prints, for each, how long a run took to be kept and to be executed at a
// fixed rate of arrival, how many it does in a second, what a step adds, what
// memory it takes, how fast it starts, and what a kill -9 of all of its
// processes loses.
//
//	go run ./test/peers -tools bin/peers -python .venv-peers/bin/python ...
//
// It is a command and not a test: what it prints depends on the machine.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

func main() {
	reeve := flag.String("reeve", "bin/reeve", "our `binary`")
	prefect := flag.String("prefect", ".venv/bin/python", "`interpreter` with the prefect package")
	python := flag.String("python", ".venv-peers/bin/python", "`interpreter` with the packages of requirements.txt")
	tools := flag.String("tools", "bin/peers", "`folder` of restate-server, temporal-server and river")
	apps := flag.String("apps", "test/peers/apps", "`folder` of the peers' programs")
	only := flag.String("only", "", "measure the peers with one of these `names`, apart by commas, alone")
	flag.Parse()
	t := toolbox{absolute(*reeve), absolute(*prefect), absolute(*python), absolute(*tools), absolute(*apps)}
	if err := compare(t, *only); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// toolbox is where the programs are.
type toolbox struct{ reeve, prefect, python, tools, apps string }

// compare measures one peer after the other and prints a table.
func compare(t toolbox, only string) error {
	// What a killed process leaves becomes a child of this one, and is found.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return err
	}
	var all []column
	for _, p := range peers(t) {
		if only != "" && !strings.Contains(","+only+",", ","+p.name+",") {
			continue
		}
		c, err := measure(p)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		all = append(all, c)
		fmt.Fprintln(os.Stderr, p.name, "is measured")
	}
	report(os.Stdout, all)
	return nil
}

func absolute(path string) string {
	full, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return full
}
