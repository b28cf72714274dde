"""Every criterion, operator, sort and page of the filters on flow runs and task runs."""

from __future__ import annotations

import time

from harness import scenario

UNKNOWN = "00000000-0000-4000-8000-000000000000"
SORTS = ["ID_DESC", "START_TIME_ASC", "START_TIME_DESC", "EXPECTED_START_TIME_ASC", "EXPECTED_START_TIME_DESC",
         "NAME_ASC", "NAME_DESC", "NEXT_SCHEDULED_START_TIME_ASC", "END_TIME_DESC"]
TASK_SORTS = ["ID_DESC", "EXPECTED_START_TIME_ASC", "EXPECTED_START_TIME_DESC", "NAME_ASC", "NAME_DESC",
              "NEXT_SCHEDULED_START_TIME_ASC", "END_TIME_DESC"]


def scheduled(when: str) -> dict:
    return {"type": "SCHEDULED", "state_details": {"scheduled_time": when}}


def populate(s):
    """A few runs of two flows, told apart by everything that filters look at."""
    quiet = s.quietly
    flows = {n: quiet.post("/flows/", json={"name": n, "tags": [n]})["id"] for n in ["one", "two"]}
    runs = {}
    for name, flow, more in [
        ("alpha", "one", {"tags": ["x", "y"], "state": {"type": "RUNNING"}, "flow_version": "1", "idempotency_key": "ka"}),
        ("Alphabet", "one", {"tags": ["x"], "state": {"type": "COMPLETED"}, "flow_version": "2", "idempotency_key": "kb"}),
        ("beta_1", "two", {"tags": [], "state": scheduled("2026-03-01T00:00:00Z"), "flow_version": "1"}),
        ("gamma%", "two", {"tags": ["z"], "state": scheduled("2030-01-01T00:00:00Z"), "work_queue_name": "q"}),
        ("delta", "two", {"tags": ["x", "z"], "state": {"type": "FAILED", "name": "TimedOut"}}),
        ("epsilon", "one", {"state": {"type": "SCHEDULED", "name": "Late", "state_details": {"scheduled_time": "2026-02-01T00:00:00Z"}}}),
    ]:
        runs[name] = quiet.post("/flow_runs/", json={"flow_id": flows[flow], "name": name, **more})["id"]
    tasks = {}
    for name, run, more in [
        ("load", "alpha", {"tags": ["t", "u"], "state": {"type": "COMPLETED"}}),
        ("Load_2", "alpha", {"tags": ["t"], "state": {"type": "FAILED"}}),
        ("sub", "alpha", {"state": {"type": "RUNNING"}}),
        ("save", "delta", {"state": scheduled("2026-03-01T00:00:00Z")}),
        ("lonely", None, {"state": {"type": "PENDING"}}),
    ]:
        body = {"task_key": name, "dynamic_key": "0", "name": name, **more}
        if run:
            body["flow_run_id"] = runs[run]
        tasks[name] = quiet.post("/task_runs/", json=body)["id"]
    runs["child"] = quiet.post("/flow_runs/", json={
        "flow_id": flows["two"], "name": "child", "parent_task_run_id": tasks["sub"], "state": {"type": "RUNNING"}})["id"]
    return flows, runs, tasks


def flow_run_filters(flows, runs, tasks):
    f = []
    for own in [
        {},
        {"id": {"any_": [runs["alpha"]]}},
        {"id": {"any_": [runs["alpha"], runs["delta"], UNKNOWN]}},
        {"id": {"any_": []}},
        {"id": {"not_any_": [runs["alpha"]]}},
        {"id": {"not_any_": []}},
        {"id": {"any_": [runs["alpha"], runs["delta"]], "not_any_": [runs["alpha"]]}},
        {"name": {"any_": ["alpha", "delta"]}},
        {"name": {"any_": []}},
        {"name": {"like_": "ALPHA"}},
        {"name": {"like_": "a_1"}},
        {"name": {"like_": "%"}},
        {"name": {"like_": ""}},
        {"name": {"any_": ["alpha"], "like_": "bet"}},
        {"tags": {"all_": ["x"]}},
        {"tags": {"all_": ["x", "z"]}},
        {"tags": {"all_": ["x", "x"]}},
        {"tags": {"all_": []}},
        {"tags": {"any_": ["y", "z"]}},
        {"tags": {"any_": []}},
        {"tags": {"is_null_": True}},
        {"tags": {"is_null_": False}},
        {"tags": {"operator": "or_", "all_": ["x", "z"], "is_null_": True}},
        {"tags": {"operator": "and_", "all_": ["x"], "any_": ["z"]}},
        {"deployment_id": {"any_": [UNKNOWN]}},
        {"deployment_id": {"is_null_": True}},
        {"deployment_id": {"is_null_": False}},
        {"deployment_id": {"operator": "or_", "any_": [UNKNOWN], "is_null_": True}},
        {"work_queue_name": {"any_": ["q"]}},
        {"work_queue_name": {"is_null_": True}},
        {"work_queue_name": {"operator": "or_", "any_": ["q"], "is_null_": False}},
        {"state": {}},
        {"state": {"type": {"any_": ["RUNNING", "FAILED"]}}},
        {"state": {"type": {"any_": []}}},
        {"state": {"type": {"not_any_": ["RUNNING", "SCHEDULED"]}}},
        {"state": {"name": {"any_": ["Late", "TimedOut"]}}},
        {"state": {"name": {"not_any_": ["Late"]}}},
        {"state": {"operator": "or_", "type": {"any_": ["RUNNING"]}, "name": {"any_": ["Late"]}}},
        {"state": {"type": {}, "name": {}}},
        {"flow_version": {"any_": ["1"]}},
        {"flow_version": {"any_": ["1", "2"]}},
        {"start_time": {"is_null_": True}},
        {"start_time": {"is_null_": False}},
        {"start_time": {"before_": "2026-03-01T00:00:00Z"}},
        {"start_time": {"after_": "2026-03-01T00:00:00Z"}},
        {"start_time": {"after_": "2026-02-15T00:00:00+01:00", "before_": "2027-03-01T00:00:00Z", "is_null_": True}},
        {"end_time": {"is_null_": True}},
        {"end_time": {"after_": "2020-01-01T00:00:00Z"}},
        {"end_time": {"before_": "2020-01-01T00:00:00Z"}},
        {"expected_start_time": {"before_": "2026-02-01T00:00:00Z"}},
        {"expected_start_time": {"after_": "2029-01-01T00:00:00Z"}},
        {"next_scheduled_start_time": {"before_": "2026-03-01T00:00:00Z"}},
        {"next_scheduled_start_time": {"after_": "2026-03-01T00:00:00.000001Z"}},
        {"parent_flow_run_id": {"any_": [runs["alpha"]]}},
        {"parent_flow_run_id": {"any_": []}},
        {"parent_flow_run_id": {}},
        {"parent_task_run_id": {"any_": [tasks["sub"]]}},
        {"parent_task_run_id": {"is_null_": False}},
        {"parent_task_run_id": {"operator": "or_", "any_": [tasks["sub"]], "is_null_": True}},
        {"idempotency_key": {"any_": ["ka"]}},
        {"idempotency_key": {"not_any_": ["ka"]}},
        {"idempotency_key": {"any_": ["ka", "kb"], "not_any_": ["kb", "kc"]}},
        {"created_by": {"id_": [UNKNOWN]}},
        {"created_by": {"type_": ["AUTOMATION"]}},
        {"created_by": {"is_null_": True}},
        {"created_by": {"is_null_": False}},
        {"created_by": {"operator": "or_", "type_": ["x"], "is_null_": True}},
        {"operator": "or_", "name": {"any_": ["alpha"]}, "tags": {"is_null_": True}},
        {"operator": "or_", "name": {"any_": ["alpha"]}, "tags": {}},
        {"operator": "or_"},
    ]:
        f.append({"flow_runs": own})
    f += [
        {"flows": {}},
        {"flows": {"name": {"any_": ["one"]}}},
        {"flows": {"name": {"like_": "TW"}}},
        {"flows": {"tags": {"all_": ["two"]}}},
        {"flows": {"id": {"any_": [flows["one"]]}}},
        {"flows": {"id": {"not_any_": [flows["one"]]}}},
        {"flows": {"deployment": {"is_null_": True}}},
        {"flows": {"deployment": {"is_null_": False}}},
        {"flows": {"operator": "or_", "name": {"any_": ["one"]}, "tags": {"all_": ["two"]}}},
        {"task_runs": {}},
        {"task_runs": {"name": {"like_": "load"}}},
        {"task_runs": {"state": {"type": {"any_": ["FAILED"]}}}},
        {"task_runs": {"subflow_runs": {"exists_": True}}},
        {"flows": {"name": {"any_": ["one"]}}, "task_runs": {"state": {"type": {"any_": ["FAILED"]}}}},
        {"flows": {"name": {"any_": ["two"]}}, "task_runs": {"tags": {"all_": ["t"]}}},
        {"deployments": {}},
        {"deployments": {"name": {"any_": ["x"]}}},
        {"flows": {"name": {"any_": ["one"]}}, "flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}},
    ]
    return f


def task_run_filters(flows, runs, tasks):
    f = []
    for own in [
        {},
        {"id": {"any_": [tasks["load"]]}},
        {"id": {"any_": []}},
        {"name": {"any_": ["load", "save"]}},
        {"name": {"like_": "LOAD"}},
        {"name": {"like_": "d_2"}},
        {"tags": {"all_": ["t"]}},
        {"tags": {"all_": ["t", "u"]}},
        {"tags": {"is_null_": True}},
        {"tags": {"is_null_": False}},
        {"tags": {"operator": "or_", "all_": ["u"], "is_null_": True}},
        {"state": {"type": {"any_": ["COMPLETED", "FAILED"]}}},
        {"state": {"type": {"any_": []}}},
        {"state": {"name": {"any_": ["Running"]}}},
        {"state": {"operator": "or_", "type": {"any_": ["FAILED"]}, "name": {"any_": ["Running"]}}},
        {"state": {}},
        {"start_time": {"is_null_": True}},
        {"start_time": {"is_null_": False}},
        {"start_time": {"after_": "2020-01-01T00:00:00Z"}},
        {"start_time": {"before_": "2020-01-01T00:00:00Z"}},
        {"end_time": {"is_null_": True}},
        {"end_time": {"after_": "2020-01-01T00:00:00Z", "before_": "2040-01-01T00:00:00Z"}},
        {"expected_start_time": {"before_": "2026-03-01T00:00:00Z"}},
        {"expected_start_time": {"after_": "2026-03-01T00:00:01Z"}},
        {"subflow_runs": {"exists_": True}},
        {"subflow_runs": {"exists_": False}},
        {"subflow_runs": {}},
        {"flow_run_id": {}},
        {"flow_run_id": {"any_": [runs["alpha"]]}},
        {"flow_run_id": {"any_": [runs["alpha"], runs["delta"]]}},
        {"flow_run_id": {"any_": []}},
        {"flow_run_id": {"is_null_": True}},
        {"flow_run_id": {"is_null_": None}},
        {"flow_run_id": {"is_null_": None, "any_": [runs["delta"]]}},
        {"flow_run_id": {"is_null_": True, "any_": [runs["delta"]]}},
        {"operator": "or_", "name": {"any_": ["load"]}, "state": {"type": {"any_": ["RUNNING"]}}},
    ]:
        f.append({"task_runs": own})
    f += [
        {"flow_runs": {"id": {"any_": [runs["alpha"]]}}},
        {"flow_runs": {"id": {"any_": [runs["alpha"], runs["delta"]]}}},
        {"flow_runs": {"id": {"any_": []}}},
        {"flow_runs": {"id": {"any_": [runs["alpha"]]}}, "task_runs": {"name": {"any_": ["load"]}}},
        {"flow_runs": {"id": {"any_": [runs["alpha"]]}, "name": {"any_": ["x"]}}},
        {"flow_runs": {}},
        {"flow_runs": {"state": {"type": {"any_": ["FAILED"]}}}},
        {"flow_runs": {"parent_flow_run_id": {"any_": [runs["alpha"]]}}},
        {"flows": {"name": {"any_": ["two"]}}},
        {"flows": {}},
        {"flows": {"name": {"any_": ["one"]}}, "flow_runs": {"id": {"any_": [runs["alpha"]]}}},
        {"deployments": {}},
    ]
    return f


@scenario
def filter_flow_runs(s):
    for by in flow_run_filters(*populate(s)):
        s.post("/flow_runs/filter", json={"sort": "NAME_ASC", **by})
        s.post("/flow_runs/count", json=by)


@scenario(changed=True)
def filter_flow_runs_by_states_in_and_out(s):
    populate(s)
    for state in [
        {"type": {"any_": ["RUNNING", "FAILED"], "not_any_": ["RUNNING"]}},
        {"name": {"any_": ["Late"], "not_any_": ["Late"]}},
        {"name": {"any_": ["Late", "TimedOut"], "not_any_": ["Late"]}, "type": {"any_": ["FAILED", "SCHEDULED"], "not_any_": ["PAUSED"]}},
        {"operator": "or_", "name": {"any_": ["Late"], "not_any_": ["Late"]}, "type": {"any_": ["FAILED", "RUNNING"], "not_any_": ["RUNNING"]}},
    ]:
        s.post("/flow_runs/filter", json={"sort": "NAME_ASC", "flow_runs": {"state": state}}, was=True)
        s.post("/flow_runs/count", json={"flow_runs": {"state": state}}, was=True)


@scenario
def filter_task_runs(s):
    for by in task_run_filters(*populate(s)):
        s.post("/task_runs/filter", json={"sort": "NAME_ASC", **by})
        s.post("/task_runs/count", json=by)


@scenario
def filter_flows_by_runs(s):
    populated = populate(s)
    for by in flow_run_filters(*populated)[::3] + task_run_filters(*populated)[::3]:
        s.post("/flows/filter", json=by)
        s.post("/flows/count", json=by)


@scenario
def sort_and_page_runs(s):
    populate(s)
    for path, sorts in [("flow_runs", SORTS), ("task_runs", TASK_SORTS)]:
        for sort in sorts:
            # Runs that differ in what is sorted by: of equal ones no order is the right one.
            names = {"ID_DESC": ["alpha", "save"], "END_TIME_DESC": ["Alphabet", "save"]}.get(sort, ["beta_1", "gamma%", "epsilon", "save"])
            by = {"sort": sort, path: {"name": {"any_": names}}}
            s.post(f"/{path}/filter", json=by)
            s.post(f"/{path}/paginate", json=by)
        for body in [
            {}, {"limit": 2}, {"limit": 2, "offset": 2}, {"limit": 0}, {"offset": 100}, {"limit": 200}, {"limit": None, "offset": None},
            {"limit": -1}, {"limit": 201}, {"offset": -1}, {"limit": "x"}, {"limit": 1.5}, {"offset": "x"}, {"sort": "X"}, {"sort": 5},
            {"limit": 201, "offset": -1}, {"limit": "x", "offset": -1, "sort": "X"}, {"limit": "2", "offset": True}, {"limit": 10**20},
        ]:
            # Without a sort the order is that of ids, which each server draws as it likes.
            s.post(f"/{path}/filter", json={"sort": "NAME_ASC", **body}, unordered=body.get("sort", "") is None)
        for body in [
            {"limit": 2}, {"limit": 2, "page": 2}, {"limit": 2, "page": 99}, {"limit": 0}, {"page": 0}, {"page": -1}, {"page": None}, {"page": "x"},
            {"limit": 201, "page": 0}, {"limit": -1},
        ]:
            s.post(f"/{path}/paginate", json={"sort": "NAME_ASC", **body})
        s.post(f"/{path}/filter", json={"limit": 0, "sort": None})
        s.post(f"/{path}/filter", json=[])
        s.post(f"/{path}/filter", content=b"nonsense")


@scenario(changed=True)
def sort_task_runs_by_duration(s):
    flow = s.quietly.post("/flows/", json={"name": "flow"})["id"]
    run = s.quietly.post("/flow_runs/", json={"flow_id": flow, "name": "run"})["id"]
    for name, state in [
        ("long", {"type": "RUNNING"}), ("short", {"type": "RUNNING"}), ("over", {"type": "RUNNING"}),
        ("soon", scheduled("2030-01-01T00:00:00Z")), ("later", scheduled("2031-01-01T00:00:00Z")), ("none", None),
    ]:
        task = s.quietly.post("/task_runs/", json={"flow_run_id": run, "task_key": name, "dynamic_key": "0", "name": name, "state": state})["id"]
        time.sleep(0.3)
        if name == "over":
            s.quietly.post(f"/task_runs/{task}/set_state", json={"state": {"type": "COMPLETED"}})
            time.sleep(0.3)
    for sort in ["DURATION_DESC", "DURATION_ASC"]:
        for body in [{}, {"limit": 2}, {"limit": 2, "offset": 2}, {"flow_runs": {"id": {"any_": [run]}}}]:
            s.post("/task_runs/filter", json={"sort": sort, **body}, was=True)
        s.post("/task_runs/paginate", json={"sort": sort, "limit": 4, "page": 2}, was=True)


@scenario
def refuse_filters(s):
    for filter_ in [
        {"bogus": {}}, {"operator": "xor"}, {"operator": None}, {"id": {"any_": ["x"]}}, {"id": {"any_": [1, None]}}, {"id": {"any_": "x"}},
        {"id": {"like_": "x"}}, {"name": {"any_": [1]}}, {"name": {"like_": 1}}, {"tags": {"all_": [None]}}, {"tags": {"is_null_": "maybe"}},
        {"tags": {"is_null_": 2}}, {"state": {"type": {"any_": ["NOPE", 1]}}}, {"state": {"name": {"any_": [1]}}}, {"state": {"x": 1}},
        {"start_time": {"before_": "yesterday"}}, {"end_time": {"is_null_": []}}, {"id": 5}, {"id": []}, 5, [], "x",
    ]:
        for path in ["flow_runs", "task_runs", "flows"]:
            s.post(f"/{path}/filter", json={path: filter_}, ignore=["exception_detail.*.ctx.error"])
    for body in [{"flows": {"deployment": {"is_null_": "x"}}}, {"deployments": {"paused": {"eq_": "x"}}},
                 {"deployments": {"concurrency_limit": {"ge_": "x"}}}, {"work_pools": {"operator": 1}},
                 {"work_pool_queues": {"name": {"startswith_": "x"}}}, {"flow_runs": {"created_by": {"id_": ["x"], "type_": 5}}},
                 {"flow_runs": {"x": 1, "id": {"y": 2}}, "flows": {"z": 1}}]:
        s.post("/flow_runs/filter", json=body)
        s.post("/flow_runs/count", json=body)
