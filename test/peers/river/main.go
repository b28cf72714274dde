// The command river is a peer: jobs of three steps, kept in SQLite and worked by
// the process that takes them.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	_ "modernc.org/sqlite"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	db, err := sql.Open("sqlite", "file:river.sqlite?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1) // as River's manual says for SQLite
	driver := riversqlite.New(db)
	migrator, err := rivermigrate.New(driver, nil)
	if err != nil {
		return err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return err
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{})
	client, err := river.NewClient(driver, &river.Config{
		Logger:               slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 100}},
		RescueStuckJobsAfter: 15 * time.Second,
		JobTimeout:           15 * time.Second,
		Workers:              workers,
	})
	if err != nil {
		return err
	}
	if err := client.Start(ctx); err != nil {
		return err
	}
	http.HandleFunc("POST /runs/{run}", func(w http.ResponseWriter, r *http.Request) {
		if _, err := client.Insert(r.Context(), work{Run: r.PathValue("run")}, nil); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	})
	http.HandleFunc("GET /", func(http.ResponseWriter, *http.Request) {})
	return http.ListenAndServe("127.0.0.1:"+os.Getenv("PEERS_PORT"), nil)
}

// work is a job.
type work struct {
	Run string `json:"run"`
}

// Kind implements river.JobArgs.
func (work) Kind() string { return "work" }

type worker struct {
	river.WorkerDefaults[work]
}

// Work does the three steps; a job that is taken up again begins after the last that is noted.
func (*worker) Work(ctx context.Context, job *river.Job[work]) error {
	for number := 1; number <= 3; number++ {
		river.ResumableStep(ctx, strconv.Itoa(number), nil, func(context.Context) error { return step(job.Args.Run, number) })
	}
	return nil
}

// step is apps/steps.py in Go.
func step(run string, number int) error {
	if _, text, found := strings.Cut(run, "~"); found {
		seconds, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return err
		}
		time.Sleep(time.Duration(seconds * float64(time.Second)))
	}
	note, err := os.OpenFile(os.Getenv("PEERS_STEPS"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer note.Close()
	_, err = fmt.Fprintf(note, "%s %d %d\n", run, number, time.Now().UnixNano())
	return err
}
