package cli

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hang is a command that does not end by itself when it is told to stop.
func hang() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	defer endInTime(&process{ctx: ctx, out: os.Stdout, err: os.Stderr})()
	fmt.Println("hangs")
	for n := 0; ; n++ { // a loop that looks at nothing
		runtime.KeepAlive(n)
	}
}

func TestAProcessEndsWithinFiveSeconds(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	said := new(strings.Builder)
	command := &exec.Cmd{Path: program, Args: []string{"reeve-hangs"}, Stderr: said}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = command.Process.Kill() }()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(line, err)
	}
	began := time.Now()
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait()
	if took := time.Since(began); took < lastMoment || took > 10*time.Second {
		t.Errorf("it ended after %v", took)
	}
	if code := command.ProcessState.ExitCode(); code != 1 || !strings.HasPrefix(said.String(), "error: something that was under way") {
		t.Errorf("exit code %d: %s", code, said)
	}
}
