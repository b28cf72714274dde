import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@/lib/router";
import { Button } from "@/components/button";
import { NameFilter } from "@/components/name-filter";
import { Page, useTitle } from "@/components/page";
import { type Column, Table } from "@/components/table";
import { Tags } from "@/components/tags";
import { Time } from "@/components/time";
import { Empty, Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { useQueryTexts } from "@/lib/route";
import { mostBlocks, savedBlocks } from "./api/get-blocks";
import { titleOf } from "./data";
import type { BlockDocument } from "./types";
import "./blocks.css";

const columns: Column<BlockDocument>[] = [
  { key: "name", title: "Block", width: "minmax(140px, 1fr)", narrow: "name", cell: ({ id, name }) => <Link to={paths.block} params={{ id }} data-open>{name}</Link> },
  { key: "type", title: "Type", width: "minmax(140px, 1fr)", narrow: "where", cell: ({ block_type: type }) => <span className="muted">{type?.name}</span> },
  { key: "can", title: "Can", width: "minmax(140px, 1.4fr)", cell: ({ block_schema: schema }) => <Tags tags={schema?.capabilities ?? []} /> },
  { key: "updated", title: "Changed", width: "96px", right: true, narrow: "when", cell: ({ updated }) => <Time at={updated} /> },
];

/** Saved blocks. */
export function BlocksPage() {
  useTitle("Blocks");
  const { name = "" } = useQueryTexts();
  const query = useQuery(savedBlocks);
  const navigate = useNavigate();
  const all = query.data ?? [];
  const rows = all.filter((block) => titleOf(block).includes(name.toLowerCase()));
  return (
    <Page title="Blocks" beside={all.length === mostBlocks && <span className="faint">the first {mostBlocks}</span>}
      actions={<Button changes look="primary" icon="plus" onClick={() => void navigate({ to: paths.blockCatalogue })}>New block</Button>}>
      <div><NameFilter label="Type or name" value={name} onChange={(part) => void navigate({ to: paths.blocks, search: part ? { name: part } : {}, replace: true })} /></div>
      {query.isPending ? <Waiting what="blocks" />
        : !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} />
        : all.length === 0 ? <Empty title="There is no block" icon="block" command="prefect block create secret">A block keeps the settings of something outside, such as a chat or a bucket; flows, deployments and automations use it by its name.</Empty>
        : rows.length === 0 ? <Empty title="No block is called so" icon="filter" />
        : <Table label="Blocks" columns={columns} rows={rows} rowKey={({ id }) => id} />}
    </Page>
  );
}
