package actions

import (
	"encoding/json"
	"math"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/templating/jinja"
)

// models are the objects of the server that templates may speak of: how their
// class is called, and where the API has them.
var models = map[string]struct{ class, path string }{
	"deployment":        {"DeploymentResponse", "/deployments/"},
	"flow":              {"Flow", "/flows/"},
	"flow_run":          {"FlowRunResponse", "/flow_runs/"},
	"task_run":          {"TaskRun", "/task_runs/"},
	"work_pool":         {"WorkPool", ""}, // by filter: the API has them by name
	"work_queue":        {"WorkQueueWithStatus", "/work_queues/"},
	"concurrency_limit": {"ConcurrencyLimitV2", "/v2/concurrency_limits/"},
}

// object is one of the models, that of a resource; nil when there is no resource, or
// no such object any more.
func (a *act) object(r prefect.Resource, name string) (any, error) {
	if r == nil {
		return nil, nil
	}
	_, id := kindOf(r.ID())
	if id == nil {
		return nil, nil
	}
	text, err := a.read(name, id.String())
	if err != nil || text == nil {
		return nil, err
	}
	value := model(models[name].class, text)
	if o, ok := value.(*jinja.Object); ok && (name == "flow_run" || name == "task_run") {
		stateOfEvent(o, r)
	}
	return value, nil
}

// read is an object as the API has it, nil when it has none.
func (a *act) read(name, id string) (json.RawMessage, error) {
	if name == "work_pool" {
		answer, err := a.ask("POST", "/work_pools/filter", byID("work_pools", id))
		if err != nil || answer.Status >= 300 {
			return nil, err
		}
		var pools []json.RawMessage
		if err := json.Unmarshal(answer.Body, &pools); err != nil || len(pools) == 0 {
			return nil, err
		}
		return pools[0], nil
	}
	path := models[name].path + id
	answer, err := a.ask("GET", path, nil)
	if err != nil || answer.Status >= 300 || name != "work_queue" {
		return succeeded(answer), err
	}
	status, err := a.ask("GET", path+"/status", nil)
	if err != nil || status.Status >= 300 {
		return nil, err
	}
	whole, err := prefect.Object(answer.Body).Merged(status.Body)
	return json.RawMessage(whole), err
}

func succeeded(answer Answer) json.RawMessage {
	if answer.Status >= 300 {
		return nil
	}
	return answer.Body
}

// stateOfEvent puts the state that the event tells of in the place of the run's,
// which may have changed since.
func stateOfEvent(run *jinja.Object, r prefect.Resource) {
	labels := [...]string{"prefect.state-message", "prefect.state-name", "prefect.state-timestamp", "prefect.state-type"}
	values := make([]any, 0, 8)
	for _, label := range labels {
		value, there := r[label]
		if !there {
			return
		}
		values = append(values, label[len("prefect.state-"):], value)
	}
	fields := ordered(values...)
	withTimes(fields)
	run.Fields.Values["state"] = &jinja.Object{Class: "State", Fields: fields}
}

// Variables are read in pages, and up to a number, as the reference does.
const (
	variablePage  = 200
	mostVariables = 1000
)

// variables are those of the server by name.
func (a *act) variables() (any, error) {
	all := jinja.Ordered{Values: map[string]any{}}
	for offset := 0; offset < mostVariables; offset += variablePage {
		answer, err := a.ask("POST", "/variables/filter", map[string]int{"limit": variablePage, "offset": offset})
		if err != nil {
			return nil, err
		}
		var page []struct {
			Name  string
			Value json.RawMessage
		}
		if err := json.Unmarshal(answer.Body, &page); err != nil {
			return nil, fail("The variables could not be read: %v", err)
		}
		for _, v := range page {
			all.Keys = append(all.Keys, v.Name)
			all.Values[v.Name] = fromJSON(v.Value)
		}
		if len(page) < variablePage {
			break
		}
	}
	return all, nil
}

// model is an object of a class, made of its JSON.
func model(class string, text json.RawMessage) any {
	fields, ok := fromJSON(text).(jinja.Ordered)
	if !ok {
		return nil
	}
	withTimes(fields)
	if state, ok := fields.Values["state"].(jinja.Ordered); ok {
		withTimes(state)
	}
	return &jinja.Object{Class: class, Fields: fields}
}

// The fields of models that are times, and lengths of time in seconds.
var (
	timeFields = []string{"created", "updated", "start_time", "end_time", "expected_start_time", "next_scheduled_start_time", "last_polled",
		"last_seen", "timestamp", "state_timestamp", "triggered"}
	lengthFields = []string{"total_run_time", "estimated_run_time", "estimated_start_time_delta"}
)

// withTimes makes times of the fields that are, so that templates can count with them.
func withTimes(fields jinja.Ordered) {
	for _, name := range timeFields {
		if text, ok := fields.Values[name].(string); ok {
			if t, err := time.Parse(time.RFC3339, text); err == nil {
				fields.Values[name] = t
			}
		}
	}
	for _, name := range lengthFields {
		if number, ok := fields.Values[name].(json.Number); ok {
			if f, err := number.Float64(); err == nil && math.Abs(f) < 9e9 {
				fields.Values[name] = time.Duration(f * float64(time.Second))
			}
		}
	}
}

// fromJSON is a JSON text as a template's value, nil when it is none.
func fromJSON(text json.RawMessage) any {
	v, err := pyjson.Parse(text)
	if err != nil {
		return nil
	}
	return fromValue(v)
}

func fromValue(v pyjson.Value) any {
	switch v.Kind() {
	case pyjson.Bool:
		return v.Truth()
	case pyjson.String:
		return v.Text()
	case pyjson.Null:
		return nil
	case pyjson.Array:
		items := make([]any, len(v.Items()))
		for i, item := range v.Items() {
			items[i] = fromValue(item)
		}
		return items
	case pyjson.Object:
		o := jinja.Ordered{Values: make(map[string]any, len(v.Members()))}
		for _, m := range v.Members() {
			o.Keys = append(o.Keys, m.Key)
			o.Values[m.Key] = fromValue(m.Value)
		}
		return o
	}
	return json.Number(v.Raw())
}

// ordered is an object of keys and values in turn.
func ordered(pairs ...any) jinja.Ordered {
	o := jinja.Ordered{Values: make(map[string]any, len(pairs)/2)}
	for i := 0; i < len(pairs); i += 2 {
		key := pairs[i].(string)
		o.Keys = append(o.Keys, key)
		o.Values[key] = pairs[i+1]
	}
	return o
}
