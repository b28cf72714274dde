package main

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// kind is how one of the servers is started, and the worker that goes with it.
type kind struct {
	name    string
	starts  int  // cold starts that are timed; the best counts
	mayLose bool // it answers before it keeps what it was sent
	command func(folder, port string) *exec.Cmd
	worker  func(api string, idle time.Duration) *exec.Cmd // of the pool "bench"

	database *cluster // PostgreSQL that has the database; nil for a file in the folder
	servers  int      // that share the database; 0 for one
}

func realServer(python string) kind {
	return kind{name: "real", starts: 2, mayLose: true, command: func(folder, port string) *exec.Cmd {
		return realCommand(python, port, "sqlite+aiosqlite:///"+filepath.Join(folder, "bench.db"))
	}, worker: func(string, time.Duration) *exec.Cmd {
		return exec.Command(absolute(python), "-m", "prefect", "worker", "start", "--pool", "bench", "--type", "process")
	}}
}

func realCommand(python, port, database string) *exec.Cmd {
	c := exec.Command(absolute(python), "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", port)
	c.Env = []string{"PREFECT_SERVER_DATABASE_CONNECTION_URL=" + database}
	return c
}

func reeveServer(name, binary, python string) kind {
	return kind{name: name, starts: 5, command: func(folder, port string) *exec.Cmd {
		return reeveCommand(binary, port, filepath.Join(folder, "bench.db"))
	}, worker: func(api string, idle time.Duration) *exec.Cmd {
		return exec.Command(absolute(binary), "worker", "start", "--pool", "bench", "--api", api, "--python", absolute(python),
			"--warm", "on", "--warm-idle", idle.String())
	}}
}

func reeveCommand(binary, port, database string) *exec.Cmd {
	return exec.Command(absolute(binary), "server", "start", "--host", "127.0.0.1", "--port", port, "--database", database)
}

func absolute(path string) string {
	full, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return full
}

// server is a running server in a folder of its own.
type server struct {
	url      string
	folder   string
	cmd      *exec.Cmd
	mayLose  bool
	database *cluster
	others   []*server // on the same database
}

// urls are those of all servers of the database.
func (s *server) urls() []string {
	all := []string{s.url}
	for _, other := range s.others {
		all = append(all, other.url)
	}
	return all
}

// launch starts the process without waiting for it to answer.
func launch(k kind) (*server, error) {
	folder, err := os.MkdirTemp("", "bench-"+slug(k.name)+"-")
	if err != nil {
		return nil, err
	}
	if k.database != nil {
		if err := k.database.create(folder); err != nil {
			return nil, err
		}
	}
	return launchIn(k, folder)
}

// launchIn does so in a folder that may have a database already.
func launchIn(k kind, folder string) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	cmd := k.command(folder, port)
	cmd.Dir = folder
	cmd.Env = append(cmd.Env, "PATH="+os.Getenv("PATH"), "HOME="+folder, "PREFECT_HOME="+folder,
		"PREFECT_SERVER_ANALYTICS_ENABLED=false", "DO_NOT_TRACK=1")
	log, err := os.OpenFile(filepath.Join(folder, "server.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return &server{url: "http://127.0.0.1:" + port + "/api", folder: folder, cmd: cmd, mayLose: k.mayLose, database: k.database}, cmd.Start()
}

func start(k kind) (*server, error) {
	s, err := launch(k)
	if err != nil {
		return nil, err
	}
	for range k.servers - 1 {
		other, err := launchIn(k, s.folder)
		if err != nil {
			s.kill()
			return nil, err
		}
		s.others = append(s.others, other)
	}
	for _, each := range append([]*server{s}, s.others...) {
		if err := each.await(http.MethodGet, "/health", ""); err != nil {
			s.kill()
			return nil, err
		}
	}
	return s, nil
}

// startTime is the time from exec to the first answer of /api/health on a
// database that exists already, in milliseconds.
func startTime(k kind) (float64, error) {
	first, err := start(k)
	if err != nil {
		return 0, err
	}
	first.kill()
	defer first.stop()
	again := kind{name: k.name, starts: 1, mayLose: k.mayLose, command: func(_, port string) *exec.Cmd { return k.command(first.folder, port) }}
	begin := time.Now()
	s, err := start(again)
	if err != nil {
		return 0, err
	}
	took := float64(time.Since(begin).Microseconds()) / 1000
	s.stop()
	return took, nil
}

func (s *server) kill() {
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	_ = s.cmd.Wait()
	for _, other := range s.others {
		other.kill()
	}
}

// stop ends the process, those that share its database too, and removes folder and database.
func (s *server) stop() {
	s.kill()
	if s.database != nil {
		s.database.drop(s.folder)
	}
	_ = os.RemoveAll(s.folder)
}

// computed is the processor time, in seconds, of the processes of all servers.
func (s *server) computed() (seconds float64) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0
	}
	for _, path := range stats {
		if fields := processStat(path); len(fields) > 2 && fields[2] == strconv.Itoa(s.cmd.Process.Pid) {
			seconds += computed(fields, 11) // the group is the third
		}
	}
	for _, other := range s.others {
		seconds += other.computed()
	}
	return seconds
}

// memory is the resident memory in MB of the process group's largest process,
// which is the one that serves.
func (s *server) memory() float64 {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0
	}
	var largest float64
	for _, path := range stats {
		fields := processStat(path) // group is the third, pages the 22nd
		if len(fields) < 22 || fields[2] != strconv.Itoa(s.cmd.Process.Pid) {
			continue
		}
		pages, err := strconv.ParseFloat(fields[21], 64)
		if err == nil {
			largest = max(largest, pages*float64(os.Getpagesize())/(1<<20))
		}
	}
	return largest
}

// processStat are the fields of a process in /proc from its state on, none for one that is gone.
func processStat(path string) []string {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	return strings.Fields(rest)
}

// computed is the processor time, in seconds, of a user's and the system's ticks that stand
// beside each other in the fields of processStat.
func computed(fields []string, at int) float64 {
	if len(fields) < at+2 {
		return 0
	}
	user, _ := strconv.ParseFloat(fields[at], 64)
	system, _ := strconv.ParseFloat(fields[at+1], 64)
	const ticks = 100 // a second, on every Linux
	return (user + system) / ticks
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

// slug is a name as a folder and a database may have it.
func slug(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name))
}
