import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import { learnTime } from "@/lib/time";
import type { ArtifactOverview } from "../types";

function overview(path: string) {
  return queryOptions({
    queryKey: ["artifact", path],
    queryFn: async ({ signal }) => {
      const answer = await get<ArtifactOverview>(`/reeve/artifacts/${path}/overview`, signal);
      learnTime(answer.now);
      return answer;
    },
    meta: { topics: ["artifact-collection"] },
  });
}

export function artifactById(id: string) {
  return overview(encodeURIComponent(id));
}

/** The newest artifact of a key. */
export function artifactByKey(key: string) {
  return overview(`key/${encodeURIComponent(key)}`);
}
