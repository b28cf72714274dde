import type { Json } from "@/api/types";
import { fieldsOf, initial, resolve, type Schema } from "@/lib/schema";

/** The schema of the variables of a base job template. */
export function variablesOf(template: Json): Schema {
  const { variables } = template;
  return typeof variables === "object" && variables !== null && !Array.isArray(variables) ? variables : { type: "object", properties: {} };
}

/** The values that runs have unless their deployment says otherwise: the defaults of the variables. */
export function defaultsOf(template: Json): Json {
  return initial(variablesOf(template), {});
}

/** A template whose variables have these defaults, and no others. */
export function withDefaults(template: Json, values: Json): Json {
  const schema = variablesOf(template);
  const properties = Object.fromEntries(fieldsOf(schema).map(([name, field]) => [name, withDefault(field, schema, values, name)]));
  return { ...template, variables: { ...schema, properties: { ...schema.properties, ...properties } } };
}

function withDefault(field: Schema, root: Schema, values: Json, name: string): Schema {
  const rest = Object.fromEntries(Object.entries(field).filter(([key]) => key !== "default")) as Schema;
  if (!Object.hasOwn(values, name) || values[name] === undefined) return rest;
  // A default that the field has by a reference is not written beside it again.
  const referred = field.$ref && field.default === undefined ? resolve(field, root).default : undefined;
  return referred !== undefined && JSON.stringify(referred) === JSON.stringify(values[name]) ? rest : { ...rest, default: values[name] };
}
