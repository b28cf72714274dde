//go:build siege

package siege

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// machineMemory is what the server's machine has.
const machineMemory = 256 << 20

const password = "admin:a password for the siege"

// server is a server in a control group of its own where this machine lets us make
// one; else its resident memory is looked at.
type server struct {
	t       *testing.T
	command *exec.Cmd
	address string
	group   string // folder of the control group, "" for none
	log     string
	exited  chan struct{}
}

func start(t *testing.T) *server {
	t.Helper()
	reeve := os.Getenv("REEVE_BIN")
	if reeve == "" {
		t.Fatal("REEVE_BIN names no program")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	_, port, _ := net.SplitHostPort(address)
	folder := t.TempDir()
	s := &server{t: t, address: address, group: makeGroup(t), log: filepath.Join(folder, "log"), exited: make(chan struct{})}
	arguments := []string{reeve, "server", "start", "--database", filepath.Join(folder, "reeve.db"), "--port", port}
	if s.group != "" { // the shell joins the group and becomes the server
		arguments = append([]string{"sh", "-c", `echo $$ > "$0/cgroup.procs" && exec "$@"`, s.group}, arguments...)
	}
	s.command = exec.Command(arguments[0], arguments[1:]...)
	s.command.Env = append(os.Environ(), "PREFECT_SERVER_API_AUTH_STRING="+password)
	if ui := os.Getenv("REEVE_UI"); ui != "" {
		s.command.Env = append(s.command.Env, "PREFECT_SERVER_UI_STATIC_DIRECTORY="+ui)
	}
	log, err := os.Create(s.log)
	if err != nil {
		t.Fatal(err)
	}
	s.command.Stdout, s.command.Stderr = log, log
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.command.Wait(); close(s.exited) }()
	t.Cleanup(s.stop)
	for range 200 {
		if answer, err := http.Get("http://" + address + "/api/health"); err == nil {
			_ = answer.Body.Close()
			return s
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("the server does not answer: %s", s.said())
	return nil
}

// makeGroup makes a control group of 256 MB, of either version; "" when this
// machine does not let us.
func makeGroup(t *testing.T) string {
	name := fmt.Sprintf("reeve-siege-%d", os.Getpid())
	for parent, limits := range map[string][]string{
		"/sys/fs/cgroup":        {"memory.max", "memory.swap.max", "0"},
		"/sys/fs/cgroup/memory": {"memory.limit_in_bytes", "memory.memsw.limit_in_bytes", strconv.Itoa(machineMemory)},
	} {
		group := filepath.Join(parent, name)
		if os.Mkdir(group, 0o755) != nil {
			continue
		}
		if set(group, limits[0], strconv.Itoa(machineMemory)) != nil {
			_ = os.Remove(group)
			continue
		}
		_ = set(group, limits[1], limits[2]) // there may be no swap to limit
		t.Cleanup(func() { _ = os.Remove(group) })
		return group
	}
	t.Log("this machine lets us make no control group: the server's resident memory is looked at instead")
	return ""
}

// set writes a file of a control group, which must be there.
func set(group, name, text string) error {
	f, err := os.OpenFile(filepath.Join(group, name), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// stop ends the server, which takes no longer than hosts allow.
func (s *server) stop() {
	began := time.Now()
	_ = s.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.exited:
	case <-time.After(10 * time.Second):
		s.t.Errorf("10 s after SIGTERM the server is still there: %s", s.said())
		_ = s.command.Process.Kill()
		<-s.exited
	}
	if took := time.Since(began); took > 6*time.Second {
		s.t.Errorf("the server took %v to end", took)
	}
}

// alive fails the test when the server has died.
func (s *server) alive(t *testing.T) {
	t.Helper()
	select {
	case <-s.exited:
		t.Fatalf("the server has died: %v, %s", s.command.ProcessState, s.said())
	default:
	}
}

// resident is the server's resident memory, in bytes.
func (s *server) resident(field string) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.command.Process.Pid))
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			kilobytes, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}

// said is the end of the server's log.
func (s *server) said() string {
	text, _ := os.ReadFile(s.log)
	return string(text[max(0, len(text)-2000):])
}

// dial opens a connection that ends with the test.
func (s *server) dial() net.Conn {
	c, err := net.DialTimeout("tcp", s.address, 5*time.Second)
	if err != nil {
		return nil // the server may turn attackers away
	}
	return c
}

// request makes a request with the password.
func (s *server) request(method, path string, body io.Reader) *http.Request {
	r, err := http.NewRequest(method, "http://"+s.address+path, body)
	if err != nil {
		panic(err) // the paths are constants
	}
	user, secret, _ := strings.Cut(password, ":")
	r.SetBasicAuth(user, secret)
	r.Header.Set("Content-Type", "application/json")
	return r
}

// head is how an attacker begins a request on a connection of its own.
func (s *server) head(method, path string, headers ...string) string {
	r := s.request(method, path, nil)
	return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\nContent-Type: application/json\r\n%s\r\n",
		method, path, s.address, r.Header.Get("Authorization"), strings.Join(headers, ""))
}

// status reads the status of an answer, 0 for none.
func status(c net.Conn) int {
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}
