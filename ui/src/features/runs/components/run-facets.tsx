import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { stateTypes } from "@/api/types";
import { Button } from "@/components/button";
import { Field, Input } from "@/components/field";
import { NameFilter } from "@/components/name-filter";
import { StateBadge } from "@/components/state-badge";
import { readLength } from "@/lib/length";
import { fromLocalField, toLocalField } from "@/lib/time";
import { facetNames, type FacetKind } from "../api/get-facets";
import { creators, groupings, longestPart, longestTask, restrictions, type RunFilters, type When, whens } from "../filters";
import { Choices, Facet } from "@/components/facet";

interface Props {
  filters: RunFilters;
  onChange: (part: Partial<RunFilters>) => void;
  onClear: () => void;
}

/** States that have a name of their own which people look for. */
const named = [["SCHEDULED", "Late"], ["SCHEDULED", "AwaitingRetry"], ["FAILED", "TimedOut"]] as const;

const stateOptions: { value: string; label: ReactNode }[] = [
  ...stateTypes.map((type) => ({ value: type, label: <StateBadge run={{ state_type: type, state_name: null }} /> })),
  ...named.map(([type, name]) => ({ value: name, label: <StateBadge run={{ state_type: type, state_name: name }} /> })),
];

function inWords(values: readonly string[]): string {
  return values.length > 2 ? `${values.length} chosen` : values.join(", ");
}

function stateWord(value: string): string {
  return (stateTypes as readonly string[]).includes(value) ? value.charAt(0) + value.slice(1).toLowerCase() : value;
}

export function RunFacets({ filters, onChange, onClear }: Props) {
  const flows = filters.kind === "flow";
  return (
    <div className="facets" role="search" aria-label="Filter runs">
      <NameFilter value={filters.name} onChange={(name) => onChange({ name })} />
      <WhenFacet filters={filters} onChange={onChange} />
      <Facet label="State" value={inWords(filters.state.map(stateWord))} onClear={() => onChange({ state: [] })}>
        {() => <Choices label="State" options={stateOptions} chosen={filters.state} onChange={(state) => onChange({ state })} />}
      </Facet>
      <NameFacet label="Flow" kind="flow" chosen={filters.flow} onChange={(flow) => onChange({ flow })} />
      <NameFacet label="Deployment" kind="deployment" chosen={filters.deployment} onChange={(deployment) => onChange({ deployment })} />
      {flows && <NameFacet label="Pool" kind="pool" chosen={filters.pool} onChange={(pool) => onChange({ pool })} />}
      <Facet label="Tag" value={inWords(filters.tag)} onClear={() => onChange({ tag: [] })}>
        {() => <Choices label="Tags" options={[]} chosen={filters.tag} onChange={(tag) => onChange({ tag })} free />}
      </Facet>
      {flows && (
        <Pick label="Made by" value={filters.creator} options={creators}
          onPick={(creator) => onChange({ creator: creator as RunFilters["creator"] })} />
      )}
      {flows && (
        <Pick label="Subflows" value={filters.subflows} options={{ none: "Without subflows", only: "Only subflows" }}
          onPick={(subflows) => onChange({ subflows: subflows as RunFilters["subflows"] })} />
      )}
      <DurationFacet filters={filters} onChange={onChange} />
      {!flows && (
        <Facet label="Task" value={filters.task} onClear={() => onChange({ task: "" })}>
          {(close) => <PartForm label="Name of the task" hint={`That of its function. ${looked}`} placeholder="train" most={longestTask} value={filters.task} onChange={(task) => { onChange({ task }); close(); }} />}
        </Facet>
      )}
      {flows && (
        <Facet label="Parameters" value={filters.parameters} onClear={() => onChange({ parameters: "" })}>
          {(close) => (
            <PartForm label="Part of the parameters" hint={`A name or a value, as in their JSON. ${looked}`} placeholder="holiday.mp4" most={longestPart}
              value={filters.parameters} onChange={(parameters) => { onChange({ parameters }); close(); }} />
          )}
        </Facet>
      )}
      <Pick label="Group" value={filters.group} options={groupings[filters.kind]} onPick={(group) => onChange({ group: group as RunFilters["group"] })} />
      {restrictions(filters) > 0 && <button type="button" className="button quiet" onClick={onClear}>Clear all</button>}
    </div>
  );
}

function NameFacet({ label, kind, chosen, onChange }: { label: string; kind: FacetKind; chosen: string[]; onChange: (next: string[]) => void }) {
  return (
    <Facet label={label} value={inWords(chosen)} onClear={() => onChange([])}>
      {() => <NameChoices label={label} kind={kind} chosen={chosen} onChange={onChange} />}
    </Facet>
  );
}

function NameChoices({ label, kind, chosen, onChange }: { label: string; kind: FacetKind; chosen: string[]; onChange: (next: string[]) => void }) {
  const [part, setPart] = useState("");
  const { data } = useQuery({ ...facetNames(kind, part), placeholderData: (before) => before });
  return <Choices label={label} options={(data ?? []).map((name) => ({ value: name, label: name }))} chosen={chosen} onChange={onChange} onSearch={setPart} />;
}

function Pick({ label, value, options, onPick }: { label: string; value: string; options: Record<string, string>; onPick: (value: string) => void }) {
  return (
    <Facet label={label} value={options[value] ?? ""} onClear={() => onPick("")}>
      {(close) => Object.entries(options).map(([key, text]) => (
        <button key={key} type="button" className="facet-pick" aria-pressed={key === value} onClick={() => { onPick(key); close(); }}>{text}</button>
      ))}
    </Facet>
  );
}

function WhenFacet({ filters, onChange }: { filters: RunFilters; onChange: (part: Partial<RunFilters>) => void }) {
  const usual = filters.when === "7d";
  return (
    <Facet label="Started" value={whens[filters.when].label} onClear={() => onChange({ when: usual ? "any" : "7d", after: "", before: "" })}>
      {(close) => (
        <>
          {(Object.keys(whens) as When[]).filter((when) => when !== "between").map((when) => (
            <button key={when} type="button" className="facet-pick" aria-pressed={when === filters.when}
              onClick={() => { onChange({ when, after: "", before: "", ...(when === "upcoming" && filters.kind === "flow" ? { sort: "EXPECTED_START_TIME_ASC" } : {}) }); close(); }}>
              {whens[when].label}
            </button>
          ))}
          <div className="facet-form">
            {(["after", "before"] as const).map((side) => (
              <Field key={side} label={side === "after" ? "After" : "Before"}>
                {(props) => (
                  <Input {...props} type="datetime-local" value={toLocalField(filters[side])}
                    onChange={(event) => onChange({ when: "between", [side]: fromLocalField(event.currentTarget.value) })} />
                )}
              </Field>
            ))}
          </div>
        </>
      )}
    </Facet>
  );
}

/** What these facets look at, since no index has it. */
const looked = "Among the newest 10,000 runs that the other filters leave.";

function DurationFacet({ filters: { longer, shorter }, onChange }: { filters: RunFilters; onChange: (part: Partial<RunFilters>) => void }) {
  const words = [longer && `${longer} and more`, shorter && `up to ${shorter}`].filter(Boolean).join(", ");
  return (
    <Facet label="Duration" value={words} onClear={() => onChange({ longer: "", shorter: "" })}>
      {(close) => <DurationForm longer={longer} shorter={shorter} onChange={(part) => { onChange(part); close(); }} />}
    </Facet>
  );
}

function DurationForm({ longer, shorter, onChange }: { longer: string; shorter: string; onChange: (part: { longer: string; shorter: string }) => void }) {
  const [draft, setDraft] = useState({ longer, shorter });
  const bad = (text: string) => { const read = readLength(text); return read instanceof Error ? read.message : undefined; };
  return (
    <form className="facet-form" onSubmit={(event) => { event.preventDefault(); if (!bad(draft.longer) && !bad(draft.shorter)) onChange(draft); }}>
      <Field label="At least" error={bad(draft.longer)}>{(props) => <Input {...props} autoFocus value={draft.longer} placeholder="5m" onInput={(event) => setDraft({ ...draft, longer: event.currentTarget.value })} />}</Field>
      <Field label="At most" error={bad(draft.shorter)} hint={looked}>{(props) => <Input {...props} value={draft.shorter} placeholder="1h 30m" onInput={(event) => setDraft({ ...draft, shorter: event.currentTarget.value })} />}</Field>
      <Button look="primary" type="submit">Show them</Button>
    </form>
  );
}

interface PartProps {
  label: string;
  hint: string;
  placeholder: string;
  most: number;
  value: string;
  onChange: (value: string) => void;
}

function PartForm({ label, hint, placeholder, most, value, onChange }: PartProps) {
  const [text, setText] = useState(value);
  return (
    <form className="facet-form" onSubmit={(event) => { event.preventDefault(); onChange(text.trim()); }}>
      <Field label={label} hint={hint}>
        {(props) => <Input {...props} autoFocus maxLength={most} value={text} placeholder={placeholder} onInput={(event) => setText(event.currentTarget.value)} />}
      </Field>
      <Button look="primary" type="submit">Show them</Button>
    </form>
  );
}
