package worker

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"

	"github.com/reevehq/reeve/internal/clock"
)

func TestConfigure(t *testing.T) {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answers := map[string]any{
			"/variables/name/region":                            map[string]any{"value": "north"},
			"/block_types/slug/secret/block_documents/name/key": map[string]any{"data": map[string]any{"value": "s3cret"}},
			"/block_types/slug/db/block_documents/name/main":    map[string]any{"data": map[string]any{"host": "h", "ports": []int{1, 2}}},
		}
		answer, ok := answers[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_ = json.NewEncoder(w).Encode(answer)
	}))
	defer api.Close()
	w := New(Config{URL: api.URL, Environ: []string{"HOME_TOWN=Bern"}, Log: slog.New(slog.DiscardHandler)},
		clock.System{}, clock.NewIDs(clock.System{}))
	for _, c := range []struct {
		name            string
		template        string
		deployment, run map[string]any
		want            job
	}{
		{"the stock template", string(defaultTemplate), nil, nil, job{Env: map[string]string{}, StreamOutput: true}},
		{"env of deployment and run is merged", string(defaultTemplate),
			map[string]any{"env": map[string]any{"A": "1", "B": "1"}, "command": "x"}, map[string]any{"env": map[string]any{"B": 2.0, "C": true}},
			job{Command: "x", Env: map[string]string{"A": "1", "B": "2", "C": "True"}, StreamOutput: true}},
		{"dotted keys", string(defaultTemplate),
			map[string]any{"env.A": "dotted", "env.B": "dotted", "env": map[string]any{"B": "plain"}}, nil,
			job{Env: map[string]string{"A": "dotted", "B": "plain"}, StreamOutput: true}},
		{"defaults and fixed env",
			`{"job_configuration": {"env": {"FIXED": "f"}, "working_dir": "{{ dir }}", "stream_output": "{{ stream }}"},
			  "variables": {"properties": {"env": {"default": {"D": "d"}}, "dir": {"default": "/tmp"}, "stream": {"default": false}}}}`,
			nil, map[string]any{"env": map[string]any{"R": "r"}},
			job{Env: map[string]string{"FIXED": "f", "D": "d", "R": "r"}, WorkingDir: "/tmp"}},
		{"references",
			`{"job_configuration": {"env": {"V": "{{ prefect.variables.region }}", "S": "{{ prefect.blocks.secret.key }}",
			    "T": "{{ $HOME_TOWN }}-{{ prefect.variables.region }}", "P": "{{ prefect.blocks.db.main.host }}:{{ prefect.blocks.db.main.ports[1] }}",
			    "GONE": "{{ unset }}"}}, "variables": {"properties": {}}}`, nil, nil,
			job{Env: map[string]string{"V": "north", "S": "s3cret", "T": "Bern-north", "P": "h:2"}, StreamOutput: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			pool := &workPool{Name: "pool", BaseJobTemplate: json.RawMessage(c.template)}
			got, err := w.configure(t.Context(), pool, &flowRun{JobVariables: c.run}, &namedObject{JobVariables: c.deployment})
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(*got, c.want) {
				t.Errorf("got  %+v\nwant %+v", *got, c.want)
			}
		})
	}
	t.Run("a block that is not there", func(t *testing.T) {
		pool := &workPool{BaseJobTemplate: json.RawMessage(`{"job_configuration": {"command": "{{ prefect.blocks.secret.none }}"}}`)}
		if _, err := w.configure(t.Context(), pool, &flowRun{}, nil); err == nil {
			t.Error("no error")
		}
	})
}
