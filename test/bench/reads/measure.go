package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// api is a client of one server.
type api struct{ url string }

// ask sends a question and returns the answer: POST with a body, GET without.
func (a *api) ask(path string, b body) ([]byte, error) {
	if b == nil {
		return a.answer(http.MethodGet, path, nil)
	}
	text, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	return a.answer(http.MethodPost, path, text)
}

// send asks for something without looking at the answer.
func (a *api) send(method, path string, text []byte) error {
	_, err := a.answer(method, path, text)
	return err
}

func (a *api) answer(method, path string, text []byte) ([]byte, error) {
	var reader io.Reader
	if text != nil {
		reader = bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, a.url+"/api"+path, reader)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err = io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s: %.300s", method, path, answer.Status, text)
	}
	return text, err
}

// measure is how everything is measured.
type measure struct {
	database, only  string
	patience        time.Duration
	repeats, writes int
	env             []string // of the server
}

// figure is what one binary took for a question.
type figure struct {
	p50, p99, cpu float64 // ms
	rows          string
	failed        error
}

// compare measures binaries one after the other, and prints what all took.
func (m measure) compare(all []binary) error {
	var questions []question
	figures := make([][]figure, len(all))
	for i, b := range all {
		fmt.Fprintf(os.Stderr, "measuring %s\n", b.name)
		var err error
		if questions, figures[i], err = m.one(b); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
	}
	head, line := "| who | asks | rows |", "|---|---|---:|"
	for _, b := range all {
		head += fmt.Sprintf(" %s p50 | p99 | CPU ms |", b.name)
		line += "---:|---:|---:|"
	}
	fmt.Println(head + "\n" + line)
	for n, q := range questions {
		text := fmt.Sprintf("| %s | %s | %s |", q.who, q.name, figures[len(all)-1][n].rows)
		for i := range all {
			if f := figures[i][n]; f.failed != nil {
				text += " failed | | |"
				fmt.Fprintf(os.Stderr, "%s: %s: %v\n", all[i].name, q.name, f.failed)
			} else {
				text += fmt.Sprintf(" %.1f | %.1f | %.1f |", f.p50, f.p99, f.cpu)
			}
		}
		fmt.Println(text)
	}
	return nil
}

// one measures a binary.
func (m measure) one(b binary) ([]question, []figure, error) {
	s, err := m.start(b)
	if err != nil {
		return nil, nil, err
	}
	defer s.stop()
	a := &api{s.url}
	t, err := find(a)
	if err != nil {
		return nil, nil, err
	}
	asked := slices.DeleteFunc(t.questions(), func(q question) bool { return !strings.Contains(q.name, m.only) })
	ctx, cancel := context.WithCancel(context.Background())
	var writer sync.WaitGroup
	writer.Go(func() { m.write(ctx, a, t) })
	var out []figure
	for _, q := range asked {
		out = append(out, m.repeat(a, s, q))
	}
	cancel()
	writer.Wait()
	fmt.Fprintf(os.Stderr, "%s: %.0f MB resident at most\n", b.name, s.memory())
	return asked, out, nil
}

// write has runs live, at the rate of writes that was asked for.
func (m measure) write(ctx context.Context, a *api, t *things) {
	if m.writes == 0 {
		return
	}
	tick := time.NewTicker(time.Second * time.Duration(len(lifeCycle)+1) / time.Duration(m.writes))
	defer tick.Stop()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
					a.live(t)
				}
			}
		})
	}
	all.Wait()
}

var lifeCycle = []string{"PENDING", "RUNNING", "COMPLETED"}

// live makes a run and brings it to its end. What fails is not measured here.
func (a *api) live(t *things) {
	text, err := a.ask("/deployments/"+t.deployment+"/create_flow_run", body{})
	var run struct{ ID string }
	if err != nil || json.Unmarshal(text, &run) != nil {
		return
	}
	for _, state := range lifeCycle {
		_, _ = a.ask("/flow_runs/"+run.ID+"/set_state", body{"state": body{"type": state}})
	}
}

// repeat asks a question until there are enough answers or the time is over; the first
// one, which finds nothing in memory, does not count unless it is the only one.
func (m measure) repeat(a *api, s *server, q question) (f figure) {
	var took []float64
	begin, cpu := time.Now(), s.cpu()
	calls := 0
	for ; calls < 2 || calls < m.repeats && time.Since(begin) < m.patience; calls++ {
		asked := time.Now()
		text, err := a.ask(q.path, q.body)
		if err != nil {
			f.failed = err
			return f
		}
		took = append(took, time.Since(asked).Seconds()*1000)
		f.rows = rowsOf(text)
		if calls == 0 && time.Since(begin) > 2*m.patience {
			calls++
			break
		}
	}
	if len(took) > 1 {
		took = took[1:]
	}
	slices.Sort(took)
	f.p50, f.p99 = took[len(took)/2], took[len(took)*99/100]
	f.cpu = (s.cpu() - cpu).Seconds() * 1000 / float64(calls)
	return f
}

// rowsOf is how many rows an answer has, "" for one that is no list.
func rowsOf(text []byte) string {
	var list []json.RawMessage
	if json.Unmarshal(text, &list) == nil {
		return strconv.Itoa(len(list))
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(text, &object) != nil {
		return strings.TrimSpace(string(text))
	}
	for _, key := range []string{"rows", "results", "events", "logs"} {
		if json.Unmarshal(object[key], &list) == nil {
			return strconv.Itoa(len(list))
		}
	}
	return ""
}

// server is a running server.
type server struct {
	url        string
	cmd        *exec.Cmd
	postmaster int // of its PostgreSQL, 0 without one
}

func (m measure) start(b binary) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err = errors.Join(err, l.Close()); err != nil {
		return nil, err
	}
	home, err := os.MkdirTemp("", "reads-")
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(b.path, "server", "start", "--host", "127.0.0.1", "--port", port, "--database", m.database)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "PREFECT_HOME=" + home}, m.env...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{url: "http://127.0.0.1:" + port, cmd: cmd}
	if isPostgres(m.database) {
		s.postmaster = postmaster()
	}
	begin := time.Now()
	for time.Since(begin) < 10*time.Minute { // an older database is brought to the new schema first
		if _, err := (&api{s.url}).ask("/flow_runs/filter", body{"limit": 1}); err == nil {
			fmt.Fprintf(os.Stderr, "%s answers after %s\n", b.name, time.Since(begin).Round(time.Millisecond))
			return s, nil
		}
		time.Sleep(time.Millisecond)
	}
	s.stop()
	return nil, fmt.Errorf("the server does not answer")
}

// stop ends the server in order.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// cpu is the processor time that the server has had, and its PostgreSQL.
func (s *server) cpu() time.Duration {
	return threadsCPU(strconv.Itoa(s.cmd.Process.Pid)) + postgresCPU(s.postmaster)
}

// memory is the most resident memory that the server had, in MB.
func (s *server) memory() float64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kb, _ := strconv.ParseFloat(fields[0], 64)
	return kb / 1024
}
