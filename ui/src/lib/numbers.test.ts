import { expect, test } from "vitest";
import { grouped, money } from "./numbers";

test.each([
  [0, "0"], [999, "999"], [1000, "1,000"], [100_000, "100,000"], [1_234_567, "1,234,567"], [1234.5, "1,234.5"], [-12_345, "-12,345"],
])("%d is written %s", (n, want) => {
  expect(grouped(n)).toBe(want);
  expect(n.toLocaleString("en")).toBe(want);
});

test.each([
  [0.004, "USD", "$0.00"], [0.999, "EUR", "€1.00"], [1234.5, "GBP", "£1,234.50"], [2, "CHF", "CHF 2.00"],
])("%d in %s is %s", (amount, currency, want) => {
  expect(money(amount, currency)).toBe(want);
});

test("small amounts may have more digits", () => expect(money(0.0123, "USD", 4)).toBe("$0.0123"));
