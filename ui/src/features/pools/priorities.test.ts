import { expect, test } from "vitest";
import { moved, priorityAt } from "./priorities";

/** What the server does with a new priority: see arrangePriorities in internal/store/work_queues.go. */
function arrange(queues: { name: string; priority: number }[], name: string, wanted: number): string[] {
  const rest = queues.filter((queue) => queue.name !== name);
  const i = rest.findIndex(({ priority }) => priority >= wanted);
  rest.splice(i < 0 ? rest.length : i, 0, { name, priority: wanted });
  return rest.map((queue) => queue.name);
}

const queues = [{ name: "a", priority: 1 }, { name: "b", priority: 2 }, { name: "c", priority: 5 }, { name: "d", priority: 6 }];

test.each([[0, 1], [0, 3], [1, 2], [2, 0], [3, 2], [3, 0], [2, 3]])("a queue moves from place %d to %d", (from, to) => {
  const wanted = priorityAt(queues, from, to);
  expect(arrange(queues, queues[from]?.name ?? "", wanted ?? 0)).toEqual(moved(queues, from, to).map(({ name }) => name));
});

test.each([[0, -1], [3, 4], [1, 1], [9, 0]])("nothing moves from %d to %d", (from, to) => {
  expect(priorityAt(queues, from, to)).toBeNull();
});
