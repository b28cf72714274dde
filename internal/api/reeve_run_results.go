package api

import (
	"encoding/json"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// runResult is where the result of a run, or of one of its tasks, is kept: the client
// writes it to a storage of its own, and tells the server where. What is not told is "" or null.
type runResult struct {
	ArtifactID *uuid.UUID    `json:"artifact_id"`
	TaskRunID  *uuid.UUID    `json:"task_run_id"` // null for the run's own
	Name       *string       `json:"name"`        // of the task run
	Created    prefect.Time  `json:"created"`
	Key        string        `json:"key"`      // in its storage
	BlockID    *uuid.UUID    `json:"block_id"` // of the storage; null for the client's own disk
	Serializer string        `json:"serializer"`
	Expires    *prefect.Time `json:"expires"`
}

// resultsOf reads what clients told of their results; data of another form, or cut off, tells nothing.
func resultsOf(stored []*store.RunResult) []runResult {
	out := make([]runResult, 0, len(stored))
	for _, s := range stored {
		result := runResult{ArtifactID: s.ArtifactID, TaskRunID: s.TaskRunID, Name: s.Name, Created: s.Created}
		var told struct {
			Type           string        `json:"type"`
			StorageKey     string        `json:"storage_key"`
			StorageBlockID *uuid.UUID    `json:"storage_block_id"`
			Expiration     *prefect.Time `json:"expiration"`
			Serializer     struct {
				Type string `json:"type"`
			} `json:"serializer"`
		}
		if json.Unmarshal([]byte(s.Data), &told) == nil {
			if told.Type == "unpersisted" { // the client says that it kept none
				continue
			}
			result.Key, result.BlockID, result.Serializer, result.Expires = told.StorageKey, told.StorageBlockID, told.Serializer.Type, told.Expiration
		}
		out = append(out, result)
	}
	return out
}
