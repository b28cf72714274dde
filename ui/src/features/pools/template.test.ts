import { expect, test } from "vitest";
import { defaultsOf, variablesOf, withDefaults } from "./template";

const template = {
  job_configuration: { command: "{{ command }}", env: "{{ env }}" },
  variables: {
    type: "object", required: ["command"],
    definitions: { Pull: { type: "string", enum: ["Always", "Never"], default: "Always" } },
    properties: {
      command: { type: "string", title: "Command" },
      stream_output: { type: "boolean", default: true },
      env: { type: "object", additionalProperties: { type: "string" } },
      pull: { $ref: "#/definitions/Pull" },
    },
  },
};

test("the values of a template are the defaults of its variables", () => {
  expect(defaultsOf(template)).toEqual({ stream_output: true, pull: "Always" });
  expect(defaultsOf({})).toEqual({});
  expect(variablesOf({ variables: [] })).toEqual({ type: "object", properties: {} });
});

test("writing them back unchanged changes nothing", () => {
  expect(withDefaults(template, defaultsOf(template))).toEqual(template);
});

test("values become defaults, and what is taken away has none", () => {
  const next = withDefaults(template, { command: "python run.py", env: { A: "1" }, pull: "Never" });
  expect(next.job_configuration).toEqual(template.job_configuration);
  expect(next.variables).toEqual({
    ...template.variables,
    properties: {
      command: { type: "string", title: "Command", default: "python run.py" },
      stream_output: { type: "boolean" },
      env: { type: "object", additionalProperties: { type: "string" }, default: { A: "1" } },
      pull: { $ref: "#/definitions/Pull", default: "Never" },
    },
  });
  expect(template.variables.properties.stream_output).toEqual({ type: "boolean", default: true });
});
