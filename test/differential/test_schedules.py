"""Schedules of deployments: their forms, and changes by id and by slug."""

from harness import scenario

# Names are made up. The time in the state's details is written with the schedule's own offset by the
# real server and in UTC by ours: the same moment, which expected_start_time shows too.
IGNORED = ["*.name", "*.state.state_details.scheduled_time"]

UNKNOWN = "00000000-0000-4000-8000-000000000000"

CRON = {"cron": "0 9 * * *", "timezone": "America/New_York"}
INTERVAL = {"interval": 3600, "anchor_date": "2020-01-01T00:30:00-05:00"}
RRULE = {"rrule": "FREQ=DAILY;BYHOUR=3", "timezone": "Europe/London"}


def deployment(s, name="d", **more):
    f = s.quietly.post("/flows/", json={"name": "f"})["id"]
    return s.quietly.post("/deployments/", json={"name": name, "flow_id": f, **{"paused": True} | more})["id"]


# Left out, because they differ on purpose (see ARCHITECTURE.md): a cron expression of no day, which ours refuses;
# a PATCH without parameters, which empties them in the reference; max_scheduled_runs given with a deployment.
@scenario
def schedules_forms(s):
    d = deployment(s)
    path = f"/deployments/{d}/schedules"
    for schedule in [
        CRON, INTERVAL, RRULE, {"cron": "@daily"}, {"cron": "0 0 * * *", "day_or": False}, {"interval": 90.5, "anchor_date": "2020-01-01"},
        {"interval": "PT1H", "anchor_date": "2020-01-01T00:00:00", "timezone": "Asia/Tokyo"}, {"rrule": "RRULE:FREQ=MONTHLY;COUNT=3"},
        {"rrule": "DTSTART:20250101T000000Z\nRRULE:FREQ=WEEKLY"}, {"rrule": "RDATE:20250101T000000,20260101T000000", "timezone": None},
        {}, {"cron": "bad"}, {"cron": "0 0 * * * * * *"}, {"cron": "R * * * *"}, {"cron": "H * * * *"}, {"cron": 5},
        {"cron": "0 0 * * *", "timezone": "Nowhere"}, {"cron": "0 0 * * *", "timezone": ""}, {"cron": "0 0 * * *", "interval": 5},
        {"cron": "60 * * * *"}, {"cron": "* * * * 1,2#3"}, {"cron": "0 0 ? ? *"}, {"cron": "*/0 * * * *"},
        {"interval": 0}, {"interval": -5}, {"interval": "x"}, {"interval": 60, "anchor_date": "never"}, {"interval": 60, "timezone": "Mars"},
        {"rrule": ""}, {"rrule": "bad"}, {"rrule": "FREQ=NOPE"}, {"rrule": "FREQ=DAILY;FOO=1"}, {"rrule": "FREQ=DAILY;COUNT=x"},
        {"rrule": "FREQ=DAILY;BYHOUR=25"}, {"rrule": "FREQ=DAILY", "timezone": "Mars"}, {"rrule": "FREQ=DAILY;UNTIL=20300101T000000Z"},
        {"rrule": "DTSTART:20250101T000000\nRRULE:FREQ=DAILY;UNTIL=20260101T000000Z"}, {"rrule": "DTSTART:xx\nRRULE:FREQ=DAILY"},
        {"rrule": "FREQ=MONTHLY;BYSETPOS=0"}, {"rrule": "EXFOO:1"}, {"rrule": "FREQ=DAILY;BYDAY=XX"}, {"rrule": "FREQ=DAILY=1"},
        None, "x", [1],
    ]:
        s.post(path, json=[{"schedule": schedule}])
    s.get(path)


@scenario
def schedules_crud(s):
    d = deployment(s)
    path = f"/deployments/{d}/schedules"
    made = s.post(path, json=[{"schedule": CRON, "slug": "one", "parameters": {"a": 1}, "max_scheduled_runs": 4}, {"schedule": INTERVAL, "active": False}])
    s.post(path, json=[{"schedule": CRON, "slug": "one"}])
    s.post(path, json=[{"schedule": CRON, "max_scheduled_runs": 51}, {"schedule": CRON, "max_scheduled_runs": 0}, {"schedule": CRON, "surprise": 1}, {}])
    s.post(path, json={})
    s.post(path)
    s.get(path)
    one = f"{path}/{made[0]['id']}"
    s.patch(one, json={"active": False, "parameters": {"a": 1}})
    s.get(path)
    s.patch(one, json={"schedule": RRULE, "max_scheduled_runs": 9, "slug": "uno", "parameters": {"b": 2}, "replaces": "x"})
    s.get(path)
    s.patch(one, json={"active": None, "slug": None, "parameters": {"b": 2}})
    s.patch(one, json={"schedule": {"cron": "bad"}})
    s.patch(one, json={"surprise": 1})
    s.patch(f"{path}/{UNKNOWN}", json={"active": True})
    s.patch(f"/deployments/{UNKNOWN}/schedules/{made[0]['id']}", json={"active": True})
    s.delete(f"{path}/{UNKNOWN}")
    s.delete(one)
    s.delete(one)
    s.delete(f"/deployments/{UNKNOWN}/schedules/{UNKNOWN}")
    s.get(path)
    s.get(f"/deployments/{UNKNOWN}/schedules")
    s.post(f"/deployments/{UNKNOWN}/schedules", json=[])
    s.post(path, json=[])


@scenario
def schedules_by_slug(s):
    d = deployment(s, schedules=[{"schedule": CRON, "slug": "a"}, {"schedule": INTERVAL, "slug": "b"}])
    path = f"/deployments/{d}"
    s.get(path)
    for schedules in [
        [{"slug": "a", "active": False}], [{"slug": "c", "schedule": RRULE}], [{"slug": "d"}], [{"schedule": CRON}],
        [{"slug": "aa", "replaces": "a"}], [{"slug": "b", "replaces": "aa"}], [{"slug": "x", "replaces": "c"}, {"slug": "y", "replaces": "c"}],
        [{"slug": "b", "replaces": "c"}, {"slug": "c", "replaces": "b"}], [{"slug": "new", "replaces": "gone"}],
        [{"slug": "new", "replaces": "gone", "schedule": CRON}], [], [{"slug": "b", "parameters": {"z": 1}, "schedule": {"cron": "1 1 * * *"}}],
    ]:
        s.patch(path, json={"schedules": schedules})
        s.get(path, unordered=["schedules"])
    e = deployment(s, "e", schedules=[{"schedule": CRON}])
    s.patch(f"/deployments/{e}", json={"tags": ["kept"]})
    s.get(f"/deployments/{e}")
    s.patch(f"/deployments/{e}", json={"schedules": [{"schedule": INTERVAL, "active": False}, {"schedule": RRULE}]})
    s.get(f"/deployments/{e}", unordered=["schedules"])
    s.patch(f"/deployments/{e}", json={"schedules": []})
    s.get(f"/deployments/{e}")
    s.patch(f"/deployments/{e}", json={"schedules": None})


@scenario
def schedules_runs(s):
    d = deployment(s, tags=["t"], parameters={"a": 1}, version="3", labels={"l": 1},
                   schedules=[{"schedule": CRON, "slug": "daily", "parameters": {"b": 2}}])
    window = {"start_time": "2031-03-07T00:00:00Z", "end_time": "2031-03-12T00:00:00Z", "max_runs": 10, "min_runs": 4}
    runs = {"sort": "EXPECTED_START_TIME_ASC", "deployments": {"id": {"any_": [d]}}}
    s.post(f"/deployments/{d}/schedule", json=window)
    s.post("/flow_runs/filter", json=runs, ignore=IGNORED)
    s.post(f"/deployments/{d}/schedule", json={**window, "min_runs": 5})
    s.post("/flow_runs/count", json={})
    s.post(f"/deployments/{d}/schedule", json={**window, "min_time": 400000, "max_runs": 2, "start_time": "2031-04-01T00:00:00Z", "end_time": "2031-05-01T00:00:00Z"})
    s.post("/flow_runs/count", json={})
    s.post(f"/deployments/{d}/pause_deployment")
    s.post("/flow_runs/count", json={})
    s.post(f"/deployments/{UNKNOWN}/schedule", json={})
    s.post(f"/deployments/{UNKNOWN}/pause_deployment")
    s.post(f"/deployments/{UNKNOWN}/resume_deployment")
    s.post(f"/deployments/{d}/schedule", json={"min_runs": "x"})
    s.post(f"/deployments/{d}/schedule", json={"start_time": "2019-01-01T00:00:00Z", "end_time": "2019-01-03T00:00:00Z"})
    s.post("/flow_runs/filter", json=runs, ignore=IGNORED)
    s.patch(f"/deployments/{d}", json={"version": "4"})
    s.post("/flow_runs/count", json={})
    s.delete(f"/deployments/{d}")
    s.post("/flow_runs/count", json={})


@scenario(settings={"PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "true", "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2"})
def schedules_kept(s):
    """What the scheduler makes of schedules, and what is left of it when they change."""
    runs = {"sort": "EXPECTED_START_TIME_ASC"}

    def kept(number):
        s.eventually("post", "/flow_runs/filter", json=runs, until=lambda found: len(found) == number, ignore=IGNORED)

    d = deployment(s, paused=False, tags=["t"], parameters={"a": 1}, job_variables={"j": 1}, enforce_parameter_schema=False,
                   schedules=[{"schedule": CRON, "slug": "daily", "parameters": {"b": 2}}])
    kept(3)
    s.patch(f"/deployments/{d}", json={"schedules": [{"slug": "daily", "schedule": {"cron": "30 10 * * *"}, "max_scheduled_runs": 5, "parameters": {"b": 2}}]})
    kept(3)
    s.post(f"/deployments/{d}/pause_deployment")
    kept(0)
    s.post(f"/deployments/{d}/resume_deployment")
    kept(3)
    [schedule] = s.get(f"/deployments/{d}/schedules")
    s.patch(f"/deployments/{d}/schedules/{schedule['id']}", json={"active": False, "parameters": {"b": 2}})
    kept(0)
    s.patch(f"/deployments/{d}/schedules/{schedule['id']}", json={"active": True, "parameters": {"b": 2}})
    kept(3)
    s.delete(f"/deployments/{d}/schedules/{schedule['id']}")
    kept(0)
    s.post(f"/deployments/{d}/schedules", json=[{"schedule": RRULE}, {"schedule": {"cron": "0 0 1 1 *"}}])
    s.eventually("post", "/flow_runs/count", json={}, until=lambda n: n >= 3)
