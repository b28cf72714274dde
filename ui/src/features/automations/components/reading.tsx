import { Section } from "@/components/page";
import { actionWords, whenWords } from "../sentence";
import type { Action, Automation, Names } from "../types";

/** What an automation waits for and does, part by part, to read. */
export function Reading({ automation, names }: { automation: Automation; names: Names }) {
  const { trigger, actions, actions_on_trigger: onTrigger, actions_on_resolve: onResolve } = automation;
  const parts: [string, Action[]][] = [["Then", actions], ["When that begins", onTrigger], ["When it is over", onResolve]];
  return (
    <div className="reading">
      <Section title="When"><p className="card reading-part">{whenWords(trigger, names)}</p></Section>
      {parts.filter(([title, all]) => all.length > 0 || title === "Then").map(([title, all]) => (
        <Section key={title} title={title}>
          {all.length === 0 ? <p className="card reading-part">do nothing</p> : (
            <ol className="card reading-list">{all.map((action, i) => <li key={i}><span>{actionWords(action, names)}</span><Texts action={action} /></li>)}</ol>
          )}
        </Section>
      ))}
    </div>
  );
}

/** What it says, or what it gives. */
function Texts({ action }: { action: Action }) {
  switch (action.type) {
    case "send-notification":
      return <pre tabIndex={0}>{[action.subject, action.body].filter(Boolean).join("\n\n")}</pre>;
    case "call-webhook":
      return action.payload ? <pre tabIndex={0}>{action.payload}</pre> : null;
    case "run-deployment":
      return action.parameters ? <pre tabIndex={0}>{JSON.stringify(action.parameters, null, 2)}</pre> : null;
    case "change-flow-run-state":
      return action.message ? <pre tabIndex={0}>{action.message}</pre> : null;
    default:
      return null;
  }
}
