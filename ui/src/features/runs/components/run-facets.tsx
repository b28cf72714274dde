import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { stateTypes } from "@/api/types";
import { Field, Input } from "@/components/field";
import { NameFilter } from "@/components/name-filter";
import { StateBadge } from "@/components/state-badge";
import { fromLocalField, toLocalField } from "@/lib/time";
import { facetNames, type FacetKind } from "../api/get-facets";
import { restrictions, type RunFilters, type When, whens } from "../filters";
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
        <Pick label="Made by" value={filters.creator} options={{ schedule: "A schedule", person: "Somebody" }}
          onPick={(creator) => onChange({ creator: creator as RunFilters["creator"] })} />
      )}
      {flows && (
        <Pick label="Subflows" value={filters.subflows} options={{ none: "Without subflows", only: "Only subflows" }}
          onPick={(subflows) => onChange({ subflows: subflows as RunFilters["subflows"] })} />
      )}
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
