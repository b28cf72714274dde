package prefect

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// TaskRunCreate is the body of POST /task_runs/.
type TaskRunCreate struct {
	decode.Action
	ID              *uuid.UUID    `json:"id"`
	State           *StateCreate  `json:"state"`
	Name            RunName       `json:"name"`
	FlowRunID       *uuid.UUID    `json:"flow_run_id"`
	TaskKey         string        `json:"task_key" rule:"required"`
	DynamicKey      string        `json:"dynamic_key" rule:"required"`
	CacheKey        *string       `json:"cache_key"`
	CacheExpiration *Time         `json:"cache_expiration"`
	TaskVersion     *string       `json:"task_version"`
	EmpiricalPolicy TaskRunPolicy `json:"empirical_policy"`
	Tags            Tags          `json:"tags"`
	Labels          Labels        `json:"labels"`
	TaskInputs      TaskInputs    `json:"task_inputs"`
}

// TaskRunUpdate is the body of PATCH /task_runs/{id}.
type TaskRunUpdate struct {
	decode.Action
	Name RunName `json:"name"`
}

// TaskInputs are the inputs of a task run by parameter, each a list of results
// of task runs or flow runs, parameters and constants, kept in the form they
// are answered in.
type TaskInputs Object

// inputForms are the forms of one input in the order they are tried: the value
// of input_type, and the key that must be there.
var inputForms = []struct{ model, kind, key string }{
	{"TaskRunResult", "task_run", "id"},
	{"FlowRunResult", "flow_run", "id"},
	{"Parameter", "parameter", "name"},
	{"Constant", "constant", "type"},
}

// DecodeWire implements decode.Wire.
func (t *TaskInputs) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.Kind() != pyjson.Object {
		at.Fail("dict_type", "Input should be a valid dictionary", in, nil)
		return
	}
	out := []byte{'{'}
	for i, m := range in.Members() {
		place := at.Key(m.Key)
		if m.Value.Kind() != pyjson.Array {
			place.Fail("list_type", "Input should be a valid list", m.Value, nil)
			continue
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(out, Text(m.Key)...), ':', '[')
		for j, item := range m.Value.Items() {
			if j > 0 {
				out = append(out, ',')
			}
			out = append(out, taskInput(item, place.Key(j))...)
		}
		out = append(out, ']')
	}
	*t = TaskInputs(append(out, '}'))
}

// taskInput returns one input in its canonical form.
func taskInput(in pyjson.Value, at *decode.At) []byte {
	var all decode.Issues
	for _, form := range inputForms {
		var issues decode.Issues
		value := inputOf(form.kind, form.key, in, form.model, at, &issues)
		if len(issues) == 0 {
			out := append([]byte(`{"input_type":`), Text(form.kind)...)
			out = append(append(append(out, ','), Text(form.key)...), ':')
			return append(append(out, Text(value)...), '}')
		}
		all = append(all, issues...)
	}
	at.Add(all)
	return nil
}

// inputOf reads an input as one of the forms.
func inputOf(kind, key string, in pyjson.Value, model string, at *decode.At, issues *decode.Issues) string {
	place := at.Key(model).Apart(issues)
	if in.Kind() != pyjson.Object {
		place.Fail("model_attributes_type", "Input should be a valid dictionary or object to extract fields from", in, nil)
		return ""
	}
	if given, ok := in.Get("input_type"); ok && given.Text() != kind {
		place.Key("input_type").Fail("literal_error", "Input should be '"+kind+"'", given, map[string]any{"expected": "'" + kind + "'"})
	}
	value, ok := in.Get(key)
	switch {
	case !ok:
		place.Key(key).Fail("missing", "Field required", in, nil)
	case key == "id":
		var parsed uuid.UUID
		place.Key(key).Decode(value, &parsed)
		return parsed.String()
	default:
		var text string
		place.Key(key).Decode(value, &text)
		return text
	}
	return ""
}

// Rewrite implements decode.Rewriter.
func (p *TaskRunPolicy) Rewrite(in pyjson.Value) pyjson.Value { return currentPolicy(in) }

// mostRetryDelays bounds the list of delays between retries.
const mostRetryDelays = 50

// Check implements decode.Checker.
func (p *TaskRunPolicy) Check(in pyjson.Value, at *decode.At) {
	if delay, ok := in.Get("retry_delay"); ok && len(delay.Items()) > mostRetryDelays {
		at.Key("retry_delay").ValueError("Can not configure more than 50 retry delays per task.", delay)
	}
	if p.RetryJitterFactor != nil && *p.RetryJitterFactor < 0 {
		jitter, _ := in.Get("retry_jitter_factor")
		at.Key("retry_jitter_factor").ValueError("`retry_jitter_factor` must be >= 0.", jitter)
	}
}

// RetryDelay is null, a number or a list of numbers, in seconds, kept in the
// form it is answered in.
type RetryDelay json.RawMessage

// MarshalJSON implements json.Marshaler.
func (d RetryDelay) MarshalJSON() ([]byte, error) {
	if len(d) == 0 {
		return []byte("null"), nil
	}
	return d, nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (d *RetryDelay) UnmarshalJSON(data []byte) error {
	*d = append((*d)[:0], data...)
	return nil
}

// DecodeWire implements decode.Wire: a union of int, float and lists of them,
// of which the first that fits exactly, or else leniently, is taken.
func (d *RetryDelay) DecodeWire(in pyjson.Value, at *decode.At) {
	switch in.Kind() {
	case pyjson.Null:
		*d = nil
		return
	case pyjson.Int:
		*d = RetryDelay(in.Raw())
		return
	case pyjson.Float:
		f, _ := in.Float64()
		*d = appendFloat(nil, f)
		return
	}
	exact := in.Kind() == pyjson.Array
	whole := true
	for _, item := range in.Items() {
		exact = exact && (item.Kind() == pyjson.Int || item.Kind() == pyjson.Float)
		whole = whole && item.Kind() == pyjson.Int
	}
	order := []bool{true, false} // ints, floats
	if exact && !whole {
		order = []bool{false}
	}
	var all decode.Issues
	if in.Kind() == pyjson.Array {
		all = append(all, try(at, "int", in, new(int64))...)
		all = append(all, try(at, "float", in, new(float64))...)
		for _, ints := range order {
			var issues decode.Issues
			if list := delays(in, ints, at, &issues); len(issues) == 0 {
				*d = list
				return
			}
			all = append(all, issues...)
		}
		at.Add(all)
		return
	}
	var n int64
	if all = try(at, "int", in, &n); len(all) == 0 {
		*d = strconv.AppendInt(nil, n, 10)
		return
	}
	var f float64
	issues := try(at, "float", in, &f)
	if len(issues) == 0 {
		*d = appendFloat(nil, f)
		return
	}
	all = append(all, issues...)
	all = append(all, try(at, "list[int]", in, new([]int64))...)
	at.Add(append(all, try(at, "list[float]", in, new([]float64))...))
}

func try(at *decode.At, key string, in pyjson.Value, dst any) decode.Issues {
	return at.Try(in, dst, key)
}

func delays(in pyjson.Value, ints bool, at *decode.At, issues *decode.Issues) RetryDelay {
	if ints {
		var list []int64
		*issues = try(at, "list[int]", in, &list)
		b, _ := json.Marshal(list) // numbers always marshal
		return b
	}
	var list []float64
	*issues = try(at, "list[float]", in, &list)
	floats := make([]Float, len(list))
	for i, f := range list {
		floats[i] = Float(f)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return nil
		}
	}
	b, _ := json.Marshal(floats) // finite numbers always marshal
	return b
}

// maxCacheKey is the most characters of a cache key.
const maxCacheKey = 2000

// Check implements decode.Checker.
func (c *TaskRunCreate) Check(in pyjson.Value, at *decode.At) {
	if c.CacheKey != nil && len([]rune(*c.CacheKey)) > maxCacheKey {
		key, _ := in.Get("cache_key")
		at.Key("cache_key").ValueError("Cache key exceeded maximum allowed length of 2000 characters.", key)
	}
}
