import { Dialog } from "@/components/dialog";
import { pages } from "./nav";

const keys: [string, string][] = [
  ["Ctrl K, /", "find a page, a run, a flow, a deployment"],
  [pages.map(({ key }) => `g ${key}`).join(", "), `go to ${pages.map(({ label }) => label.toLowerCase()).join(", ")}`],
  ["j, k", "next row, row before"],
  ["Enter", "open the row"],
  ["x", "choose the row"],
  ["Shift ↑, Shift ↓", "in a pool's queues: before, after the next one"],
  ["+, −, 0", "in a timeline: closer, further, all"],
  ["←, →", "in a timeline: earlier, later"],
  ["?", "this help"],
];

export function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="keys">
        {keys.map(([key, what]) => <div key={key}><dt>{key.split(", ").map((k) => <kbd key={k}>{k}</kbd>)}</dt><dd>{what}</dd></div>)}
      </dl>
    </Dialog>
  );
}
