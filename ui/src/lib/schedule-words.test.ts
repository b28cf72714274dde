import { describe, expect, test } from "vitest";
import type { Schedule } from "@/api/types";
import { cronWords, intervalWords, rruleWords, scheduleWords } from "./schedule-words";

describe("intervals", () => {
  test.each([[60, "every minute"], [900, "every 15 minutes"], [3600, "every hour"], [5400, "every 90 minutes"], [90, "every 90 seconds"], [86_400, "every day"], [1_209_600, "every 2 weeks"], [0.5, "every 0.5 seconds"]])(
    "%d s is %s", (seconds, want) => expect(intervalWords(seconds)).toBe(want));
});

describe("cron", () => {
  test.each([
    ["* * * * *", "every minute"], ["*/15 * * * *", "every 15 minutes"], ["0 * * * *", "every hour"], ["5,35 * * * *", "every hour at minute 5 and 35"],
    ["0 */2 * * *", "every 2 hours"], ["10 */6 * * *", "every 6 hours at minute 10"], ["15 4 * * *", "every day at 04:15"],
    ["0 9,17 * * *", "every day at 09:00 and 17:00"], ["0 9 * * 1-5", "every weekday at 09:00"], ["0 3 * * 1", "every Monday at 03:00"],
    ["0 3 * * 0", "every Sunday at 03:00"], ["0 3 * * 7", "every Sunday at 03:00"], ["0 3 * * mon,FRI", "every Monday and Friday at 03:00"],
    ["0 0 1 * *", "on the 1st of every month at 00:00"], ["0 0 11,22,23 * *", "on the 11th, 22nd and 23rd of every month at 00:00"],
    ["30 8 24 12 *", "on the 24th of December at 08:30"], ["0 0 1 jan,7 *", "on the 1st of January and July at 00:00"], ["@daily", "every day at 00:00"],
    // What is shown as it is written.
    ["0 0 * * 1#2", "cron 0 0 * * 1#2"], ["*/5 9-17 * * *", "cron */5 9-17 * * *"], ["0 0 1 * 1", "cron 0 0 1 * 1"], ["0 0 L * *", "cron 0 0 L * *"],
    ["0 0 * * * *", "cron 0 0 * * * *"], ["", "cron "], ["0 5-3 * * *", "cron 0 5-3 * * *"], ["0-59 1 * * *", "cron 0-59 1 * * *"],
  ])("%s is %s", (text, want) => expect(cronWords(text)).toBe(want));
});

describe("recurrence rules", () => {
  test.each([
    ["FREQ=DAILY", "every day"], ["RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;BYHOUR=9;BYMINUTE=30", "every 2 weeks on Monday and Friday at 09:30"],
    ["DTSTART:20261101T000000\nRRULE:FREQ=HOURLY;INTERVAL=6", "every 6 hours"], ["FREQ=MONTHLY;BYMONTHDAY=1,15;BYHOUR=0", "every month on the 1st and 15th at 00:00"],
    ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every week on weekdays"], ["FREQ=DAILY;COUNT=3;UNTIL=20270101T000000Z", "every day, 3 times, until 2027-01-01"],
    ["FREQ=MONTHLY;BYDAY=2MO", "rrule FREQ=MONTHLY;BYDAY=2MO"], ["FREQ=DAILY;BYSETPOS=1", "rrule FREQ=DAILY;BYSETPOS=1"], ["FREQ=SECONDLY", "rrule FREQ=SECONDLY"],
    ["RRULE:FREQ=DAILY\nEXDATE:20270101T000000Z", "rrule RRULE:FREQ=DAILY EXDATE:20270101T000000Z"], ["nonsense", "rrule nonsense"],
  ])("%s is %s", (text, want) => expect(rruleWords(text)).toBe(want));
});

describe("the zone", () => {
  test.each<[Schedule, string]>([
    [{ cron: "15 4 * * *", timezone: "Europe/Berlin" }, "every day at 04:15 (Europe/Berlin)"],
    [{ cron: "15 4 * * *", timezone: null }, "every day at 04:15 (UTC)"],
    [{ cron: "*/5 * * * *", timezone: "Europe/Berlin" }, "every 5 minutes"],
    [{ interval: 3600, timezone: "Europe/Berlin" }, "every hour"],
    [{ rrule: "FREQ=DAILY;BYHOUR=3", timezone: "UTC" }, "every day at 03:00 (UTC)"],
  ])("%j is %s", (schedule, want) => expect(scheduleWords(schedule)).toBe(want));
});
