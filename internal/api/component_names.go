package api

import (
	"reflect"

	"github.com/reevehq/reeve/internal/api/live"
	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/metrics"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/sleep"
	"github.com/reevehq/reeve/internal/templating"
)

// componentNames are the contract's names of types that have another one here.
var componentNames = rest.Names{Types: typeNames, Criteria: map[string]string{
	"DeploymentFilterFlowOrDeploymentName": "DeploymentOrFlowNameFilter",
	"LogFilterText":                        "LogFilterTextSearch",
	"TaskRunFilterSubflowRuns":             "TaskRunFilterSubFlowRuns",
}}

// typeNames are the contract's, and those that tell ours from the contract's.
var typeNames = map[reflect.Type]string{
	reflect.TypeFor[metrics.Awake]():                     "AwakeMetrics",
	reflect.TypeFor[metrics.Flow]():                      "FlowMetrics",
	reflect.TypeFor[metrics.Operation]():                 "OperationMetrics",
	reflect.TypeFor[metrics.Slots]():                     "SlotMetrics",
	reflect.TypeFor[metrics.Snapshot]():                  "Metrics",
	reflect.TypeFor[metrics.Summary]():                   "MetricSummary",
	reflect.TypeFor[metrics.Writer]():                    "WriterMetrics",
	reflect.TypeFor[sleep.Outlook]():                     "SleepOutlook",
	reflect.TypeFor[bulkOutcome]():                       "FlowRunBulkSetStateResponse",
	reflect.TypeFor[bulkRun]():                           "FlowRunCreateResult",
	reflect.TypeFor[bulkRuns]():                          "FlowRunBulkCreateResponse",
	reflect.TypeFor[deletedDeployments]():                "DeploymentBulkDeleteResponse",
	reflect.TypeFor[deletedFlowRuns]():                   "FlowRunBulkDeleteResponse",
	reflect.TypeFor[deletedFlows]():                      "FlowBulkDeleteResponse",
	reflect.TypeFor[events.Count]():                      "EventCount",
	reflect.TypeFor[events.Unit]():                       "TimeUnit",
	reflect.TypeFor[leaseHolder]():                       "ConcurrencyLeaseHolder",
	reflect.TypeFor[prefect.Author]():                    "CreatedBy",
	reflect.TypeFor[prefect.BareWorkQueue]():             "WorkQueue",
	reflect.TypeFor[prefect.BlockDocumentAnonymous]():    "BlockDocumentFilterIsAnonymous",
	reflect.TypeFor[prefect.CollisionStrategy]():         "ConcurrencyLimitStrategy",
	reflect.TypeFor[prefect.ConcurrencyLimitLease]():     "ConcurrencyLimitWithLeaseResponse",
	reflect.TypeFor[prefect.Dependency]():                "DependencyResult",
	reflect.TypeFor[prefect.Deployment]():                "DeploymentResponse",
	reflect.TypeFor[prefect.EventAnyFilter]():            "EventAnyResourceFilter",
	reflect.TypeFor[prefect.FlowRunFilterParent]():       "FlowRunFilterParentFlowRunId",
	reflect.TypeFor[prefect.FlowRun]():                   "FlowRunResponse",
	reflect.TypeFor[prefect.GlobalConcurrencyLimit]():    "GlobalConcurrencyLimitResponse",
	reflect.TypeFor[prefect.GraphEdge]():                 "Edge",
	reflect.TypeFor[prefect.GraphNode]():                 "Node",
	reflect.TypeFor[prefect.HistoryState]():              "HistoryResponseState",
	reflect.TypeFor[prefect.History]():                   "HistoryResponse",
	reflect.TypeFor[prefect.LogFilterTask]():             "LogFilterTaskRunId",
	reflect.TypeFor[prefect.MinimalConcurrencyLimit]():   "MinimalConcurrencyLimitResponse",
	reflect.TypeFor[prefect.NextFlowRun]():               "SimpleNextFlowRun",
	reflect.TypeFor[prefect.QueueHealthPolicy]():         "WorkQueueHealthPolicy",
	reflect.TypeFor[prefect.PoolStatus]():                "WorkPoolStatus",
	reflect.TypeFor[prefect.QueueHealth]():               "WorkQueueStatusDetail",
	reflect.TypeFor[prefect.QueueSlots]():                "WorkQueueConcurrencyStatusDetail",
	reflect.TypeFor[prefect.ScheduledRun]():              "WorkerFlowRunResponse",
	reflect.TypeFor[prefect.ScheduledJob]():              "FlowRun",
	reflect.TypeFor[prefect.SlotHolder]():                "FlowRunSlotSummary",
	reflect.TypeFor[prefect.StateCounts]():               "CountByState",
	reflect.TypeFor[prefect.TaskRunFilterFlowRun]():      "TaskRunFilterFlowRunId",
	reflect.TypeFor[prefect.TaskRunSummary]():            "TaskRunResponse",
	reflect.TypeFor[prefect.LabelPatterns]():             "ResourceSpecification",
	reflect.TypeFor[prefect.Resource]():                  "Resource",
	reflect.TypeFor[prefect.Updater]():                   "UpdatedBy",
	reflect.TypeFor[prefect.WorkPoolStorage]():           "WorkPoolStorageConfiguration",
	reflect.TypeFor[prefect.WorkPool]():                  "WorkPoolResponse",
	reflect.TypeFor[prefect.WorkQueue]():                 "WorkQueueResponse",
	reflect.TypeFor[prefect.Worker]():                    "WorkerResponse",
	reflect.TypeFor[rest.Page[prefect.TaskRunSummary]](): "TaskRunPaginationResponse",
	reflect.TypeFor[resultStorageUpdate]():               "ServerDefaultResultStorageUpdate",
	reflect.TypeFor[resultStorage]():                     "ServerDefaultResultStorage",
	reflect.TypeFor[live.TaskWorker]():                   "TaskWorkerResponse",
	reflect.TypeFor[templating.Report]():                 "SchemaValuesValidationResponse",
}
