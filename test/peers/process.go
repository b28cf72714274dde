package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a program of an engine that was started.
type process struct {
	command *exec.Cmd
	log     string
	ended   chan struct{}
}

// launch starts a program in the engine's folder.
func launch(e *engine, number int, p program) (*process, error) {
	var arguments []string
	for _, a := range p.command {
		arguments = append(arguments, expand(e, a))
	}
	c := exec.Command(arguments[0], arguments[1:]...)
	c.Dir = e.folder
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + e.folder, "LANG=C.UTF-8", "DO_NOT_TRACK=1", "PEERS_STEPS=" + e.steps}
	if p.env != nil {
		c.Env = append(c.Env, p.env(e)...)
	}
	log := filepath.Join(e.folder, fmt.Sprintf("log-%d", number))
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	c.Stdout, c.Stderr = file, file
	if err := c.Start(); err != nil {
		return nil, err
	}
	running := &process{c, log, make(chan struct{})}
	go func() { _ = c.Wait(); close(running.ended) }()
	return running, nil
}

// expand puts the engine's folder and ports in place of {folder} and {0}, {1}, ….
func expand(e *engine, text string) string {
	text = strings.ReplaceAll(text, "{folder}", e.folder)
	for i, port := range e.ports {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%d}", i), port)
	}
	return text
}

func (p *process) gone() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// said is the end of what the program has written.
func (p *process) said() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

// kill kills all processes of the engine, as the end of its machine would, but for
// what is in the memory of the system.
func (e *engine) kill() error {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		left := descendants()
		if len(left) == 0 {
			break
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("processes %v do not end", left)
		}
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			var status syscall.WaitStatus
			// Those that were handed to this process are nobody else's to wait for.
			if !slices.ContainsFunc(e.running, func(p *process) bool { return p.command.Process.Pid == pid }) {
				_, _ = syscall.Wait4(pid, &status, syscall.WNOHANG, nil)
			}
		}
	}
	for _, p := range e.running {
		<-p.ended
	}
	e.running = nil
	e.client.CloseIdleConnections()
	return nil
}

// descendants are the processes below this one; a peer at a time has any.
func descendants() []int {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well-formed
	children := map[int][]int{}
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(rest)
		if len(fields) < 2 {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		parent, _ := strconv.Atoi(fields[1])
		children[parent] = append(children[parent], pid)
	}
	var all []int
	for next := children[os.Getpid()]; len(next) > 0; next = next[1:] {
		all = append(all, next[0])
		next = append(next, children[next[0]]...)
	}
	return all
}

// memory is what all processes of the engine take in MB, each shared page
// divided among those that share it.
func memory() float64 {
	var kilobytes float64
	for _, pid := range descendants() {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			continue // it has ended
		}
		for line := range strings.Lines(string(text)) {
			if rest, found := strings.CutPrefix(line, "Pss:"); found {
				n, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
				kilobytes += n
			}
		}
	}
	return kilobytes / 1024
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
