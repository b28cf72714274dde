import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { LimitDialog } from "@/components/limit-dialog";
import { Menu } from "@/components/menu";
import { Sure } from "@/components/sure";
import { TagsDialog } from "@/components/tags-dialog";
import { tell } from "@/components/toast";
import { paths } from "@/config/paths";
import { copyText } from "@/lib/browser";
import { apiCommand } from "@/lib/command-line";
import { useDeletion } from "@/lib/leave";
import { deleteFlow, limitFlow, tagFlow } from "../api/change-flow";
import type { FlowOverview } from "../api/get-flow";

/** What can be done with a flow. */
export function FlowActions({ overview: { flow, limit } }: { overview: FlowOverview }) {
  const [asking, setAsking] = useState<"limit" | "tags" | "delete" | null>(null);
  const queries = useQueryClient();
  const leave = useDeletion();
  const close = () => setAsking(null);
  const setLimit = useMutation({
    mutationFn: (most: number | null) => limitFlow(flow.id, most),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["flow", flow.id] });
      close();
    },
  });
  const remove = useMutation({
    mutationFn: () => leave(paths.flows, () => deleteFlow(flow.id)),
    onSuccess: () => {
      tell(`${flow.name} is deleted`);
      void queries.invalidateQueries({ queryKey: ["flow-rows"] });
    },
    onError: (error) => { close(); tell(error.message, true); },
  });
  const limitCommand = (most: number | null) => {
    const path = `/reeve/flows/${flow.id}/limit`;
    return most === null ? apiCommand("DELETE", path) : apiCommand("PUT", path, { max_concurrent: most });
  };
  return (
    <>
      <Button changes onClick={() => setAsking("limit")}>Limit …</Button>
      <Menu label="More actions" icon="more" square items={[
        { changes: true, label: "Tags …", icon: "edit", onPick: () => setAsking("tags") },
        { label: "Copy the id", icon: "copy", onPick: () => void copyText(flow.id).then((copied) => tell(copied ? "The id is copied" : `The browser does not let us copy: ${flow.id}`, !copied)) },
        { changes: true, label: "Delete …", icon: "trash", danger: true, onPick: () => setAsking("delete") },
      ]} />
      {asking === "limit" && (
        <LimitDialog title={`Limit ${flow.name}`} limit={limit.max_concurrent} least={0} busy={setLimit.isPending} error={setLimit.error?.message} command={limitCommand}
          hint="How many runs of all its deployments may be active at once; the others wait. 0 lets none start."
          onSave={(most) => (most === limit.max_concurrent ? close() : setLimit.mutate(most))} onClose={close} />
      )}
      {asking === "tags" && (
        <TagsDialog of={flow.name} tags={flow.tags} command={(tags) => apiCommand("PATCH", `/flows/${flow.id}`, { tags })} save={(tags) => tagFlow(flow.id, tags)} onClose={close}
          onDone={() => { void queries.invalidateQueries({ queryKey: ["flow", flow.id] }); close(); }} />
      )}
      {asking === "delete" && (
        <Sure title={`Delete ${flow.name}?`} text="Its deployments, its runs and their logs are deleted with it. This cannot be undone." yes="Delete" no="Keep it" danger
          busy={remove.isPending} command={apiCommand("DELETE", `/flows/${flow.id}`)} onNo={close} onYes={() => remove.mutate()} />
      )}
    </>
  );
}
