import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@/lib/router";
import { useState } from "react";
import { Button } from "@/components/button";
import { Menu } from "@/components/menu";
import { Sure } from "@/components/sure";
import { tell } from "@/components/toast";
import { paths } from "@/config/paths";
import { copyText } from "@/lib/browser";
import { useDeletion } from "@/lib/leave";
import { deleteAutomation, enableAutomation } from "../api/change-automation";
import type { Automation } from "../types";
import { commands } from "../words";

/** Turns an automation on or off. */
export function useEnable(): { busy: boolean; enable: (id: string, enabled: boolean) => void } {
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: ({ id, enabled }: { id: string; enabled: boolean }) => enableAutomation(id, enabled),
    onError: (error) => tell(error.message, true),
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: ["automation"] }), queries.invalidateQueries({ queryKey: ["automations"] })]),
  });
  return { busy: act.isPending, enable: (id, enabled) => act.mutate({ id, enabled }) };
}

export function AutomationActions({ automation }: { automation: Automation }) {
  const { id, name, enabled } = automation;
  const [deleting, setDeleting] = useState(false);
  const { busy, enable } = useEnable();
  const navigate = useNavigate();
  const leave = useDeletion();
  const remove = useMutation({
    mutationFn: () => leave(paths.automations, () => deleteAutomation(id)),
    onSuccess: () => tell(`${name} is deleted`),
    onError: (error) => tell(error.message, true),
  });
  return (
    <>
      <Button changes icon={enabled ? "pause" : "play"} look={enabled ? "plain" : "primary"} disabled={busy} title={commands.pause(name, enabled)} onClick={() => enable(id, !enabled)}>{enabled ? "Pause" : "Resume"}</Button>
      <Button changes icon="edit" onClick={() => void navigate({ to: paths.editAutomation, params: { id } })}>Change</Button>
      <Menu label="More actions" icon="more" square items={[
        { changes: true, label: "Duplicate", icon: "copy", onPick: () => void navigate({ to: paths.newAutomation, search: { from: id } }) },
        { label: "Copy the id", icon: "copy", onPick: () => void copyText(id).then((copied) => tell(copied ? "The id is copied" : `The browser does not let us copy: ${id}`, !copied)) },
        { changes: true, label: "Delete …", icon: "trash", danger: true, onPick: () => setDeleting(true) },
      ]} />
      {deleting && (
        <Sure title={`Delete ${name}?`} text="It looks out no more. What it did stays on record, and deliveries that wait go on. This cannot be undone." yes="Delete" no="Keep it" danger
          busy={remove.isPending} command={commands.delete(name)} onNo={() => setDeleting(false)} onYes={() => remove.mutate()} />
      )}
    </>
  );
}
