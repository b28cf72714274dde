"""Resuming flow runs, and the inputs they wait for."""

import json

from harness import scenario

NOBODY = "0a1b2c3d-0000-4000-8000-000000000009"


def a_run(s, name, type="RUNNING"):
    flow = s.quietly.post("/flows/", json={"name": name})["id"]
    return s.quietly.post("/flow_runs/", json={"flow_id": flow, "name": "a-run", "state": {"type": type}})["id"]


def pause(s, run, force=False, **details):
    s.quietly.post(f"/flow_runs/{run}/set_state", json={"state": {"type": "PAUSED", "state_details": details}, "force": force})


@scenario
def resuming(s):
    run = a_run(s, "resuming")
    s.post(f"/flow_runs/{run}/resume", json={})
    s.post(f"/flow_runs/{run}/resume")
    pause(s, run, pause_key="a")
    s.post(f"/flow_runs/{run}/resume", json={})
    s.get(f"/flow_runs/{run}")
    s.post(f"/flow_runs/{run}/resume", json={"run_input": None})
    pause(s, run, pause_key="b")
    s.post(f"/flow_runs/{run}/resume", json={"run_input": {"not": "asked for"}})
    s.post(f"/flow_runs/{run}/input/filter", json={"prefix": "", "limit": 10})
    pause(s, run, pause_key="c", force=True, pause_reschedule=True)
    s.post(f"/flow_runs/{run}/resume", json={})
    pause(s, run, pause_key="d", force=True, pause_timeout="2020-01-01T00:00:00Z")
    s.post(f"/flow_runs/{run}/resume", json={})
    s.post(f"/flow_runs/{run}/resume", json={"run_input": "x"})


@scenario
def inputs(s):
    run = a_run(s, "inputs")
    put = lambda **sent: s.post(f"/flow_runs/{run}/input", json=sent)
    put(key="one-a", value="1", sender="prefect.flow-run.x")
    put(key="one-b", value='{"x": 1}')
    put(key="one-a", value="again")
    put(key="two", value="")
    put(key="", value="x")
    put(key="one-c")
    put(key=5, value=5)
    put(value="x", sender=5)
    s.post(f"/flow_runs/{run}/input", json=[])
    s.post(f"/flow_runs/{NOBODY}/input", json={"key": "k", "value": "v"})
    s.post("/flow_runs/nope/input", json={"key": "k", "value": "v"})
    find = lambda **sent: s.post(f"/flow_runs/{run}/input/filter", json=sent)
    find(prefix="one")
    find(prefix="one", limit=10)
    find(prefix="one", limit=10, exclude_keys=["one-a"])
    find(prefix="one", limit=0)
    find(prefix="nope")
    find()
    find(prefix=1, limit="x", exclude_keys="x")
    s.post(f"/flow_runs/{NOBODY}/input/filter", json={"prefix": ""})
    s.get(f"/flow_runs/{run}/input/one-b")
    s.get(f"/flow_runs/{run}/input/nope")
    s.delete(f"/flow_runs/{run}/input/one-b")
    s.delete(f"/flow_runs/{run}/input/one-b")
    s.delete(f"/flow_runs/{NOBODY}/input/two")


@scenario
def asked_for_input(s):
    keys = {"schema": "pause-1-schema", "response": "pause-1-response"}
    schema = {"type": "object", "title": "Asked", "properties": {"count": {"type": "integer", "title": "Count"},
              "note": {"type": "string", "default": "x", "title": "Note"}}, "required": ["count"]}
    run = a_run(s, "asked-for-input")
    pause(s, run, pause_key="1", run_input_keyset=keys)
    s.post(f"/flow_runs/{run}/resume", json={"run_input": {"count": 1}})
    s.quietly.post(f"/flow_runs/{run}/input", json={"key": keys["schema"], "value": "{not json"})
    s.post(f"/flow_runs/{run}/resume", json={"run_input": {"count": 1}})
    s.quietly.delete(f"/flow_runs/{run}/input/{keys['schema']}")
    s.quietly.post(f"/flow_runs/{run}/input", json={"key": keys["schema"], "value": json.dumps(schema)})
    s.post(f"/flow_runs/{run}/resume", json={})
    s.post(f"/flow_runs/{run}/resume", json={"run_input": {"count": "many"}})
    s.post(f"/flow_runs/{run}/resume", json={"run_input": {"count": {"__prefect_kind": "json", "value": "{"}}})
    s.post(f"/flow_runs/{run}/resume", json={"run_input": {"count": {"__prefect_kind": "workspace_variable", "variable_name": "no_such"}}})
    s.post(f"/flow_runs/{run}/resume", json={"run_input": {"count": {"__prefect_kind": "json", "value": "2"}, "note": "hi"}})
    s.get(f"/flow_runs/{run}/input/{keys['response']}")
    s.get(f"/flow_runs/{run}")
