package main

import (
	"fmt"
	"time"
)

// step is a task of a flow: what it is called and how long it takes about.
type step struct {
	name  string
	takes time.Duration
	wide  int // how many of it run side by side
}

// flow is one of the installation's flows with its deployment.
type flow struct {
	name, deployment, entrypoint string
	tags                         []string
	steps                        []step
	fails                        float64 // part of its runs
	parameters                   object
	schema                       object
	schedule                     object

	id, deploymentID string
}

func properties(fields object) object {
	return object{"type": "object", "title": "Parameters", "properties": fields}
}

func field(title, kind string, position int, initial any) object {
	return object{"title": title, "type": kind, "position": position, "default": initial}
}

func library() []*flow {
	return []*flow{
		{name: "caption-video", deployment: "production", entrypoint: "flows/caption.py:caption_video", tags: []string{"captions", "gpu"},
			steps: []step{{"download", 20 * time.Second, 1}, {"extract-frames", 45 * time.Second, 1}, {"recognise-text", 70 * time.Second, 8}, {"merge-captions", 12 * time.Second, 1}, {"upload", 9 * time.Second, 1}},
			fails: .08, parameters: object{"video": "holiday.mp4", "language": "de", "rate": 25},
			schema:   properties(object{"video": field("video", "string", 0, "holiday.mp4"), "language": field("language", "string", 1, "en"), "rate": field("rate", "integer", 2, 25)}),
			schedule: object{"cron": "*/30 * * * *", "timezone": "Europe/Berlin"}},
		{name: "crop-and-infer", deployment: "production", entrypoint: "flows/crop.py:crop_and_infer", tags: []string{"captions"},
			steps: []step{{"load-boxes", 4 * time.Second, 1}, {"crop", 30 * time.Second, 4}, {"infer", 55 * time.Second, 4}, {"store", 5 * time.Second, 1}},
			fails: .04, parameters: object{"batch": 64}, schema: properties(object{"batch": field("batch", "integer", 0, 64)}),
			schedule: object{"interval": 3600}},
		{name: "retrain-model", deployment: "weekly", entrypoint: "flows/retrain.py:retrain", tags: []string{"model", "slow"},
			steps: []step{{"collect", 60 * time.Second, 3}, {"train-epoch", 240 * time.Second, 1}, {"evaluate", 40 * time.Second, 1}, {"publish", 6 * time.Second, 1}},
			fails: .15, parameters: object{"epochs": 3, "dry_run": false}, schema: properties(object{"epochs": field("epochs", "integer", 0, 3), "dry_run": field("dry_run", "boolean", 1, false)}),
			schedule: object{"cron": "0 3 * * 1", "timezone": "UTC"}},
		{name: "nightly-report", deployment: "production", entrypoint: "flows/report.py:nightly_report", tags: []string{"reports"},
			steps: []step{{"query", 14 * time.Second, 2}, {"render", 8 * time.Second, 1}, {"send", 2 * time.Second, 1}},
			fails: .02, parameters: object{}, schema: properties(object{}), schedule: object{"cron": "15 4 * * *", "timezone": "Europe/Berlin"}},
	}
}

// furnish makes the pool, the flows and their deployments.
func (m *month) furnish() ([]*flow, error) {
	if err := m.ask("POST", "/work_pools/", object{"name": "machines", "type": "process", "concurrency_limit": 6}, nil); err != nil {
		return nil, err
	}
	flows := library()
	for _, f := range flows {
		var made struct{ ID string }
		if err := m.ask("POST", "/flows/", object{"name": f.name, "tags": f.tags}, &made); err != nil {
			return nil, err
		}
		f.id = made.ID
		err := m.ask("POST", "/deployments/", object{"name": f.deployment, "flow_id": f.id, "work_pool_name": "machines", "tags": f.tags,
			"parameters": f.parameters, "parameter_openapi_schema": f.schema, "entrypoint": f.entrypoint}, &made)
		if err != nil {
			return nil, err
		}
		f.deploymentID = made.ID
	}
	m.at(m.end.Add(-time.Hour), func() error { // only now, so that nothing else makes runs before
		for _, f := range flows {
			if err := m.ask("POST", "/deployments/"+f.deploymentID+"/schedules", []object{{"schedule": f.schedule, "active": true}}, nil); err != nil {
				return err
			}
		}
		return nil
	})
	return flows, nil
}

var adjectives = []string{"amber", "brisk", "calm", "dusky", "early", "frosty", "gentle", "hazy", "ivory", "jolly", "keen", "lunar", "mellow", "noble", "opal", "placid", "quiet", "rustic", "silver", "tidy"}
var animals = []string{"badger", "crane", "dormouse", "egret", "finch", "gecko", "heron", "ibis", "jackdaw", "kestrel", "lynx", "marten", "newt", "otter", "plover", "quail", "raven", "stoat", "tern", "vole"}

func runName(i int) string {
	return fmt.Sprintf("%s-%s", adjectives[i%len(adjectives)], animals[(i/len(adjectives)+7*i)%len(animals)])
}

var mishaps = []struct{ name, state, message string }{
	{"", "FAILED", "Flow run encountered an exception: ConnectionError: storage.example.org did not answer within 30 s"},
	{"", "FAILED", "Flow run encountered an exception: ValueError: frame 1834 has no text boxes"},
	{"", "CRASHED", "Process exited with code -9: it was killed, most likely for want of memory"},
	{"TimedOut", "FAILED", "Flow run exceeded timeout of 900.0 second(s)"},
}
