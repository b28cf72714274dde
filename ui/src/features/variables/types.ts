export type { Variable } from "@/api/schema";
