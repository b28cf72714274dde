import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@/lib/router";
import { NameFilter } from "@/components/name-filter";
import { Page, useTitle } from "@/components/page";
import { Empty, Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { useQueryTexts } from "@/lib/route";
import { blockTypes } from "./api/get-blocks";
import "./blocks.css";

/** The types of blocks, to make one of. */
export function CataloguePage() {
  useTitle("New block");
  const { name = "" } = useQueryTexts();
  const query = useQuery(blockTypes);
  const navigate = useNavigate();
  const wanted = name.toLowerCase();
  const types = (query.data ?? []).filter(({ name, description }) => `${name} ${description ?? ""}`.toLowerCase().includes(wanted));
  return (
    <Page title="New block" beside={query.data && <span className="faint">{query.data.length} types</span>}>
      <div><NameFilter label="What it is for" value={name} onChange={(part) => void navigate({ to: paths.blockCatalogue, search: part ? { name: part } : {}, replace: true })} /></div>
      {query.isPending ? <Waiting what="the types of blocks" />
        : !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} />
        : types.length === 0 ? <Empty title="No type is like that" icon="filter" command="prefect block register --module my_package.blocks">Packages bring types of their own.</Empty>
        : (
          <ul className="block-types">
            {types.map(({ id, slug, name: title, description }) => (
              <li key={id}>
                <Link className="card" to={paths.newBlock} params={{ name: slug }}><b>{title}</b><span className="muted">{brief(description)}</span></Link>
              </li>
            ))}
          </ul>
        )}
    </Page>
  );
}

/** The first sentence. */
function brief(text: string | null): string {
  return text?.split(/(?<=\.)\s/)[0] ?? "";
}
