/** A deployment made like another. Pure. */
import type { DeploymentCreate } from "@/api/schema";
import type { Deployment } from "./api/get-deployment";

/** What makes a deployment like one, under another name. It is paused, so that its schedules do not start everything twice. */
export function copyOf(d: Deployment, name: string): DeploymentCreate {
  return {
    name, flow_id: d.flow_id, paused: true, version: d.version, description: d.description, tags: d.tags, labels: d.labels,
    parameters: d.parameters, parameter_openapi_schema: d.parameter_openapi_schema as Record<string, unknown> | null, enforce_parameter_schema: d.enforce_parameter_schema,
    entrypoint: d.entrypoint, path: d.path, pull_steps: d.pull_steps, job_variables: d.job_variables,
    work_pool_name: d.work_pool_name, work_queue_name: d.work_pool_name === null ? null : d.work_queue_name,
    storage_document_id: d.storage_document_id, infrastructure_document_id: d.infrastructure_document_id,
    ...(d.global_concurrency_limit && { concurrency_limit: d.global_concurrency_limit.limit, concurrency_options: d.concurrency_options }),
    schedules: d.schedules.map(({ schedule, active, parameters, max_scheduled_runs }) => ({ schedule, active, parameters, max_scheduled_runs })),
  };
}
