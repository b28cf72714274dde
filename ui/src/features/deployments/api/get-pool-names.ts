import { queryOptions } from "@tanstack/react-query";
import { ask } from "@/api/client";

/** The names of the work pools that a deployment can be moved to. */
export const poolNames = queryOptions({
  queryKey: ["pool-names"],
  queryFn: async ({ signal }) => (await ask<{ name: string }[]>("/work_pools/filter", { limit: 200 }, signal)).map(({ name }) => name),
  meta: { topics: ["work-pool"] },
});
