import { useState } from "react";
import { Choices, Facet } from "@/components/facet";
import { Field, Input } from "@/components/field";
import { NameFilter } from "@/components/name-filter";
import { grouped } from "@/lib/numbers";
import { fromLocalField, toLocalField } from "@/lib/time";
import { defaults, type EventFilters, type When, whens } from "../filters";
import type { FeedName } from "../types";

interface Props {
  filters: EventFilters;
  names: readonly FeedName[];
  onChange: (part: Partial<EventFilters>) => void;
}

export function EventFacets({ filters, names, onChange }: Props) {
  const { event, resource, text, when } = filters;
  const options = names.map(({ name, count }) => ({ value: name, label: <span className="event-name">{name}<span className="faint">{grouped(count)}</span></span> }));
  return (
    <div className="facets" role="search" aria-label="Filter events">
      <NameFilter label="Anything in it" value={text} onChange={(value) => onChange({ text: value.slice(0, 200) })} />
      <Facet label="Happened" value={whens[when].label} onClear={() => onChange({ when: defaults.when, after: "", before: "" })}>
        {(close) => (
          <>
            {(Object.keys(whens) as When[]).filter((each) => each !== "between").map((each) => (
              <button key={each} type="button" className="facet-pick" aria-pressed={each === when} onClick={() => { onChange({ when: each, after: "", before: "" }); close(); }}>{whens[each].label}</button>
            ))}
            <div className="facet-form">
              {(["after", "before"] as const).map((side) => (
                <Field key={side} label={side === "after" ? "After" : "Before"}>
                  {(props) => <Input {...props} type="datetime-local" value={toLocalField(filters[side])} onChange={(change) => onChange({ when: "between", [side]: fromLocalField(change.currentTarget.value) })} />}
                </Field>
              ))}
            </div>
          </>
        )}
      </Facet>
      <Facet label="Event" value={event.length > 2 ? `${event.length} chosen` : event.join(", ")} onClear={() => onChange({ event: [] })}>
        {() => <Choices label="Events" options={options} chosen={event} onChange={(next) => onChange({ event: next })} free />}
      </Facet>
      <Facet label="Resource" value={resource} onClear={() => onChange({ resource: "" })}>
        {(close) => <ResourceForm resource={resource} onDone={(id) => { onChange({ resource: id }); close(); }} />}
      </Facet>
    </div>
  );
}

function ResourceForm({ resource, onDone }: { resource: string; onDone: (id: string) => void }) {
  const [id, setId] = useState(resource);
  return (
    <form className="facet-form" onSubmit={(submit) => { submit.preventDefault(); onDone(id.trim()); }}>
      <Field label="Id of a resource" hint="prefect.flow-run.…; it may end in *.">{(props) => <Input {...props} value={id} autoFocus onInput={(typed) => setId(typed.currentTarget.value)} />}</Field>
    </form>
  );
}
