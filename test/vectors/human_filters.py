"""Write what the filters of the real server's templates give for numbers and times, as the test data of internal/templating/jinja.

    TZ=UTC .venv/bin/python test/vectors/human_filters.py

Each case is a template and the text that comes out, or the exception. It is always NOW.
"""

import datetime
import json
import pathlib

from prefect.server.utilities.user_templates import _sync_template_environment as env

OUT = pathlib.Path(__file__).parents[2] / "internal/templating/jinja/testdata/humanize.json"

Date, Time, Delta, UTC = datetime.date, datetime.datetime, datetime.timedelta, datetime.timezone.utc
NOW = Time(2026, 3, 1, 12, 0, tzinfo=UTC)


class FrozenTime(Time):
    @classmethod
    def now(cls, tz=None):
        return cls.fromisoformat((NOW if tz else NOW.replace(tzinfo=None)).isoformat())


class FrozenDate(Date):
    @classmethod
    def today(cls):
        return cls(NOW.year, NOW.month, NOW.day)


NUMBERS = [
    0, 1, 2, 3, 4, 9, 10, 11, 12, 13, 21, 22, 23, 100, 101, 111, 112, 999, 1000, 1001, 1023, 1024, 1025, 12345, 999999, 1000000, 1234567, 999999999, 10**12, 10**24 - 1, 10**34, 10**100, 10**103,
    -1, -2, -11, -1000, -1234567, 0.0, 0.5, 0.3, 1.3, 2.5, 1 / 3, 0.1234, 3.14159, 2.9999999, -0.3, -1.3, 1e-5, 1e-14, 1e-40, 1e40, 1500.0, 9.999, 999.9, 999.99, 0.0999, 1234567.25, 2e8, 220e-6,
    True, None, "5", "1000", "1,234", "14308.40", "3.7", "1e3", " 42 ", "x", "", "nan", "inf", "-inf", [1], {"a": 1},
]
SECONDS = [
    0, 0.0001, 0.001, 0.5, 0.999, 1, 1.5, 2, 29, 30, 59, 59.6, 60, 89, 90, 91, 119, 120, 150, 3540, 3569, 3570, 3599, 3600, 5399, 5400, 7200, 9000, 84599, 84600, 86399, 86400, 90000, 129600, 172800,
    86400 * 14, 86400 * 15, 86400 * 16, 86400 * 30, 86400 * 31, 86400 * 45, 86400 * 46, 86400 * 60, 86400 * 300, 86400 * 350, 86400 * 351, 86400 * 364, 86400 * 365, 86400 * 366, 86400 * 380, 86400 * 381,
    86400 * 400, 86400 * 500, 86400 * 720, 86400 * 729, 86400 * 730, 86400 * 1000, 86400 * 3650, 86400 * 36500, 3633.123456, 123.456789, 86399.999999,
]
DAYS = [0, 1, -1, 2, -2, 5, 29, 30, 100, 151, 152, 153, -151, -152, -153, 364, 365, -365, 4000]


def literal(v):
    return json.dumps(v) if isinstance(v, str) else repr(v)


def cases():
    for v in NUMBERS:
        for filter in ["ordinal", "apnumber", "intcomma", "intcomma(2)", "intcomma(ndigits=0)", "intword", "intword('%.3f')", "intword(format='%d')", "fractional", "scientific", "scientific(0)", "scientific(precision=4)",
                       "clamp", "clamp(10, 100)", "clamp(floor=2.5, ceil=3)", "clamp(ceil=5, format='{:.1f}', ceil_token='more than ')", "metric", "metric('V')", "metric('°', 4)", "metric(precision=1)",
                       "naturalsize", "naturalsize(true)", "naturalsize(gnu=true)", "naturalsize(format='%.3f')", "naturalsize(binary=true, format='%d')", "naturaldelta", "naturaltime", "naturalday", "naturaldate", "precisedelta"]:
            yield "{{ (" + literal(v) + ") | humanize_" + filter + " }}"
    for i in range(len(SECONDS)):
        for filter in ["naturaldelta", "naturaldelta(false)", "naturaldelta(minimum_unit='milliseconds')", "naturaldelta(true, 'microseconds')", "naturaltime", "naturaltime(months=false, minimum_unit='microseconds')", "precisedelta",
                       "precisedelta('microseconds')", "precisedelta('hours')", "precisedelta('months')", "precisedelta('years', format='%0.4f')", "precisedelta(suppress=['days'])", "precisedelta(suppress=['years', 'months', 'seconds'])",
                       "precisedelta('milliseconds', format='%d')"]:
            yield "{{ spans[%d] | humanize_%s }}" % (i, filter)
        for filter in ["naturaltime", "naturaltime(months=false)", "precisedelta"]:
            yield "{{ past[%d] | humanize_%s }} {{ future[%d] | humanize_%s }}" % (i, filter, i, filter)
        yield "{{ %r | humanize_naturaltime }} {{ %r | humanize_naturaltime(true) }} {{ %r | humanize_precisedelta }}" % ((SECONDS[i],) * 3)
        yield "{{ spans[%d] }} {{ spans[%d].days }} {{ spans[%d].seconds }} {{ spans[%d].total_seconds() }} {{ -1 * 0 }}" % (i, i, i, i)
    for i in range(len(DAYS)):
        yield "{{ days[%d] | humanize_naturalday }} {{ days[%d] | humanize_naturaldate }} {{ days[%d] }} {{ days[%d].isoformat() }}" % (i, i, i, i)
    yield from [
        "{{ days[0].year }}-{{ days[0].month }}-{{ days[0].day }} {{ days[0].hour }}:{{ days[0].minute }}:{{ days[0].second }}.{{ days[0].microsecond }} {{ days[0].weekday() }} {{ days[0].timestamp() }}",
        "{{ days[0].strftime('%Y-%m-%d %H:%M:%S.%f %a %A %b %B %j %p %I %y %%') }}", "{{ days[1] - days[0] }}", "{{ days[0] + spans[20] }}", "{{ days[0] - spans[20] }}", "{{ days[0] < days[1] }}", "{{ days[0] == days[0] }}",
        "{{ spans[3] + spans[5] }}", "{{ spans[3] - spans[5] }}", "{{ spans[3] < spans[5] }}", "{{ spans[30] / spans[12] }}", "{{ 'x' if spans[0] else 'y' }}", "{{ days[0] + 1 }}", "{{ days[0].nope }}",
        "{{ missing | humanize_naturaltime }}", "{{ spans[5] | humanize_naturaldelta(minimum_unit='hours') }}", "{{ spans[5] | humanize_naturaldelta(minimum_unit='x') }}", "{{ spans[5] | humanize_precisedelta('x') }}",
        "{{ spans[5] | humanize_precisedelta('years', suppress=['years']) }}", "{{ 5 | humanize_thousands_separator }}{{ 5 | humanize_decimal_separator }}", "{{ (days[0] - days[1]) | humanize_abs_timedelta }}", "{{ 1e20 | humanize_naturaldelta }}",
        "{{ 'x' | humanize_naturalsize }}", "{{ [] | humanize_naturalsize }}", "{{ past[5] | humanize_naturaltime(when=days[2]) }}", "{{ days | max }}", "{{ spans | sort | first }}",
    ]


def outcome(template, context):
    try:
        return {"text": env.from_string(template).render(context)}
    except Exception as e:  # noqa: BLE001: the exception is the result
        return {"class": type(e).__name__}


def main():
    datetime.datetime, datetime.date = FrozenTime, FrozenDate
    now = FrozenTime.now(UTC)
    context = {
        "spans": [Delta(seconds=s) for s in SECONDS],
        "past": [now - Delta(seconds=s) for s in SECONDS],
        "future": [now + Delta(seconds=s) for s in SECONDS],
        "days": [now + Delta(days=d) for d in DAYS],
    }
    out = [{"template": t} | outcome(t, context) for t in dict.fromkeys(cases())]
    lines = ",\n".join(json.dumps(c, ensure_ascii=False) for c in out)
    OUT.write_text('{"now": ' + json.dumps(NOW.isoformat()) + ', "seconds": ' + json.dumps(SECONDS) + ', "days": ' + json.dumps(DAYS) + ',\n"cases": [\n' + lines + "\n]}\n")
    print(len(out), "cases")


main()
