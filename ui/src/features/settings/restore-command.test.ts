import { expect, test } from "vitest";
import { fromSnapshot, fromStorage } from "./restore-command";

test.each([
  ["server", "2026-11-24T12:00:00Z", "reeve server database restore --from s3 --at 2026-11-24T12:00:00Z --database /data/reeve.db"],
  ["server", "2026-11-24T12:00:00.000001Z", "reeve server database restore --from s3 --at 2026-11-24T12:00:01Z --database /data/reeve.db"],
  ["server", "2026-11-24T12:00:00.250Z", "reeve server database restore --from s3 --at 2026-11-24T12:00:01Z --database /data/reeve.db"],
  ["inbox", "2026-11-24T12:00:00Z", "reeve server database restore --from s3 --at 2026-11-24T12:00:00Z --inbox"],
])("the %s as it was at %s", (database, at, command) => {
  expect(fromStorage(database, "/data/reeve.db", at)).toBe(command);
});

test("a path is written as a shell takes it", () => {
  expect(fromSnapshot("/my data/snapshots/a.db", "/my data/reeve.db")).toBe("reeve server database restore '/my data/snapshots/a.db' --database '/my data/reeve.db'");
});
