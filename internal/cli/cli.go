// Package cli is the command line: one file per command. A command parses,
// calls and prints; the logic is elsewhere.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/reevehq/reeve/internal/fault"
)

type commands struct {
	Server serverCommands `cmd:"" help:"Run and maintain the server."`
}

// process is what a command runs in.
type process struct {
	ctx context.Context
	out io.Writer
	log *slog.Logger
}

// Main runs the command line and gives the exit code: 0 for success, 1 for a
// failure, 2 for a wrong call or configuration.
func Main(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	var c commands
	parser, err := kong.New(&c, kong.Name("reeve"),
		kong.Description("A Prefect server, worker and gateway in one binary, built to sleep."),
		kong.Writers(stdout, stderr), kong.UsageOnError())
	if err != nil {
		fmt.Fprintln(stderr, "error:", err)
		return 1
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(stderr, "error:", err)
		return 2
	}
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelInfo}))
	return report(parsed.Run(&process{ctx, stdout, log}), stderr)
}

// report prints an error as one line and, where a next step is known, a hint.
func report(err error, stderr io.Writer) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "error:", err)
	var known *fault.Error
	if !errors.As(err, &known) {
		return 1
	}
	if known.Hint != "" {
		fmt.Fprintln(stderr, "hint:", known.Hint)
	}
	if known.Kind == fault.Internal {
		return 1
	}
	return 2
}
