import { Field, TextArea } from "@/components/field";
import { lineOf } from "../json-place";

interface Props {
  text: string;
  faults: ReadonlyMap<string, string>;
  /** Why the text is no automation, before the server is asked. */
  problem: string | undefined;
  onChange: (text: string) => void;
}

const mostFaults = 8;

/** An automation as JSON. What the server finds fault with is named with its line, which a click leads to. */
export function JsonForm({ text, faults, problem, onChange }: Props) {
  const places = [...faults].slice(0, mostFaults).map(([at, message]) => ({ at, message, line: lineOf(text, at) }));
  const show = (line: number) => {
    const area = document.querySelector<HTMLTextAreaElement>(".wizard-json");
    if (!area) return;
    const starts = text.split("\n").slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    area.focus();
    area.setSelectionRange(starts, starts + (text.split("\n")[line - 1]?.length ?? 0));
  };
  return (
    <Field label="Automation as JSON" error={problem}>
      {(props) => (
        <>
          <TextArea {...props} className="wizard-json" rows={Math.min(40, Math.max(16, text.split("\n").length + 1))} value={text} onInput={(event) => onChange(event.currentTarget.value)} />
          {places.length > 0 && (
            <ul className="json-faults">
              {places.map(({ at, message, line }) => <li key={at}><button type="button" className="link" onClick={() => show(line)}>Line {line}</button> <code>{at}</code>: {message}</li>)}
            </ul>
          )}
        </>
      )}
    </Field>
  );
}
