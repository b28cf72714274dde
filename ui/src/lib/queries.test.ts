import { expect, test } from "vitest";
import { whatFails } from "./queries";

type State = Parameters<typeof whatFails>[0][number]["state"];
const refused = new Error("refused");
const query = (state: Partial<State>, active = true) => ({ state: { status: "pending", fetchStatus: "fetching", fetchFailureReason: null, ...state } as State, isActive: () => active });

test.each<[string, ReturnType<typeof query>, string | undefined]>([
  ["the first time", query({}), undefined],
  ["again", query({ fetchFailureReason: refused }), "refused"],
  ["again, in the place of what is shown", query({ status: "success", fetchFailureReason: refused }), undefined],
  ["no more", query({ status: "error", fetchStatus: "idle", fetchFailureReason: refused }), undefined],
  ["once the machine is online", query({ fetchStatus: "paused" }), "This machine is offline."],
  ["for nobody", query({ fetchStatus: "paused" }, false), undefined],
])("what is asked for %s", (_, asked, says) => {
  expect(whatFails([query({ status: "success" }), asked])?.message).toBe(says);
});
