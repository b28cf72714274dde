"""Saved searches: upsert, reading, listing, limits."""

from harness import scenario

UNKNOWN = "00000000-0000-4000-8000-000000000000"
CONDITION = {"object": "flow_run", "property": "state", "type": "string", "operation": "equals", "value": {"x": [1.0, None]}}


@scenario
def saved_searches_life(s):
    a = s.put("/saved_searches/", json={"name": "mine", "filters": [CONDITION]})
    s.get(f"/saved_searches/{a['id']}")
    s.put("/saved_searches/", json={"name": "mine", "filters": [CONDITION | {"value": None}, CONDITION]})
    s.get(f"/saved_searches/{a['id']}")
    s.put("/saved_searches/", json={"name": "mine"})
    b = s.put("/saved_searches/", json={"name": "Any / name %", "filters": [CONDITION | {"extra": 1}]})
    s.put("/saved_searches/", json={"name": ""})
    s.post("/saved_searches/filter")
    s.post("/saved_searches/filter", json={"limit": 1})
    s.post("/saved_searches/filter", json={"limit": 1, "offset": 1})
    s.post("/saved_searches/filter", json={"limit": 0})
    s.delete(f"/saved_searches/{b['id']}")
    s.delete(f"/saved_searches/{b['id']}")
    s.get(f"/saved_searches/{b['id']}")


@scenario
def saved_searches_that_are_refused(s):
    s.put("/saved_searches/")
    s.put("/saved_searches/", json={})
    s.put("/saved_searches/", json=[1])
    s.put("/saved_searches/", json={"name": 1, "filters": {}})
    s.put("/saved_searches/", json={"name": "x", "filters": None})
    s.put("/saved_searches/", json={"name": "x", "filters": [{}, 3, {"object": 1}]})
    s.put("/saved_searches/", json={"name": "x", "other": 1})
    s.post("/saved_searches/", json={"name": "x"})
    s.get(f"/saved_searches/{UNKNOWN}")
    s.get("/saved_searches/nope")
    s.post("/saved_searches/filter", json={"limit": 300})
    s.post("/saved_searches/filter", json={"offset": -2})
