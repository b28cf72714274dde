import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Home } from "@/api/types";
import { learnTime } from "@/lib/time";

export const home = queryOptions({
  queryKey: ["home"],
  queryFn: async ({ signal }) => {
    const answer = await get<Home>("/reeve/home", signal);
    learnTime(answer.now);
    return answer;
  },
  meta: { topics: ["flow-run", "automation"] },
});
