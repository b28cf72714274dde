// Command history makes a database with a long history: it repeats the runs of a month
// that test/month has made, at other times and with ids of their own, until there are as
// many as were asked for. Flows, deployments, pools and schedules are the month's.
//
// Every row is one that the server's own rules wrote, but for its ids and times. Runs of
// the newest days have events, as retention leaves them; a share of all has task runs and logs.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"time"
)

func main() {
	month := flag.String("month", "month.db", "database that test/month has made, which stays as it is")
	database := flag.String("database", "history.db", "file to make")
	runs := flag.Int("runs", 1_000_000, "flow runs")
	days := flag.Int("days", 365, "how far back they begin")
	events := flag.Int("events", 7, "newest days of which events are kept")
	detail := flag.Float64("detail", 0.25, "share of the runs that have task runs and logs")
	flag.Parse()
	if err := build(*month, *database, plan{runs: *runs, long: day(*days), events: day(*events), detail: *detail}); err != nil {
		log.Fatal(err)
	}
}

func day(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// plan is what a history is to have.
type plan struct {
	runs   int
	long   time.Duration // from the first run until now
	events time.Duration // of which events are kept, until now
	detail float64       // share of the runs with task runs and logs
}

func build(month, database string, p plan) error {
	began := time.Now()
	if err := copyFile(month, database); err != nil {
		return err
	}
	w, err := open(database)
	if err != nil {
		return err
	}
	defer w.close()
	lives, err := w.lives()
	if err != nil {
		return err
	}
	if err := w.write(lives, p); err != nil {
		return err
	}
	info, err := os.Stat(database)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d runs, %d rows, %.1f GB, in %s\n", database, p.runs, w.rows, float64(info.Size())/(1<<30), time.Since(began).Round(time.Second))
	return nil
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("%w (go run ./test/month makes it)", err)
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(target, source); err != nil {
		_ = target.Close()
		return err
	}
	return target.Close()
}
