import { describe, expect, test } from "vitest";
import type { Schedule } from "@/api/types";
import { type Draft, draftOf, newDraft, scheduleOf } from "./schedule-draft";

const draft = (part: Partial<Draft>): Draft => ({ ...newDraft("Europe/Berlin"), ...part });

describe("drafts of schedules", () => {
  test.each<[Partial<Draft>, Schedule | null]>([
    [{ every: "15", unit: "minute" }, { interval: 900, timezone: "Europe/Berlin" }],
    [{ every: "0" }, null], [{ every: "" }, null], [{ every: "x" }, null], [{ every: "-2" }, null],
    [{ kind: "cron", cron: " 0 3 * * * ", timezone: "" }, { cron: "0 3 * * *", timezone: "UTC", day_or: true }],
    [{ kind: "cron", cron: " " }, null],
    [{ kind: "rrule", rrule: "FREQ=DAILY" }, { rrule: "FREQ=DAILY", timezone: "Europe/Berlin" }],
  ])("%j is %j", (part, want) => expect(scheduleOf(draft(part))).toEqual(want));

  test.each<Schedule>([
    { interval: 900, timezone: "UTC" }, { interval: 172_800, timezone: "UTC", anchor_date: "2026-11-01T10:30:12.5Z" }, { interval: 90, timezone: "Europe/Berlin" },
    { cron: "0 3 1 * 1", timezone: "UTC", day_or: false }, { rrule: "FREQ=DAILY", timezone: "UTC" },
  ])("%j is edited as it is", (schedule) => expect(scheduleOf(draftOf(schedule, "Asia/Tokyo"))).toEqual(schedule));

  test("an interval is shown in its largest unit", () => {
    expect(draftOf({ interval: 7200 }, "UTC")).toMatchObject({ every: "2", unit: "hour" });
    expect(draftOf({ interval: 0.5 }, "UTC")).toMatchObject({ every: "0.5", unit: "second" });
  });
});
