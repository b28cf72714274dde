"""Write which texts of schedules the real server takes, as the test data of internal/prefect.

    .venv/bin/python test/vectors/schedule_texts.py | gzip -9n > internal/prefect/testdata/schedule_texts.json.gz

Each case is a kind ("cron" or "rrule"), a text, and the error that clients are told, null without one.
Left out are R(1-5), which draws another time whenever it is asked and is refused by ours, and the free
forms of dates that dateutil understands.
"""

import json
import random
import re
import sys
import warnings

from prefect._internal.schemas.validators import validate_cron_string, validate_rrule_string

warnings.simplefilter("ignore")
random.seed(20261129)

CRONS = ["* * * * *", "0 0 1 1 *", "*/5 0-23/2 1,15 jan-dec mon-fri", "0 0 l * *", "0 12 * * 5#2", "0 12 * * l5", "0 0 ? * mon", "@daily", "@Weekly",
         "30 2 * * sun#1,wed#3", "0 0 * * * 30", "0 0 1 1 * 0 2027-2029", "5/10 * * * *", "0 0 31 2 *", "0 22 * * sat-mon", "R * * * *", "H H * * *", "0 0 1-7 * 7"]
CRON_PIECES = ["*", "0", "5", "59", "60", "1-5", "5-1", "*/2", "*/0", "1,2,3", "mon", "jan", "l", "L", "l5", "5#2", "2#6", "mon#1", "?", "h", "r", "h/3", "1/5",
               "-1", "", "a", "1-", "1,,2", "1-5/2", "**", "07", "2030", "1969", "2100", "sun-sat", "0-7", "7-0", "31", "32", "12", "13", "1.5"]
RULES = ["FREQ=DAILY", "RRULE:FREQ=WEEKLY;BYDAY=MO,+1TU", "FREQ=MONTHLY;BYDAY=-1FR;BYSETPOS=-1", "DTSTART:20250101T000000\nRRULE:FREQ=DAILY;COUNT=3",
         "DTSTART;TZID=Europe/Berlin:20250101T090000\nRRULE:FREQ=WEEKLY\nEXDATE;TZID=Europe/Berlin:20250106T090000", "RDATE:20250101T000000,20250202",
         "FREQ=HOURLY;INTERVAL=2;BYHOUR=1,3", "FREQ=YEARLY;BYEASTER=1;UNTIL=20300101T000000Z", "EXRULE:FREQ=DAILY\nRRULE:FREQ=HOURLY",
         "DTSTART:20250101T000000Z\nRRULE:FREQ=DAILY;UNTIL=20300101", "FREQ=MINUTELY;BYMINUTE=99", "FREQ=DAILY;BYHOUR=24", "FREQ=DAILY;BYMONTHDAY=0;WKST=SU"]
PARTS = ["FREQ=DAILY", "FREQ=HOURLY", "FREQ=X", "freq=daily", "INTERVAL=2", "INTERVAL=0", "INTERVAL=-1", "INTERVAL=1_0", "INTERVAL=x", "INTERVAL= 3", "COUNT=5", "COUNT=",
         "COUNT=-3", "COUNT=+4", "UNTIL=20300101", "UNTIL=20300101T000000", "UNTIL=20300101T000000Z", "UNTIL=x", "WKST=MO", "WKST=XX", "BYDAY=MO", "BYDAY=", "BYDAY=2MO", "BYDAY=MO(2)",
         "BYDAY=+1FR,-2SA", "BYDAY=0MO", "BYDAY=MO,", "BYWEEKDAY=TU", "BYMONTH=13", "BYMONTH=1,2", "BYMONTHDAY=-1", "BYHOUR=25", "BYHOUR=-1", "BYMINUTE=60", "BYSECOND=59", "BYSETPOS=0",
         "BYSETPOS=367", "BYSETPOS=1", "BYWEEKNO=53", "BYYEARDAY=366", "BYEASTER=0", "FOO=1", "A=B=C", "NOTHING", "", "TZID=UTC"]
LINES = ["DTSTART:20250101T000000", "DTSTART:20250101", "DTSTART:x", "DTSTART:20250101,20250102", "DTSTART;TZID=UTC:20250101T000000", "DTSTART;TZID=UTC:20250101T000000Z",
         "DTSTART;FOO=1:20250101", "DTSTART;VALUE=DATE:20250101", "DTSTART;VALUE=DATE;VALUE=DATE:20250101", "RDATE:20250101", "RDATE;VALUE=DATE-TIME:20250101", "RDATE;TZID=UTC:20250101",
         "EXDATE:20250101T000000", "EXDATE:nope", "EXRULE:FREQ=DAILY", "RRULE;X=1:FREQ=DAILY", "FOO:1", "RRULE:", ":", "RRULE:FREQ=DAILY:X", ""]


def cron():
    if random.random() < 0.4:
        text = random.choice(CRONS).split(" ")
        text[random.randrange(len(text))] = random.choice(CRON_PIECES)
        return " ".join(text)
    return random.choice([" ", " ", "  "]).join(random.choice(CRON_PIECES) for _ in range(random.choice([4, 5, 5, 5, 5, 6, 7, 8])))


def rule():
    if random.random() < 0.3:
        text = random.choice(RULES)
        at = random.randrange(len(text))
        return random.choice([text, text[:at] + text[at + 1:], text[:at] + random.choice(";=:,\n 19Z") + text[at:], text.lower()])
    parts = ";".join(random.sample(PARTS, random.randint(0, 3)))
    parts = random.choice(["FREQ=DAILY", "FREQ=HOURLY", "FREQ=YEARLY", "FREQ=MINUTELY", "FREQ=SECONDLY", ""]) + (";" + parts if parts else "")
    lines = random.sample(LINES, random.choice([0, 0, 0, 1, 2])) + [random.choice(["", "RRULE:"]) + parts]
    return "\n".join(lines)


def plain_dates(text):
    dates = re.findall(r"(?:DTSTART|RDATE|EXDATE)[^:\n]*:(\S*)", text.upper()) + re.findall(r"UNTIL=([^;\s]*)", text.upper())
    return all(re.fullmatch(r"\d{8}(T\d{6}Z?)?|X|NOPE", date) for value in dates for date in value.split(","))


def steady(text):
    """Without DTSTART the real server checks a rule from the present minute on, so that it may be taken or not."""
    return "DTSTART" in text or not re.search("INTERVAL", text) or not re.search("BYHOUR|BYMINUTE|BYSECOND", text)


def verdict(check, text):
    try:
        check(text)
    except ValueError as error:
        return str(error)
    except Exception as error:  # the real server answers 500
        return f"500 {type(error).__name__}"
    return None


cases = {(kind, text): verdict(check, text) for kind, make, check, fixed in [
    ("cron", cron, validate_cron_string, CRONS), ("rrule", rule, validate_rrule_string, RULES)] for text in [*fixed, *(make() for _ in range(2500))] if plain_dates(text) and steady(text)}
print("[", ",\n".join(json.dumps([*key, value]) for key, value in cases.items()), "]", sep="\n")
print(len(cases), "cases,", sum(v is None for v in cases.values()), "taken", file=sys.stderr)
