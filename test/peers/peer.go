package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"time"
)

// peer is one engine: its programs, how a run is given to it, and the loads that
// it can bear.
type peer struct {
	name, version string
	programs      []program
	// configure writes the files that the programs read. It may be nil.
	configure func(*engine) error
	// prepare makes what a run needs, once, when the programs run: a deployment,
	// a registration. It may be nil.
	prepare func(*engine) error
	// give hands a run to the engine and returns when that says that it is kept.
	give func(e *engine, run string) error
	// told reports whether the engine says by itself that a run has failed; nil
	// when it has nobody to ask.
	told  func(e *engine, run string) (bool, error)
	rates []float64 // runs a second that are given, whatever becomes of those before
	burst int       // runs that are given at once
	crash float64   // runs a second while it is killed
}

// program is one of the processes, and the path that answers when it serves; one
// without a path is not waited for.
type program struct {
	command []string
	env     func(e *engine) []string
	door    string // of an address, "http://…"
}

// engine is a peer that runs in a folder.
type engine struct {
	peer
	folder, steps string
	ports         [5]string
	running       []*process
	client        *http.Client
	deployment    string   // what prepare made, if it makes one
	runs          sync.Map // the engine's ids of runs, by their names
}

func newEngine(p peer, folder string) (*engine, error) {
	e := &engine{peer: p, folder: folder, steps: filepath.Join(folder, "steps"),
		client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 3 * time.Second}}}
	for i := range e.ports {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		e.ports[i] = port
	}
	if p.configure == nil {
		return e, nil
	}
	return e, p.configure(e)
}

// at is an address of one of the engine's ports.
func (e *engine) at(port int, path string) string {
	return "http://127.0.0.1:" + e.ports[port] + path
}

// start starts the programs in their order, each when the one before it serves.
func (e *engine) start() error {
	for i, p := range e.programs {
		running, err := launch(e, i, p)
		if err != nil {
			return err
		}
		e.running = append(e.running, running)
		if p.door == "" {
			continue
		}
		if err := e.await(expand(e, p.door), running); err != nil {
			return fmt.Errorf("%s: %w\n%s", p.command[0], err, running.said())
		}
	}
	return nil
}

// await waits until an address answers with success.
func (e *engine) await(url string, by *process) error {
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		answer, err := e.client.Get(url)
		if err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode < 300 {
				return nil
			}
		}
		if by.gone() {
			return errors.New("it has ended")
		}
	}
	return fmt.Errorf("%s does not answer within 2 minutes", url)
}

func (e *engine) do(request *http.Request, into any) error {
	answer, err := e.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	switch {
	case err != nil:
		return err
	case answer.StatusCode >= 300:
		return fmt.Errorf("%s %s: %s: %.300s", request.Method, request.URL.Path, answer.Status, text)
	case into == nil:
		return nil
	default:
		return json.Unmarshal(text, into)
	}
}

// post sends a body and fills answer, unless it is nil, with what comes back.
func (e *engine) post(url string, body, answer any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(data))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	return e.do(request, answer)
}

func (e *engine) get(url string, answer any) error {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	return e.do(request, answer)
}
