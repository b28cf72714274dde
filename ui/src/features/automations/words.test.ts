import { expect, test } from "vitest";
import { answerWords, canResend, commands, deliveryLook } from "./words";

test.each([
  ["delivered", 1, "", "Done"], ["dead", 9, "no", "Given up"], ["waiting", 0, "", "Waits"], ["waiting", 2, "it does not answer", "Tries again"], ["waiting", 1, "", "Waits"],
  ["held", 0, "it is night", "Held back"], ["gathered", 0, "", "Told with others"], ["dropped", 0, "", "Not needed"],
])("a delivery that is %s after %d attempts", (status, attempts, reason, word) => {
  expect(deliveryLook({ status, attempts, reason }).word).toBe(word);
});

test.each([[200, "ok\nmore", "200 ok"], [0, "", ""], [550, "", "550"]])("an answer %d %j", (answer_status, answer, words) => {
  expect(answerWords({ answer_status, answer })).toBe(words);
});

test("commands quote names", () => {
  expect(commands.pause("a run fails", true)).toBe("prefect automation pause 'a run fails'");
});

test("what does not wait can be made once more", () => {
  expect(["waiting", "delivered", "dead", "held", "gathered", "dropped"].filter((status) => canResend({ status }))).toEqual(["delivered", "dead", "held", "gathered", "dropped"]);
});
