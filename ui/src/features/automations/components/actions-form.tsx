import { useState } from "react";
import { Link } from "@/lib/router";
import type { Json } from "@/api/types";
import { stateTypes } from "@/api/types";
import { Button, IconButton } from "@/components/button";
import { Field, Input, Select, TextArea } from "@/components/field";
import { paths } from "@/config/paths";
import { actionKinds } from "@/lib/action-kinds";
import { faultsAt } from "../draft";
import type { Action, ActionType, Choice, Editor } from "../types";
import { TemplateField } from "./template-field";
import { Chosen } from "./when-form";

interface Props {
  actions: readonly Action[];
  editor: Editor;
  faults: ReadonlyMap<string, string>;
  onChange: (actions: Action[]) => void;
}

const kinds = Object.entries(actionKinds).map(([value, label]) => ({ value, label }));

/** An action of a kind, with what there is to choose. */
function first(type: ActionType, editor: Editor): Action {
  switch (type) {
    case "send-notification":
      return { type, block_document_id: editor.notifiers[0]?.id ?? "", subject: "", body: "{{ event.event }} of {{ event.resource.name }}\n{{ event | ui_url }}" };
    case "call-webhook":
      return { type, block_document_id: editor.webhooks[0]?.id ?? "", payload: "" };
    case "run-deployment":
      return { type, source: "selected", deployment_id: editor.deployments[0]?.id ?? null, parameters: null };
    case "pause-deployment":
    case "resume-deployment":
      return { type, source: "selected", deployment_id: editor.deployments[0]?.id ?? null };
    case "pause-work-pool":
    case "resume-work-pool":
      return { type, source: "selected", work_pool_id: editor.pools[0]?.id ?? null };
    case "pause-work-queue":
    case "resume-work-queue":
      return { type, source: "selected", work_queue_id: editor.queues[0]?.id ?? null };
    case "pause-automation":
    case "resume-automation":
      return { type, source: "selected", automation_id: editor.automations[0]?.id ?? null };
    case "change-flow-run-state":
      return { type, state: "FAILED", name: null, message: null };
    default:
      return { type };
  }
}

/** Asks what is done, one after another. */
export function ActionsForm({ actions, editor, faults, onChange }: Props) {
  const set = (at: number, action: Action) => onChange(actions.map((other, i) => (i === at ? action : other)));
  return (
    <>
      {actions.map((action, i) => (
        <div key={i} className="card wizard-part">
          <div className="action-head">
            <Field label={i === 0 ? "It will" : "And"}>{(props) => <Select {...props} value={action.type ?? "do-nothing"} options={kinds} onPick={(type) => set(i, first(type as ActionType, editor))} />}</Field>
            {actions.length > 1 && <IconButton label={`Remove action ${i + 1}`} icon="trash" onClick={() => onChange(actions.filter((_, n) => n !== i))} />}
          </div>
          <ActionFields key={action.type} action={action} editor={editor} onChange={(next) => set(i, next)} />
          {faultsAt(faults, `actions.${i}`).slice(0, 4).map((fault) => <p key={fault} className="field-error">{fault}</p>)}
        </div>
      ))}
      <div><Button icon="plus" onClick={() => onChange([...actions, first("send-notification", editor)])}>And then</Button></div>
    </>
  );
}

function ActionFields({ action, editor, onChange }: { action: Action; editor: Editor; onChange: (action: Action) => void }) {
  switch (action.type) {
    case "send-notification":
      return (
        <>
          <BlockField label="By" choices={editor.notifiers} value={action.block_document_id} onPick={(id) => onChange({ ...action, block_document_id: id })} />
          <TemplateField label="Subject" value={action.subject ?? ""} onChange={(subject) => onChange({ ...action, subject })} />
          <TemplateField label="Text" rows={5} value={action.body} hint="{{ flow_run.name }} and its kin stand for what happened." onChange={(body) => onChange({ ...action, body })} />
        </>
      );
    case "call-webhook":
      return (
        <>
          <BlockField label="Webhook" choices={editor.webhooks} value={action.block_document_id} onPick={(id) => onChange({ ...action, block_document_id: id })} />
          <TemplateField label="Payload" rows={5} value={action.payload ?? ""} onChange={(payload) => onChange({ ...action, payload })} />
        </>
      );
    case "run-deployment":
      return (
        <>
          <Target label="Deployment" source={action.source} id={action.deployment_id} choices={editor.deployments} onChange={(source, id) => onChange({ ...action, source, deployment_id: id })} />
          <ParametersField value={action.parameters ?? null} onChange={(parameters) => onChange({ ...action, parameters })} />
        </>
      );
    case "pause-deployment":
    case "resume-deployment":
      return <Target label="Deployment" source={action.source} id={action.deployment_id} choices={editor.deployments} onChange={(source, id) => onChange({ ...action, source, deployment_id: id })} />;
    case "pause-work-pool":
    case "resume-work-pool":
      return <Target label="Work pool" source={action.source} id={action.work_pool_id} choices={editor.pools} onChange={(source, id) => onChange({ ...action, source, work_pool_id: id })} />;
    case "pause-work-queue":
    case "resume-work-queue":
      return <Target label="Work queue" source={action.source} id={action.work_queue_id} choices={editor.queues} onChange={(source, id) => onChange({ ...action, source, work_queue_id: id })} />;
    case "pause-automation":
    case "resume-automation":
      return <Target label="Automation" source={action.source} id={action.automation_id} choices={editor.automations} onChange={(source, id) => onChange({ ...action, source, automation_id: id })} />;
    case "change-flow-run-state":
      return (
        <div className="wizard-row">
          <Field label="State">{(props) => <Select {...props} value={action.state} options={stateTypes.map((type) => ({ value: type, label: type.charAt(0) + type.slice(1).toLowerCase() }))} onPick={(state) => onChange({ ...action, state: state as typeof action.state })} />}</Field>
          <Field label="Its name" hint="Nothing for the usual one.">{(props) => <Input {...props} value={action.name ?? ""} onInput={(event) => onChange({ ...action, name: event.currentTarget.value || null })} />}</Field>
          <Field label="Message">{(props) => <Input {...props} value={action.message ?? ""} onInput={(event) => onChange({ ...action, message: event.currentTarget.value || null })} />}</Field>
        </div>
      );
    default:
      return null;
  }
}

function BlockField({ label, choices, value, onPick }: { label: string; choices: readonly Choice[]; value: string; onPick: (id: string) => void }) {
  if (choices.length === 0 && !value) return <p className="muted in-text">There is no block that can do this. <Link to={paths.blockCatalogue}>Make one</Link>, then come back.</p>;
  return <Chosen label={label} none={value ? null : "choose one"} value={value} choices={choices} onPick={onPick} />;
}

/** What an action is about: a chosen one, or the one that the event speaks of. */
function Target({ label, source, id, choices, onChange }: {
  label: string; source: "selected" | "inferred" | undefined; id: string | null | undefined; choices: readonly Choice[]; onChange: (source: "selected" | "inferred", id: string | null) => void;
}) {
  return <Chosen label={label} none="the one that the event is about" value={source === "inferred" ? "" : (id ?? "")} choices={choices} onPick={(next) => onChange(next ? "selected" : "inferred", next || null)} />;
}

/** Parameters as JSON, whose texts may be templates; nothing for the deployment's own. */
function ParametersField({ value, onChange }: { value: Json | null; onChange: (value: Json | null) => void }) {
  const [text, setText] = useState(() => (value === null ? "" : JSON.stringify(value, null, 2)));
  const [bad, setBad] = useState(false);
  const typed = (now: string) => {
    setText(now);
    try {
      const read: unknown = now.trim() === "" ? null : JSON.parse(now);
      const fits = read === null || (typeof read === "object" && !Array.isArray(read));
      setBad(!fits);
      if (fits) onChange(read as Json | null);
    } catch {
      setBad(true);
    }
  };
  return (
    <Field label="Parameters" hint="JSON; nothing for the deployment's own." error={bad ? "This is no object in JSON yet; what was valid last counts." : undefined}>
      {(props) => <TextArea {...props} rows={3} value={text} placeholder='{"video": "{{ event.payload.path }}"}' onInput={(event) => typed(event.currentTarget.value)} />}
    </Field>
  );
}
