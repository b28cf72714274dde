import { Empty } from "./views";
import "./json-view.css";

/** Values as they are, to read and to copy. */
export function JsonView({ value, empty }: { value: object | null; empty: string }) {
  if (!value || Object.keys(value).length === 0) return <Empty title={empty} icon="dots" />;
  return <pre className="json" tabIndex={0}>{JSON.stringify(value, null, 2)}</pre>;
}
