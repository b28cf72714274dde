// Command bench puts servers side by side: the real Prefect server, Reeve, and
// with -before a Reeve of another tree. Each runs in a process of its own on a new
// database, in turn, loaded by the same eight clients with the same requests. With
// -postgres the database is one of PostgreSQL, for Reeve with one server and with
// three, and beside them SQLite. It
// prints what each did per second, the memory it held, how long it took to start,
// and the ratios. With -rounds the medians of several turns count, since a busy
// machine's speed drifts.
//
// A call that the server answers with 503 is sent again, as the stock client
// does, and counts once. Creates and life cycles are counted in the database
// afterwards; a missing one ends the run.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	binary := flag.String("reeve", "bin/reeve", "our `binary`")
	before := flag.String("before", "", "our `binary` of another tree, measured beside it")
	python := flag.String("python", ".venv/bin/python", "`interpreter` with the prefect package; none leaves the real server out")
	length := flag.Duration("length", 8*time.Second, "how long each rate is measured")
	rounds := flag.Int("rounds", 1, "how often each of our binaries is measured, in turn")
	cold := flag.Bool("cold", false, "measure cold starts alone")
	runs := flag.Bool("runs", false, "measure the starts of runs alone, by each server's own worker")
	chart := flag.Bool("chart", false, "draw the requests of the start of a run by our binary's worker alone")
	automations := flag.Bool("automations", false, "measure the evaluation of automations alone, of our binary")
	long := flag.Duration("hours", 0, "keep our binary busy for so long alone, with backup, retention and a long reader")
	postgres := flag.Bool("postgres", false, "measure on PostgreSQL: the reference, and ours with one server and with three beside SQLite")
	serializable := flag.String("serializable", "", "our `binary` that writes in SERIALIZABLE transactions, measured beside the other on PostgreSQL alone")
	flag.IntVar(&clients, "clients", clients, "how many ask at once")
	versitygw := flag.String("versitygw", "bin/tools/versitygw", "S3 server `program` that takes the backups")
	flag.Parse()
	if *long > 0 {
		exit(hours(*binary, *versitygw, *long))
	}
	if *serializable != "" {
		exit(transactions(*binary, *serializable, *length))
	}
	if *postgres {
		exit(onPostgres(*binary, *before, *python, *length, *rounds))
	}
	if *automations {
		exit(evaluate(reeveServer("reeve", *binary, *python)))
	}
	if *chart {
		exit(chartRuns(os.Stdout, reeveServer("reeve", *binary, *python)))
	}
	var kinds []kind
	if *python != "none" {
		kinds = append(kinds, realServer(*python))
	}
	if *before != "" {
		kinds = append(kinds, reeveServer("before", *before, *python))
	}
	kinds = append(kinds, reeveServer("reeve", *binary, *python))
	measured := func(k kind, values map[string]float64) error { return measure(k, *length, values) }
	switch {
	case *runs:
		measured = startRuns
	case *cold:
		measured = coldStart
	}
	results, err := compare(kinds, *rounds, measured)
	if err == nil {
		print(os.Stdout, results)
	}
	exit(err)
}

// exit ends the program, with what went wrong if anything did.
func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// compare measures the servers in turn and gives the medians.
func compare(kinds []kind, rounds int, measured func(kind, map[string]float64) error) (results []figures, err error) {
	turns := make([][]map[string]float64, len(kinds))
	for round := range rounds {
		for i, k := range kinds {
			if k.mayLose && round > 0 {
				continue // the reference is so far away that one turn tells
			}
			fmt.Fprintf(os.Stderr, "measuring %s, %d of %d\n", k.name, round+1, rounds)
			values := map[string]float64{}
			if err := measured(k, values); err != nil {
				return nil, fmt.Errorf("%s: %w", k.name, err)
			}
			turns[i] = append(turns[i], values)
		}
	}
	for i, k := range kinds {
		results = append(results, figures{k.name, medians(turns[i])})
	}
	return results, nil
}

// medians is each figure's median over the turns, which all have the same figures.
func medians(turns []map[string]float64) map[string]float64 {
	all := map[string]float64{}
	for key := range turns[0] {
		var values []float64
		for _, turn := range turns {
			values = append(values, turn[key])
		}
		all[key] = middle(values)
	}
	return all
}

// figures is what was measured of one server, by the key of a line in the report.
type figures struct {
	name   string
	values map[string]float64
}

// measure is everything but the starts of runs.
func measure(k kind, length time.Duration, values map[string]float64) error {
	if err := coldStart(k, values); err != nil {
		return err
	}
	for range k.starts {
		took, err := startTime(k)
		if err != nil {
			return err
		}
		if best, known := values["start"]; !known || took < best {
			values["start"] = took
		}
	}
	s, err := start(k)
	if err != nil {
		return err
	}
	defer s.stop()
	time.Sleep(3 * time.Second)
	values["idle"] = s.memory()
	return load(s, length, values, everything...)
}
