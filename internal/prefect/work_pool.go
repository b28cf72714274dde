package prefect

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// ProcessPoolType is the type of pools whose workers run flows as processes of
// their own machine.
const ProcessPoolType = "process"

// AgentPoolType is the type of pools that are polled by agents, queue by
// queue. They have no status on the wire.
const AgentPoolType = "prefect-agent"

// DefaultAgentPool is the pool that holds queues made without a pool.
const DefaultAgentPool = "default-agent-pool"

// PoolStatus is the readiness of a work pool or work queue.
type PoolStatus string

// The statuses: somebody polls, nobody polls, and paused by a user.
const (
	Ready      PoolStatus = "READY"
	NotReady   PoolStatus = "NOT_READY"
	PoolPaused PoolStatus = "PAUSED"
)

// Values implements decode.Enum.
func (PoolStatus) Values() []string {
	return []string{string(Ready), string(NotReady), string(PoolPaused)}
}

// Kebab is the status as events name it: "not-ready".
func (s PoolStatus) Kebab() string {
	return strings.ReplaceAll(strings.ToLower(string(s)), "_", "-")
}

// WorkPool is a group of workers and the queues they take runs from.
type WorkPool struct {
	ID                   uuid.UUID       `json:"id"`
	Created              *Time           `json:"created"`
	Updated              *Time           `json:"updated"`
	Name                 string          `json:"name"`
	Description          *string         `json:"description"`
	Type                 string          `json:"type"`
	BaseJobTemplate      Object          `json:"base_job_template"`
	IsPaused             bool            `json:"is_paused"`
	ConcurrencyLimit     *int            `json:"concurrency_limit"`
	Status               *PoolStatus     `json:"status"`
	DefaultQueueID       *uuid.UUID      `json:"default_queue_id"`
	StorageConfiguration WorkPoolStorage `json:"storage_configuration"`
	// ActiveSlots is the number of pending and running runs; nil without a limit.
	ActiveSlots *int `json:"active_slots"`

	// StoredStatus is the status that is kept, for agent pools too.
	StoredStatus PoolStatus `json:"-"`
	// StatusSince and StatusEvent are the moment and the event of the last
	// change of status.
	StatusSince *Time      `json:"-"`
	StatusEvent *uuid.UUID `json:"-"`
}

// WorkPoolStorage says where a pool's workers find bundles and keep results.
type WorkPoolStorage struct {
	decode.Forbid
	BundleUploadStep            *Object    `json:"bundle_upload_step"`
	BundleExecutionStep         *Object    `json:"bundle_execution_step"`
	DefaultResultStorageBlockID *uuid.UUID `json:"default_result_storage_block_id"`

	// OmitResultStorage leaves the last field out: clients up to 3.3.7 refuse it.
	OmitResultStorage bool `json:"-"`
}

// MarshalJSON implements json.Marshaler.
func (s WorkPoolStorage) MarshalJSON() ([]byte, error) {
	type old struct {
		BundleUploadStep    *Object `json:"bundle_upload_step"`
		BundleExecutionStep *Object `json:"bundle_execution_step"`
	}
	if s.OmitResultStorage {
		return json.Marshal(old{s.BundleUploadStep, s.BundleExecutionStep})
	}
	return json.Marshal(struct {
		old
		DefaultResultStorageBlockID *uuid.UUID `json:"default_result_storage_block_id"`
	}{old{s.BundleUploadStep, s.BundleExecutionStep}, s.DefaultResultStorageBlockID})
}

// PoolName is a name of a work pool: not blank, without / % & > <.
type PoolName string

const poolNamePattern = `^[^/%&><]+$`

var poolName = regexp.MustCompile(poolNamePattern)

// DecodeWire implements decode.Wire.
func (n *PoolName) DecodeWire(in pyjson.Value, at *decode.At) {
	switch {
	case in.Kind() != pyjson.String:
		at.Fail("string_type", "Input should be a valid string", in, nil)
	case strings.Trim(in.Text(), `' "`) == "":
		at.ValueError("name cannot be an empty string", in)
	case !poolName.MatchString(in.Text()):
		at.Fail("string_pattern_mismatch", "String should match pattern '"+poolNamePattern+"'", in,
			map[string]any{"pattern": poolNamePattern})
	default:
		*n = PoolName(in.Text())
	}
}

// JobTemplate is a pool's base job template: {} or an object with a
// job_configuration and a variables schema that declares all it uses.
type JobTemplate struct{ Object }

var placeholder = regexp.MustCompile(`{{\s*([\w.\-\[\]$]+)\s*}}`)

// DecodeWire implements decode.Wire.
func (t *JobTemplate) DecodeWire(in pyjson.Value, at *decode.At) {
	before := at.Count()
	t.Object.DecodeWire(in, at)
	if at.Count() > before || len(in.Members()) == 0 {
		return
	}
	job, _ := in.Get("job_configuration")
	variables, _ := in.Get("variables")
	if len(job.Members()) == 0 || len(variables.Members()) == 0 {
		at.ValueError("The `base_job_template` must contain both a `job_configuration` key and a `variables` key.", in)
		return
	}
	declared, _ := variables.Get("properties")
	var undeclared []string
	seen := map[string]bool{}
	for _, member := range job.Members() {
		for _, match := range placeholder.FindAllStringSubmatch(string(member.Value.Raw()), -1) {
			name := match[1]
			if _, ok := declared.Get(name); !ok && !seen[name] {
				seen[name] = true
				undeclared = append(undeclared, name)
			}
		}
	}
	if undeclared != nil {
		at.ValueError("The variables specified in the job configuration template must be present as properties in the variables schema. "+
			"Your job configuration uses the following undeclared variable(s): "+strings.Join(undeclared, " ,")+".", in)
	}
}

// WorkPoolCreate is the body of POST /work_pools/.
type WorkPoolCreate struct {
	decode.Action
	Name                 PoolName        `json:"name" rule:"required"`
	Description          *string         `json:"description"`
	Type                 string          `json:"type"`
	BaseJobTemplate      JobTemplate     `json:"base_job_template"`
	IsPaused             bool            `json:"is_paused"`
	ConcurrencyLimit     *int            `json:"concurrency_limit" rule:"ge=0"`
	StorageConfiguration WorkPoolStorage `json:"storage_configuration"`
}

// Defaults implements decode.Defaulter.
func (c *WorkPoolCreate) Defaults() { c.Type = AgentPoolType }

// WorkPoolUpdate is the body of PATCH /work_pools/{name}.
type WorkPoolUpdate struct {
	decode.Action
	Description          *string          `json:"description"`
	IsPaused             *bool            `json:"is_paused"`
	BaseJobTemplate      *JobTemplate     `json:"base_job_template"`
	ConcurrencyLimit     *int             `json:"concurrency_limit" rule:"ge=0"`
	StorageConfiguration *WorkPoolStorage `json:"storage_configuration"`
}
