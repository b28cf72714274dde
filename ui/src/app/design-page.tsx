import { useState } from "react";
import { ApiError } from "@/api/errors";
import { stateTypes } from "@/api/types";
import { Button, IconButton } from "@/components/button";
import { Command } from "@/components/command";
import { Dialog } from "@/components/dialog";
import { Field, Input, Select, TextArea } from "@/components/field";
import { Menu } from "@/components/menu";
import { Page, Section } from "@/components/page";
import { SchemaForm } from "@/components/schema-form";
import { StateBadge } from "@/components/state-badge";
import { Table } from "@/components/table";
import { Tabs } from "@/components/tabs";
import { Tags } from "@/components/tags";
import { Length, Time } from "@/components/time";
import { tell } from "@/components/toast";
import { Empty, Failure, Waiting } from "@/components/views";

const looks = ["plain", "primary", "danger", "quiet"] as const;
const tones = ["bg", "surface", "surface-2", "hover", "selected", "line", "line-strong", "control", "text", "text-2", "text-3", "accent", "completed", "failed", "crashed", "running", "pending", "scheduled", "late", "paused", "cancelled"];

/** Every component in every state. In development only. */
export function DesignPage() {
  const [dialog, setDialog] = useState(false);
  const [tab, setTab] = useState("one");
  const [values, setValues] = useState<Record<string, unknown>>({ language: "de", rate: 25 });
  return (
    <Page title="Design" beside={<span className="faint">development only</span>}>
      <Section title="Colours">
        <div className="buttons">{tones.map((tone) => <span key={tone} className="state"><i style={{ width: 24, height: 24, borderRadius: 4, background: `var(--${tone})`, border: "1px solid var(--line)" }} />{tone}</span>)}</div>
      </Section>
      <Section title="States">
        <div className="buttons">{stateTypes.map((type) => <StateBadge key={type} run={{ state_type: type, state_name: null }} />)}<StateBadge run={{ state_type: "SCHEDULED", state_name: "Late" }} /><StateBadge run={{ state_type: "SCHEDULED", state_name: "AwaitingRetry" }} /></div>
        <div className="buttons">{stateTypes.map((type) => <StateBadge key={type} strong run={{ state_type: type, state_name: null }} />)}</div>
      </Section>
      <Section title="Buttons">
        <div className="buttons">{looks.map((look) => <Button key={look} look={look}>{look}</Button>)}{looks.map((look) => <Button key={look} look={look} disabled>{look}</Button>)}<Button icon="retry">With an icon</Button><IconButton label="An icon" icon="copy" /></div>
        <div className="buttons">
          <Menu label="A menu" items={[{ label: "Can", icon: "play", onPick: () => tell("It was done") }, { label: "Cannot", icon: "pause", not: "It is not running.", onPick: () => {} }, { label: "Danger", icon: "trash", danger: true, onPick: () => tell("It failed, and this says why", true) }]} />
          <Button onClick={() => setDialog(true)}>A dialog</Button><Command text="prefect flow-run inspect 0197" />
        </div>
      </Section>
      <Section title="Fields">
        <Field label="A text" hint="A hint.">{(props) => <Input {...props} placeholder="Something" />}</Field>
        <Field label="A wrong text" error="This is not a number.">{(props) => <Input {...props} value="twelve" />}</Field>
        <Field label="A choice">{(props) => <Select {...props} value="a" options={[{ value: "a", label: "A" }, { value: "b", label: "B" }]} onPick={() => {}} />}</Field>
        <Field label="A long text">{(props) => <TextArea {...props} />}</Field>
      </Section>
      <Section title="A form from a schema">
        <SchemaForm values={values} onChange={setValues} errors={new Map([["rate", "25 is more than 24"]])} schema={{ type: "object", required: ["video"], properties: {
          video: { type: "string", title: "video" }, language: { enum: ["de", "en"], title: "language" }, rate: { type: "integer", title: "rate" }, dry: { type: "boolean", title: "dry run" },
          tags: { type: "array", items: { type: "string" }, title: "tags" }, size: { type: "object", title: "size", properties: { w: { type: "integer" } } }, any: {} } }} />
      </Section>
      <Section title="Table"><Table label="An example" rows={[1, 2, 3].map((n) => ({ id: String(n) }))} rowKey={(row) => row.id} columns={[{ key: "a", title: "Name", width: "1fr", narrow: "name", cell: (row) => <a href="#x" data-open>Row {row.id}</a> }, { key: "b", title: "When", width: "100px", right: true, narrow: "when", cell: () => <Time at="2026-11-01T00:00:00Z" /> }, { key: "c", title: "Tags", width: "1fr", cell: () => <Tags tags={["one", "two"]} /> }, { key: "d", title: "Duration", width: "90px", right: true, cell: () => <Length seconds={73.2} /> }]} /></Section>
      <Section title="Tabs"><Tabs label="An example" current={tab} onPick={setTab} tabs={[{ key: "one", label: "One", body: () => <p>The first.</p> }, { key: "two", label: "Two", count: 12, body: () => <p>The second.</p> }]} /></Section>
      <Section title="Views">
        <Empty title="Nothing here" command="prefect deploy">What would fill it.</Empty>
        <Waiting what="something" />
        {[0, 401, 403, 404, 409, 500, 503, 507].map((status) => <Failure key={status} error={new ApiError(status, "What the server said")} onRetry={() => {}} />)}
      </Section>
      {dialog && <Dialog title="A dialog" onClose={() => setDialog(false)}><p>It asks something.</p><footer><Button onClick={() => setDialog(false)}>No</Button><Button look="primary" onClick={() => setDialog(false)}>Yes</Button></footer></Dialog>}
    </Page>
  );
}
