package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"text/template"
	"time"
)

// peers are all that are compared, in the order of the table.
func peers(t toolbox) []peer {
	return []peer{reference(t), reeve(t), dbos(t), restate(t), temporal(t), river(t)}
}

// What the engines say of where they keep things: all in SQLite or files of the
// folder, synced as each does by default.

func reference(t toolbox) peer {
	home := func(e *engine) []string {
		return []string{"PREFECT_HOME=" + e.folder, "PREFECT_API_URL=" + e.at(0, "/api"), "PREFECT_SERVER_ANALYTICS_ENABLED=false",
			"PREFECT_SERVER_DATABASE_CONNECTION_URL=sqlite+aiosqlite:///" + filepath.Join(e.folder, "prefect.db")}
	}
	p := contract(t)
	p.name, p.version = "prefect", "3.9.1"
	p.programs = []program{
		{[]string{t.prefect, "-m", "prefect", "server", "start", "--port", "{0}"}, home, "http://127.0.0.1:{0}/api/health"},
		{[]string{t.prefect, "-m", "prefect", "worker", "start", "--pool", pool, "--type", "process", "--limit", atMost, "--with-healthcheck"},
			func(e *engine) []string { return append(home(e), "PREFECT_WORKER_WEBSERVER_PORT="+e.ports[1]) }, "http://127.0.0.1:{1}/health"},
	}
	p.rates, p.burst, p.crash = []float64{0.2}, 20, 0.25
	return p
}

func reeve(t toolbox) peer {
	home := func(e *engine) []string { return []string{"PREFECT_HOME=" + e.folder} }
	p := contract(t)
	p.name, p.version = "reeve", "this tree"
	p.programs = []program{
		{[]string{t.reeve, "server", "start", "--port", "{0}", "--database", "{folder}/reeve.db"}, home, "http://127.0.0.1:{0}/api/health"},
		{[]string{t.reeve, "worker", "start", "--pool", pool, "--api", "http://127.0.0.1:{0}/api", "--python", t.prefect, "--limit", atMost}, home, ""},
	}
	p.rates, p.burst, p.crash = []float64{0.2, 2}, 100, 1
	return p
}

// pool is where runs of Prefect's contract go, and how many processes a worker has of
// them at once: more would only take memory.
const pool, atMost = "peers", "10"

// contract is what the two servers of Prefect's contract have in common: a run is
// one of a deployment, and a process of its own.
func contract(t toolbox) peer {
	return peer{
		prepare: func(e *engine) error {
			// The worker made the pool, or does so in a moment.
			var ignored struct{ ID string }
			_ = e.post(e.at(0, "/api/work_pools/"), map[string]any{"name": pool, "type": "process"}, &ignored)
			var flow, deployment struct{ ID string }
			if err := e.post(e.at(0, "/api/flows/"), map[string]any{"name": "work"}, &flow); err != nil {
				return err
			}
			err := e.post(e.at(0, "/api/deployments/"), map[string]any{"name": "peers", "flow_id": flow.ID, "work_pool_name": pool,
				"entrypoint": "prefect_flow.py:work", "path": t.apps}, &deployment)
			e.deployment = deployment.ID
			return err
		},
		give: func(e *engine, run string) error {
			var created struct{ ID string }
			err := e.post(e.at(0, "/api/deployments/"+e.deployment+"/create_flow_run"), map[string]any{"parameters": map[string]any{"run": run}}, &created)
			e.runs.Store(run, created.ID)
			return err
		},
		told: func(e *engine, run string) (bool, error) {
			id, _ := e.runs.Load(run)
			var read struct {
				Type string `json:"state_type"`
			}
			err := e.get(e.at(0, fmt.Sprintf("/api/flow_runs/%s", id)), &read)
			return slices.Contains([]string{"CRASHED", "FAILED"}, read.Type), err
		},
	}
}

func dbos(t toolbox) peer {
	p := behindDoor("dbos", "3.4.0", program{[]string{t.python, filepath.Join(t.apps, "dbos_app.py")}, door, doorOf})
	p.rates = []float64{0.2, 2, 20}
	return p
}

func river(t toolbox) peer {
	p := behindDoor("river", "0.51.2", program{[]string{filepath.Join(t.tools, "river")}, door, doorOf})
	p.rates = []float64{0.2, 2, 20}
	return p
}

func temporal(t toolbox) peer {
	server := program{[]string{filepath.Join(t.tools, "temporal-server"), "--config-file", "{folder}/temporal.yaml", "--allow-no-auth", "start"}, nil, ""}
	worker := program{[]string{t.python, filepath.Join(t.apps, "temporal_app.py")},
		func(e *engine) []string { return append(door(e), "PEERS_TEMPORAL=127.0.0.1:"+e.ports[0]) }, doorOf}
	p := behindDoor("temporal", "1.30.4", server, worker)
	p.configure = func(e *engine) error {
		text, err := template.ParseFiles(filepath.Join(t.apps, "temporal.yaml"))
		if err != nil {
			return err
		}
		file, err := os.Create(filepath.Join(e.folder, "temporal.yaml"))
		if err != nil {
			return err
		}
		ports := append([]string{e.ports[0]}, e.ports[2:]...)
		for range 4 {
			port, err := freePort()
			if err != nil {
				return errors.Join(err, file.Close())
			}
			ports = append(ports, port)
		}
		return errors.Join(text.Execute(file, map[string]any{"Database": filepath.Join(e.folder, "temporal.sqlite"), "Ports": ports}), file.Close())
	}
	p.rates = []float64{0.2, 2, 20}
	return p
}

// doorPort is the port of the programs that have apps/door.py, or do as it does.
const doorPort, doorOf = 1, "http://127.0.0.1:{1}/"

func door(e *engine) []string { return []string{"PEERS_PORT=" + e.ports[doorPort]} }

// behindDoor is an engine that runs steps in a process that takes runs by HTTP.
func behindDoor(name, version string, programs ...program) peer {
	return peer{name: name, version: version, programs: programs, burst: 200, crash: 5,
		give: func(e *engine, run string) error { return e.post(e.at(doorPort, "/runs/"+run), nil, nil) }}
}

func restate(t toolbox) peer {
	return peer{
		name: "restate", version: "1.7.12",
		programs: []program{
			{[]string{t.python, filepath.Join(t.apps, "restate_app.py")}, door, ""},
			{[]string{filepath.Join(t.tools, "restate-server"), "--node-name", "peers", "--base-dir", "{folder}/restate"},
				func(e *engine) []string {
					return []string{"RESTATE_INGRESS__BIND_ADDRESS=127.0.0.1:" + e.ports[0], "RESTATE_ADMIN__BIND_ADDRESS=127.0.0.1:" + e.ports[2],
						"RESTATE_BIND_ADDRESS=127.0.0.1:" + e.ports[3], "RESTATE_ADVERTISED_ADDRESS=http://127.0.0.1:" + e.ports[3], "RESTATE_DISABLE_TELEMETRY=true", "RUST_LOG=warn"}
				}, "http://127.0.0.1:{0}/restate/health"},
		},
		prepare: func(e *engine) error {
			var err error
			for range 100 { // its service may not listen yet
				if err = e.post(e.at(2, "/deployments"), map[string]any{"uri": e.at(doorPort, "/")}, nil); err == nil {
					return nil
				}
				time.Sleep(100 * time.Millisecond)
			}
			return err
		},
		give:  func(e *engine, run string) error { return e.post(e.at(0, "/Work/run/send"), run, nil) },
		rates: []float64{0.2, 2, 20}, burst: 200, crash: 5,
	}
}
