import { expect, test } from "vitest";
import { becomes, commands, holdUp, replayWords, webhookLook } from "./words";

test.each([["waiting", 0, "Waits"], ["waiting", 2, "Tries again"], ["delivered", 1, "Delivered"], ["dead", 1, "Given up"]] as const)("%s after %d attempts stands as %s", (status, attempts, word) => {
  expect(webhookLook({ status, attempts }).word).toBe(word);
});

test("what a path does", () => {
  expect(becomes({ deployment: "caption/prod", event: "" })).toBe("runs caption/prod");
  expect(becomes({ deployment: "", event: "video.{{ body.kind }}" })).toBe("becomes the event video.{{ body.kind }}");
});

test("why nothing is delivered", () => {
  expect(holdUp("ok")).toBeNull();
  expect(holdUp("not asked yet")).toContain("still deploying");
  expect(holdUp("away since 2026-11-28T12:00:00Z: it answers 503")).toContain("it answers 503");
});

test("a replay of what was delivered makes another, and its command says so", () => {
  const made = { kind: "flow-run", id: "r" };
  expect(replayWords({ status: "delivered", made })).toContain("Another run");
  expect(replayWords({ status: "delivered", made: { ...made, kind: "event" } })).toContain("Another event");
  expect(replayWords({ status: "dead", made: null })).not.toContain("Another");
  expect(commands.replay({ id: "i", status: "delivered" })).toBe("reeve webhook replay i --again");
  expect(commands.replay({ id: "i", status: "dead" })).toBe("reeve webhook replay i");
});

test("commands for a shell", () => {
  expect(commands.list("dead")).toBe("reeve webhook ls --status dead");
  expect(commands.list("")).toBe("reeve webhook ls");
  expect(commands.send("http://localhost:4200/webhooks/video")).toBe("curl -X POST -H 'Content-Type: application/json' -d '{}' http://localhost:4200/webhooks/video");
});
