import { describe, expect, test } from "vitest";
import { apiCommand, commandLine, quoted } from "./command-line";

describe("command lines", () => {
  test.each([
    ["plain", "plain"], ["flow/deployment-1", "flow/deployment-1"], ["two words", "'two words'"], ["", "''"],
    ["it's", `'it'\\''s'`], ["$HOME", "'$HOME'"], ["a;b", "'a;b'"], ["*/5 * * * *", "'*/5 * * * *'"], ["ünï", "'ünï'"],
  ])("%s is quoted as %s", (text, want) => expect(quoted(text)).toBe(want));

  test("what is not given is left out", () => expect(commandLine("prefect", undefined, "a b")).toBe("prefect 'a b'"));

  test("a request", () => expect(apiCommand("PATCH", "/deployments/1", { concurrency_limit: 2 })).toBe(`prefect api PATCH /deployments/1 --data '{"concurrency_limit":2}'`));
});
