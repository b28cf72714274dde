"""Write what the real server's schedules give, as the test data of internal/schedule.

    .venv/bin/python test/vectors/schedules.py > internal/schedule/testdata/vectors.json

Each case is a schedule, a start, an optional end, a number, and the times that come out (with
their offsets, in the order in which they come), or the word "fails".
"""

import itertools
import json
import random
import sys
import warnings
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from prefect.server.schemas.schedules import CronSchedule, IntervalSchedule, RRuleSchedule

warnings.simplefilter("ignore")
random.seed(20261124)

ZONES = ["UTC", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu",
         "America/Sao_Paulo", "Africa/Casablanca", "America/St_Johns", "Antarctica/Troll", "Asia/Tehran", "Atlantic/Azores"]

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
    "America/St_Johns": ["2026-11-01T03:50:00Z"], "Antarctica/Troll": ["2027-03-27T23:30:00Z", "2026-10-25T00:30:00Z"],
    "Asia/Tehran": ["2021-03-21T20:00:00Z", "2021-09-21T19:10:00Z"], "Atlantic/Azores": ["2027-03-28T00:10:00Z", "2026-10-25T00:40:00Z"],
}
COMMON = ["2024-02-28T23:59:59.500Z", "2026-12-31T23:59:00Z", "2026-11-24T08:15:00Z"]


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def run(schedule, n, start, end):
    try:
        return [str(d) for d in itertools.islice(schedule._get_dates_generator(n=n, start=start, end=end), n + 5)]
    except Exception:
        return "fails"


def starts(zone):
    return STARTS.get(zone, []) + COMMON


def before_2038(times):
    return times if times == "fails" else [t for t in times if t < "2038"]


cases = []


def case(schedule, start, n, end=None):
    # dateutil reads the zone database wrongly where winter time counts as a negative summer time,
    # and not at all after 2037: there the real times are not what we want.
    if isinstance(schedule, RRuleSchedule) and schedule.timezone == "Africa/Casablanca":
        return
    cases.append({"schedule": json.loads(schedule.model_dump_json()), "start": start, "n": n, "end": end,
                  "times": before_2038(run(schedule, n, moment(start), moment(end) if end else None))})


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
