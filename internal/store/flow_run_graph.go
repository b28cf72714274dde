package store

import (
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/pyjson"
)

// ReadFlowRunGraph returns the graph of a flow run, nil when there is no such run.
// Nodes that ended before since are left out. It stops at most+1 nodes: more
// than most are too many for who draws them.
func (tx *Tx) ReadFlowRunGraph(flowRunID uuid.UUID, since prefect.Time, most, mostArtifacts int) (*prefect.Graph, error) {
	g := &prefect.Graph{RootNodeIDs: []uuid.UUID{}, Nodes: []prefect.GraphEntry{}, States: []prefect.GraphState{}}
	err := tx.one(`SELECT `+flowRunStart+`, end_time FROM flow_run WHERE id = ?`, []any{flowRunID}, &g.StartTime, &g.EndTime)
	if err == ErrNoRows {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	nodes, err := tx.graphNodes(flowRunID)
	if err != nil {
		return nil, err
	}
	artifacts, err := tx.graphArtifacts(flowRunID, mostArtifacts)
	if err != nil {
		return nil, err
	}
	for _, node := range nodes {
		if node.EndTime != nil && node.EndTime.Before(since.Time) {
			continue
		}
		if len(g.Nodes) > most {
			break
		}
		if len(node.Parents) == 0 {
			g.RootNodeIDs = append(g.RootNodeIDs, node.ID)
		}
		node.Artifacts = orEmpty(artifacts[node.ID])
		g.Nodes = append(g.Nodes, prefect.GraphEntry{Node: node})
	}
	g.Artifacts = orEmpty(artifacts[uuid.Nil])
	g.States, err = collect(tx, `SELECT id, timestamp, type, name FROM flow_run_state WHERE flow_run_id = ? ORDER BY timestamp`,
		[]any{flowRunID}, func(r Row) (s prefect.GraphState, err error) {
			return s, r.Scan(&s.ID, &s.Timestamp, &s.Type, &s.Name)
		})
	return g, err
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// taskInputs are the ids that a node's inputs name.
type taskInputs struct{ parents, encapsulating []uuid.UUID }

// encapsulatingKey is the input under which a task run names the task runs that
// it runs within.
const encapsulatingKey = "__parents__"

// graphNodes returns the nodes of a flow run with their edges, sorted by start,
// then end. A task run that stands for a subflow run is shown as the latter.
func (tx *Tx) graphNodes(flowRunID uuid.UUID) ([]*prefect.GraphNode, error) {
	var nodes []*prefect.GraphNode
	inputs := map[uuid.UUID]*taskInputs{}
	byID := map[uuid.UUID]*prefect.GraphNode{}
	err := tx.conn.Query(`SELECT child.id, coalesce(flow.name || ' / ' || child.name, task_run.name), task_run.id,
			coalesce(child.state_type, task_run.state_type),
			coalesce(child.start_time, child.expected_start_time, task_run.start_time, task_run.expected_start_time) AS start,
			coalesce(child.end_time, task_run.end_time,
				CASE WHEN task_run.state_type = 'COMPLETED' THEN task_run.expected_start_time END) AS finish,
			task_run.task_inputs
		FROM task_run LEFT JOIN flow_run AS child ON child.parent_task_run_id = task_run.id
			LEFT JOIN flow ON flow.id = child.flow_id
		WHERE task_run.flow_run_id = ? AND coalesce(child.start_time, child.expected_start_time, task_run.start_time, task_run.expected_start_time) IS NOT NULL
		ORDER BY start, finish, coalesce(child.id, task_run.id)`, []any{flowRunID},
		func(r Row) error {
			node := &prefect.GraphNode{Kind: "task-run", Parents: []prefect.GraphEdge{}, Children: []prefect.GraphEdge{}, Encapsulating: []prefect.GraphEdge{}}
			var child *uuid.UUID
			var text prefect.Object
			if err := r.Scan(&child, &node.Label, &node.ID, &node.StateType, &node.StartTime, &node.EndTime, &text); err != nil {
				return err
			}
			if child != nil {
				node.Kind, node.ID = "flow-run", *child
			}
			nodes = append(nodes, node)
			byID[node.ID] = node
			read, err := readTaskInputs(text)
			inputs[node.ID] = read
			return err
		})
	if err != nil {
		return nil, err
	}
	for _, node := range nodes {
		in := inputs[node.ID]
		for _, id := range in.parents {
			if parent := byID[id]; parent != nil {
				node.Parents = addEdge(node.Parents, parent.ID)
				parent.Children = addEdge(parent.Children, node.ID)
			}
		}
		for _, id := range in.encapsulating {
			if byID[id] != nil {
				node.Encapsulating = addEdge(node.Encapsulating, id)
			}
		}
	}
	return nodes, nil
}

// addEdge adds an edge that is not there yet: a task run may take several
// inputs from one other.
func addEdge(edges []prefect.GraphEdge, to uuid.UUID) []prefect.GraphEdge {
	if slices.Contains(edges, prefect.GraphEdge{ID: to}) {
		return edges
	}
	return append(edges, prefect.GraphEdge{ID: to})
}

// readTaskInputs finds the runs that a task run's inputs name.
func readTaskInputs(text prefect.Object) (*taskInputs, error) {
	var out taskInputs
	if len(text) <= len("{}") {
		return &out, nil
	}
	all, err := pyjson.Parse(text)
	if err != nil {
		return nil, err
	}
	for _, m := range all.Members() {
		for _, argument := range m.Value.Items() {
			v, ok := argument.Get("id")
			if !ok {
				continue
			}
			id, err := uuid.Parse(v.Text())
			if err != nil {
				continue
			}
			if m.Key == encapsulatingKey {
				out.encapsulating = append(out.encapsulating, id)
			} else {
				out.parents = append(out.parents, id)
			}
		}
	}
	return &out, nil
}

// graphArtifacts returns the artifacts of a flow run by task run, those of none
// under uuid.Nil. Results are not shown.
func (tx *Tx) graphArtifacts(flowRunID uuid.UUID, most int) (map[uuid.UUID][]prefect.GraphArtifact, error) {
	out := map[uuid.UUID][]prefect.GraphArtifact{}
	err := tx.conn.Query(`SELECT artifact.id, artifact.created, artifact.key, artifact.type,
			artifact.key IS NULL OR artifact_collection.id IS NOT NULL, CASE WHEN artifact.type = 'progress' THEN artifact.data END, artifact.task_run_id
		FROM artifact LEFT JOIN artifact_collection ON artifact_collection.key = artifact.key AND artifact_collection.latest_id = artifact.id
		WHERE artifact.flow_run_id = ? AND artifact.type <> 'result' ORDER BY artifact.created LIMIT ?`, []any{flowRunID, most},
		func(r Row) error {
			var a prefect.GraphArtifact
			var task *uuid.UUID
			if err := r.Scan(&a.ID, &a.Created, &a.Key, &a.Type, &a.IsLatest, &a.Data, &task); err != nil {
				return err
			}
			if task == nil {
				task = &uuid.Nil
			}
			out[*task] = append(out[*task], a)
			return nil
		})
	return out, err
}

// ReadTaskRunDependencies returns the task runs of a flow run, newest first, with
// the task runs whose results they take; false when there is no such run.
func (tx *Tx) ReadTaskRunDependencies(flowRunID uuid.UUID) ([]prefect.Dependency, bool, error) {
	found, err := tx.exists(`SELECT 1 FROM flow_run WHERE id = ?`, flowRunID)
	if err != nil || !found {
		return nil, false, err
	}
	runs, err := tx.FilterTaskRuns(&prefect.Filters{FlowRuns: &prefect.FlowRunFilter{ID: &prefect.AnyNotAnyID{Any: []uuid.UUID{flowRunID}}}},
		"ID_DESC", prefect.Page{Limit: -1})
	if err != nil {
		return nil, false, err
	}
	all := make([]prefect.Dependency, len(runs))
	for i, run := range runs {
		all[i] = prefect.Dependency{ID: run.ID, Name: run.Name, UpstreamDependencies: upstream(run.TaskInputs), State: run.State,
			ExpectedStartTime: run.ExpectedStartTime, StartTime: run.StartTime, EndTime: run.EndTime,
			TotalRunTime: run.TotalRunTime, EstimatedRunTime: run.EstimatedRunTime,
			UntrackableResult: run.State != nil && run.State.StateDetails.UntrackableResult}
	}
	return all, true, nil
}

// upstream are the task runs that inputs name, each once.
func upstream(text prefect.Object) []prefect.TaskRunResult {
	var inputs map[string][]struct {
		InputType string    `json:"input_type"`
		ID        uuid.UUID `json:"id"`
	}
	out := []prefect.TaskRunResult{}
	if json.Unmarshal(text, &inputs) != nil {
		return out // no inputs, or none that name runs
	}
	for _, list := range inputs {
		for _, in := range list {
			one := prefect.TaskRunResult{InputType: in.InputType, ID: in.ID}
			if in.InputType == "task_run" && !slices.Contains(out, one) {
				out = append(out, one)
			}
		}
	}
	slices.SortFunc(out, func(a, b prefect.TaskRunResult) int { return slices.Compare(a.ID[:], b.ID[:]) })
	return out
}
