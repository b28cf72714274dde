package prefect

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// What is written by hand means what encoding/json writes.
func TestAppendJSONMeansWhatEncodingJSONWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := drawFlowRun(t)
		want, err := json.Marshal(run)
		if err != nil {
			t.Fatal(err)
		}
		got := run.AppendJSON(nil)
		if !reflect.DeepEqual(meaning(t, got), meaning(t, want)) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

// meaning is JSON as values: escapes of the same text may differ.
func meaning(t *rapid.T, text []byte) (v any) {
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// Details that are kept without nulls are read as they were.
func TestCompactDetailsAreReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		details := drawDetails(t)
		var read StateDetails
		read.Defaults()
		if err := json.Unmarshal(details.AppendCompact(nil), &read); err != nil {
			t.Fatal(err)
		}
		got, want := read.append(nil, false), details.append(nil, false)
		if !bytes.Equal(got, want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

func maybe[T any](t *rapid.T, draw func(*rapid.T) T) *T {
	if rapid.Bool().Draw(t, "null") {
		return nil
	}
	v := draw(t)
	return &v
}

func drawID(t *rapid.T) uuid.UUID {
	return uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
}

func drawTime(t *rapid.T) Time {
	return At(time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "time")))
}

func drawText(t *rapid.T) string { return rapid.String().Draw(t, "text") }

func drawBool(t *rapid.T) bool { return rapid.Bool().Draw(t, "bool") }

func drawInt(t *rapid.T) int { return rapid.IntRange(-9, 1e9).Draw(t, "int") }

func drawSeconds(t *rapid.T) Seconds {
	return Seconds(rapid.Int64Range(-1e15, 1e15).Draw(t, "seconds"))
}

func drawObject(t *rapid.T) Object {
	return rapid.SampledFrom([]Object{nil, Object("{}"), Object(`{"a":[1,"b",null]}`)}).Draw(t, "object")
}

func drawDetails(t *rapid.T) StateDetails {
	return StateDetails{
		FlowRunID: maybe(t, drawID), TaskRunID: maybe(t, drawID), ChildFlowRunID: maybe(t, drawID),
		ScheduledTime: maybe(t, drawTime), CacheKey: maybe(t, drawText), CacheExpiration: maybe(t, drawTime),
		Deferred: maybe(t, drawBool), UntrackableResult: drawBool(t), PauseTimeout: maybe(t, drawTime),
		PauseReschedule: drawBool(t), PauseKey: maybe(t, drawText),
		RunInputKeyset: rapid.SampledFrom([]map[string]string{nil, {}, {"a": "b<"}}).Draw(t, "keyset"),
		RefreshCache:   maybe(t, drawBool), Retriable: maybe(t, drawBool), TransitionID: maybe(t, drawID),
		TaskParametersID: maybe(t, drawID), Traceparent: maybe(t, drawText), DeploymentConcurrencyLeaseID: maybe(t, drawID),
	}
}

func drawState(t *rapid.T) State {
	return State{ID: drawID(t), Type: rapid.SampledFrom(StateTypes()).Draw(t, "type"), Name: drawText(t), Timestamp: drawTime(t),
		Message: maybe(t, drawText), Data: json.RawMessage(drawObject(t)), StateDetails: drawDetails(t)}
}

func drawFlowRun(t *rapid.T) *FlowRun {
	return &FlowRun{
		ID: drawID(t), Created: maybe(t, drawTime), Updated: maybe(t, drawTime), Name: drawText(t), FlowID: drawID(t),
		StateID: maybe(t, drawID), DeploymentID: maybe(t, drawID), DeploymentVersion: maybe(t, drawText),
		WorkQueueID: maybe(t, drawID), WorkQueueName: maybe(t, drawText), FlowVersion: maybe(t, drawText),
		Parameters: drawObject(t), IdempotencyKey: maybe(t, drawText), Context: drawObject(t),
		EmpiricalPolicy: FlowRunPolicy{MaxRetries: drawInt(t), RetryDelaySeconds: Float(drawSeconds(t)) / 7, Retries: maybe(t, drawInt),
			RetryDelay: maybe(t, drawInt), PauseKeys: &StringSet{"a", "b"}, Resuming: maybe(t, drawBool),
			RetryType: rapid.SampledFrom([]*RetryType{nil, new(RetryType)}).Draw(t, "retry type")},
		Tags:            rapid.SliceOf(rapid.String()).Draw(t, "tags"),
		Labels:          rapid.SampledFrom([]Labels{nil, {}, {"a": Text("<b>"), "c": json.RawMessage("1")}}).Draw(t, "labels"),
		ParentTaskRunID: maybe(t, drawID), StateType: rapid.SampledFrom([]*StateType{nil, new(StateType)}).Draw(t, "state type"),
		StateName: maybe(t, drawText), RunCount: drawInt(t), ExpectedStartTime: maybe(t, drawTime),
		NextScheduledStartTime: maybe(t, drawTime), StartTime: maybe(t, drawTime), EndTime: maybe(t, drawTime),
		TotalRunTime: drawSeconds(t), EstimatedRunTime: drawSeconds(t), EstimatedStartTimeDelta: drawSeconds(t),
		AutoScheduled: drawBool(t), InfrastructureDocumentID: maybe(t, drawID), InfrastructurePID: maybe(t, drawText),
		CreatedBy:  maybe(t, func(t *rapid.T) Author { return Author{ID: maybe(t, drawID), Type: maybe(t, drawText)} }),
		WorkPoolID: maybe(t, drawID), WorkPoolName: maybe(t, drawText), State: maybe(t, drawState),
		JobVariables: maybe(t, drawObject),
	}
}
