package cli

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"reeve":       func() { os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr)) },
		"reeve-hangs": hang,
	})
}

// TestScripts runs the scripts of testdata, one or more for each command. Each
// has PORT and PORT2, ports that nobody listens on, and the command `up URL`, which
// waits until a server answers there.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			defer func() { _ = listener.Close() }()
			env.Setenv("PORT", fmt.Sprint(listener.Addr().(*net.TCPAddr).Port))
			second, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			defer func() { _ = second.Close() }()
			env.Setenv("PORT2", fmt.Sprint(second.Addr().(*net.TCPAddr).Port))
			env.Setenv("PREFECT_HOME", env.WorkDir+"/home")
			env.Setenv("REEVE_PYTHON", os.Getenv("REEVE_PYTHON"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"up": waitUp, "found": waitFound, "get": get, "hook": hook, "listed": listed, "shown": shown, "appears": appears, "spoil": spoil, "glob": glob, "woken": woken, "waiting": waiting, "scheduled": scheduled, "receiver": receiver, "saved": saved, "automated": automated},
	})
}

func waitUp(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		answer, err := http.Get(args[0])
		if err == nil {
			_ = answer.Body.Close()
			return
		}
	}
	ts.Fatalf("nobody answers at %s", args[0])
}

// found URL waits until what is there exists.
func waitFound(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if answer, err := http.Get(args[0]); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
	}
	ts.Fatalf("there is nothing at %s", args[0])
}

// get URL STATUS asks for a page as a browser does and checks the status.
func get(ts *testscript.TestScript, _ bool, args []string) {
	request, err := http.NewRequest(http.MethodGet, args[0], nil)
	ts.Check(err)
	request.Header.Set("Accept", "text/html")
	answer, err := http.DefaultClient.Do(request)
	ts.Check(err)
	_ = answer.Body.Close()
	if got := fmt.Sprint(answer.StatusCode); got != args[1] {
		ts.Fatalf("%s answered %s, want %s", args[0], got, args[1])
	}
}
