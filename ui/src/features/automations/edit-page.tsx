import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Failure, Waiting } from "@/components/views";
import { Icon } from "@/components/icon";
import { Page, useTitle } from "@/components/page";
import { usePathParam, useQueryTexts } from "@/lib/route";
import { automationEditor } from "./api/get-editor";
import { Wizard } from "./components/wizard";
import { type Draft, draftOf } from "./draft";
import { draftOfTemplate, templates } from "./templates";
import type { Editor } from "./types";
import "./automations.css";

/** Changes an automation. */
export function EditAutomationPage() {
  const id = usePathParam("id");
  const query = useQuery(automationEditor(id));
  if (query.isPending) return <Waiting what="the automation" />;
  if (!query.data?.automation) return <Failure error={query.error ?? new Error("There is no such automation.")} onRetry={() => void query.refetch()} />;
  return <Form key={id} editor={query.data} initial={draftOf(query.data.automation)} id={id} />;
}

/** Makes an automation: of a template, as a copy of another one, or for an event. */
export function NewAutomationPage() {
  const { from = "", event, template } = useQueryTexts();
  const query = useQuery(automationEditor(from));
  if (query.isPending) return <Waiting what="what can be chosen" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <NewForm key={from} editor={query.data} event={event} template={template} />;
}

function NewForm({ editor, event, template }: { editor: Editor; event: string | undefined; template: string | undefined }) {
  const { automation } = editor;
  const chosen = templates.find(({ key }) => key === (event === undefined ? template : "event"));
  const [start, setStart] = useState<{ key: string; draft: Draft } | null>(() => {
    if (automation) return { key: "copy", draft: { ...draftOf(automation), name: `${automation.name} (copy)` } };
    if (!chosen) return null;
    const draft = draftOfTemplate(chosen, editor);
    return { key: chosen.key, draft: event !== undefined && draft.when.kind === "event" ? { ...draft, name: event, when: { ...draft.when, names: [event] } } : draft };
  });
  return (
    <Form editor={editor} initial={start?.draft ?? null} version={start?.key ?? ""}>
      {!automation && (
        <fieldset className="templates">
          <legend>What is it about?</legend>
          {templates.map((each) => (
            <button key={each.key} type="button" className="card template" aria-pressed={start?.key === each.key} onClick={() => setStart({ key: each.key, draft: draftOfTemplate(each, editor) })}>
              <Icon name={start?.key === each.key ? "check" : "bolt"} /><span>{each.title}</span>
            </button>
          ))}
        </fieldset>
      )}
    </Form>
  );
}

function Form({ editor, initial, id, version = "", children }: { editor: Editor; initial: Draft | null; id?: string; version?: string; children?: ReactNode }) {
  const title = id === undefined ? "New automation" : `Change ${initial?.name ?? ""}`;
  useTitle(title);
  return (
    <Page title={title}>
      {children}
      {initial && <Wizard key={version} editor={editor} initial={initial} {...(id !== undefined && { id })} />}
    </Page>
  );
}
