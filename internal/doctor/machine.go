package doctor

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Machine is how this machine is asked. The zero value asks the real one.
type Machine struct {
	// Root is the folder in which sys and proc are looked for, "" for /.
	Root string
	// Volume measures the volume of a folder, nil for statfs.
	Volume func(folder string) (Volume, error)
	// Python prints what a program says, nil to run it with the interpreter.
	Python func(ctx context.Context, interpreter, program string) (string, error)
}

// Volume is a file system, in bytes and inodes.
type Volume struct {
	Size, Free         uint64
	Inodes, FreeInodes uint64 // 0 inodes: it does not count them
	// Passing tells of a container's own disk, which goes with the container.
	Passing bool
}

func (m Machine) path(name string) string { return filepath.Join("/", m.Root, name) }

// read returns a small file of the kernel's, "" when it is not there.
func (m Machine) read(name string) string {
	text, err := os.ReadFile(m.path(name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

func (m Machine) volume(folder string) (Volume, error) {
	if m.Volume != nil {
		return m.Volume(folder)
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(folder, &fs); err != nil {
		return Volume{}, err
	}
	block := uint64(fs.Bsize)
	return Volume{Size: fs.Blocks * block, Free: fs.Bavail * block, Inodes: fs.Files, FreeInodes: fs.Ffree, Passing: m.passing(folder)}, nil
}

// containers are files that tell a container, or a machine of fly.io.
var containers = []string{".dockerenv", "run/.containerenv", ".fly/api"}

// passing reports whether a folder is on the root disk of a container.
func (m Machine) passing(folder string) bool {
	inside := slices.ContainsFunc(containers, func(name string) bool {
		_, err := os.Stat(m.path(name))
		return err == nil
	})
	var root, here unix.Stat_t
	return inside && unix.Stat(m.path("."), &root) == nil && unix.Stat(folder, &here) == nil && root.Dev == here.Dev
}

// openers names the processes that have a file open, but for some.
func (m Machine) openers(file string, but ...string) []string {
	var names []string
	open, _ := filepath.Glob(m.path("proc/[0-9]*/fd/*")) // the pattern is good
	for _, fd := range open {
		target, err := os.Readlink(fd)
		pid := filepath.Base(filepath.Dir(filepath.Dir(fd)))
		if err != nil || target != file || slices.Contains(but, pid) {
			continue
		}
		but = append(but, pid)
		names = append(names, strings.TrimPrefix(m.read("proc/"+pid+"/comm")+", process "+pid, ", "))
	}
	return names
}

func (m Machine) python(ctx context.Context, interpreter, program string) (string, error) {
	if m.Python != nil {
		return m.Python(ctx, interpreter, program)
	}
	out, err := exec.CommandContext(ctx, interpreter, "-c", program).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		lines := strings.Split(strings.TrimSpace(string(exit.Stderr)), "\n")
		return "", errors.New(lines[len(lines)-1])
	}
	return strings.TrimSpace(string(out)), err
}

// listener names who listens on a TCP port of this machine, "" when that cannot
// be told: "python3, process 123".
func (m Machine) listener(port string) string {
	number, err := strconv.Atoi(port)
	if err != nil {
		return ""
	}
	sockets := map[string]bool{}
	for _, table := range []string{"proc/net/tcp", "proc/net/tcp6"} {
		for _, line := range strings.Split(m.read(table), "\n") {
			fields := strings.Fields(line)
			if len(fields) < 10 || fields[3] != "0A" { // LISTEN
				continue
			}
			_, at, _ := strings.Cut(fields[1], ":")
			if n, err := strconv.ParseUint(at, 16, 16); err == nil && int(n) == number {
				sockets["socket:["+fields[9]+"]"] = true
			}
		}
	}
	open, _ := filepath.Glob(m.path("proc/[0-9]*/fd/*")) // the pattern is good
	for _, file := range open {
		if target, err := os.Readlink(file); err == nil && sockets[target] {
			pid := filepath.Base(filepath.Dir(filepath.Dir(file)))
			return strings.TrimPrefix(m.read("proc/"+pid+"/comm")+", process "+pid, ", ")
		}
	}
	return ""
}

// checkPort looks who has the server's port when the server does not answer.
func checkPort(_ context.Context, e *Exam) []Finding {
	u, err := url.Parse(e.URL)
	if err != nil || !e.local() {
		return skipped("the server is on another machine")
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443"}[u.Scheme]
	}
	if e.met.answers {
		return ok("%s serves at port %s", orSomebody(e.Machine.listener(port)), port)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(u.Hostname(), port))
	if err == nil {
		_ = listener.Close()
		return ok("port %s is free", port)
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return one(Fail, "stop it, or choose another port: "+e.startWith("port", nextPort(port)),
			"port %s is in use by %s, which is not our server", port, orSomebody(e.Machine.listener(port)))
	}
	return one(Fail, e.startWith("port", "4200"), "cannot listen on port %s: %v", port, err)
}

func orSomebody(name string) string {
	if name == "" {
		return "another program"
	}
	return name
}

func nextPort(port string) string {
	n, _ := strconv.Atoi(port)
	return strconv.Itoa(n + 1)
}
