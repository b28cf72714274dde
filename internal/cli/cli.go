// Package cli is the command line: one file per command. A command parses,
// calls and prints; the logic is elsewhere.
//
// Results go to standard output, logs and errors to standard error. An error
// is one line that says what is wrong, and where a next step is known a hint:
// line. The exit code is 0 for success, 1 for a failure, 2 for a wrong call or
// configuration.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/sys/unix"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/logline"
	"github.com/reevehq/reeve/internal/mask"
)

type commands struct {
	Up     up             `cmd:"" help:"Run server, worker and flows of a reeve.toml on this machine."`
	Deploy deploy         `cmd:"" help:"Make the pools, deployments and limits of a reeve.toml on a server."`
	Server serverCommands `cmd:"" help:"Run and maintain the server."`
	Worker workerCommands `cmd:"" help:"Run flows."`

	Gateway gatewayCommands `cmd:"" help:"Take webhooks and keep workers running."`
	Webhook webhookCommands `cmd:"" help:"Look at webhooks that were received and replay them."`

	Automation automationCommands `cmd:"" help:"Look at automations."`

	Notify notifyCommands `cmd:"" help:"Try what notifications are sent with."`

	Status   status         `cmd:"" help:"Ask a running server how it is."`
	Doctor   doctor         `cmd:"" help:"Look an installation over and say what to do next."`
	Why      why            `cmd:"" help:"Say what a flow run waits for."`
	WakePlan wakePlan       `cmd:"" help:"Write what wakes a sleeping server at its schedules, for cron, systemd, pg_cron or GitHub."`
	Cost     costs          `cmd:"" help:"Say what an installation costs, by flow and for other machines."`
	Config   configCommands `cmd:"" help:"Look at the configuration."`
	Version  version        `cmd:"" help:"Print the version."`
}

// process is what a command runs in.
type process struct {
	ctx     context.Context
	environ []string
	out     io.Writer
	err     io.Writer
	level   *slog.LevelVar
	log     *slog.Logger
	form    logline.Form // of log lines
	// mask knows the secrets of the configuration once it is read; out and err
	// show none of them.
	mask *mask.Masker
}

// sameSignal is how long after the first another signal still counts as the
// same one: the kernel sends one for each thread of a parent that was killed,
// and terminals and supervisors both send theirs.
const sameSignal = time.Second

// Main runs the command line and gives the exit code: 0 for success, 1 for a
// failure, 2 for a wrong call or configuration.
func Main(args []string, stdout, stderr io.Writer) int {
	budget.RestCollector()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() {
		<-clock.System{}.After(sameSignal)
		stop() // from now on a second signal ends the process at once
	})
	var c commands
	done := false
	environ := os.Environ()
	form := logline.Form{Dated: !isTerminal(stderr)}
	masker := mask.New(mask.Environment(environ)...)
	stdout, stderr = masker.ValueWriter(stdout), masker.Writer(stderr)
	parser, err := kong.New(&c, kong.Name("reeve"),
		kong.Description("A Prefect server, worker and gateway in one binary, built to sleep.\n\nExit codes: 0 success, 1 failure, 2 wrong call or configuration."),
		kong.Writers(stdout, stderr), kong.Exit(func(int) { done = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		return report(err, stderr)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	switch {
	case done: // --help has answered
		return 0
	case err != nil:
		return report(wrongCall(err), stderr)
	}
	level := new(slog.LevelVar)
	log := slog.New(logline.NewHandler(stderr, level, form))
	return report(parsed.Run(&process{ctx, environ, stdout, stderr, level, log, form, masker}), stderr)
}

// isTerminal reports whether a person reads what is written to w.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetTermios(int(file.Fd()), unix.TCGETS)
	return err == nil
}

// partOf names the part of the program that a logger is for.
func (p *process) partOf(name string) *slog.Logger { return p.log.With(logline.Part, name) }

// wrongCall makes a fault of what the parser did not accept.
func wrongCall(err error) error {
	command := "reeve"
	var wrong *kong.ParseError
	if errors.As(err, &wrong) && wrong.Context != nil {
		if path := wrong.Context.Command(); path != "" {
			words := strings.Fields(path)
			for len(words) > 0 && strings.HasPrefix(words[len(words)-1], "<") {
				words = words[:len(words)-1]
			}
			command += " " + strings.Join(words, " ")
		}
	}
	return fault.New(fault.Invalid, "%s", err).WithHint("%s --help", strings.TrimSpace(command))
}

// report prints an error as one line and, where a next step is known, a hint.
func report(err error, stderr io.Writer) int {
	if err == nil {
		return 0
	}
	lines := strings.Split(err.Error(), "\n") // several errors; what fails on the way out often says the same again
	fmt.Fprintln(stderr, "error:", strings.Join(slices.Compact(lines), "; "))
	var known *fault.Error
	if !errors.As(err, &known) {
		return 1
	}
	if known.Hint != "" {
		fmt.Fprintln(stderr, "hint:", known.Hint)
	}
	switch known.Kind {
	case fault.Internal, fault.Busy, fault.Full:
		return 1
	}
	return 2
}
