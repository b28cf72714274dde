"""Write what the real server's schedules give, as the test data of internal/schedule.

    .venv/bin/python test/vectors/schedules.py | gzip -9n > internal/schedule/testdata/vectors.json.gz

Each case is a schedule, a start, an optional end, a number, and the times that come out (with
their offsets, sorted), or the word "fails".
"""

import itertools
import json
import random
import signal
import sys
import warnings
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from prefect.server.schemas.schedules import CronSchedule, IntervalSchedule, RRuleSchedule

warnings.simplefilter("ignore")
random.seed(20261128)

ZONES = ["UTC", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu",
         "America/Sao_Paulo", "Africa/Casablanca", "America/St_Johns", "Antarctica/Troll", "Asia/Tehran", "Atlantic/Azores", "Europe/Dublin"]

CRONS = ["* * * * *", "*/15 * * * *", "0 * * * *", "30 1 * * *", "30 2 * * *", "0 0 * * *", "15 0,12 * * mon-fri",
         "0 9 * * 1", "0 0 29 2 *", "0 0 31 * *", "0 0 l * *", "0 0 1,l * *", "0 12 * * 5#2", "0 12 * * l5", "0 12 * * mon#1,wed#3",
         "0 0 13 * 5", "0 0 1 */3 *", "5 4 * * sun", "0 22 * * sat-mon", "0 0 1 nov-feb *", "10/20 3 * * *", "0-10/5 6 * * *",
         "@daily", "@weekly", "@hourly", "@monthly", "@yearly", "@midnight", "* * * * * */20", "0 0 * * * 30", "0 3 ? * mon", "0 3 1 * ?",
         "0 0 1 1 * 0 2027-2029", "0 0 1 1 * 0 2031/2", "*/7 */5 */9 * *", "0 0 * * 7", "0 0 * * 0-6", "0 0 1-31 * 5", "59 23 31 12 *",
         "0 0 13 * 5#2", "0 0 15 * fri#3,l5", "45 1 * 3,11 0", "0 2 * * 0", "30 23 l 2 *", "1 1 1-7 * mon"]

ERRORS = ["0 0 31 2 *", "0 0 30 feb *"]

RRULES = ["FREQ=DAILY", "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "FREQ=HOURLY;INTERVAL=5", "FREQ=MINUTELY;INTERVAL=37", "FREQ=SECONDLY;INTERVAL=1800",
          "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU", "FREQ=MONTHLY;BYDAY=+2TU", "FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=9",
          "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
          "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "FREQ=YEARLY;BYYEARDAY=1,100,-1", "FREQ=YEARLY;BYEASTER=0", "FREQ=DAILY;COUNT=3000",
          "FREQ=DAILY;UNTIL=20280101", "RRULE:FREQ=DAILY;INTERVAL=3;BYHOUR=1,13",
          "DTSTART:20240310T023000\nRRULE:FREQ=DAILY", "DTSTART:20230101T013000\nRRULE:FREQ=HOURLY;INTERVAL=1",
          "DTSTART;TZID=Europe/Berlin:20250101T090000\nRRULE:FREQ=WEEKLY;BYDAY=MO", "DTSTART:20250101T090000Z\nRRULE:FREQ=WEEKLY;UNTIL=20280101T000000Z",
          "DTSTART:20250101T090000\nRRULE:FREQ=DAILY\nEXDATE:20261102T090000,20261103T090000",
          "DTSTART:20250101T090000\nRRULE:FREQ=DAILY;INTERVAL=2\nRRULE:FREQ=WEEKLY;BYDAY=MO\nEXRULE:FREQ=MONTHLY;BYMONTHDAY=1,2,3",
          "RDATE:20261231T235959,20270310T020000,20270601T000000", "DTSTART:20250101T000000\nRRULE:FREQ=MONTHLY;BYMONTHDAY=15\nRDATE:20261116T101500",
          "FREQ=HOURLY;BYHOUR=9,10,17;BYMINUTE=0,30", "FREQ=MINUTELY;BYHOUR=3;BYMINUTE=0,20,40", "FREQ=WEEKLY;BYDAY=SU;BYHOUR=1;BYMINUTE=30",
          "FREQ=MONTHLY;INTERVAL=5;BYDAY=FR;BYMONTHDAY=13", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=2,-1", "FREQ=DAILY;BYMONTH=3,11;BYHOUR=1,2;BYMINUTE=30"]

INTERVALS = [timedelta(hours=1), timedelta(minutes=20), timedelta(days=1), timedelta(days=7), timedelta(days=1, hours=6), timedelta(hours=23),
             timedelta(seconds=0.5), timedelta(days=30), timedelta(hours=36), timedelta(seconds=86399), timedelta(hours=24, minutes=30)]

ANCHORS = ["2020-01-01T00:00:00Z", "2020-06-01T09:00:00-04:00", "2026-03-08T07:30:00Z", "2026-11-01T05:30:00Z", "2031-01-01T12:34:56.789Z"]

STARTS = {
    "America/New_York": ["2026-03-08T05:00:00Z", "2026-03-08T07:00:00Z", "2026-11-01T04:50:00Z", "2026-11-01T05:45:00Z", "2026-11-01T06:15:00Z"],
    "Europe/London": ["2027-03-28T00:30:00Z", "2026-10-25T00:15:00Z", "2026-10-25T01:20:00Z"],
    "Australia/Lord_Howe": ["2026-10-03T15:00:00Z", "2027-04-03T14:40:00Z", "2027-04-03T15:10:00Z"],
    "Pacific/Apia": ["2011-12-29T20:00:00Z", "2011-12-30T09:59:00Z"],
    "America/Sao_Paulo": ["2018-11-04T02:00:00Z", "2018-02-18T01:30:00Z"],
    "Africa/Casablanca": ["2027-02-07T01:00:00Z", "2027-03-14T01:30:00Z"],
    "Europe/Dublin": ["2026-03-28T23:30:00Z", "2026-03-29T01:10:00Z", "2026-10-25T00:15:00Z", "2026-10-25T01:20:00Z"],
    "America/St_Johns": ["2026-11-01T03:50:00Z"], "Antarctica/Troll": ["2027-03-27T23:30:00Z", "2026-10-25T00:30:00Z"],
    "Asia/Tehran": ["2021-03-21T20:00:00Z", "2021-09-21T19:10:00Z"], "Atlantic/Azores": ["2027-03-28T00:10:00Z", "2026-10-25T00:40:00Z"],
}
COMMON = ["2024-02-28T23:59:59.500Z", "2026-12-31T23:59:00Z", "2026-11-24T08:15:00Z"]


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


class TooSlow(Exception):
    pass


def too_slow(*_):
    raise TooSlow


signal.signal(signal.SIGALRM, too_slow)


def run(schedule, n, start, end, patience):
    """The first times; those found before an error count, and "fails" is an error before any."""
    times = []
    signal.setitimer(signal.ITIMER_REAL, patience)
    try:
        for d in itertools.islice(schedule._get_dates_generator(n=n, start=start, end=end), n + 5):
            times.append(d)
    except TooSlow:
        return None
    except Exception:
        if not times:
            return "fails"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return [str(d) for d in sorted(times, key=lambda d: d.timestamp())]


def starts(zone):
    return STARTS.get(zone, []) + COMMON


cases = []


def case(schedule, start, n, end=None, patience=20):
    times = run(schedule, n, moment(start), moment(end) if end else None, patience)
    if times is None or times == "fails" and isinstance(schedule, IntervalSchedule):
        return  # it took too long, or the anchor is in the year 0 of its zone, which Python does not have
    # dateutil does not know the zones after 2037: there the real times are not what we want.
    if isinstance(schedule, RRuleSchedule) and schedule.timezone != "UTC" and times != "fails":
        times = [t for t in times if t < "2037-09"]
    cases.append({"schedule": json.loads(schedule.model_dump_json()), "start": start, "n": n, "end": end, "times": times})


FAR_ANCHORS = ["0001-01-01T00:00:00Z", "0001-01-02T03:04:05.678901Z", "1066-10-14T09:00:00Z", "1700-02-28T23:59:59Z", "1883-11-18T17:00:00Z",
               "2318-07-15T08:25:00Z", "2400-02-29T12:34:56.789Z", "4711-03-09T02:30:00Z", "9990-12-31T23:59:59Z"]
# None of days and microseconds: the reference counts those with floating-point numbers, and is off by some.
FAR_INTERVALS = [timedelta(seconds=1), timedelta(microseconds=1), timedelta(seconds=7.25), timedelta(minutes=17), timedelta(hours=1), timedelta(hours=5),
                 timedelta(days=1), timedelta(days=11), timedelta(days=1, hours=7), timedelta(days=36500)]


def some(values, most):
    return ",".join(str(v) for v in sorted(random.sample(values, random.randint(1, min(most, len(values))))))


def random_rule():
    freq = random.choice(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"])
    days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    parts = [f"FREQ={freq}"]

    def maybe(chance, name, value):
        if random.random() < chance:
            parts.append(f"{name}={value() if callable(value) else value}")

    maybe(0.5, "INTERVAL", lambda: random.choice([1, 2, 3, 4, 5, 6, 7, 12, 25, 40, 90, 1000]))
    maybe(0.25, "BYMONTH", lambda: some(list(range(1, 13)), 5))
    maybe(0.2, "BYMONTHDAY", lambda: some([*range(1, 32), *range(-31, 0)], 8))
    maybe(0.1, "BYYEARDAY", lambda: some([*range(1, 367), *range(-366, 0)], 40))
    maybe(0.1, "BYWEEKNO", lambda: some([*range(1, 54), *range(-53, 0)], 12))
    maybe(0.05, "BYEASTER", lambda: some(list(range(-60, 60)), 4))
    if random.random() < 0.3:
        nth = random.random() < 0.4
        parts.append("BYDAY=" + ",".join((str(random.choice([1, 2, 3, 5, -1, -2])) if nth else "") + d for d in random.sample(days, random.randint(1, 4))))
    maybe(0.25, "BYHOUR", lambda: some(list(range(24)), 5))
    maybe(0.25, "BYMINUTE", lambda: some(list(range(60)), 4))
    maybe(0.15, "BYSECOND", lambda: some(list(range(60)), 3))
    maybe(0.15, "BYSETPOS", lambda: some([1, 2, 3, 7, 30, -1, -2, -5], 3))
    maybe(0.15, "WKST", lambda: random.choice(days))
    if random.random() < 0.3:
        parts.append(random.choice([f"COUNT={random.choice([0, 1, 5, 60, 900])}", f"UNTIL={random.randint(2025, 2030)}0{random.randint(1, 9)}15T120000"]))
    random.shuffle(parts)
    return ";".join(parts)


def random_start():
    at = datetime(2025, 1, 1) + timedelta(seconds=random.randrange(0, 2 * 365 * 86400))
    if random.random() < 0.3:
        at = at.replace(month=random.choice([1, 12]), day=random.choice([1, 2, 28, 31]), hour=0, minute=0, second=0)
    return at.strftime("%Y%m%dT%H%M%S")


def random_set():
    lines = [f"DTSTART:{random_start()}"] + [f"RRULE:{random_rule()}" for _ in range(random.choice([1, 1, 1, 1, 2, 3]))]
    for _ in range(random.choice([0, 0, 0, 1, 2])):
        lines.append(f"EXRULE:{random_rule()}")
    for name in ["RDATE", "EXDATE"]:
        if random.random() < 0.1:
            lines.append(f"{name}:" + ",".join(random_start() for _ in range(5)))
    return "\n".join(lines)


for anchor in FAR_ANCHORS:
    for interval in FAR_INTERVALS:
        for zone in ["UTC", random.choice(ZONES)]:
            case(IntervalSchedule(interval=interval, anchor_date=anchor, timezone=zone), random.choice(starts(zone)), 4)
            case(IntervalSchedule(interval=interval, anchor_date=anchor, timezone=zone), "2300-06-01T00:00:00Z", 2)
for _ in range(1500):
    try:
        schedule = RRuleSchedule(rrule=random_set(), timezone=random.choice(["UTC", *ZONES]))
    except ValueError:
        continue
    start = datetime(2026, 1, 1) + timedelta(seconds=random.randrange(0, 2 * 365 * 86400))
    case(schedule, start.strftime("%Y-%m-%dT%H:%M:%SZ"), 6, random.choice([None, "2031-01-01T00:00:00Z"]), patience=0.7)

for zone in ZONES:
    for text in CRONS:
        for start in random.sample(starts(zone), min(2, len(starts(zone)))):
            case(CronSchedule(cron=text, timezone=zone, day_or=random.random() < 0.7), start, 5)
    for start in starts(zone):
        for text in ["*/20 * * * *", "30 * * * *", "15,45 1,2 * * *", "0 0 * * *"]:
            case(CronSchedule(cron=text, timezone=zone), start, 10)
    for text in RRULES:
        for start in random.sample(starts(zone), min(2, len(starts(zone)))):
            case(RRuleSchedule(rrule=text, timezone=zone), start, 5)
    for start in starts(zone):
        case(RRuleSchedule(rrule="DTSTART:20110101T003000\nFREQ=HOURLY", timezone=zone), start, 8)
        for interval, anchor in random.sample(list(itertools.product(INTERVALS, ANCHORS)), 14):
            case(IntervalSchedule(interval=interval, anchor_date=anchor, timezone=zone), start, 5)
    for _ in range(4):
        start = moment("2025-01-01T00:00:00Z") + timedelta(seconds=random.randrange(0, 3 * 365 * 86400))
        text = start.isoformat().replace("+00:00", "Z")
        end = (start + timedelta(days=20)).isoformat().replace("+00:00", "Z")
        case(CronSchedule(cron=random.choice(CRONS), timezone=zone), text, 6, end)
        case(RRuleSchedule(rrule=random.choice(RRULES), timezone=zone), text, 6, end)
        case(IntervalSchedule(interval=random.choice(INTERVALS[:4] + INTERVALS[7:]), anchor_date=random.choice(ANCHORS), timezone=zone), text, 6, end)
for text in ERRORS:
    case(CronSchedule(cron=text), COMMON[0], 3)
case(CronSchedule(cron="0 0 * * *"), COMMON[0], 3)
case(CronSchedule(cron="* * * * *", timezone="UTC"), COMMON[1], 1100)

print("[", ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases), "]", sep="\n")
print(len(cases), "cases,", sum(len(c["times"]) for c in cases if c["times"] != "fails"), "times", file=sys.stderr)
