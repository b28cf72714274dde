// Package up runs everything a reeve.toml names on one machine: the server,
// its work pools, a worker for each pool, the deployments of the flows and a
// sample run of each.
//
// The server is in this process; workers are processes of their own that are
// restarted when they end. Flows are deployed by the unmodified prefect package
// of the configured Python, so that parameters and documentation arrive as they
// do by any other way. Everything may be run again: what exists is kept or
// brought up to date.
package up

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"

	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/logline"
	"github.com/reevehq/reeve/internal/mask"
	"github.com/reevehq/reeve/internal/server"
	"github.com/reevehq/reeve/internal/webhooks"
)

// Plan is what is to be run.
type Plan struct {
	Setup  config.Setup
	Folder string // the entrypoints of the flows start here
	Server server.Config
	// Reeve is the path of this program, to start workers with.
	Reeve string
	// Environ is the environment of workers and deployments.
	Environ []string
	// Once ends when the sample runs have ended.
	Once bool
	// Webhooks are taken on the server's listener; nil without any.
	Webhooks *webhooks.Intake
	// Out takes the report for people, Err what workers print.
	Out, Err io.Writer
	// Form is that of log lines, those of the workers too.
	Form logline.Form
	// Mask knows the secrets that no line of a worker may show.
	Mask *mask.Masker
	Log  *slog.Logger
}

// running is a plan under way.
type running struct {
	Plan
	clock clock.Clock
	api   *client.Client
	base  string // where the server is
	ui    string // where a browser finds the UI, "" without one
	pages string // where its pages start, "" without any
	front *front // what the workers talk to
}

// Run carries out the plan on a listener until ctx ends, or, with Once, until
// the sample runs have ended. It fails when something cannot be set up or a
// sample run does not complete.
func Run(ctx context.Context, p Plan, srv *server.Server, listener net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	base := "http://" + client.Reachable(listener.Addr())
	r := &running{Plan: p, clock: clock.System{}, base: base, api: client.New(base+srv.APIPath(), p.Server.API.AuthString)}
	if path, ok := srv.UIPath(); ok {
		r.ui = base + path
	}
	if path := srv.UIPages(); path != "" {
		r.pages = base + path
	}

	var err error
	if r.front, err = openFront(r.api.URL(), p.Server.API.AuthString, p.Server.API.Memory, p.Log); err != nil {
		return errors.Join(err, listener.Close())
	}
	// Workers are told to stop first, so that they can still say how their runs ended.
	serving, endServing := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	go func() { served <- srv.Serve(serving, listener) }()
	var workers sync.WaitGroup
	err = r.work(ctx, &workers, served)
	stop()
	if p.Webhooks != nil {
		workers.Go(p.Webhooks.Stop)
	}
	workers.Wait()
	r.front.close()
	endServing()
	if errors.Is(err, errServerEnded) {
		return err
	}
	if ctxErr := <-served; err == nil {
		err = ctxErr
	}
	return err
}

var errServerEnded = errors.New("the server ended")

func (r *running) work(ctx context.Context, workers *sync.WaitGroup, served <-chan error) error {
	fmt.Fprintf(r.Out, "API: %s\n", r.api.URL())
	if r.ui != "" {
		fmt.Fprintf(r.Out, "UI:  %s\n", r.ui)
	}
	err := r.setUp(ctx, workers)
	if r.Once || err != nil && ctx.Err() == nil && !errors.As(err, new(*incomplete)) {
		return ignoreEnd(ctx, err)
	}
	if ctx.Err() == nil {
		if err != nil {
			fmt.Fprintf(r.Out, "%v\n", err)
		}
		fmt.Fprintln(r.Out, "Ready. Ctrl-C stops everything.")
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-served:
		return errors.Join(errServerEnded, err)
	}
}

// ignoreEnd turns the end that was asked for into success.
func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func (r *running) setUp(ctx context.Context, workers *sync.WaitGroup) error {
	for _, pool := range r.Setup.Pools {
		if err := r.createPool(ctx, pool); err != nil {
			return err
		}
		workers.Go(func() { r.superviseWorker(ctx, pool.Name) })
	}
	deployments, err := r.deploy(ctx)
	if err != nil {
		return err
	}
	if r.Webhooks != nil {
		r.Webhooks.Start(r.api.URL()) // not before what its webhooks run is deployed
		fmt.Fprintf(r.Out, "Webhooks: %s/webhooks/\n", r.base)
	}
	return r.runSamples(ctx, deployments)
}
