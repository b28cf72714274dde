import { grouped } from "@/lib/numbers";
import { Link, useNavigate } from "@/lib/router";
import type { Home } from "@/api/types";
import { paths } from "@/config/paths";
import { clock } from "@/lib/time";
import { heightOf, most, type Piece, piecesOf } from "../geometry";

/** Bars of the runs of each flow over the last day. A bar leads to the runs of that half hour. */
export function History({ history }: { history: Home["history"] }) {
  const flows = history.flows.map((flow) => ({ flow, pieces: piecesOf(flow, history.pieces) }));
  const scale = most(flows.map(({ pieces }) => pieces));
  const start = Date.parse(history.start);
  if (flows.length === 0) return <p className="card home-none muted">Nothing ran.</p>;
  return (
    <div className="card history">
      {flows.map(({ flow, pieces }) => {
        const total = pieces.reduce((sum, { ok, bad, other }) => sum + ok + bad + other, 0);
        const bad = pieces.reduce((sum, piece) => sum + piece.bad, 0);
        return (
          <div key={flow.id} className="history-row">
            <Link className="home-name cut" to={paths.runs} search={{ flow: flow.name, when: "24h" }}>{flow.name}</Link>
            <Bars flow={flow.name} pieces={pieces} scale={scale} start={start} length={history.seconds * 1000} />
            <span className="num muted">{grouped(total)} {bad > 0 && <span className="history-bad" title={`${bad} failed`}>{bad} failed</span>}</span>
          </div>
        );
      })}
      <div className="history-row history-axis faint" aria-hidden="true"><span /><span className="history-ends"><span>{clock(start, start)}</span><span>{clock(start + 43_200_000, start)}</span><span>now</span></span><span /></div>
    </div>
  );
}

/** The bars of one flow: a picture that can be pressed. By keyboard the flow's name leads to the same runs. */
function Bars({ flow, pieces, scale, start, length }: { flow: string; pieces: Piece[]; scale: number; start: number; length: number }) {
  const navigate = useNavigate();
  const iso = (ms: number) => new Date(ms).toISOString().replace(".000", "");
  const open = (i: number) => void navigate({ to: paths.runs, search: { flow, when: "between", after: iso(start + i * length), before: iso(start + (i + 1) * length) } });
  return (
    <div className="history-bars" role="img" aria-label={`Runs of ${flow} over the last day`}>
      {pieces.map((piece, i) => {
        const { ok, bad, other } = piece;
        if (ok + bad + other === 0) return <span key={i} className="bar" />;
        const words = [ok && `${ok} completed`, bad && `${bad} failed`, other && `${other} other`].filter(Boolean).join(", ");
        const at = start + i * length;
        return (
          <span key={i} className="bar some" title={`${clock(at, at)}: ${words}`} onClick={() => open(i)}>
            {bad > 0 && <i className="bad" style={{ height: `${heightOf(bad, scale)}%` }} />}
            {other > 0 && <i className="other" style={{ height: `${heightOf(other, scale)}%` }} />}
            {ok > 0 && <i className="ok" style={{ height: `${heightOf(ok, scale)}%` }} />}
          </span>
        );
      })}
    </div>
  );
}
