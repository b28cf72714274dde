import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Field, Input } from "@/components/field";
import { Section } from "@/components/page";
import { Time } from "@/components/time";
import { Failure, Waiting } from "@/components/views";
import { readLength } from "@/lib/length";
import { retention } from "../api/get-settings";
import { goes, keptFor } from "../retention";

/** What retention deletes as it is set, and what it would delete with other times. */
export function RetentionPanel() {
  const [typed, setTyped] = useState({ runs: "", events: "" });
  const [runs, events] = [readLength(typed.runs), readLength(typed.events)];
  const number = (value: typeof runs) => (typeof value === "number" ? value : 0);
  const query = useQuery({ ...retention(number(runs), number(events)), placeholderData: keepPreviousData });
  if (query.isPending) return <Waiting what="what would be deleted" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const { most } = query.data;
  const kinds = [
    { key: "runs" as const, label: "Finished runs", with: "with their states, tasks, logs and artifacts", read: runs, of: query.data.runs },
    { key: "events" as const, label: "Events", with: "single kinds may be kept for less", read: events, of: query.data.events },
  ];
  return (
    <Section title="What is deleted" beside={<span className="faint">nothing is changed here</span>}>
      <ul className="card copies retention">
        {kinds.map(({ key, label, with: beside, read, of }) => (
          <li key={key}>
            <div><p><b>{label}</b></p><p className="muted">{beside}</p></div>
            <div>
              <p>Kept {of.set === null ? "for ever" : `for ${keptFor(of.set)}`}{of.period !== of.set && `; if for ${keptFor(of.period)}`}: {goes(of, most)}</p>
              {of.oldest && <p className="muted">The oldest of them is from <Time at={of.oldest} />.</p>}
            </div>
            <Field label={`If ${label.toLowerCase()} were kept for`} error={read instanceof Error ? read.message : undefined}>
              {(props) => <Input {...props} value={typed[key]} placeholder="30d" onInput={(event) => setTyped({ ...typed, [key]: event.currentTarget.value })} />}
            </Field>
          </li>
        ))}
      </ul>
    </Section>
  );
}
