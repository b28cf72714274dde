import { expect, test } from "vitest";
import { kindOf, nameOf, placeOf } from "./resources";

const of = (id: string, name?: string) => ({ "prefect.resource.id": id, ...(name !== undefined && { "prefect.resource.name": name }) });

test.each([
  [of("prefect.flow-run.1"), "/runs/flow-run/$id", { id: "1" }],
  [of("prefect.task-run.1"), "/runs/task-run/$id", { id: "1" }],
  [of("prefect.work-pool.1", "machines"), "/work-pools/work-pool/$name", { name: "machines" }],
  [of("prefect.block-document.1"), "/blocks/block/$id", { id: "1" }],
  [of("prefect.tag.gpu"), "/runs", {}],
])("%j is shown at %s", (resource, to, params) => {
  expect(placeOf(resource)).toMatchObject({ to, params });
});

test.each([[of("prefect.work-pool.1")], [of("video.cat")], [of("prefect.unknown.1")], [{}]])("%j has no page", (resource) => {
  expect(placeOf(resource)).toBeNull();
});

test("resources are called by their name, else by their id", () => {
  expect([nameOf(of("prefect.flow.1", "f")), nameOf(of("prefect.flow.1")), nameOf(of("video.cat")), kindOf(of("prefect.flow-run.1")), kindOf(of("video.cat"))]).toEqual(["f", "1", "video.cat", "flow run", ""]);
});
