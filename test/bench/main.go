// Command bench puts the real Prefect server and Reeve side by side: each in a
// process of its own on a new database, one after the other, loaded by the same
// eight clients with the same requests. It prints what each did per second, the
// memory it held, how long it took to start, and the ratios.
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
	python := flag.String("python", ".venv/bin/python", "`interpreter` with the prefect package")
	length := flag.Duration("length", 8*time.Second, "how long each rate is measured")
	cold := flag.Bool("cold", false, "measure cold starts alone")
	only := flag.String("only", "", "measure one server: real or reeve")
	flag.Parse()
	if err := compare(*binary, *python, *length, *only, *cold); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func compare(binary, python string, length time.Duration, only string, cold bool) error {
	var results []figures
	for _, k := range []kind{realServer(python), reeveServer(binary)} {
		if only != "" && only != k.name {
			continue
		}
		fmt.Fprintf(os.Stderr, "measuring %s\n", k.name)
		f := figures{k.name, map[string]float64{}}
		err := coldStart(k, f.values)
		if err == nil && !cold {
			err = measure(k, length, f.values)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
		results = append(results, f)
	}
	print(os.Stdout, results)
	return nil
}

// figures is what was measured of one server, by the key of a line in the report.
type figures struct {
	name   string
	values map[string]float64
}

func measure(k kind, length time.Duration, values map[string]float64) error {
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
	return load(s, length, values)
}
