/** JSON schemas as the prefect package writes them for parameters and inputs. Pure. */
import type { Json } from "@/api/types";

export interface Schema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  position?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  allOf?: Schema[];
  oneOf?: Schema[];
  $ref?: string;
  definitions?: Record<string, Schema>;
  $defs?: Record<string, Schema>;
  minimum?: number;
  maximum?: number;
  block_type_slug?: string;
  additionalProperties?: boolean | Schema;
}

/** What a field is, once references and unions with null are resolved. */
export interface FieldKind {
  kind: "text" | "long" | "secret" | "integer" | "number" | "boolean" | "choice" | "date" | "moment" | "object" | "list" | "json";
  nullable: boolean;
  schema: Schema;
}

const deepest = 8;

function without(schema: Schema, ...keys: (keyof Schema)[]): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !(keys as string[]).includes(key)));
}

/** The schema that a reference names, with what is said beside the reference. */
export function resolve(schema: Schema, root: Schema): Schema {
  let now = schema;
  for (let i = 0; i < deepest; i++) {
    const only = now.allOf?.length === 1 ? now.allOf[0] : undefined;
    const path = now.$ref?.match(/^#\/(definitions|\$defs)\/(.+)$/);
    const target = path ? root[path[1] as "definitions" | "$defs"]?.[decodeURIComponent(path[2] ?? "")] : only;
    if (!target) return now;
    now = { ...target, ...without(now, "$ref", "allOf") };
  }
  return now;
}

/** What kind of field a schema asks for; what no field of ours fits is edited as JSON. */
export function fieldKind(schema: Schema, root: Schema, depth = 0): FieldKind {
  const resolved = resolve(schema, root);
  const union = resolved.anyOf ?? resolved.oneOf;
  if (union) {
    const parts = union.filter((part) => part.type !== "null");
    const nullable = parts.length < union.length;
    const only = parts.length === 1 ? parts[0] : undefined;
    if (!only) return { kind: "json", nullable, schema: resolved };
    const beside = without(resolved, "anyOf", "oneOf");
    return { ...fieldKind({ ...only, ...beside, ...(only.title && !beside.title && { title: only.title }) }, root, depth), nullable };
  }
  return { kind: plainKind(resolved, root, depth), nullable: false, schema: resolved };
}

function plainKind(schema: Schema, root: Schema, depth: number): FieldKind["kind"] {
  if (schema.block_type_slug) return "json";
  if (schema.enum?.every((value) => ["string", "number", "boolean"].includes(typeof value))) return "choice";
  switch (schema.type) {
    case "string":
      return { password: "secret", date: "date", "date-time": "moment", "json-string": "long" }[schema.format ?? ""] as FieldKind["kind"] | undefined ?? "text";
    case "integer":
    case "number":
    case "boolean":
      return schema.type;
    case "array":
      return schema.items && depth < deepest && !["object", "list", "json"].includes(fieldKind(schema.items, root, depth + 1).kind) ? "list" : "json";
    case "object":
      return schema.properties && depth < deepest ? "object" : "json";
    default:
      return "json";
  }
}

/** The fields of an object in the order in which the flow has them. */
export function fieldsOf(schema: Schema): [string, Schema][] {
  return Object.entries(schema.properties ?? {}).sort(([, a], [, b]) => (a.position ?? Infinity) - (b.position ?? Infinity));
}

/** The values that a form begins with: those given, else the schema's own. */
export function initial(schema: Schema, given: Json, root: Schema = schema): Json {
  const values: Json = { ...given };
  for (const [name, field] of fieldsOf(resolve(schema, root))) {
    if (Object.hasOwn(values, name)) continue;
    const resolved = resolve(field, root);
    if (resolved.default !== undefined) values[name] = resolved.default;
  }
  return values;
}

/** What is typed into a field of numbers; text that is no number stays text, so that the server can say what is wrong. */
export function toNumber(text: string): unknown {
  if (text.trim() === "") return undefined;
  const n = Number(text);
  return Number.isFinite(n) ? n : text;
}

/** Errors as POST /ui/schemas/validate gives them. */
export type ValidationErrors = (string | { property?: string; index?: number; errors: ValidationErrors })[];

/** The first error of each field, by its path, such as "video.rate" or "boxes.0"; "" is the whole. */
export function errorsByPath(errors: ValidationErrors, path: string[] = [], found = new Map<string, string>()): Map<string, string> {
  for (const error of errors) {
    if (typeof error === "string") {
      const at = path.join(".");
      if (!found.has(at)) found.set(at, error);
    } else {
      errorsByPath(error.errors, [...path, error.property ?? String(error.index ?? "")], found);
    }
  }
  return found;
}
