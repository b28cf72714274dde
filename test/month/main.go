// Command month makes a database with a believable month in it: what a small
// installation leaves behind, made through the API of a real server whose clock
// is moved by hand, so that every row is one that the server's own rules wrote.
//
// It is for looking at the user interface and for its tests. The month ends now.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/reevehq/reeve/internal/api"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/server"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

func main() {
	database := flag.String("database", "month.db", "file to make")
	runs := flag.Int("runs", 600, "flow runs in the month")
	flag.Parse()
	if err := fill(*database, *runs); err != nil {
		log.Fatal(err)
	}
}

// untold is a clock that tells of no jumps: all of them are ours.
type untold struct{ clock.Clock }

func fill(database string, runs int) error {
	end := clock.System{}.Now().Truncate(time.Second)
	manual := clock.NewManual(end.Add(-30 * 24 * time.Hour))
	log := slog.New(slog.DiscardHandler)
	db, err := sqlite.Open(context.Background(), sqlite.Options{Path: database, Migrate: true, Clock: untold{manual}, Logger: log})
	if err != nil {
		return err
	}
	srv, err := server.Open(context.Background(), db, server.Config{Clock: untold{manual}, API: api.Config{BasePath: "/api", DefaultLimit: 200}}, log)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ctx, listener) }()
	m := &month{clock: manual, end: end, url: "http://" + listener.Addr().String() + "/api", draw: rand.New(rand.NewPCG(1, 2))}
	err = m.live(runs)
	stop()
	if e := <-served; err == nil {
		err = e
	}
	return err
}

// month does what has a time, in the order of time.
type month struct {
	clock *clock.Manual
	end   time.Time
	url   string
	draw  *rand.Rand
	plan  []deed
}

// deed is something that happens at a time.
type deed struct {
	at time.Time
	do func() error
}

func (m *month) at(t time.Time, do func() error) { m.plan = append(m.plan, deed{t, do}) }

// live does all that is planned up to the end. What is planned for later never happens.
func (m *month) live(runs int) error {
	flows, err := m.furnish()
	if err != nil {
		return err
	}
	for i := range runs {
		// Runs come denser towards the end, as in an installation that grows.
		part := 1 - m.draw.Float64()*m.draw.Float64()
		begin := m.end.Add(-time.Duration((1 - part) * float64(30*24*time.Hour)))
		m.planRun(flows[i%len(flows)], i, begin, m.draw.Float64())
	}
	m.planPresent(flows)
	slices.SortStableFunc(m.plan, func(a, b deed) int { return a.at.Compare(b.at) })
	for _, d := range m.plan {
		if d.at.After(m.end) {
			break
		}
		m.clock.Advance(max(0, d.at.Sub(m.clock.Now())))
		if err := d.do(); err != nil {
			return err
		}
	}
	m.clock.Advance(max(0, m.end.Sub(m.clock.Now())))
	return nil
}

// client keeps no connection: the server closes those that were idle for too long,
// and whenever the clock is moved they were.
var client = http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// ask sends JSON and reads the answer into to, when that is not nil.
func (m *month) ask(method, path string, body, to any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(method, m.url+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	got, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 300 {
		return cmp.Or(err, fmt.Errorf("%s %s: %d %s", method, path, answer.StatusCode, got))
	}
	if to == nil {
		return nil
	}
	return json.Unmarshal(got, to)
}

type object map[string]any

func (m *month) state(kind, id, typ, name, message string) error {
	state := object{"type": typ, "message": message}
	if name != "" {
		state["name"] = name
	}
	return m.ask("POST", "/"+kind+"/"+id+"/set_state", object{"state": state, "force": true}, nil)
}
