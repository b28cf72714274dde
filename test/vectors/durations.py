"""Write what pydantic reads as lengths of time, as the test data of internal/prefect/decode.

    .venv/bin/python test/vectors/durations.py

Each case is a value and the seconds that it stands for, or why it stands for none.
"""

import json
import pathlib
from datetime import timedelta

from pydantic import TypeAdapter, ValidationError

OUT = pathlib.Path(__file__).parents[2] / "internal/prefect/decode/testdata/durations.json"

VALUES = (
    """
 |+|-|P|PT|P1|P1D|-P1D|+P1D|--P1D|P1.5D|P1,5D|P1.5DT1H|PT1.5H30M|PT1H1H|P1DT|PTT1H|P1Y2M3W4D|PT1D|P1H|PTXH|PT5X|P5X|P1M1Y|p1d|pt1h|30|x|3d|3D|3 d|3 days|1 day
|1 day,|1 day, |1 day,00:00|1 day 12:00|1day12:00|1d 12:00|1dx|1 dax|1 dayz|1 days 1:00:00| 1 day|5.5 days|-3 days|+3 days|-1 day, 01:00:00|12:30|1:2:3:4|1:2|01:02:03
|01:02:03.5|01:02:03.1234567|01:02:03,5|100:00:00|24:00|23:60|23:59:60|1:00:00x|12:3|12:30:|12:30:1|12|1234|12345|123456|12-30|ab:cd|1a:00:00|PT1.0000001S|PT0.1234567S
|P9999999999D|PT99999999999S|PT4294967295S|P4294967295D|P1000000000D|1000000000 days|99999999999 days|99999999999:00:00|1 d|1 D, 1:00|day|d|PT1S | PT1S|PT-1S|P-1D|1.5
|1.5:00|12:30:15.|12:30:15.x|PT.5S|PT5.S|00:00:00Z|00:00:00+01:00|1 day, 25:00|1 day, 24:00|1 day, 23:59|1 day,  1:00|-PT|-P|P1.D|P1.5|1 day, 1:2:3|1d,|1d, |1d 1:00:00|P0.5M
|P1.1Y|PT0.5M|1 day |1 day , 1:00:00|1 day, 01:02:03.5|P2W|-00:00:01|PT0.000001S|PT36H|P99999D|09:59:59.999999
""".replace("\n", "").split("|")
    + [True, False, 1.5, -0.5, 1e-7, 2.5e-6, 0, 60, -1, 86400, 1e15, -1e15, 1e20, 86400000000000, None, [], {}, [1]]
)


def outcome(value):
    try:
        return {"seconds": TypeAdapter(timedelta).validate_python(value).total_seconds()}
    except ValidationError as e:
        return {"type": e.errors()[0]["type"], "message": e.errors()[0]["msg"]}


OUT.parent.mkdir(exist_ok=True)
OUT.write_text("[\n" + ",\n".join(json.dumps({"value": v} | outcome(v)) for v in VALUES) + "\n]\n")
