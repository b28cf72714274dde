package simulation

import "github.com/google/uuid"

// callFlow runs a flow within a flow, as a task run that stands for it: in a process
// beside, or as a run of a deployment that a worker starts.
func (p *flowProcess) callFlow(w *world) {
	task := w.ask(p.title, "POST", "/task_runs/", doc{"flow_run_id": p.run, "task_key": "subflow", "dynamic_key": w.draw.id().String(), "state": doc{"type": "PENDING"}})
	if !task.ok() {
		return
	}
	d := pick(w.draw, w.estate.deployments)
	path, body := "/flow_runs/", doc{"flow_id": d.flow, "state": doc{"type": "PENDING"}, "parent_task_run_id": task.object().text("id")}
	deployed := w.draw.chance(0.5)
	if deployed {
		path, body = "/deployments/"+d.id.String()+"/create_flow_run", doc{"parent_task_run_id": body["parent_task_run_id"], "idempotency_key": w.draw.id().String()}
	}
	a := w.ask(p.title, "POST", path, body)
	if !a.ok() {
		return
	}
	id := uuid.MustParse(a.object().text("id"))
	w.ledger.made[id] = true
	if !deployed {
		w.newProcess(id, nil)
	}
}
