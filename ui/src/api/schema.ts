// Written by `go test ./internal/api -run TestTypes -update` from the types of the API. Do not edit.

export type ApprovalRow = {
  asks: boolean;
  auto_scheduled: boolean;
  created_by: string | null;
  deployment_id: string | null;
  deployment_name: string | null;
  end_time: string | null;
  expected_start_time: string | null;
  flow_id: string;
  flow_name: string;
  id: string;
  is_subflow: boolean;
  message: string | null;
  name: string;
  parent_task_run_id: string | null;
  run_count: number;
  schema: Record<string, unknown> | null;
  start_time: string | null;
  state_name: string | null;
  state_timestamp: string | null;
  state_type: StateType | null;
  tags: string[];
  total_run_time: number;
  until: string | null;
  work_pool_name: string | null;
  work_queue_name: string | null;
};

export type ApprovalRowTable = {
  count: number;
  most: number;
  now: string;
  rows: ApprovalRow[];
};

export type Artifact = {
  created: string | null;
  data: unknown;
  description: string | null;
  flow_run_id: string | null;
  id: string;
  key: string | null;
  metadata_: Record<string, string> | null;
  task_run_id: string | null;
  type: string | null;
  updated: string | null;
};

export type ArtifactCollection = {
  created: string | null;
  data: unknown;
  description: string | null;
  flow_run_id: string | null;
  id: string;
  key: string;
  latest_id: string;
  metadata_: Record<string, string> | null;
  task_run_id: string | null;
  type: string | null;
  updated: string | null;
};

export type ArtifactCollectionFilter = {
  flow_run_id?: ArtifactCollectionFilterFlowRunId | null;
  key?: ArtifactFilterKey | null;
  latest_id?: ArtifactCollectionFilterLatestId | null;
  operator?: Operator;
  task_run_id?: ArtifactCollectionFilterTaskRunId | null;
  type?: ArtifactCollectionFilterType | null;
};

export type ArtifactCollectionFilterFlowRunId = {
  any_?: string[] | null;
};

export type ArtifactCollectionFilterLatestId = {
  any_?: string[] | null;
};

export type ArtifactCollectionFilterTaskRunId = {
  any_?: string[] | null;
};

export type ArtifactCollectionFilterType = {
  any_?: string[] | null;
  not_any_?: string[] | null;
};

export type ArtifactCreate = {
  data?: unknown;
  description?: string | null;
  flow_run_id?: string | null;
  key?: string | null;
  metadata_?: Record<string, string> | null;
  task_run_id?: string | null;
  type?: string | null;
};

export type ArtifactFilter = {
  flow_run_id?: ArtifactFilterFlowRunId | null;
  id?: ArtifactFilterId | null;
  key?: ArtifactFilterKey | null;
  operator?: Operator;
  task_run_id?: ArtifactFilterTaskRunId | null;
  type?: ArtifactFilterType | null;
};

export type ArtifactFilterFlowRunId = {
  any_?: string[] | null;
};

export type ArtifactFilterId = {
  any_?: string[] | null;
};

export type ArtifactFilterKey = {
  any_?: string[] | null;
  exists_?: boolean | null;
  like_?: string | null;
};

export type ArtifactFilterTaskRunId = {
  any_?: string[] | null;
};

export type ArtifactFilterType = {
  any_?: string[] | null;
  not_any_?: string[] | null;
};

export type ArtifactOverview = {
  artifact: Artifact;
  now: string;
  row: ArtifactRow;
  versions: ArtifactRow[];
};

export type ArtifactRow = {
  created: string | null;
  description: string | null;
  flow_run_id: string | null;
  flow_run_name: string | null;
  id: string;
  key: string | null;
  task_run_id: string | null;
  task_run_name: string | null;
  type: string | null;
  versions?: number;
};

export type ArtifactRowTable = {
  count: number;
  most: number;
  now: string;
  rows: ArtifactRow[];
};

export type ArtifactSort = "CREATED_DESC" | "UPDATED_DESC" | "ID_DESC" | "KEY_DESC" | "KEY_ASC";

export type ArtifactUpdate = {
  data?: unknown;
  description?: string | null;
  metadata_?: Record<string, string> | null;
};

export type Automation = {
  actions: (DoNothing | RunDeployment | PauseDeployment | ResumeDeployment | CancelFlowRun | DeleteFlowRun | ChangeFlowRunState | PauseWorkQueue | ResumeWorkQueue | SendNotification | CallWebhook | PauseAutomation | ResumeAutomation | SuspendFlowRun | ResumeFlowRun | PauseWorkPool | ResumeWorkPool)[];
  actions_on_resolve: (DoNothing | RunDeployment | PauseDeployment | ResumeDeployment | CancelFlowRun | DeleteFlowRun | ChangeFlowRunState | PauseWorkQueue | ResumeWorkQueue | SendNotification | CallWebhook | PauseAutomation | ResumeAutomation | SuspendFlowRun | ResumeFlowRun | PauseWorkPool | ResumeWorkPool)[];
  actions_on_trigger: (DoNothing | RunDeployment | PauseDeployment | ResumeDeployment | CancelFlowRun | DeleteFlowRun | ChangeFlowRunState | PauseWorkQueue | ResumeWorkQueue | SendNotification | CallWebhook | PauseAutomation | ResumeAutomation | SuspendFlowRun | ResumeFlowRun | PauseWorkPool | ResumeWorkPool)[];
  created: string;
  description: string;
  enabled: boolean;
  id: string;
  name: string;
  tags: string[];
  trigger: EventTrigger | CompoundTrigger | SequenceTrigger | MetricTrigger;
  updated: string;
};

export type AutomationCreate = {
  actions: (DoNothing | RunDeployment | PauseDeployment | ResumeDeployment | CancelFlowRun | DeleteFlowRun | ChangeFlowRunState | PauseWorkQueue | ResumeWorkQueue | SendNotification | CallWebhook | PauseAutomation | ResumeAutomation | SuspendFlowRun | ResumeFlowRun | PauseWorkPool | ResumeWorkPool)[];
  actions_on_resolve?: (DoNothing | RunDeployment | PauseDeployment | ResumeDeployment | CancelFlowRun | DeleteFlowRun | ChangeFlowRunState | PauseWorkQueue | ResumeWorkQueue | SendNotification | CallWebhook | PauseAutomation | ResumeAutomation | SuspendFlowRun | ResumeFlowRun | PauseWorkPool | ResumeWorkPool)[];
  actions_on_trigger?: (DoNothing | RunDeployment | PauseDeployment | ResumeDeployment | CancelFlowRun | DeleteFlowRun | ChangeFlowRunState | PauseWorkQueue | ResumeWorkQueue | SendNotification | CallWebhook | PauseAutomation | ResumeAutomation | SuspendFlowRun | ResumeFlowRun | PauseWorkPool | ResumeWorkPool)[];
  description?: string;
  enabled?: boolean;
  name: string;
  owner_resource?: string | null;
  tags?: string[];
  trigger: EventTrigger | CompoundTrigger | SequenceTrigger | MetricTrigger;
};

export type AutomationDelivery = {
  action_index: number;
  action_type: string;
  answer: string;
  answer_status: number;
  attempts: number;
  automation_id: string;
  automation_name: string;
  created: string;
  due: string | null;
  finished: string | null;
  firing_id: string;
  gathered_by: string | null;
  id: string;
  reason: string;
  resolves: string | null;
  status: string;
};

export type AutomationEditor = {
  automation: Automation | null;
  automations: Choice[];
  deployments: Choice[];
  flows: Choice[];
  notifiers: Choice[];
  now: string;
  pools: Choice[];
  queues: Choice[];
  webhooks: Choice[];
};

export type AutomationFigures = {
  dead: number;
  last_fired: string | null;
  waiting: number;
};

export type AutomationFilter = {
  created?: AutomationFilterCreated | null;
  id?: AutomationFilterId | null;
  name?: AutomationFilterName | null;
  operator?: Operator;
  tags?: AutomationFilterTags | null;
};

export type AutomationFilterCreated = {
  before_?: string | null;
};

export type AutomationFilterId = {
  any_?: string[] | null;
};

export type AutomationFilterName = {
  any_?: string[] | null;
};

export type AutomationFilterTags = {
  all_?: string[] | null;
  any_?: string[] | null;
  is_null_?: boolean | null;
  operator?: Operator;
};

export type AutomationOverview = {
  automation: Automation;
  deliveries: AutomationDelivery[];
  figures: AutomationFigures;
  firings: FiringRow[];
  names: Record<string, string>;
  now: string;
};

export type AutomationPartialUpdate = {
  enabled?: boolean;
};

export type AutomationRow = {
  actions: (DoNothing | RunDeployment | PauseDeployment | ResumeDeployment | CancelFlowRun | DeleteFlowRun | ChangeFlowRunState | PauseWorkQueue | ResumeWorkQueue | SendNotification | CallWebhook | PauseAutomation | ResumeAutomation | SuspendFlowRun | ResumeFlowRun | PauseWorkPool | ResumeWorkPool)[];
  actions_on_resolve: (DoNothing | RunDeployment | PauseDeployment | ResumeDeployment | CancelFlowRun | DeleteFlowRun | ChangeFlowRunState | PauseWorkQueue | ResumeWorkQueue | SendNotification | CallWebhook | PauseAutomation | ResumeAutomation | SuspendFlowRun | ResumeFlowRun | PauseWorkPool | ResumeWorkPool)[];
  actions_on_trigger: (DoNothing | RunDeployment | PauseDeployment | ResumeDeployment | CancelFlowRun | DeleteFlowRun | ChangeFlowRunState | PauseWorkQueue | ResumeWorkQueue | SendNotification | CallWebhook | PauseAutomation | ResumeAutomation | SuspendFlowRun | ResumeFlowRun | PauseWorkPool | ResumeWorkPool)[];
  created: string;
  dead: number;
  description: string;
  enabled: boolean;
  id: string;
  last_fired: string | null;
  name: string;
  tags: string[];
  trigger: EventTrigger | CompoundTrigger | SequenceTrigger | MetricTrigger;
  updated: string;
  waiting: number;
};

export type AutomationSort = "CREATED_DESC" | "UPDATED_DESC" | "NAME_ASC" | "NAME_DESC";

export type AutomationTable = {
  count: number;
  most: number;
  names: Record<string, string>;
  now: string;
  rows: AutomationRow[];
};

export type AutomationUpdate = {
  actions: (DoNothing | RunDeployment | PauseDeployment | ResumeDeployment | CancelFlowRun | DeleteFlowRun | ChangeFlowRunState | PauseWorkQueue | ResumeWorkQueue | SendNotification | CallWebhook | PauseAutomation | ResumeAutomation | SuspendFlowRun | ResumeFlowRun | PauseWorkPool | ResumeWorkPool)[];
  actions_on_resolve?: (DoNothing | RunDeployment | PauseDeployment | ResumeDeployment | CancelFlowRun | DeleteFlowRun | ChangeFlowRunState | PauseWorkQueue | ResumeWorkQueue | SendNotification | CallWebhook | PauseAutomation | ResumeAutomation | SuspendFlowRun | ResumeFlowRun | PauseWorkPool | ResumeWorkPool)[];
  actions_on_trigger?: (DoNothing | RunDeployment | PauseDeployment | ResumeDeployment | CancelFlowRun | DeleteFlowRun | ChangeFlowRunState | PauseWorkQueue | ResumeWorkQueue | SendNotification | CallWebhook | PauseAutomation | ResumeAutomation | SuspendFlowRun | ResumeFlowRun | PauseWorkPool | ResumeWorkPool)[];
  description?: string;
  enabled?: boolean;
  name: string;
  tags?: string[];
  trigger: EventTrigger | CompoundTrigger | SequenceTrigger | MetricTrigger;
};

export type AwakeDay = {
  awake: number;
  day: string;
  known: number;
  wakes: number;
};

export type AwakeMetrics = {
  asleep_seconds: number;
  awake_seconds: number;
  mean_wake_seconds: number;
  reason: string;
  since: string;
  starts: number;
  wake_seconds: number | null;
  wakes: number;
};

export type AwakeStrip = {
  cost: MonthCost | null;
  days: AwakeDay[];
};

export type BackupReport = {
  databases: unknown[];
  restored: unknown;
};

export type BlockDocument = {
  block_document_references: Record<string, BlockDocumentReference>;
  block_schema: BlockSchema | null;
  block_schema_id: string;
  block_type: BlockType | null;
  block_type_id: string;
  block_type_name: string | null;
  created: string | null;
  data: unknown;
  id: string;
  is_anonymous: boolean;
  name: string | null;
  updated: string | null;
};

export type BlockDocumentCreate = {
  block_schema_id: string;
  block_type_id: string;
  data?: Record<string, unknown>;
  is_anonymous?: boolean;
  name?: string | null;
};

export type BlockDocumentFilter = {
  block_type_id?: BlockDocumentFilterBlockTypeId | null;
  id?: BlockDocumentFilterId | null;
  is_anonymous?: BlockDocumentFilterIsAnonymous | null;
  name?: BlockDocumentFilterName | null;
  operator?: Operator;
};

export type BlockDocumentFilterBlockTypeId = {
  any_?: string[] | null;
};

export type BlockDocumentFilterId = {
  any_?: string[] | null;
};

export type BlockDocumentFilterIsAnonymous = {
  eq_?: boolean | null;
};

export type BlockDocumentFilterName = {
  any_?: string[] | null;
  like_?: string | null;
};

export type BlockDocumentReference = {
  block_document: {
    block_document_references: Record<string, BlockDocumentReference>;
    block_type: BlockType | null;
    id: string;
    is_anonymous: boolean;
    name: string | null;
  };
};

export type BlockDocumentSort = "NAME_DESC" | "NAME_ASC" | "BLOCK_TYPE_AND_NAME_ASC";

export type BlockDocumentUpdate = {
  block_schema_id?: string | null;
  data?: Record<string, unknown>;
  merge_existing_data?: boolean;
};

export type BlockForm = {
  block_type: BlockType;
  schema: BlockSchema | null;
};

export type BlockOverview = {
  document: BlockDocument;
  now: string;
  users: BlockUser[];
};

export type BlockSchema = {
  block_type: BlockType | null;
  block_type_id: string;
  capabilities: string[];
  checksum: string;
  created: string | null;
  fields: unknown;
  id: string;
  updated: string | null;
  version: string;
};

export type BlockSchemaCreate = {
  block_type_id: string;
  capabilities?: string[];
  fields?: Record<string, unknown>;
  version?: string;
};

export type BlockSchemaFilter = {
  block_capabilities?: BlockSchemaFilterCapabilities | null;
  block_type_id?: BlockSchemaFilterBlockTypeId | null;
  id?: BlockSchemaFilterId | null;
  operator?: Operator;
  version?: BlockSchemaFilterVersion | null;
};

export type BlockSchemaFilterBlockTypeId = {
  any_?: string[] | null;
};

export type BlockSchemaFilterCapabilities = {
  all_?: string[] | null;
};

export type BlockSchemaFilterId = {
  any_?: string[] | null;
};

export type BlockSchemaFilterVersion = {
  any_?: string[] | null;
};

export type BlockType = {
  code_example: string | null;
  created: string | null;
  description: string | null;
  documentation_url: string | null;
  id: string;
  is_protected: boolean;
  logo_url: string | null;
  name: string;
  slug: string;
  updated: string | null;
};

export type BlockTypeCreate = {
  code_example?: string | null;
  description?: string | null;
  documentation_url?: string | null;
  logo_url?: string | null;
  name: string;
  slug: string;
};

export type BlockTypeFilter = {
  name?: BlockTypeFilterName | null;
  slug?: BlockTypeFilterSlug | null;
};

export type BlockTypeFilterName = {
  like_?: string | null;
};

export type BlockTypeFilterSlug = {
  any_?: string[] | null;
};

export type BlockTypeUpdate = {
  code_example?: string | null;
  description?: string | null;
  documentation_url?: string | null;
  logo_url?: string | null;
};

export type BlockUser = {
  id: string;
  kind: string;
  title: string;
};

export type Body_average_flow_run_lateness_flow_runs_lateness_post = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  task_runs?: TaskRunFilter | null;
  work_pool_queues?: WorkQueueFilter | null;
  work_pools?: WorkPoolFilter | null;
};

export type Body_bulk_decrement_active_slots_v2_concurrency_limits_decrement_post = {
  names: string[];
  occupancy_seconds?: number | null;
  slots: number;
};

export type Body_bulk_decrement_active_slots_with_lease_v2_concurrency_limits_decrement_with_lease_post = {
  lease_id: string;
};

export type Body_bulk_delete_deployments_deployments_bulk_delete_post = {
  deployments?: DeploymentFilter | null;
  limit?: number;
};

export type Body_bulk_delete_flow_runs_flow_runs_bulk_delete_post = {
  flow_runs?: FlowRunFilter | null;
  limit?: number;
};

export type Body_bulk_delete_flows_flows_bulk_delete_post = {
  flows?: FlowFilter | null;
  limit?: number;
};

export type Body_bulk_increment_active_slots_v2_concurrency_limits_increment_post = {
  mode?: SlotMode;
  names: string[];
  slots: number;
};

export type Body_bulk_increment_active_slots_with_lease_v2_concurrency_limits_increment_with_lease_post = {
  holder?: ConcurrencyLeaseHolder | null;
  lease_duration?: number;
  mode?: SlotMode;
  names: string[];
  slots: number;
};

export type Body_bulk_set_flow_run_state_flow_runs_bulk_set_state_post = {
  flow_runs?: FlowRunFilter | null;
  force?: boolean;
  limit?: number;
  state: StateCreate;
};

export type Body_count_account_events_events_count_by__countable__post = {
  filter: EventFilter | null;
  time_interval?: number;
  time_unit?: TimeUnit;
};

export type Body_count_artifacts_artifacts_count_post = {
  artifacts?: ArtifactFilter | null;
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  task_runs?: TaskRunFilter | null;
};

export type Body_count_automations_automations_count_post = {
  automations?: AutomationFilter | null;
};

export type Body_count_block_documents_block_documents_count_post = {
  block_documents?: BlockDocumentFilter | null;
  block_schemas?: BlockSchemaFilter | null;
  block_types?: BlockTypeFilter | null;
};

export type Body_count_deployments_by_flow_ui_flows_count_deployments_post = {
  flow_ids: string[];
};

export type Body_count_deployments_deployments_count_post = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  task_runs?: TaskRunFilter | null;
  work_pool_queues?: WorkQueueFilter | null;
  work_pools?: WorkPoolFilter | null;
};

export type Body_count_flow_runs_flow_runs_count_post = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  task_runs?: TaskRunFilter | null;
  work_pool_queues?: WorkQueueFilter | null;
  work_pools?: WorkPoolFilter | null;
};

export type Body_count_flows_flows_count_post = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  task_runs?: TaskRunFilter | null;
  work_pools?: WorkPoolFilter | null;
};

export type Body_count_latest_artifacts_artifacts_latest_count_post = {
  artifacts?: ArtifactCollectionFilter | null;
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  task_runs?: TaskRunFilter | null;
};

export type Body_count_task_runs_by_flow_run_ui_flow_runs_count_task_runs_post = {
  flow_run_ids: string[];
};

export type Body_count_task_runs_task_runs_count_post = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  task_runs?: TaskRunFilter | null;
};

export type Body_count_variables_variables_count_post = {
  variables?: VariableFilter | null;
};

export type Body_count_work_pools_work_pools_count_post = {
  work_pools?: WorkPoolFilter | null;
};

export type Body_create_flow_run_input_flow_runs__id__input_post = {
  key: string;
  sender?: string | null;
  value: string;
};

export type Body_decrement_concurrency_limits_v1_concurrency_limits_decrement_post = {
  names: string[];
  task_run_id: string;
};

export type Body_filter_flow_run_input_flow_runs__id__input_filter_post = {
  exclude_keys?: string[];
  limit?: number;
  prefix: string;
};

export type Body_flow_run_history_flow_runs_history_post = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  history_end: string;
  history_interval_seconds: number;
  history_start: string;
  task_runs?: TaskRunFilter | null;
  work_pools?: WorkPoolFilter | null;
  work_queues?: WorkQueueFilter | null;
};

export type Body_get_scheduled_flow_runs_for_deployments_deployments_get_scheduled_flow_runs_post = {
  deployment_ids: string[];
  limit?: number | null;
  scheduled_before?: string | null;
};

export type Body_get_scheduled_flow_runs_work_pools__name__get_scheduled_flow_runs_post = {
  limit?: number | null;
  scheduled_after?: string | null;
  scheduled_before?: string | null;
  work_queue_names?: string[];
};

export type Body_increment_concurrency_limits_v1_concurrency_limits_increment_post = {
  names: string[];
  task_run_id: string;
};

export type Body_next_runs_by_flow_ui_flows_next_runs_post = {
  flow_ids: string[];
};

export type Body_paginate_deployments_deployments_paginate_post = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  limit?: number | null;
  page?: number;
  sort?: DeploymentSort;
  task_runs?: TaskRunFilter | null;
  work_pool_queues?: WorkQueueFilter | null;
  work_pools?: WorkPoolFilter | null;
};

export type Body_paginate_flow_runs_flow_runs_paginate_post = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  limit?: number | null;
  page?: number;
  sort?: FlowRunSort;
  task_runs?: TaskRunFilter | null;
  work_pool_queues?: WorkQueueFilter | null;
  work_pools?: WorkPoolFilter | null;
};

export type Body_paginate_flows_flows_paginate_post = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  limit?: number | null;
  page?: number;
  sort?: FlowSort;
  task_runs?: TaskRunFilter | null;
  work_pools?: WorkPoolFilter | null;
};

export type Body_paginate_task_runs_task_runs_paginate_post = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  limit?: number | null;
  page?: number;
  sort?: TaskRunSort;
  task_runs?: TaskRunFilter | null;
};

export type Body_read_all_concurrency_limits_v2_v2_concurrency_limits_filter_post = {
  limit?: number | null;
  offset?: number;
};

export type Body_read_artifacts_artifacts_filter_post = {
  artifacts?: ArtifactFilter | null;
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  limit?: number | null;
  offset?: number;
  sort?: ArtifactSort;
  task_runs?: TaskRunFilter | null;
};

export type Body_read_automations_automations_filter_post = {
  automations?: AutomationFilter | null;
  limit?: number | null;
  offset?: number;
  sort?: AutomationSort;
};

export type Body_read_block_documents_block_documents_filter_post = {
  block_documents?: BlockDocumentFilter | null;
  block_schemas?: BlockSchemaFilter | null;
  block_types?: BlockTypeFilter | null;
  include_secrets?: boolean;
  limit?: number | null;
  offset?: number;
  sort?: BlockDocumentSort;
};

export type Body_read_block_schemas_block_schemas_filter_post = {
  block_schemas?: BlockSchemaFilter | null;
  limit?: number | null;
  offset?: number;
};

export type Body_read_block_types_block_types_filter_post = {
  block_schemas?: BlockSchemaFilter | null;
  block_types?: BlockTypeFilter | null;
  limit?: number | null;
  offset?: number;
};

export type Body_read_concurrency_limits_concurrency_limits_filter_post = {
  limit?: number | null;
  offset?: number;
};

export type Body_read_dashboard_task_run_counts_ui_task_runs_dashboard_counts_post = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  task_runs: TaskRunFilter | null;
  work_pools?: WorkPoolFilter | null;
  work_queues?: WorkQueueFilter | null;
};

export type Body_read_deployments_deployments_filter_post = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  limit?: number | null;
  offset?: number;
  sort?: DeploymentSort;
  task_runs?: TaskRunFilter | null;
  work_pool_queues?: WorkQueueFilter | null;
  work_pools?: WorkPoolFilter | null;
};

export type Body_read_events_events_filter_post = {
  filter?: EventFilter | null;
  limit?: number;
};

export type Body_read_flow_run_history_ui_flow_runs_history_post = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  limit?: number;
  offset?: number;
  sort?: FlowRunSort;
  task_runs?: TaskRunFilter | null;
  work_pools?: WorkPoolFilter | null;
};

export type Body_read_flow_runs_flow_runs_filter_post = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  limit?: number | null;
  offset?: number;
  sort?: FlowRunSort;
  task_runs?: TaskRunFilter | null;
  work_pool_queues?: WorkQueueFilter | null;
  work_pools?: WorkPoolFilter | null;
};

export type Body_read_flows_flows_filter_post = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  limit?: number | null;
  offset?: number;
  sort?: FlowSort;
  task_runs?: TaskRunFilter | null;
  work_pools?: WorkPoolFilter | null;
};

export type Body_read_latest_artifacts_artifacts_latest_filter_post = {
  artifacts?: ArtifactCollectionFilter | null;
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  limit?: number | null;
  offset?: number;
  sort?: ArtifactSort;
  task_runs?: TaskRunFilter | null;
};

export type Body_read_logs_logs_filter_post = {
  limit?: number | null;
  logs?: LogFilter | null;
  offset?: number;
  sort?: LogSort;
};

export type Body_read_saved_searches_saved_searches_filter_post = {
  limit?: number | null;
  offset?: number;
};

export type Body_read_task_run_counts_by_state_ui_task_runs_count_post = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  task_runs?: TaskRunFilter | null;
};

export type Body_read_task_runs_task_runs_filter_post = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  limit?: number | null;
  offset?: number;
  sort?: TaskRunSort;
  task_runs?: TaskRunFilter | null;
};

export type Body_read_task_workers_task_workers_filter_post = {
  task_worker_filter?: TaskWorkerFilter | null;
};

export type Body_read_variables_variables_filter_post = {
  limit?: number | null;
  offset?: number;
  sort?: VariableSort;
  variables?: VariableFilter | null;
};

export type Body_read_work_pool_concurrency_status_work_pools__name__concurrency_status_post = {
  flow_run_limit?: number;
  limit?: number | null;
  page?: number;
};

export type Body_read_work_pools_work_pools_filter_post = {
  limit?: number | null;
  offset?: number;
  work_pools?: WorkPoolFilter | null;
};

export type Body_read_work_queue_concurrency_status_work_queues__id__concurrency_status_post = {
  limit?: number | null;
  page?: number;
};

export type Body_read_work_queue_runs_work_queues__id__get_runs_post = {
  limit?: number | null;
  scheduled_before?: string | null;
};

export type Body_read_work_queues_work_pools__work_pool_name__queues_filter_post = {
  limit?: number | null;
  offset?: number;
  work_queues?: WorkQueueFilter | null;
};

export type Body_read_work_queues_work_queues_filter_post = {
  limit?: number | null;
  offset?: number;
  work_queues?: WorkQueueFilter | null;
};

export type Body_read_workers_work_pools__work_pool_name__workers_filter_post = {
  limit?: number | null;
  offset?: number;
  workers?: WorkerFilter | null;
};

export type Body_reeve_artifact_rows = {
  artifacts?: ArtifactCollectionFilter | null;
  limit?: number | null;
  offset?: number;
};

export type Body_reeve_automation_rows = {
  automations?: AutomationFilter | null;
  limit?: number | null;
  offset?: number;
  sort?: AutomationSort;
};

export type Body_reeve_deployment_rows = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  limit?: number | null;
  offset?: number;
  sort?: DeploymentSort;
  task_runs?: TaskRunFilter | null;
  work_pool_queues?: WorkQueueFilter | null;
  work_pools?: WorkPoolFilter | null;
};

export type Body_reeve_event_feed = {
  after?: FeedPlace | null;
  filter: EventFilter | null;
  limit?: number;
};

export type Body_reeve_flow_rows = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  limit?: number | null;
  offset?: number;
  sort?: FlowSort;
  task_runs?: TaskRunFilter | null;
  work_pools?: WorkPoolFilter | null;
};

export type Body_reeve_flow_run_groups = {
  by?: RunGrouping;
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  narrow?: RunNarrowing | null;
  task_runs?: TaskRunFilter | null;
  work_pool_queues?: WorkQueueFilter | null;
  work_pools?: WorkPoolFilter | null;
};

export type Body_reeve_flow_run_logs = {
  find?: string | null;
  limit?: number;
  logs?: LogFilter | null;
  offset?: number;
};

export type Body_reeve_flow_run_rows = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  limit?: number | null;
  narrow?: RunNarrowing | null;
  offset?: number;
  sort?: FlowRunSort;
  task_runs?: TaskRunFilter | null;
  work_pool_queues?: WorkQueueFilter | null;
  work_pools?: WorkPoolFilter | null;
};

export type Body_reeve_preview_automation = {
  automation?: AutomationCreate | null;
  automation_id?: string | null;
  limit?: number;
  since?: number;
};

export type Body_reeve_task_run_groups = {
  by?: TaskRunGrouping;
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  narrow?: TaskRunNarrowing | null;
  task_runs?: TaskRunFilter | null;
};

export type Body_reeve_task_run_rows = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  limit?: number | null;
  narrow?: TaskRunNarrowing | null;
  offset?: number;
  sort?: TaskRunSort;
  task_runs?: TaskRunFilter | null;
};

export type Body_renew_concurrency_lease_v2_concurrency_limits_leases__lease_id__renew_post = {
  lease_duration?: number;
};

export type Body_reset_concurrency_limit_by_tag_concurrency_limits_tag__tag__reset_post = {
  slot_override?: string[];
};

export type Body_resume_flow_run_flow_runs__id__resume_post = {
  run_input?: Record<string, unknown> | null;
};

export type Body_schedule_deployment_deployments__id__schedule_post = {
  end_time?: string | null;
  max_runs?: number | null;
  min_runs?: number | null;
  min_time?: number | null;
  start_time?: string | null;
};

export type Body_set_flow_run_state_flow_runs__id__set_state_post = {
  force?: boolean;
  state: StateCreate;
};

export type Body_set_task_run_state_task_runs__id__set_state_post = {
  force?: boolean;
  state: StateCreate;
};

export type Body_task_run_history_task_runs_history_post = {
  deployments?: DeploymentFilter | null;
  flow_runs?: FlowRunFilter | null;
  flows?: FlowFilter | null;
  history_end: string;
  history_interval_seconds: number;
  history_start: string;
  task_runs?: TaskRunFilter | null;
};

export type Body_validate_obj_ui_schemas_validate_post = {
  schema: Record<string, unknown>;
  values: Record<string, unknown>;
};

export type Body_worker_heartbeat_work_pools__work_pool_name__workers_heartbeat_post = {
  heartbeat_interval_seconds?: number | null;
  name: string;
};

export type CallWebhook = {
  block_document_id: string;
  payload?: string;
  type?: "call-webhook";
};

export type CancelFlowRun = {
  type?: "cancel-flow-run";
};

export type CatchUp = "all" | "latest" | "none";

export type CatchUpSetting = {
  catch_up?: CatchUp | null;
};

export type ChangeFlowRunState = {
  force?: boolean;
  message?: string | null;
  name?: string | null;
  state: StateType;
  type?: "change-flow-run-state";
};

export type Choice = {
  id: string;
  title: string;
};

export type ClockChange = {
  at: string;
  times: string[];
};

export type CollisionSetting = {
  collision_strategy: CollisionStrategy;
};

export type CollisionStrategy = "ENQUEUE" | "CANCEL_NEW" | "CANCEL_RUNNING";

export type Collisions = {
  collision_strategy: string;
  deployment_id: string;
  limit: number | null;
};

export type CompoundTrigger = {
  id?: string;
  require: number | RequireWord;
  triggers: (EventTrigger | CompoundTrigger | SequenceTrigger | MetricTrigger)[];
  type?: "compound";
  within: number | null;
};

export type ConcurrencyLeaseHolder = {
  id: string;
  type: HolderType;
};

export type ConcurrencyLimit = {
  active_slots: string[];
  concurrency_limit: number;
  created: string | null;
  id: string;
  tag: string;
  updated: string | null;
};

export type ConcurrencyLimitCreate = {
  concurrency_limit: number;
  tag: string;
};

export type ConcurrencyLimitStrategy = "ENQUEUE" | "CANCEL_NEW";

export type ConcurrencyLimitV2 = {
  active: boolean;
  active_slots: number;
  avg_slot_occupancy_seconds: number;
  created: string | null;
  denied_slots: number;
  id: string;
  limit: number;
  name: string;
  slot_decay_per_second: number;
  updated: string | null;
};

export type ConcurrencyLimitV2Create = {
  active?: boolean;
  active_slots?: number;
  denied_slots?: number;
  limit: number;
  name: string;
  slot_decay_per_second?: number;
};

export type ConcurrencyLimitV2Update = {
  active?: boolean | null;
  active_slots?: number | null;
  denied_slots?: number | null;
  limit?: number | null;
  name?: string | null;
  slot_decay_per_second?: number | null;
};

export type ConcurrencyLimitWithLeaseResponse = {
  lease_id: string;
  limits: MinimalConcurrencyLimitResponse[];
};

export type ConcurrencyOptions = {
  collision_strategy: ConcurrencyLimitStrategy;
  grace_period_seconds?: number | null;
};

export type Constant = {
  input_type?: string;
  type: string;
};

export type CostPage = {
  money: MonthMoney | null;
  problem: string;
  usage: Usage;
};

export type CountByState = {
  CANCELLED: number;
  CANCELLING: number;
  COMPLETED: number;
  CRASHED: number;
  FAILED: number;
  PAUSED: number;
  PENDING: number;
  RUNNING: number;
  SCHEDULED: number;
};

export type CreatedBy = {
  display_value: string | null;
  id: string | null;
  type: string | null;
};

export type CronSchedule = {
  cron: string;
  day_or?: boolean;
  timezone?: string | null;
};

export type CsrfToken = {
  client: string;
  created: string | null;
  expiration: string;
  id: string;
  token: string;
  updated: string | null;
};

export type DeleteFlowRun = {
  type?: "delete-flow-run";
};

export type DeliveryGroup = {
  count: number;
  rows: AutomationDelivery[];
};

export type DeliveryStatus = "waiting" | "delivered" | "dead" | "held" | "gathered" | "dropped";

export type DependencyResult = {
  end_time: string | null;
  estimated_run_time: number;
  expected_start_time: string | null;
  id: string;
  name: string;
  start_time: string | null;
  state: State | null;
  total_run_time: number;
  untrackable_result: boolean;
  upstream_dependencies: TaskRunResult[];
};

export type DeploymentBulkDeleteResponse = {
  deleted: string[];
};

export type DeploymentCreate = {
  concurrency_limit?: number | null;
  concurrency_options?: ConcurrencyOptions | null;
  description?: string | null;
  enforce_parameter_schema?: boolean;
  entrypoint?: string | null;
  flow_id: string;
  global_concurrency_limit_id?: string | null;
  infrastructure_document_id?: string | null;
  job_variables?: Record<string, unknown>;
  labels?: Record<string, boolean | number | string>;
  name: string;
  parameter_openapi_schema?: Record<string, unknown> | null;
  parameters?: Record<string, unknown>;
  path?: string | null;
  paused?: boolean;
  pull_steps?: Record<string, unknown>[] | null | null;
  schedules?: DeploymentScheduleCreate[];
  storage_document_id?: string | null;
  tags?: string[];
  version?: string | null;
  version_info?: VersionInfo | null;
  work_pool_name?: string | null;
  work_queue_name?: string | null;
};

export type DeploymentFilter = {
  concurrency_limit?: DeploymentFilterConcurrencyLimit | null;
  flow_or_deployment_name?: DeploymentOrFlowNameFilter | null;
  id?: DeploymentFilterId | null;
  name?: DeploymentFilterName | null;
  operator?: Operator;
  paused?: DeploymentFilterPaused | null;
  tags?: DeploymentFilterTags | null;
  work_queue_name?: DeploymentFilterWorkQueueName | null;
};

export type DeploymentFilterConcurrencyLimit = {
  ge_?: number | null;
  is_null_?: boolean | null;
  le_?: number | null;
};

export type DeploymentFilterId = {
  any_?: string[] | null;
  not_any_?: string[] | null;
};

export type DeploymentFilterName = {
  any_?: string[] | null;
  like_?: string | null;
};

export type DeploymentFilterPaused = {
  eq_?: boolean | null;
};

export type DeploymentFilterTags = {
  all_?: string[] | null;
  any_?: string[] | null;
  is_null_?: boolean | null;
  operator?: Operator;
};

export type DeploymentFilterWorkQueueName = {
  any_?: string[] | null;
};

export type DeploymentFlowRunCreate = {
  context?: Record<string, unknown>;
  empirical_policy?: FlowRunPolicy;
  enforce_parameter_schema?: boolean | null;
  idempotency_key?: string | null;
  infrastructure_document_id?: string | null;
  job_variables?: Record<string, unknown> | null;
  labels?: Record<string, boolean | number | string>;
  name?: string;
  parameters?: Record<string, unknown>;
  parent_task_run_id?: string | null;
  state?: StateCreate | null;
  tags?: string[];
  work_queue_name?: string | null;
};

export type DeploymentOrFlowNameFilter = {
  like_?: string | null;
};

export type DeploymentOverview = {
  catch_ups: ScheduleCatchUp[];
  deployment: DeploymentResponse;
  flow_name: string;
  next: NextRun | null;
  now: string;
  runs: OwnRuns;
  slas: SLA[];
  times: ScheduleTimes[];
};

export type DeploymentPaginationResponse = {
  count: number;
  limit: number;
  page: number;
  pages: number;
  results: DeploymentResponse[];
};

export type DeploymentResponse = {
  concurrency_limit: number | null;
  concurrency_options: ConcurrencyOptions | null;
  created: string | null;
  created_by: CreatedBy | null;
  description: string | null;
  enforce_parameter_schema: boolean;
  entrypoint: string | null;
  flow_id: string;
  global_concurrency_limit: GlobalConcurrencyLimitResponse | null;
  id: string;
  infrastructure_document_id: string | null;
  job_variables: Record<string, unknown>;
  labels: Record<string, boolean | number | string>;
  last_polled: string | null;
  name: string;
  parameter_openapi_schema: Record<string, unknown> | null;
  parameters: Record<string, unknown>;
  path: string | null;
  paused: boolean;
  pull_steps: Record<string, unknown>[] | null | null;
  schedules: DeploymentSchedule[];
  status: DeploymentStatus | null;
  storage_document_id: string | null;
  tags: string[];
  updated: string | null;
  updated_by: UpdatedBy | null;
  version: string | null;
  work_pool_name: string | null;
  work_queue_id: string | null;
  work_queue_name: string | null;
};

export type DeploymentRow = {
  flow_id: string;
  flow_name: string;
  id: string;
  name: string;
  next: NextRun | null;
  paused: boolean;
  recent: Recent;
  schedules: ScheduleLook[];
  status: DeploymentStatus | null;
  tags: string[];
  work_pool_name: string | null;
  work_queue_name: string | null;
};

export type DeploymentRowTable = {
  count: number;
  most: number;
  now: string;
  rows: DeploymentRow[];
};

export type DeploymentSchedule = {
  active: boolean;
  created: string | null;
  deployment_id: string | null;
  id: string;
  max_scheduled_runs: number | null;
  parameters: Record<string, unknown>;
  schedule: IntervalSchedule | CronSchedule | RRuleSchedule;
  slug: string | null;
  updated: string | null;
};

export type DeploymentScheduleCreate = {
  active?: boolean;
  max_scheduled_runs?: number | null;
  parameters?: Record<string, unknown>;
  replaces?: string | null;
  schedule: IntervalSchedule | CronSchedule | RRuleSchedule;
  slug?: string | null;
};

export type DeploymentScheduleUpdate = {
  active?: boolean | null;
  max_scheduled_runs?: number | null;
  parameters?: Record<string, unknown>;
  replaces?: string | null;
  schedule?: IntervalSchedule | CronSchedule | RRuleSchedule | null;
  slug?: string | null;
};

export type DeploymentSort = "CREATED_DESC" | "UPDATED_DESC" | "NAME_ASC" | "NAME_DESC";

export type DeploymentStatus = "READY" | "NOT_READY";

export type DeploymentUpdate = {
  concurrency_limit?: number | null;
  concurrency_options?: ConcurrencyOptions | null;
  description?: string | null;
  enforce_parameter_schema?: boolean | null;
  entrypoint?: string | null;
  global_concurrency_limit_id?: string | null;
  infrastructure_document_id?: string | null;
  job_variables?: Record<string, unknown> | null;
  parameter_openapi_schema?: Record<string, unknown> | null;
  parameters?: Record<string, unknown> | null;
  path?: string | null;
  paused?: boolean;
  pull_steps?: Record<string, unknown>[] | null | null;
  schedules?: DeploymentScheduleUpdate[];
  storage_document_id?: string | null;
  tags?: string[];
  version?: string | null;
  version_info?: VersionInfo | null;
  work_pool_name?: string | null;
  work_queue_name?: string | null;
};

export type DoNothing = {
  type?: "do-nothing";
};

export type Edge = {
  id: string;
};

export type Event = {
  event?: string;
  follows?: string | null;
  id?: string;
  occurred?: string;
  payload?: unknown;
  related?: Resource[];
  resource?: Resource;
};

export type EventAnyResourceFilter = {
  id?: string[] | null;
  id_prefix?: string[] | null;
  labels?: ResourceSpecification;
};

export type EventCount = {
  count: number;
  end_time: string;
  label: string;
  start_time: string;
  value: string;
};

export type EventFilter = {
  any_resource?: EventAnyResourceFilter | EventAnyResourceFilter[];
  event?: EventNameFilter | null;
  id?: EventIDFilter;
  occurred?: EventOccurredFilter;
  order?: EventOrder;
  related?: EventRelatedFilter | EventRelatedFilter[];
  resource?: EventResourceFilter | null;
  text?: EventTextFilter | null;
};

export type EventIDFilter = {
  id?: string[] | null;
};

export type EventNameFilter = {
  exclude_name?: string[] | null;
  exclude_prefix?: string[] | null;
  name?: string[] | null;
  prefix?: string[] | null;
};

export type EventOccurredFilter = {
  since?: string | null;
  until?: string | null;
};

export type EventOrder = "ASC" | "DESC";

export type EventOverview = {
  event: ReceivedEvent;
  follows: FeedEvent | null;
  names: Record<string, string>;
  now: string;
};

export type EventPage = {
  events: ReceivedEvent[];
  next_page: string | null;
  total: number;
};

export type EventRelatedFilter = {
  id?: string[] | null;
  labels?: ResourceSpecification;
  resources_in_roles?: string[][] | null;
  role?: string[] | null;
};

export type EventResourceFilter = {
  distinct?: boolean;
  id?: string[] | null;
  id_prefix?: string[] | null;
  labels?: ResourceSpecification;
};

export type EventTextFilter = {
  query: string;
};

export type EventTrigger = {
  after?: string[];
  expect?: string[];
  for_each?: string[];
  id?: string;
  match?: Record<string, string | string[]>;
  match_related?: Record<string, string | string[]> | (Record<string, string | string[]>)[];
  posture: "Reactive" | "Proactive";
  threshold?: number;
  type?: "event";
  within?: number;
};

export type Feed = {
  bars: FeedBar[];
  counted_since: string;
  events: FeedEvent[];
  names: FeedName[];
  next: FeedPlace | null;
  now: string;
  since: string;
  until: string;
};

export type FeedBar = {
  count: number;
  end: string;
  start: string;
};

export type FeedEvent = {
  event: string;
  id: string;
  occurred: string;
  related: Resource[];
  resource: Resource;
};

export type FeedName = {
  count: number;
  name: string;
};

export type FeedPlace = {
  occurred: string;
  sequence: number;
};

export type Files = {
  database_bytes: number;
  log_bytes: number;
  volume_bytes: number;
  volume_free_bytes: number;
};

export type FiringRow = {
  event: PreviewEvent | null;
  id: string;
  labels: Record<string, string>;
  states: string[];
  triggered: string;
  value: number | null;
};

export type Flow = {
  created: string | null;
  id: string;
  labels: Record<string, boolean | number | string>;
  name: string;
  tags: string[];
  updated: string | null;
};

export type FlowBar = {
  piece: number;
  runs: number;
  state_type: StateType;
};

export type FlowBars = {
  bars: FlowBar[];
  id: string;
  name: string;
};

export type FlowBulkDeleteResponse = {
  deleted: string[];
};

export type FlowCreate = {
  labels?: Record<string, boolean | number | string>;
  name: string;
  tags?: string[];
};

export type FlowFilter = {
  deployment?: FlowFilterDeployment | null;
  id?: FlowFilterId | null;
  name?: FlowFilterName | null;
  operator?: Operator;
  tags?: FlowFilterTags | null;
};

export type FlowFilterDeployment = {
  is_null_?: boolean | null;
  operator?: Operator;
};

export type FlowFilterId = {
  any_?: string[] | null;
  not_any_?: string[] | null;
};

export type FlowFilterName = {
  any_?: string[] | null;
  like_?: string | null;
};

export type FlowFilterTags = {
  all_?: string[] | null;
  is_null_?: boolean | null;
  operator?: Operator;
};

export type FlowItem = {
  flow: string;
  month: number;
  share: number;
  so_far: number;
};

export type FlowLimit = {
  active: number | null;
  flow_id: string;
  flow_name: string;
  max_concurrent: number | null;
};

export type FlowLimitSetting = {
  max_concurrent: number;
};

export type FlowMeasure = {
  flow: string;
  max_concurrent: number;
  runs_active: number;
};

export type FlowMetrics = {
  ended: Record<string, number>;
  flow: string;
  seconds: MetricSummary;
  success_rate: number | null;
};

export type FlowOverview = {
  deployments: DeploymentRow[];
  flow: Flow;
  limit: FlowLimit;
  next: NextRun | null;
  now: string;
  runs: OwnRuns;
};

export type FlowPaginationResponse = {
  count: number;
  limit: number;
  page: number;
  pages: number;
  results: Flow[];
};

export type FlowRow = {
  created: string | null;
  deployments: number;
  id: string;
  name: string;
  next: NextRun | null;
  recent: Recent;
  tags: string[];
};

export type FlowRowTable = {
  count: number;
  most: number;
  now: string;
  rows: FlowRow[];
};

export type FlowRun = {
  auto_scheduled: boolean;
  context: Record<string, unknown>;
  created: string | null;
  created_by: CreatedBy | null;
  deployment_id: string | null;
  deployment_version: string | null;
  empirical_policy: FlowRunPolicy;
  end_time: string | null;
  estimated_run_time: number;
  estimated_start_time_delta: number;
  expected_start_time: string | null;
  flow_id: string;
  flow_version: string | null;
  id: string;
  idempotency_key: string | null;
  infrastructure_document_id: string | null;
  infrastructure_pid: string | null;
  job_variables: Record<string, unknown> | null;
  labels: Record<string, boolean | number | string>;
  name: string;
  next_scheduled_start_time: string | null;
  parameters: Record<string, unknown>;
  parent_task_run_id: string | null;
  run_count: number;
  start_time: string | null;
  state: State | null;
  state_id: string | null;
  state_name: string | null;
  state_type: StateType | null;
  tags: string[];
  total_run_time: number;
  updated: string | null;
  work_queue_id: string | null;
  work_queue_name: string | null;
};

export type FlowRunBulkCreateResponse = {
  results: FlowRunCreateResult[];
};

export type FlowRunBulkDeleteResponse = {
  deleted: string[];
};

export type FlowRunBulkSetStateResponse = {
  results: FlowRunOrchestrationResult[];
};

export type FlowRunCreate = {
  context?: Record<string, unknown>;
  deployment_id?: string | null;
  empirical_policy?: FlowRunPolicy;
  flow_id: string;
  flow_version?: string | null;
  idempotency_key?: string | null;
  infrastructure_document_id?: string | null;
  job_variables?: Record<string, unknown> | null;
  labels?: Record<string, boolean | number | string>;
  name?: string;
  parameters?: Record<string, unknown>;
  parent_task_run_id?: string | null;
  state?: StateCreate | null;
  tags?: string[];
  work_pool_name?: string | null;
  work_queue_name?: string | null;
};

export type FlowRunCreateResult = {
  error: string | null;
  flow_run_id: string | null;
  status: string;
};

export type FlowRunFilter = {
  created_by?: FlowRunFilterCreatedBy | null;
  deployment_id?: FlowRunFilterDeploymentId | null;
  end_time?: FlowRunFilterEndTime | null;
  expected_start_time?: FlowRunFilterExpectedStartTime | null;
  flow_version?: FlowRunFilterFlowVersion | null;
  id?: FlowRunFilterId | null;
  idempotency_key?: FlowRunFilterIdempotencyKey | null;
  name?: FlowRunFilterName | null;
  next_scheduled_start_time?: FlowRunFilterNextScheduledStartTime | null;
  operator?: Operator;
  parent_flow_run_id?: FlowRunFilterParentFlowRunId | null;
  parent_task_run_id?: FlowRunFilterParentTaskRunId | null;
  start_time?: FlowRunFilterStartTime | null;
  state?: FlowRunFilterState | null;
  tags?: FlowRunFilterTags | null;
  work_queue_name?: FlowRunFilterWorkQueueName | null;
};

export type FlowRunFilterCreatedBy = {
  id_?: string[] | null;
  is_null_?: boolean | null;
  operator?: Operator;
  type_?: string[] | null;
};

export type FlowRunFilterDeploymentId = {
  any_?: string[] | null;
  is_null_?: boolean | null;
  operator?: Operator;
};

export type FlowRunFilterEndTime = {
  after_?: string | null;
  before_?: string | null;
  is_null_?: boolean | null;
};

export type FlowRunFilterExpectedStartTime = {
  after_?: string | null;
  before_?: string | null;
};

export type FlowRunFilterFlowVersion = {
  any_?: string[] | null;
};

export type FlowRunFilterId = {
  any_?: string[] | null;
  not_any_?: string[] | null;
};

export type FlowRunFilterIdempotencyKey = {
  any_?: string[] | null;
  not_any_?: string[] | null;
};

export type FlowRunFilterName = {
  any_?: string[] | null;
  like_?: string | null;
};

export type FlowRunFilterNextScheduledStartTime = {
  after_?: string | null;
  before_?: string | null;
};

export type FlowRunFilterParentFlowRunId = {
  any_?: string[] | null;
  operator?: Operator;
};

export type FlowRunFilterParentTaskRunId = {
  any_?: string[] | null;
  is_null_?: boolean | null;
  operator?: Operator;
};

export type FlowRunFilterStartTime = {
  after_?: string | null;
  before_?: string | null;
  is_null_?: boolean | null;
};

export type FlowRunFilterState = {
  name?: FlowRunFilterStateName | null;
  operator?: Operator;
  type?: FlowRunFilterStateType | null;
};

export type FlowRunFilterStateName = {
  any_?: string[] | null;
  not_any_?: string[] | null;
};

export type FlowRunFilterStateType = {
  any_?: StateType[] | null;
  not_any_?: StateType[] | null;
};

export type FlowRunFilterTags = {
  all_?: string[] | null;
  any_?: string[] | null;
  is_null_?: boolean | null;
  operator?: Operator;
};

export type FlowRunFilterWorkQueueName = {
  any_?: string[] | null;
  is_null_?: boolean | null;
  operator?: Operator;
};

export type FlowRunInput = {
  created: string | null;
  flow_run_id: string;
  id: string;
  key: string;
  sender: string | null;
  updated: string | null;
  value: string;
};

export type FlowRunOrchestrationResult = {
  details: StateAcceptDetails | StateWaitDetails | StateRejectDetails | StateAbortDetails;
  flow_run_id: string;
  state: State | null;
  status: SetStateStatus;
};

export type FlowRunOverview = {
  artifacts: RunArtifact[];
  caller: RunCaller | null;
  deployment_name: string | null;
  events: RunEvent[];
  flow_name: string | null;
  now: string;
  results: RunResult[];
  run: FlowRunResponse;
  states: RunState[];
  subflows: FlowRunRow[];
  task_run_count: number;
  task_runs: TaskRunRow[];
  why: Why;
};

export type FlowRunPaginationResponse = {
  count: number;
  limit: number;
  page: number;
  pages: number;
  results: FlowRunResponse[];
};

export type FlowRunPolicy = {
  max_retries?: number;
  pause_keys?: string[] | null;
  resuming?: boolean | null;
  retries?: number | null;
  retry_delay?: number | null;
  retry_delay_seconds?: number;
  retry_type?: RetryType | null;
};

export type FlowRunResponse = {
  auto_scheduled: boolean;
  context: Record<string, unknown>;
  created: string | null;
  created_by: CreatedBy | null;
  deployment_id: string | null;
  deployment_version: string | null;
  empirical_policy: FlowRunPolicy;
  end_time: string | null;
  estimated_run_time: number;
  estimated_start_time_delta: number;
  expected_start_time: string | null;
  flow_id: string;
  flow_version: string | null;
  id: string;
  idempotency_key: string | null;
  infrastructure_document_id: string | null;
  infrastructure_pid: string | null;
  job_variables: Record<string, unknown> | null;
  labels: Record<string, boolean | number | string>;
  name: string;
  next_scheduled_start_time: string | null;
  parameters: Record<string, unknown>;
  parent_task_run_id: string | null;
  run_count: number;
  start_time: string | null;
  state: State | null;
  state_id: string | null;
  state_name: string | null;
  state_type: StateType | null;
  tags: string[];
  total_run_time: number;
  updated: string | null;
  work_pool_id: string | null;
  work_pool_name: string | null;
  work_queue_id: string | null;
  work_queue_name: string | null;
};

export type FlowRunResult = {
  id: string;
  input_type?: string;
};

export type FlowRunRow = {
  auto_scheduled: boolean;
  created_by: string | null;
  deployment_id: string | null;
  deployment_name: string | null;
  end_time: string | null;
  expected_start_time: string | null;
  flow_id: string;
  flow_name: string;
  id: string;
  is_subflow: boolean;
  message: string | null;
  name: string;
  parent_task_run_id: string | null;
  run_count: number;
  start_time: string | null;
  state_name: string | null;
  state_timestamp: string | null;
  state_type: StateType | null;
  tags: string[];
  total_run_time: number;
  work_pool_name: string | null;
  work_queue_name: string | null;
};

export type FlowRunRowTable = {
  count: number;
  most: number;
  now: string;
  rows: FlowRunRow[];
};

export type FlowRunSlotSummary = {
  id: string;
  name: string;
  start_time: string | null;
  state_name: string | null;
  state_timestamp: string | null;
  state_type: StateType | null;
  time_in_current_state: number | null;
};

export type FlowRunSort = "ID_DESC" | "START_TIME_ASC" | "START_TIME_DESC" | "EXPECTED_START_TIME_ASC" | "EXPECTED_START_TIME_DESC" | "NAME_ASC" | "NAME_DESC" | "NEXT_SCHEDULED_START_TIME_ASC" | "END_TIME_DESC";

export type FlowRunUpdate = {
  empirical_policy?: FlowRunPolicy;
  flow_version?: string | null;
  infrastructure_pid?: string | null;
  job_variables?: Record<string, unknown> | null;
  name?: string;
  parameters?: Record<string, unknown>;
  tags?: string[];
};

export type FlowSort = "CREATED_DESC" | "UPDATED_DESC" | "NAME_ASC" | "NAME_DESC";

export type FlowUpdate = {
  tags?: string[];
};

export type FlowUsage = {
  awake_seconds: number;
  flow: string;
  run_seconds: number;
  runs: number;
};

export type Gateway = {
  created: string;
  name: string;
  pools: string[];
  updated: string;
  url: string;
};

export type GatewayAddress = {
  pools?: string[];
  token: string;
  url: string;
};

export type GlobalConcurrencyLimitResponse = {
  active: boolean;
  active_slots: number;
  created: string | null;
  id: string;
  limit: number;
  name: string;
  slot_decay_per_second: number;
  updated: string | null;
};

export type Graph = {
  artifacts: GraphArtifact[];
  end_time: string | null;
  nodes: [string, Node][];
  root_node_ids: string[];
  start_time: string | null;
  states: GraphState[];
};

export type GraphArtifact = {
  created: string;
  data: unknown;
  id: string;
  is_latest: boolean;
  key: string | null;
  type: string | null;
};

export type GraphState = {
  id: string;
  name: string;
  timestamp: string;
  type: StateType;
};

export type GroupRow = {
  id: string | null;
  last: string | null;
  mean: number;
  name: string;
  runs: number;
  states: GroupState[];
};

export type GroupRowTable = {
  count: number;
  most: number;
  now: string;
  rows: GroupRow[];
};

export type GroupState = {
  runs: number;
  state_type: StateType | null;
};

export type HTTPValidationError = {
  exception_detail: ValidationError[];
  exception_message: string;
  request_body: unknown;
};

export type Health = {
  backup?: string;
  problem?: string;
  slow?: string[];
  status: string;
};

export type HistoryResponse = {
  interval_end: string;
  interval_start: string;
  states: HistoryResponseState[];
};

export type HistoryResponseState = {
  count_runs: number;
  state_name: string;
  state_type: StateType;
  sum_estimated_lateness: number;
  sum_estimated_run_time: number;
};

export type HolderType = "flow_run" | "task_run" | "deployment";

export type HomeDisk = {
  free: number;
  scarce: boolean;
  size: number;
};

export type HomeHistory = {
  flows: FlowBars[];
  pieces: number;
  seconds: number;
  start: string;
};

export type HomePage = {
  awake: AwakeStrip;
  backup: BackupReport;
  disk: HomeDisk;
  health: string | null;
  history: HomeHistory;
  next: UpcomingRun[];
  now: string;
  running: RunningGroup;
  trouble: Trouble;
};

export type IntervalSchedule = {
  anchor_date?: string | null;
  interval: number;
  timezone?: string | null;
};

export type Item = {
  month: number;
  so_far: number;
  what: string;
};

export type LimitHolder = {
  expires: string | null;
  flow_run_id: string | null;
  flow_run_name: string | null;
  kind: string | null;
  name: string | null;
  since: string;
  slots: number;
};

export type LimitRow = {
  active: boolean;
  active_slots: number;
  configured: boolean;
  created: string | null;
  holders: LimitHolder[];
  id: string;
  kind: string;
  limit: number;
  name: string;
  slot_decay_per_second: number;
  title: string;
  updated: string | null;
  waiter_count: number;
  waiters: LimitWaiter[];
};

export type LimitRowTable = {
  count: number;
  most: number;
  now: string;
  rows: LimitRow[];
};

export type LimitWaiter = {
  again: string | null;
  flow_run_id: string | null;
  flow_run_name: string | null;
  name: string | null;
  since: string;
  slots: number;
};

export type Log = {
  created: string | null;
  flow_run_id: string | null;
  id: string;
  level: number;
  message: string;
  name: string;
  task_run_id: string | null;
  timestamp: string;
  updated: string | null;
};

export type LogCreate = {
  flow_run_id?: string | null;
  level: number;
  message: string;
  name: string;
  task_run_id?: string | null;
  timestamp: string;
};

export type LogFilter = {
  flow_run_id?: LogFilterFlowRunId | null;
  level?: LogFilterLevel | null;
  operator?: Operator;
  task_run_id?: LogFilterTaskRunId | null;
  text?: LogFilterTextSearch | null;
  timestamp?: LogFilterTimestamp | null;
};

export type LogFilterFlowRunId = {
  any_?: string[] | null;
};

export type LogFilterLevel = {
  ge_?: number | null;
  le_?: number | null;
};

export type LogFilterTaskRunId = {
  any_?: string[] | null;
  is_null_?: boolean | null;
};

export type LogFilterTextSearch = {
  query: string;
};

export type LogFilterTimestamp = {
  after_?: string | null;
  before_?: string | null;
};

export type LogSort = "TIMESTAMP_ASC" | "TIMESTAMP_DESC";

export type MetricPosture = "Metric";

export type MetricSummary = {
  count: number;
  mean: number;
  p50: number;
  p95: number;
  p99: number;
};

export type MetricTrigger = {
  id?: string;
  match?: Record<string, string | string[]>;
  match_related?: Record<string, string | string[]> | (Record<string, string | string[]>)[];
  metric: MetricTriggerQuery;
  posture?: MetricPosture;
  type?: "metric";
};

export type MetricTriggerOperator = "\u003c" | "\u003c=" | "\u003e" | "\u003e=";

export type MetricTriggerQuery = {
  firing_for?: number;
  name: PrefectMetric;
  operator: MetricTriggerOperator;
  range?: number;
  threshold: number;
};

export type Metrics = {
  awake: AwakeMetrics | null;
  concurrency_limits: SlotMetrics[];
  files: Files;
  flow_limits: FlowMeasure[];
  flows: FlowMetrics[];
  now: string;
  pools: PoolMeasure[];
  queues: QueueMeasure[];
  requests: OperationMetrics[];
  slot_waits: SlotWaits[];
  webhooks_undelivered: number | null;
  workers: WorkerMeasure[];
  writer: WriterMetrics;
};

export type MinimalConcurrencyLimitResponse = {
  id: string;
  limit: number;
  name: string;
};

export type MonthCost = {
  currency: string;
  machine: string;
  month: number;
  so_far: number;
};

export type MonthMoney = {
  currency: string;
  items: Item[];
  machine: string;
  per_flow: FlowItem[];
  prices_as_of: string;
  prices_source: string;
  sizes: Size[];
  total: Item;
};

export type NextRun = {
  at: string;
  id: string;
  name: string;
};

export type Node = {
  artifacts: GraphArtifact[];
  children: Edge[];
  encapsulating: Edge[];
  end_time: string | null;
  id: string;
  kind: string;
  label: string;
  parents: Edge[];
  start_time: string;
  state_type: StateType | null;
};

export type Noise = {
  group_by: NoiseGroup | null;
  quiet: string[];
  repeat: number | null;
  resolved: boolean;
  settle: number | null;
  timezone: string | null;
};

export type NoiseGroup = "flow" | "deployment";

export type NoiseSetting = {
  group_by?: NoiseGroup | null;
  quiet?: string[];
  repeat?: number | null;
  resolved?: boolean;
  settle?: number | null;
  timezone?: string | null;
};

export type NotificationTest = {
  answer: string;
  block: string;
  delivered: boolean;
  final: boolean;
  hint: string;
  problem: string;
  status: number;
};

export type ObservedState = {
  first_seen: string;
  last_seen: string;
  state_name: string;
  state_type: StateType;
};

export type ObservedStateSort = "NAME_ASC" | "LAST_SEEN_DESC";

export type OperationMetrics = {
  codes: Record<string, number>;
  method: string;
  path: string;
  seconds: MetricSummary;
};

export type Operator = "and_" | "or_";

export type OrchestrationResult = {
  details: StateAcceptDetails | StateWaitDetails | StateRejectDetails | StateAbortDetails;
  state: State | null;
  status: SetStateStatus;
};

export type Outlived = {
  older: number;
  oldest: string | null;
  period: number | null;
  set: number | null;
  soon: number;
};

export type OwnRuns = {
  recent: Recent;
  rows: FlowRunRow[];
};

export type Parameter = {
  input_type?: string;
  name: string;
};

export type PauseAutomation = {
  automation_id?: string | null;
  source?: TargetSource;
  type?: "pause-automation";
};

export type PauseDeployment = {
  deployment_id?: string | null;
  source?: TargetSource;
  type?: "pause-deployment";
};

export type PauseWorkPool = {
  source?: TargetSource;
  type?: "pause-work-pool";
  work_pool_id?: string | null;
};

export type PauseWorkQueue = {
  source?: TargetSource;
  type?: "pause-work-queue";
  work_queue_id?: string | null;
};

export type PausedGroup = {
  count: number;
  rows: PausedRun[];
};

export type PausedRun = {
  asks: boolean;
  auto_scheduled: boolean;
  created_by: string | null;
  deployment_id: string | null;
  deployment_name: string | null;
  end_time: string | null;
  expected_start_time: string | null;
  flow_id: string;
  flow_name: string;
  id: string;
  is_subflow: boolean;
  message: string | null;
  name: string;
  parent_task_run_id: string | null;
  run_count: number;
  start_time: string | null;
  state_name: string | null;
  state_timestamp: string | null;
  state_type: StateType | null;
  tags: string[];
  total_run_time: number;
  work_pool_name: string | null;
  work_queue_name: string | null;
};

export type PoolMeasure = {
  pool: string;
  runs_active: number;
  runs_due: number;
  workers: number;
  workers_online: number;
};

export type PoolOutlook = {
  name: string;
  next_due: string | null;
  paused: boolean;
  served: boolean;
};

export type PoolOverview = {
  active: PoolRun[];
  active_count: number;
  now: string;
  pool: WorkPoolResponse;
  queues: PoolQueue[];
  waiting: WaitingRun[];
  workers: WorkerResponse[];
};

export type PoolQueue = {
  active: number;
  active_slots: number | null;
  concurrency_limit: number | null;
  created: string | null;
  description: string;
  due: number;
  filter: QueueFilter | null;
  id: string;
  is_default: boolean;
  is_paused: boolean;
  last_polled: string | null;
  name: string;
  priority: number;
  status: WorkPoolStatus;
  updated: string | null;
  work_pool_id: string;
  work_pool_name: string;
};

export type PoolRow = {
  active: number;
  concurrency_limit: number | null;
  description: string | null;
  due: number;
  id: string;
  is_paused: boolean;
  last_polled: string | null;
  name: string;
  queues: number;
  status: WorkPoolStatus | null;
  type: string;
  workers: number;
  workers_online: number;
};

export type PoolRowTable = {
  count: number;
  most: number;
  now: string;
  rows: PoolRow[];
};

export type PoolRun = {
  expected_start_time: string | null;
  flow_name: string;
  id: string;
  name: string;
  state_name: string | null;
  state_timestamp: string | null;
  state_type: StateType | null;
  work_queue_id: string;
  worker: string | null;
};

export type PrefectMetric = "lateness" | "duration" | "successes";

export type Preview = {
  complete: boolean;
  events: number;
  fired: number;
  firings: PreviewFiring[];
  from: string;
  hours: PreviewHour[];
  noise: boolean;
  until: string;
};

export type PreviewAction = {
  error: string;
  texts: Record<string, string>;
  type: string;
};

export type PreviewEvent = {
  event: string;
  id: string;
  occurred: string;
  resource: Resource;
};

export type PreviewFiring = {
  actions: PreviewAction[];
  events: PreviewEvent[];
  labels: Record<string, string>;
  triggered: string;
};

export type PreviewHour = {
  fired: number;
  start: string;
};

export type QueueFilter = {
  deployment_ids?: string[] | null;
  tags?: string[] | null;
};

export type QueueMeasure = {
  concurrency_limit: number | null;
  longest_wait_seconds: number;
  paused: boolean;
  pool: string;
  priority: number;
  queue: string;
  runs_active: number;
  runs_due: number;
};

export type RRuleSchedule = {
  rrule: string;
  timezone?: string | null;
};

export type Readiness = {
  message: string;
};

export type Reason = {
  active?: number | null;
  code: string;
  limit?: number | null;
  runs?: FlowRunSlotSummary[];
  sentence: string;
  until?: string | null;
};

export type ReceivedEvent = {
  event: string;
  follows: string | null;
  id: string;
  occurred: string;
  payload: unknown;
  received: string;
  related: Resource[];
  resource: Resource;
};

export type Recent = {
  measured: number;
  median: number | null;
  p95: number | null;
  runs: RecentRun[];
  success: number | null;
};

export type RecentRun = {
  id: string;
  name: string;
  seconds: number;
  start: string;
  state_name: string | null;
  state_type: StateType | null;
};

export type RequireWord = "any" | "all";

export type Resource = Record<string, string>;

export type ResourceSpecification = Record<string, string[]>;

export type RestoreCopies = {
  count: number;
  database: string;
  error: string;
  points: string[];
};

export type RestorePoints = {
  copies: RestoreCopies[];
  database: string;
  snapshots: RestoreSnapshot[];
};

export type RestoreSnapshot = {
  at: string;
  path: string;
  size: number;
};

export type ResumeAutomation = {
  automation_id?: string | null;
  source?: TargetSource;
  type?: "resume-automation";
};

export type ResumeDeployment = {
  deployment_id?: string | null;
  source?: TargetSource;
  type?: "resume-deployment";
};

export type ResumeFlowRun = {
  type?: "resume-flow-run";
};

export type ResumeWorkPool = {
  source?: TargetSource;
  type?: "resume-work-pool";
  work_pool_id?: string | null;
};

export type ResumeWorkQueue = {
  source?: TargetSource;
  type?: "resume-work-queue";
  work_queue_id?: string | null;
};

export type RetentionPreview = {
  events: Outlived;
  most: number;
  now: string;
  runs: Outlived;
};

export type RetryType = "in_process" | "reschedule";

export type RunArtifact = {
  created: string | null;
  description: string | null;
  id: string;
  key: string | null;
  task_run_id: string | null;
  type: string | null;
};

export type RunCaller = {
  flow_run_id: string;
  name: string;
  task_run_id: string;
};

export type RunDeployment = {
  deployment_id?: string | null;
  job_variables?: Record<string, unknown> | null;
  parameters?: Record<string, unknown> | null;
  schedule_after?: number;
  source?: TargetSource;
  type?: "run-deployment";
};

export type RunEvent = {
  event: string;
  id: string;
  occurred: string;
  task_run_id: string;
};

export type RunGroup = {
  count: number;
  rows: FlowRunRow[];
};

export type RunGrouping = "flow" | "deployment" | "tag";

export type RunLogs = {
  at: number | null;
  first_error: number | null;
  logs: Log[];
  offset: number;
  total: number;
};

export type RunLook = {
  state_name: string | null;
  state_type: StateType | null;
};

export type RunNarrowing = {
  at_least?: number | null;
  at_most?: number | null;
  order?: RunOrder;
  parameters?: string;
};

export type RunOrder = "START_TIME_DESC" | "START_TIME_ASC" | "EXPECTED_START_TIME_ASC" | "EXPECTED_START_TIME_DESC" | "NAME_ASC" | "NAME_DESC" | "DURATION_ASC" | "DURATION_DESC" | "FLOW_ASC" | "FLOW_DESC" | "STATE_ASC" | "STATE_DESC";

export type RunResult = {
  artifact_id: string | null;
  block_id: string | null;
  created: string;
  expires: string | null;
  key: string;
  name: string | null;
  serializer: string;
  task_run_id: string | null;
};

export type RunState = {
  id: string;
  message: string | null;
  name: string;
  timestamp: string;
  type: StateType;
};

export type RunningGroup = {
  count: number;
  rows: RunningRun[];
};

export type RunningRun = {
  auto_scheduled: boolean;
  created_by: string | null;
  deployment_id: string | null;
  deployment_name: string | null;
  done: number;
  end_time: string | null;
  expected_start_time: string | null;
  flow_id: string;
  flow_name: string;
  id: string;
  is_subflow: boolean;
  message: string | null;
  name: string;
  parent_task_run_id: string | null;
  run_count: number;
  start_time: string | null;
  state_name: string | null;
  state_timestamp: string | null;
  state_type: StateType | null;
  tags: string[];
  tasks: number;
  total_run_time: number;
  usual: number | null;
  work_pool_name: string | null;
  work_queue_name: string | null;
};

export type SLA = {
  created: string;
  duration?: number | null;
  enabled: boolean;
  id: string;
  name: string;
  owner_resource: string;
  severity: SLASeverity;
  stale_after?: number | null;
  updated: string;
  within?: number | null;
};

export type SLACreate = {
  duration?: number | null;
  enabled?: boolean | null;
  name: string;
  owner_resource?: string | null;
  severity?: SLASeverity;
  stale_after?: number | null;
  within?: number | null;
};

export type SLAMerge = {
  created: SLA[];
  deleted: SLA[];
  updated: SLA[];
};

export type SLASeverity = "minor" | "low" | "moderate" | "high" | "critical";

export type SavedSearch = {
  created: string | null;
  filters: SavedSearchFilter[];
  id: string;
  name: string;
  updated: string | null;
};

export type SavedSearchCreate = {
  filters?: SavedSearchFilter[];
  name: string;
};

export type SavedSearchFilter = {
  object: string;
  operation: string;
  property: string;
  type: string;
  value: unknown;
};

export type ScheduleCatchUp = {
  active: boolean;
  catch_up: CatchUp | null;
  id: string;
  missed_since: string | null;
  slug: string | null;
};

export type ScheduleLook = {
  active: boolean;
  id: string;
  schedule: IntervalSchedule | CronSchedule | RRuleSchedule;
  set_aside: string | null;
};

export type SchedulePreview = {
  schedule: IntervalSchedule | CronSchedule | RRuleSchedule;
};

export type SchedulePreviewed = {
  clock_change: ClockChange | null;
  problem: string | null;
  times: string[];
};

export type ScheduleTimes = {
  problem: string | null;
  set_aside: string | null;
  times: string[];
};

export type ScheduleWhy = {
  deployment_id: string;
  name: string;
  reasons: Reason[];
  sentence: string;
};

export type SchemaValuesValidationResponse = {
  errors: unknown[];
  valid: boolean;
};

export type SearchHit = {
  deployed: boolean;
  id: string;
  kind: string;
  name: string;
  of: string;
  paused: boolean;
  run: RunLook | null;
};

export type SendNotification = {
  block_document_id: string;
  body: string;
  subject?: string;
  type?: "send-notification";
};

export type SequenceTrigger = {
  id?: string;
  triggers: (EventTrigger | CompoundTrigger | SequenceTrigger | MetricTrigger)[];
  type?: "sequence";
  within: number | null;
};

export type ServerDefaultResultStorage = {
  default_result_storage_block_id: string | null;
};

export type ServerDefaultResultStorageUpdate = {
  default_result_storage_block_id: string;
};

export type ServerVersion = {
  api: string;
  now: string;
  prefect: string;
  reeve: string;
};

export type SetAsideSchedule = {
  deployment_id: string;
  deployment_name: string;
  flow_name: string;
  id: string;
  reason: string;
  since: string | null;
  slug: string | null;
};

export type SetStateStatus = "ACCEPT" | "REJECT" | "ABORT" | "WAIT";

export type SettingShown = {
  env: string;
  from: string;
  help: string;
  key: string;
  value: string;
  works: boolean;
};

export type SettingsFiles = {
  database: number;
  volume: number;
};

export type SettingsPage = {
  backup: BackupReport;
  events: number;
  files: SettingsFiles;
  now: string;
  outlook: SleepOutlook | null;
  runs: number;
  settings: SettingShown[];
  version: ServerVersion;
};

export type SimpleFlowRun = {
  duration: number;
  id: string;
  lateness: number;
  state_type: StateType | null;
  timestamp: string | null;
};

export type SimpleNextFlowRun = {
  flow_id: string;
  id: string;
  name: string;
  next_scheduled_start_time: string;
  state_name: string;
  state_type: StateType;
};

export type Size = {
  always: number;
  machine: string;
  month: number;
};

export type SleepOutlook = {
  busy: boolean;
  next_deadline: string | null;
  now: string;
  pools: PoolOutlook[];
  reasons: string[];
};

export type SlotMetrics = {
  limit: string;
  slots: number;
  slots_taken: number;
};

export type SlotMode = "concurrency" | "rate_limit";

export type SlotWaits = {
  kind: string;
  refused: number;
  seconds: MetricSummary;
  waiting: number;
};

export type State = {
  data: unknown;
  id: string;
  message: string | null;
  name: string;
  state_details: StateDetails;
  timestamp: string;
  type: StateType;
};

export type StateAbortDetails = {
  reason: string;
  type: string;
};

export type StateAcceptDetails = {
  type: string;
};

export type StateCreate = {
  data?: unknown;
  message?: string | null;
  name?: string | null;
  state_details?: StateDetails;
  type: StateType;
};

export type StateDetails = {
  cache_expiration?: string | null;
  cache_key?: string | null;
  child_flow_run_id?: string | null;
  deferred?: boolean | null;
  deployment_concurrency_lease_id?: string | null;
  flow_run_id?: string | null;
  pause_key?: string | null;
  pause_reschedule?: boolean;
  pause_timeout?: string | null;
  refresh_cache?: boolean | null;
  retriable?: boolean | null;
  run_input_keyset?: Record<string, string> | null;
  scheduled_time?: string | null;
  task_parameters_id?: string | null;
  task_run_id?: string | null;
  traceparent?: string | null;
  transition_id?: string | null;
  untrackable_result?: boolean;
};

export type StateRejectDetails = {
  reason: string;
  type: string;
};

export type StateType = "SCHEDULED" | "PENDING" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELLED" | "CRASHED" | "PAUSED" | "CANCELLING";

export type StateWaitDetails = {
  delay_seconds: number;
  reason: string;
  type: string;
};

export type SuspendFlowRun = {
  type?: "suspend-flow-run";
};

export type TargetSource = "selected" | "inferred";

export type TaskRun = {
  cache_expiration: string | null;
  cache_key: string | null;
  created: string | null;
  dynamic_key: string;
  empirical_policy: TaskRunPolicy;
  end_time: string | null;
  estimated_run_time: number;
  estimated_start_time_delta: number;
  expected_start_time: string | null;
  flow_run_id: string | null;
  flow_run_run_count: number;
  id: string;
  labels: Record<string, boolean | number | string>;
  name: string;
  next_scheduled_start_time: string | null;
  run_count: number;
  start_time: string | null;
  state: State | null;
  state_id: string | null;
  state_name: string | null;
  state_type: StateType | null;
  tags: string[];
  task_inputs: Record<string, unknown>;
  task_key: string;
  task_version: string | null;
  total_run_time: number;
  updated: string | null;
};

export type TaskRunCount = {
  completed: number;
  failed: number;
};

export type TaskRunCreate = {
  cache_expiration?: string | null;
  cache_key?: string | null;
  dynamic_key: string;
  empirical_policy?: TaskRunPolicy;
  flow_run_id?: string | null;
  id?: string | null;
  labels?: Record<string, boolean | number | string>;
  name?: string;
  state?: StateCreate | null;
  tags?: string[];
  task_inputs?: Record<string, (TaskRunResult | FlowRunResult | Parameter | Constant)[]>;
  task_key: string;
  task_version?: string | null;
};

export type TaskRunFilter = {
  end_time?: TaskRunFilterEndTime | null;
  expected_start_time?: TaskRunFilterExpectedStartTime | null;
  flow_run_id?: TaskRunFilterFlowRunId | null;
  id?: TaskRunFilterId | null;
  name?: TaskRunFilterName | null;
  operator?: Operator;
  start_time?: TaskRunFilterStartTime | null;
  state?: TaskRunFilterState | null;
  subflow_runs?: TaskRunFilterSubFlowRuns | null;
  tags?: TaskRunFilterTags | null;
};

export type TaskRunFilterEndTime = {
  after_?: string | null;
  before_?: string | null;
  is_null_?: boolean | null;
};

export type TaskRunFilterExpectedStartTime = {
  after_?: string | null;
  before_?: string | null;
};

export type TaskRunFilterFlowRunId = {
  any_?: string[] | null;
  is_null_?: boolean | null;
  operator?: Operator;
};

export type TaskRunFilterId = {
  any_?: string[] | null;
};

export type TaskRunFilterName = {
  any_?: string[] | null;
  like_?: string | null;
};

export type TaskRunFilterStartTime = {
  after_?: string | null;
  before_?: string | null;
  is_null_?: boolean | null;
};

export type TaskRunFilterState = {
  name?: TaskRunFilterStateName | null;
  operator?: Operator;
  type?: TaskRunFilterStateType | null;
};

export type TaskRunFilterStateName = {
  any_?: string[] | null;
};

export type TaskRunFilterStateType = {
  any_?: StateType[] | null;
};

export type TaskRunFilterSubFlowRuns = {
  exists_?: boolean | null;
};

export type TaskRunFilterTags = {
  all_?: string[] | null;
  is_null_?: boolean | null;
  operator?: Operator;
};

export type TaskRunGrouping = "task" | "flow" | "deployment" | "tag";

export type TaskRunNarrowing = {
  at_least?: number | null;
  at_most?: number | null;
  order?: RunOrder;
  task?: string;
};

export type TaskRunPaginationResponse = {
  count: number;
  limit: number;
  page: number;
  pages: number;
  results: TaskRunResponse[];
};

export type TaskRunPolicy = {
  max_retries?: number;
  retries?: number | null;
  retry_delay?: number | number[] | null;
  retry_delay_seconds?: number;
  retry_jitter_factor?: number | null;
};

export type TaskRunResponse = {
  created: string | null;
  empirical_policy: TaskRunPolicy;
  end_time: string | null;
  estimated_run_time: number;
  estimated_start_time_delta: number;
  flow_run_id: string | null;
  id: string;
  name: string;
  start_time: string | null;
  state: State | null;
  state_id: string | null;
  tags: string[];
  task_inputs: Record<string, unknown>;
  task_key: string;
  task_version: string | null;
  total_run_time: number;
  updated: string | null;
};

export type TaskRunResult = {
  id: string;
  input_type?: string;
};

export type TaskRunRow = {
  end_time: string | null;
  expected_start_time: string | null;
  flow_run_id: string | null;
  flow_run_name: string | null;
  id: string;
  message: string | null;
  name: string;
  run_count: number;
  start_time: string | null;
  state_name: string | null;
  state_timestamp: string | null;
  state_type: StateType | null;
  tags: string[];
  task_key: string;
  total_run_time: number;
};

export type TaskRunRowTable = {
  count: number;
  most: number;
  now: string;
  rows: TaskRunRow[];
};

export type TaskRunSort = "ID_DESC" | "EXPECTED_START_TIME_ASC" | "EXPECTED_START_TIME_DESC" | "NAME_ASC" | "NAME_DESC" | "NEXT_SCHEDULED_START_TIME_ASC" | "END_TIME_DESC" | "DURATION_DESC" | "DURATION_ASC";

export type TaskRunUpdate = {
  name?: string;
};

export type TaskWhy = {
  flow_run_id: string | null;
  name: string;
  reasons: Reason[];
  sentence: string;
  state_type: StateType | null;
  task_run_id: string;
};

export type TaskWorkerFilter = {
  task_keys: string[];
};

export type TaskWorkerResponse = {
  identifier: string;
  task_keys: string[];
  timestamp: string;
};

export type TimeUnit = "week" | "day" | "hour" | "minute" | "second";

export type Trouble = {
  deliveries: DeliveryGroup;
  failed: RunGroup;
  late: RunGroup;
  stuck: RunGroup;
  waiting: PausedGroup;
  webhooks: number;
};

export type UITaskRun = {
  cache_expiration: string | null;
  cache_key: string | null;
  created: string | null;
  dynamic_key: string;
  empirical_policy: TaskRunPolicy;
  end_time: string | null;
  estimated_run_time: number;
  estimated_start_time_delta: number;
  expected_start_time: string | null;
  flow_run_id: string | null;
  flow_run_name: string | null;
  flow_run_run_count: number;
  id: string;
  labels: Record<string, boolean | number | string>;
  name: string;
  next_scheduled_start_time: string | null;
  run_count: number;
  start_time: string | null;
  state: State | null;
  state_id: string | null;
  state_name: string | null;
  state_type: StateType | null;
  tags: string[];
  task_inputs: Record<string, unknown>;
  task_key: string;
  task_version: string | null;
  total_run_time: number;
  updated: string | null;
};

export type UpcomingRun = {
  at: string;
  deployment_id: string | null;
  deployment_name: string | null;
  flow_name: string;
  id: string;
  name: string;
};

export type UpdatedBy = {
  display_value: string | null;
  id: string | null;
  type: string | null;
};

export type Usage = {
  awake_seconds: number;
  database_bytes: number;
  flows: FlowUsage[];
  from: string;
  idle_seconds: number;
  month: string;
  to: string;
  volume_bytes: number;
  wakes: number;
  wakes_by_reason: Record<string, number>;
};

export type ValidationError = {
  ctx?: Record<string, unknown>;
  input: unknown;
  loc: unknown[];
  msg: string;
  type: string;
};

export type Variable = {
  created: string | null;
  id: string;
  name: string;
  tags: string[];
  updated: string | null;
  value: unknown;
};

export type VariableCreate = {
  name: string;
  tags?: string[];
  value: unknown;
};

export type VariableFilter = {
  id?: VariableFilterId | null;
  name?: VariableFilterName | null;
  operator?: Operator;
  tags?: VariableFilterTags | null;
};

export type VariableFilterId = {
  any_?: string[] | null;
};

export type VariableFilterName = {
  any_?: string[] | null;
  like_?: string | null;
};

export type VariableFilterTags = {
  all_?: string[] | null;
  is_null_?: boolean | null;
  operator?: Operator;
};

export type VariableSort = "CREATED_DESC" | "UPDATED_DESC" | "NAME_DESC" | "NAME_ASC";

export type VariableUpdate = {
  name?: string | null;
  tags?: string[] | null;
  value?: unknown;
};

export type VersionInfo = {
  type: string;
  version: string;
};

export type WaitingRun = {
  expected_start_time: string | null;
  flow_name: string;
  id: string;
  name: string;
  reasons: Reason[];
  state_name: string | null;
  state_timestamp: string | null;
  state_type: StateType | null;
  work_queue_id: string;
  worker: string | null;
};

export type WakePlan = {
  lines: string[];
  schedules: number;
};

export type WebhookEntry = {
  again: number;
  attempts: number;
  body: WebhookText;
  delivery_id: string | null;
  finished: string | null;
  headers: Record<string, string>;
  id: string;
  key: string;
  made: WebhookMade | null;
  next_attempt: string | null;
  path: string;
  place: number;
  query: Record<string, string>;
  reason: string;
  received: string;
  request: WebhookRequest;
  size: number;
  status: WebhookStatus;
};

export type WebhookFigures = {
  dead: number;
  delivered: number;
  refused: number;
  server: string;
  waiting: number;
};

export type WebhookHook = {
  deployment: string;
  event: string;
  off: boolean;
  path: string;
};

export type WebhookMade = {
  id: string;
  kind: string;
};

export type WebhookOverview = {
  event: FeedEvent | null;
  hook: WebhookHook | null;
  now: string;
  run: FlowRunRow | null;
  webhook: WebhookEntry;
};

export type WebhookPage = {
  elsewhere: string[];
  figures: WebhookFigures;
  here: boolean;
  hooks: WebhookHook[];
  next: number | null;
  now: string;
  rows: WebhookRow[];
  runs: FlowRunRow[];
};

export type WebhookReplay = {
  again?: boolean;
  dead?: boolean;
  ids?: string[];
};

export type WebhookRequest = {
  body: WebhookText;
  deployment: string;
  problem: string;
};

export type WebhookRow = {
  again: number;
  attempts: number;
  finished: string | null;
  id: string;
  made: WebhookMade | null;
  next_attempt: string | null;
  path: string;
  place: number;
  reason: string;
  received: string;
  size: number;
  status: WebhookStatus;
};

export type WebhookStatus = "waiting" | "delivered" | "dead";

export type WebhookText = {
  binary: boolean;
  cut: boolean;
  text: string;
};

export type WebhooksReplayed = {
  replayed: number;
};

export type Why = {
  flow_run_id: string;
  name: string;
  reasons: Reason[];
  sentence: string;
  state_name: string | null;
  state_type: StateType | null;
};

export type WorkPoolConcurrencyStatus = {
  active_slots: number;
  concurrency_limit: number | null;
  count: number;
  limit: number;
  page: number;
  pages: number;
  queues: WorkQueueConcurrencyStatusDetail[];
};

export type WorkPoolCreate = {
  base_job_template?: Record<string, unknown>;
  concurrency_limit?: number | null;
  description?: string | null;
  is_paused?: boolean;
  name: string;
  storage_configuration?: WorkPoolStorageConfiguration;
  type?: string;
};

export type WorkPoolFilter = {
  id?: WorkPoolFilterId | null;
  name?: WorkPoolFilterName | null;
  operator?: Operator;
  type?: WorkPoolFilterType | null;
};

export type WorkPoolFilterId = {
  any_?: string[] | null;
};

export type WorkPoolFilterName = {
  any_?: string[] | null;
};

export type WorkPoolFilterType = {
  any_?: string[] | null;
};

export type WorkPoolResponse = {
  active_slots: number | null;
  base_job_template: Record<string, unknown>;
  concurrency_limit: number | null;
  created: string | null;
  default_queue_id: string | null;
  description: string | null;
  id: string;
  is_paused: boolean;
  name: string;
  status: WorkPoolStatus | null;
  storage_configuration: WorkPoolStorageConfiguration;
  type: string;
  updated: string | null;
};

export type WorkPoolStatus = "READY" | "NOT_READY" | "PAUSED";

export type WorkPoolStorageConfiguration = {
  bundle_execution_step?: Record<string, unknown> | null;
  bundle_upload_step?: Record<string, unknown> | null;
  default_result_storage_block_id?: string | null;
};

export type WorkPoolUpdate = {
  base_job_template?: Record<string, unknown> | null;
  concurrency_limit?: number | null;
  description?: string | null;
  is_paused?: boolean | null;
  storage_configuration?: WorkPoolStorageConfiguration | null;
};

export type WorkQueue = {
  concurrency_limit: number | null;
  created: string | null;
  description: string;
  filter: QueueFilter | null;
  id: string;
  is_paused: boolean;
  last_polled: string | null;
  name: string;
  priority: number;
  updated: string | null;
  work_pool_id: string;
};

export type WorkQueueConcurrencyStatus = {
  active_slots: number;
  concurrency_limit: number | null;
  count: number;
  flow_runs: FlowRunSlotSummary[];
  limit: number;
  page: number;
  pages: number;
};

export type WorkQueueConcurrencyStatusDetail = {
  active_slots: number;
  concurrency_limit: number | null;
  flow_run_count: number;
  flow_runs: FlowRunSlotSummary[];
  queue_id: string;
  queue_name: string;
};

export type WorkQueueCreate = {
  concurrency_limit?: number | null;
  description?: string | null;
  filter?: QueueFilter | null;
  is_paused?: boolean;
  name: string;
  priority?: number | null;
};

export type WorkQueueFilter = {
  id?: WorkQueueFilterId | null;
  name?: WorkQueueFilterName | null;
  operator?: Operator;
};

export type WorkQueueFilterId = {
  any_?: string[] | null;
};

export type WorkQueueFilterName = {
  any_?: string[] | null;
  startswith_?: string[] | null;
};

export type WorkQueueHealthPolicy = {
  maximum_late_runs: number;
  maximum_seconds_since_last_polled: number;
};

export type WorkQueueResponse = {
  active_slots: number | null;
  concurrency_limit: number | null;
  created: string | null;
  description: string;
  filter: QueueFilter | null;
  id: string;
  is_paused: boolean;
  last_polled: string | null;
  name: string;
  priority: number;
  status: WorkPoolStatus;
  updated: string | null;
  work_pool_id: string;
  work_pool_name: string;
};

export type WorkQueueStatusDetail = {
  health_check_policy: WorkQueueHealthPolicy;
  healthy: boolean;
  last_polled: string | null;
  late_runs_count: number;
};

export type WorkQueueUpdate = {
  concurrency_limit?: number | null;
  description?: string | null;
  filter?: QueueFilter | null;
  is_paused?: boolean;
  last_polled?: string | null;
  name?: string | null;
  priority?: number | null;
};

export type WorkerFilter = {
  last_heartbeat_time?: WorkerFilterLastHeartbeatTime | null;
  operator?: Operator;
  status?: WorkerFilterStatus | null;
};

export type WorkerFilterLastHeartbeatTime = {
  after_?: string | null;
  before_?: string | null;
};

export type WorkerFilterStatus = {
  any_?: WorkerStatus[] | null;
  not_any_?: WorkerStatus[] | null;
};

export type WorkerFlowRunResponse = {
  flow_run: FlowRun;
  work_pool_id: string;
  work_queue_id: string;
};

export type WorkerMeasure = {
  last_heartbeat: string | null;
  online: boolean;
  online_since: string | null;
  pool: string;
  worker: string;
};

export type WorkerResponse = {
  created: string | null;
  heartbeat_interval_seconds: number | null;
  id: string;
  last_heartbeat_time: string | null;
  name: string;
  status: WorkerStatus;
  updated: string | null;
  work_pool_id: string;
};

export type WorkerStatus = "ONLINE" | "OFFLINE";

export type WriterMetrics = {
  commit_seconds: MetricSummary;
  group_size: MetricSummary;
  wait_seconds: MetricSummary;
  waiting: number;
};
