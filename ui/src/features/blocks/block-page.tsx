import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@/lib/router";
import { useState } from "react";
import type { Json } from "@/api/types";
import { Button } from "@/components/button";
import { Command } from "@/components/command";
import { FormDialog } from "@/components/form-dialog";
import { JsonView } from "@/components/json-view";
import { Menu } from "@/components/menu";
import { Page, Section, useTitle } from "@/components/page";
import { SchemaForm } from "@/components/schema-form";
import { Sure } from "@/components/sure";
import { Tags } from "@/components/tags";
import { Time } from "@/components/time";
import { tell } from "@/components/toast";
import { Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { useDeletion } from "@/lib/leave";
import { usePathParam } from "@/lib/route";
import { noun } from "@/lib/resources";
import { changeBlock, deleteBlock, testBlock } from "./api/change-block";
import { blockOverview } from "./api/get-blocks";
import { changed, emptied, placeOf, titleOf, usage } from "./data";
import type { BlockDocument, BlockOverview } from "./types";
import "./blocks.css";

export function BlockPage() {
  const query = useQuery(blockOverview(usePathParam("id")));
  if (query.isPending) return <Waiting what="the block" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <Shown key={query.data.document.id} overview={query.data} />;
}

function Shown({ overview: { document: block, users } }: { overview: BlockOverview }) {
  useTitle(block.name ?? "Block");
  const { template, inspect } = usage(block);
  return (
    <Page title={block.name ?? "Block without a name"} beside={<><span className="muted">{block.block_type?.name}</span><Tags tags={block.block_schema?.capabilities ?? []} /></>} actions={<Actions block={block} used={users.length} />}>
      <p className="muted">Changed <Time at={block.updated} />. Secrets are masked.</p>
      <Section title="Values"><div className="card"><JsonView value={block.data as object} empty="It has no values" /></div></Section>
      <Section title="Used by" beside={users.length > 0 && <span className="faint">{users.length}</span>}>
        {users.length === 0 ? <p className="muted">No automation, deployment, pool or other block of this server. Flows may use it by its name.</p> : (
          <ul className="card block-users">
            {users.map((user) => <li key={`${user.kind} ${user.id}`}><span className="muted">{noun(user.kind)}</span><Link {...placeOf(user)}>{user.title}</Link></li>)}
          </ul>
        )}
      </Section>
      <Section title="By its name"><div className="buttons"><Command text={template} /><Command text={inspect} /></div></Section>
    </Page>
  );
}

function Actions({ block, used }: { block: BlockDocument; used: number }) {
  const [asking, setAsking] = useState<"edit" | "delete" | null>(null);
  const queries = useQueryClient();
  const leave = useDeletion();
  const read = () => Promise.all([queries.invalidateQueries({ queryKey: ["block", block.id] }), queries.invalidateQueries({ queryKey: ["blocks"] })]);
  const tells = block.block_schema?.capabilities.includes("notify") === true || block.block_type?.slug === "webhook";
  const test = useMutation({
    mutationFn: () => testBlock(block.id),
    onSuccess: ({ delivered, status, answer, problem, hint }) => tell(delivered ? `The test was taken${status > 0 ? `: ${status} ${answer.split("\n")[0] ?? ""}` : ""}` : [problem, hint].filter(Boolean).join(". "), !delivered),
    onError: (error) => tell(error.message, true),
  });
  const remove = useMutation({
    mutationFn: () => leave(paths.blocks, () => deleteBlock(block.id)),
    onSuccess: () => tell(`${titleOf(block)} is deleted`),
    onError: (error) => tell(error.message, true),
  });
  return (
    <>
      {tells && <Button changes icon="play" disabled={test.isPending} onClick={() => test.mutate()}>{test.isPending ? "Sending …" : "Send a test"}</Button>}
      <Button changes icon="edit" onClick={() => setAsking("edit")}>Change</Button>
      <Menu label="More actions" icon="more" square items={[{ changes: true, label: "Delete …", icon: "trash", danger: true, onPick: () => setAsking("delete") }]} />
      {asking === "edit" && <EditDialog block={block} onClose={() => setAsking(null)} onDone={() => { setAsking(null); void read(); }} />}
      {asking === "delete" && (
        <Sure title={`Delete ${titleOf(block)}?`} text={used > 0 ? `${used === 1 ? "What uses it fails" : `The ${used} that use it fail`} from then on. This cannot be undone.` : "Flows that use it by its name fail from then on. This cannot be undone."}
          yes="Delete" no="Keep it" danger busy={remove.isPending} command={usage(block).remove} onNo={() => setAsking(null)} onYes={() => remove.mutate()} />
      )}
    </>
  );
}

function EditDialog({ block, onClose, onDone }: { block: BlockDocument; onClose: () => void; onDone: () => void }) {
  const before = (block.data ?? {}) as Json;
  const [values, setValues] = useState(before);
  const next = { ...changed(before, values), ...emptied(before, values) };
  return (
    <FormDialog title={`Change ${titleOf(block)}`} act="Change it" wide not={Object.keys(next).length === 0} run={() => changeBlock(block.id, next)} onDone={onDone} onClose={onClose}>
      <p className="muted">What is masked stays as it is unless you type over it.</p>
      <SchemaForm schema={block.block_schema?.fields ?? {}} values={values} onChange={setValues} errors={new Map()} />
    </FormDialog>
  );
}
