import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { SLA, SLASeverity } from "@/api/schema";
import { Command } from "@/components/command";
import { Field, Input, Select } from "@/components/field";
import { FormDialog } from "@/components/form-dialog";
import { type AgreementDraft, agreementDraft, agreementOf, agreementWords, replaced, severities, type Subject, subjects } from "../agreements";
import { setAgreements } from "../api/set-agreements";
import { commands, type Named } from "../commands";
import { Every } from "./every";

interface Props {
  /** All of the deployment. */
  slas: readonly SLA[];
  /** The one that is changed; without it one is added. */
  sla?: SLA;
  named: Named;
  onClose: () => void;
}

const subjectOptions = Object.entries(subjects).map(([value, label]) => ({ value, label }));
const severityOptions = severities.map((value) => ({ value, label: value }));

/** Makes an agreement, or changes one. */
export function AgreementDialog({ slas, sla, named, onClose }: Props) {
  const [draft, setDraft] = useState(() => agreementDraft(sla));
  const set = (part: Partial<AgreementDraft>) => setDraft({ ...draft, ...part });
  const queries = useQueryClient();
  const wanted = agreementOf(draft);
  const bad = wanted instanceof Error;
  const name = draft.name.trim();
  const taken = slas.some((other) => other.name === name && other.id !== sla?.id);
  const all = bad ? [] : replaced(slas, sla, wanted);
  return (
    <FormDialog title={sla ? `Change the agreement ${sla.name}` : "Add an agreement"} act={sla ? "Change it" : "Add it"} not={bad || name === "" || taken}
      run={() => setAgreements(named.id, all)} onClose={onClose}
      onDone={() => { void queries.invalidateQueries({ queryKey: ["deployment-overview", named.id] }); onClose(); }}>
      <Field label="Name" error={taken ? "Another agreement of the deployment has this name." : undefined}>
        {(props) => <Input {...props} required autoFocus value={draft.name} onInput={(event) => set({ name: event.currentTarget.value })} />}
      </Field>
      <Field label="About what">{(props) => <Select {...props} value={draft.subject} options={subjectOptions} onPick={(subject) => set({ subject: subject as Subject })} />}</Field>
      <Field label="Time" error={bad ? wanted.message : undefined} hint={!bad && `${agreementWords(wanted)}.`}>
        {(props) => <Every {...props} draft={draft} set={set} />}
      </Field>
      <Field label="Severity" hint="It is told with a violation: the event prefect.sla.violation, once for each run or each gap.">
        {(props) => <Select {...props} value={draft.severity} options={severityOptions} onPick={(severity) => set({ severity: severity as SLASeverity })} />}
      </Field>
      <label className="check"><input type="checkbox" checked={draft.enabled} onChange={() => set({ enabled: !draft.enabled })} />It is watched</label>
      {!bad && name !== "" && !taken && <Command text={commands.agreements(named, all)} />}
    </FormDialog>
  );
}
