import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@/lib/router";
import { useMemo, useState } from "react";
import { ApiError } from "@/api/errors";
import { Button } from "@/components/button";
import { Field, Input } from "@/components/field";
import { Section } from "@/components/page";
import { paths } from "@/config/paths";
import { createAutomation, updateAutomation } from "../api/change-automation";
import { bodyOf, type Draft, draftOfJson, faultsAt } from "../draft";
import { sentence } from "../sentence";
import type { Editor, Names } from "../types";
import { ActionsForm } from "./actions-form";
import { JsonForm } from "./json-form";
import { Preview } from "./preview";
import { WhenForm } from "./when-form";

/** What people call that which can be chosen. */
function namesOf(editor: Editor): Names {
  const kinds = { flows: "flow", deployments: "deployment", pools: "work-pool", queues: "work-queue", automations: "automation", notifiers: "block-document", webhooks: "block-document" } as const;
  return Object.fromEntries(Object.entries(kinds).flatMap(([key, kind]) => editor[key as keyof typeof kinds].map(({ id, title }) => [`prefect.${kind}.${id}`, title])));
}

const none: ReadonlyMap<string, string> = new Map();

/** Asks for an automation as a sentence, or as JSON, and says at once what it would be. */
export function Wizard({ editor, initial, id }: { editor: Editor; initial: Draft; id?: string }) {
  const [draft, setDraft] = useState(initial);
  const [json, setJson] = useState<string | null>(null);
  const [faults, setFaults] = useState(none);
  const names = useMemo(() => namesOf(editor), [editor]);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const typed = useMemo(() => (json === null ? null : draftOfJson(json)), [json]);
  const current = typed === null || typed instanceof Error ? draft : typed;
  // What JSON says is sent as it is: the server tells of what it does not know.
  const body = json === null || typed instanceof Error ? bodyOf(draft) : (JSON.parse(json) as ReturnType<typeof bodyOf>);
  const change = (part: Partial<Draft>) => { setDraft({ ...draft, ...part }); setFaults(none); };
  const save = useMutation({
    mutationFn: async () => (id === undefined ? createAutomation(body) : updateAutomation(id, body).then(() => id)),
    onSuccess: async (saved) => {
      void queries.invalidateQueries({ queryKey: ["automations"] });
      void queries.invalidateQueries({ queryKey: ["automation", saved] });
      await navigate({ to: paths.automation, params: { id: saved } });
    },
    onError: (error) => setFaults(error instanceof ApiError ? error.fields : none),
  });
  const toForm = () => {
    if (typed !== null && !(typed instanceof Error)) setDraft(typed);
    setJson(null);
    setFaults(none);
  };
  const unfinished = typed instanceof Error || current.name.trim() === "";
  return (
    <form className="form wizard" onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
      <p className="automation-sentence" role="status">{typed instanceof Error ? <span className="muted">This is no automation yet.</span> : sentence(bodyOf(current), names)}</p>
      {json !== null ? <JsonForm text={json} faults={faults} problem={typed instanceof Error ? typed.message : undefined} onChange={(text) => { setJson(text); setFaults(none); }} /> : (
        <>
          <Section title="When"><div className="card wizard-part"><WhenForm when={draft.when} editor={editor} faults={faultsAt(faults, "trigger")} onChange={(when) => change({ when })} onJson={() => setJson(JSON.stringify(body, null, 2))} /></div></Section>
          <Section title="Then"><ActionsForm actions={draft.actions} editor={editor} faults={faults} onChange={(actions) => change({ actions })} /></Section>
          <div className="wizard-names">
            <Field label="Name" error={faultsAt(faults, "name")[0]}>{(props) => <Input {...props} required value={draft.name} onInput={(event) => change({ name: event.currentTarget.value })} />}</Field>
            <Field label="Description">{(props) => <Input {...props} value={draft.description} onInput={(event) => change({ description: event.currentTarget.value })} />}</Field>
          </div>
        </>
      )}
      {!(typed instanceof Error) && current.when.kind !== "metric" && (
        <Section title="What would it have done?"><Preview of={body} onFaults={setFaults} /></Section>
      )}
      {save.error && <p className="field-error" role="alert">{save.error.message}</p>}
      <div className="buttons">
        <Button changes look="primary" type="submit" disabled={unfinished || save.isPending}>{save.isPending ? "Saving …" : id === undefined ? "Make the automation" : "Save"}</Button>
        <Button onClick={() => void (id === undefined ? navigate({ to: paths.automations }) : navigate({ to: paths.automation, params: { id } }))}>Leave it</Button>
        <Button look="quiet" disabled={typed instanceof Error} onClick={() => (json === null ? setJson(JSON.stringify(body, null, 2)) : toForm())}>{json === null ? "Edit as JSON" : "Back to the form"}</Button>
      </div>
    </form>
  );
}
