import type * as api from "@/api/schema";
import type { Schema } from "@/lib/schema";

export type { BlockForm, BlockOverview, BlockType, BlockUser } from "@/api/schema";

export type BlockDocument = api.BlockDocument;
/** The fields of a schema are a JSON schema. */
export type BlockFields = Schema & { secret_fields?: string[] };
