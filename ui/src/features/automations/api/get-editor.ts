import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Id } from "@/api/types";
import type { Editor } from "../types";

/** What can be chosen for an automation, and the automation that is edited; "" for a new one. */
export function automationEditor(id: Id) {
  return queryOptions({
    queryKey: ["automation-editor", id],
    queryFn: ({ signal }) => get<Editor>(`/reeve/automations/editor${id && `?id=${encodeURIComponent(id)}`}`, signal),
    // What somebody else changes does not take away what is typed.
    staleTime: Infinity,
    gcTime: 0,
  });
}
