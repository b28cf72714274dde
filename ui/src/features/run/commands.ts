/** What the command line has for what is done with a run; a request where it has no command of its own. Pure. */
import type { Id, Json } from "@/api/types";
import { apiCommand, commandLine } from "@/lib/command-line";
import type { Proposal } from "./api/change-run";

const flowRun = (action: string, id: Id) => commandLine("prefect", "flow-run", action, id);

export const commands = {
  inspect: (id: Id) => flowRun("inspect", id),
  logs: (id: Id) => flowRun("logs", id),
  cancel: (id: Id) => flowRun("cancel", id),
  retry: (id: Id) => flowRun("retry", id),
  delete: (id: Id) => flowRun("delete", id),
  resume: (id: Id) => apiCommand("POST", `/flow_runs/${id}/resume`, {}),
  propose: (id: Id, proposal: Proposal) => apiCommand("POST", `/flow_runs/${id}/set_state`, proposal),
  rerun: (deployment: Id, parameters: Json) => apiCommand("POST", `/deployments/${deployment}/create_flow_run`, { parameters }),
};
