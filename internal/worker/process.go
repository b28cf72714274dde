package worker

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/google/uuid"
)

// grace is how long a process has to end after SIGTERM.
const grace = 30 * time.Second

// process is a run's process and, since it leads one, its process group.
type process struct {
	id     int
	ended  chan struct{} // closed when it has ended
	exited chan struct{} // closed when, besides, its output has been copied
	code   int           // after ended: see exitCode; unknownCode when nobody can say
}

// unknownCode is the exit code of a process that nobody waited for.
const unknownCode = math.MinInt

func newProcess(id int) *process {
	return &process{id: id, ended: make(chan struct{}), exited: make(chan struct{})}
}

// outputDelay bounds the wait for output once a process has ended: descendants
// that outlive it may hold its output open.
const outputDelay = time.Second

// spawn starts a command as the leader of a new session.
func spawn(argv []string, dir string, env []string, output io.Writer) (*process, error) {
	command := exec.Command(argv[0], argv[1:]...)
	if path, err := lookPath(argv[0], env); err == nil {
		command.Path, command.Err = path, nil
	}
	command.Dir, command.Env = dir, env
	command.Stdout, command.Stderr = output, output
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	command.WaitDelay = outputDelay
	if err := command.Start(); err != nil {
		return nil, err
	}
	p := newProcess(command.Process.Pid)
	go func() {
		_ = command.Wait() // the state says more
		p.end(exitCode(command.ProcessState))
		close(p.exited)
	}()
	return p, nil
}

func (p *process) end(code int) {
	p.code = code
	close(p.ended)
}

// lookPath finds a program in the PATH of the environment it will have.
func lookPath(name string, env []string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	for i := len(env) - 1; i >= 0; i-- {
		path, ok := strings.CutPrefix(env[i], "PATH=")
		if !ok {
			continue
		}
		for _, dir := range filepath.SplitList(path) {
			candidate := filepath.Join(dir, name)
			if info, err := os.Stat(candidate); err == nil && !info.IsDir() && info.Mode()&0o111 != 0 {
				return candidate, nil
			}
		}
		break
	}
	return "", exec.ErrNotFound
}

// exitCode is what a process ended with: its exit code, or the number of the
// signal that ended it, negative.
func exitCode(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok {
		return statusCode(status)
	}
	return state.ExitCode()
}

func (p *process) pid() int { return p.id }
func statusCode(status syscall.WaitStatus) int {
	if status.Signaled() {
		return -int(status.Signal())
	}
	return status.ExitStatus()
}

// signal sends a signal to the whole group. A group that has gone is no error.
func (p *process) signal(s syscall.Signal) error {
	err := syscall.Kill(-p.id, s)
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}

// stop ends the group: SIGTERM, and SIGKILL when the process has not ended
// within the grace. What else is left of the group is killed too.
func (p *process) stop(after func(time.Duration) <-chan time.Time) error {
	if err := p.signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.exited:
	case <-after(grace):
	}
	return p.signal(syscall.SIGKILL)
}

// workspace is the folder with what the prefect package's workspace supervisor
// is told, and tells, of one run.
type workspace struct{ root, config, manifest string }

// newWorkspace makes a private folder and the supervisor's order in it. files
// is where the flow's code goes.
func newWorkspace(run uuid.UUID, files string) (*workspace, error) {
	root, err := os.MkdirTemp("", "prefect-workspace-attempt-")
	if err != nil {
		return nil, err
	}
	ws := &workspace{root, filepath.Join(root, "supervisor.json"), filepath.Join(root, "workspace.json")}
	order, err := json.Marshal(map[string]any{
		"flow_run_id": run, "workspace_root": files, "manifest_path": ws.manifest, "command": nil,
	})
	if err == nil {
		err = os.WriteFile(ws.config, order, 0o600)
	}
	if err != nil {
		ws.remove()
		return nil, err
	}
	return ws, nil
}

func (ws *workspace) remove() { _ = os.RemoveAll(ws.root) } // a temporary folder: the system clears it

// manifest is what the supervisor found: where and how to run the flow's hooks.
type manifest struct {
	WorkingDirectory string            `json:"working_directory"`
	HookCommand      []string          `json:"hook_command"`
	Environment      map[string]string `json:"environment"`
}

func (ws *workspace) readManifest() (*manifest, error) {
	raw, err := os.ReadFile(ws.manifest)
	if err != nil {
		return nil, err
	}
	var m manifest
	return &m, json.Unmarshal(raw, &m)
}

// environment turns a map into what a process takes; later ones win.
func environment(base []string, more ...map[string]string) []string {
	env := append([]string{}, base...)
	for _, m := range more {
		for key, value := range m {
			env = append(env, key+"="+value)
		}
	}
	return env
}

// splitCommand splits a command line into words the way a POSIX shell does:
// quotes and backslashes, no expansions.
func splitCommand(line string) []string {
	var words []string
	var word strings.Builder
	var quote rune
	inWord, escaped := false, false
	for _, c := range line {
		switch {
		case escaped:
			word.WriteRune(c)
			escaped = false
		case c == '\\' && quote != '\'':
			escaped, inWord = true, true
		case quote != 0:
			if c == quote {
				quote = 0
			} else {
				word.WriteRune(c)
			}
		case c == '\'' || c == '"':
			quote, inWord = c, true
		case c == ' ' || c == '\t' || c == '\n':
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteRune(c)
			inWord = true
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	return words
}
