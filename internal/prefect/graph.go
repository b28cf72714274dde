package prefect

import (
	"encoding/json"

	"github.com/google/uuid"
)

// Graph is what a flow run consists of: its task runs and subflow runs and how
// they hang together.
type Graph struct {
	StartTime   *Time           `json:"start_time"`
	EndTime     *Time           `json:"end_time"`
	RootNodeIDs []uuid.UUID     `json:"root_node_ids"`
	Nodes       []GraphEntry    `json:"nodes"`
	Artifacts   []GraphArtifact `json:"artifacts"`
	States      []GraphState    `json:"states"`
}

// GraphEntry is a node with its id, written as a pair.
type GraphEntry struct{ Node *GraphNode }

// MarshalJSON implements json.Marshaler.
func (e GraphEntry) MarshalJSON() ([]byte, error) { return json.Marshal([]any{e.Node.ID, e.Node}) }

// GraphNode is a task run or a subflow run.
type GraphNode struct {
	Kind          string          `json:"kind"`
	ID            uuid.UUID       `json:"id"`
	Label         string          `json:"label"`
	StateType     *StateType      `json:"state_type"`
	StartTime     Time            `json:"start_time"`
	EndTime       *Time           `json:"end_time"`
	Parents       []GraphEdge     `json:"parents"`
	Children      []GraphEdge     `json:"children"`
	Encapsulating []GraphEdge     `json:"encapsulating"`
	Artifacts     []GraphArtifact `json:"artifacts"`
}

// GraphEdge names the node at the other end.
type GraphEdge struct {
	ID uuid.UUID `json:"id"`
}

// GraphArtifact is an artifact of a node; its data is there for a progress only.
type GraphArtifact struct {
	ID       uuid.UUID       `json:"id"`
	Created  Time            `json:"created"`
	Key      *string         `json:"key"`
	Type     *string         `json:"type"`
	IsLatest bool            `json:"is_latest"`
	Data     json.RawMessage `json:"data"`
}

// GraphState is a state that the flow run was in.
type GraphState struct {
	ID        uuid.UUID `json:"id"`
	Timestamp Time      `json:"timestamp"`
	Type      StateType `json:"type"`
	Name      string    `json:"name"`
}

// Dependency is a task run with the task runs whose results it takes.
type Dependency struct {
	ID                   uuid.UUID       `json:"id"`
	Name                 string          `json:"name"`
	UpstreamDependencies []TaskRunResult `json:"upstream_dependencies"`
	State                *State          `json:"state"`
	ExpectedStartTime    *Time           `json:"expected_start_time"`
	StartTime            *Time           `json:"start_time"`
	EndTime              *Time           `json:"end_time"`
	TotalRunTime         Seconds         `json:"total_run_time"`
	EstimatedRunTime     Seconds         `json:"estimated_run_time"`
	UntrackableResult    bool            `json:"untrackable_result"`
}
