import { Button } from "@/components/button";
import { Field, Input, Select } from "@/components/field";
import { anyRun, type Of, type When, poolStatuses } from "../draft";
import { whenWords } from "../sentence";
import type { Choice, Editor } from "../types";
import { SpanField } from "./span-field";

interface Props {
  when: When;
  editor: Editor;
  faults: readonly string[];
  onChange: (when: When) => void;
  onJson: () => void;
}

const runStates = ["Failed", "Crashed", "TimedOut", "Completed", "Cancelled", "Late", "Scheduled", "Pending", "Running", "Paused", "Suspended", "AwaitingRetry", "Retrying"];

/** What each kind begins with when it is chosen. */
const kinds: Record<Exclude<When["kind"], "other">, { label: string; first: When }> = {
  run: { label: "a flow run enters a state", first: { kind: "run", states: ["Failed"], of: anyRun } },
  stays: { label: "a flow run stays in a state too long", first: { kind: "stays", state: "Running", seconds: 7200, of: anyRun } },
  silent: { label: "no flow run gets to a state for too long", first: { kind: "silent", state: "Completed", seconds: 86_400, of: anyRun } },
  pool: { label: "a work pool changes", first: { kind: "pool", status: "not-ready", pool: "", seconds: 0 } },
  event: { label: "an event happens", first: { kind: "event", names: [], resource: "", times: 1, seconds: 600 } },
  metric: { label: "a figure of runs is out of bounds", first: { kind: "metric", name: "successes", operator: "<", threshold: 0.9, range: 86_400, lasts: 300, of: anyRun } },
};

/** Asks what the automation waits for. */
export function WhenForm({ when, editor, faults, onChange, onJson }: Props) {
  const options = Object.entries(kinds).map(([value, { label }]) => ({ value, label }));
  return (
    <>
      <Field label="It waits until">
        {(props) => (
          <Select {...props} value={when.kind} options={when.kind === "other" ? [{ value: "other", label: "something that only JSON can say" }, ...options] : options}
            onPick={(kind) => onChange(kinds[kind as keyof typeof kinds].first)} />
        )}
      </Field>
      <Details key={when.kind} when={when} editor={editor} onChange={onChange} onJson={onJson} />
      {faults.map((fault) => <p key={fault} className="field-error">{fault}</p>)}
    </>
  );
}

function Details({ when, editor, onChange, onJson }: Omit<Props, "faults">) {
  switch (when.kind) {
    case "run":
      return (
        <>
          <fieldset className="states-pick">
            <legend>States</legend>
            {runStates.map((state) => (
              <label key={state} className="check">
                <input type="checkbox" checked={when.states.includes(state)} onChange={() => onChange({ ...when, states: when.states.includes(state) ? when.states.filter((other) => other !== state) : [...when.states, state] })} />{state}
              </label>
            ))}
          </fieldset>
          <OfFields of={when.of} editor={editor} onChange={(of) => onChange({ ...when, of })} />
        </>
      );
    case "stays":
    case "silent":
      return (
        <>
          <div className="wizard-row">
            <Picked label={when.kind === "stays" ? "The state it stays in" : "The state it is to get to"} value={when.state} all={runStates} onPick={(state) => onChange({ ...when, state })} />
            <SpanField label="For more than" seconds={when.seconds} onChange={(seconds) => onChange({ ...when, seconds })} />
          </div>
          <OfFields of={when.of} editor={editor} onChange={(of) => onChange({ ...when, of })} />
        </>
      );
    case "pool":
      return (
        <div className="wizard-row">
          <Chosen label="Work pool" none="any" value={when.pool} choices={editor.pools} onPick={(pool) => onChange({ ...when, pool })} />
          <Picked label="Is" value={when.status} all={poolStatuses} onPick={(status) => onChange({ ...when, status })} />
          <SpanField label="And stays so for (0: at once)" seconds={when.seconds} onChange={(seconds) => onChange({ ...when, seconds })} />
        </div>
      );
    case "event":
      return (
        <div className="wizard-row">
          <Field label="Names of the events" hint="With commas between; a name may end in *.">
            {(props) => <Input {...props} defaultValue={when.names.join(", ")} placeholder="video.uploaded" onInput={(event) => onChange({ ...when, names: event.currentTarget.value.split(",").map((name) => name.trim()).filter(Boolean) })} />}
          </Field>
          <Field label="Of the resource" hint="Nothing for any; * stands for any characters.">
            {(props) => <Input {...props} value={when.resource} placeholder="prefect.flow-run.*" onInput={(event) => onChange({ ...when, resource: event.currentTarget.value.trim() })} />}
          </Field>
          <Field label="How often">{(props) => <Input {...props} type="number" min="1" value={when.times} onInput={(event) => onChange({ ...when, times: Math.max(1, Math.floor(Number(event.currentTarget.value)) || 1) })} />}</Field>
          {when.times > 1 && <SpanField label="Within" seconds={when.seconds} onChange={(seconds) => onChange({ ...when, seconds })} />}
        </div>
      );
    case "metric":
      return (
        <>
          <div className="wizard-row">
            <Field label="Figure">{(props) => <Select {...props} value={when.name} options={[{ value: "successes", label: "share that completes" }, { value: "lateness", label: "mean lateness" }, { value: "duration", label: "mean duration" }]} onPick={(name) => onChange({ ...when, name: name as typeof when.name, threshold: name === "successes" ? 0.9 : 600 })} />}</Field>
            <Field label="Is">{(props) => <Select {...props} value={when.operator} options={[{ value: "<", label: "below" }, { value: "<=", label: "at most" }, { value: ">", label: "above" }, { value: ">=", label: "at least" }]} onPick={(operator) => onChange({ ...when, operator: operator as typeof when.operator })} />}</Field>
            {when.name === "successes"
              ? <Field label="Percent">{(props) => <Input {...props} type="number" min="0" max="100" step="any" value={Math.round(when.threshold * 1000) / 10} onInput={(event) => onChange({ ...when, threshold: Number(event.currentTarget.value) / 100 })} />}</Field>
              : <SpanField key={when.name} label="Length" seconds={when.threshold} onChange={(threshold) => onChange({ ...when, threshold })} />}
            <SpanField label="Of the runs of the last" seconds={when.range} onChange={(range) => onChange({ ...when, range })} />
            <SpanField label="For as long as" seconds={when.lasts} onChange={(lasts) => onChange({ ...when, lasts })} />
          </div>
          <OfFields of={when.of} editor={editor} onChange={(of) => onChange({ ...when, of })} />
        </>
      );
    default:
      return <p>{whenWords(when.trigger, {})}. <Button look="quiet" onClick={onJson}>Edit it as JSON</Button></p>;
  }
}

function Picked({ label, value, all, onPick }: { label: string; value: string; all: readonly string[]; onPick: (value: string) => void }) {
  const options = [...new Set([...all, value])].map((each) => ({ value: each, label: each.replace("-", " ") }));
  return <Field label={label}>{(props) => <Select {...props} value={value} options={options} onPick={onPick} />}</Field>;
}

/** One of what there is, or none of it. What was chosen before stays though it is gone. */
export function Chosen({ label, none, value, choices, error, onPick }: { label: string; none: string | null; value: string; choices: readonly Choice[]; error?: string | undefined; onPick: (id: string) => void }) {
  const options = [...(none === null ? [] : [{ value: "", label: none }]), ...choices.map(({ id, title }) => ({ value: id, label: title }))];
  if (value && !choices.some(({ id }) => id === value)) options.push({ value, label: `${value} (gone)` });
  return <Field label={label} error={error}>{(props) => <Select {...props} value={value} options={options} onPick={onPick} />}</Field>;
}

function OfFields({ of, editor, onChange }: { of: Of; editor: Editor; onChange: (of: Of) => void }) {
  return (
    <div className="wizard-row">
      <Chosen label="Of the flow" none="any" value={of.flow} choices={editor.flows} onPick={(flow) => onChange({ ...of, flow })} />
      <Chosen label="Of the deployment" none="any" value={of.deployment} choices={editor.deployments} onPick={(deployment) => onChange({ ...of, deployment })} />
      <Field label="With the tag">{(props) => <Input {...props} value={of.tag} placeholder="any" onInput={(event) => onChange({ ...of, tag: event.currentTarget.value.trim() })} />}</Field>
    </div>
  );
}
