import { Command } from "@/components/command";
import { Section } from "@/components/page";
import { Empty } from "@/components/views";
import { server } from "@/config/server";
import { commands } from "../words";

/** Why there is no inbox to look into, and how to come by one. */
export function NoGateway({ elsewhere }: { elsewhere: readonly string[] }) {
  const api = new URL(server.api, document.baseURI).href;
  return (
    <>
      <Empty title="This server takes no webhooks" icon="inbox" command={commands.up}>
        A gateway takes webhooks, keeps each until it is delivered, and makes a run or an event of it. Name them as [[webhook]] in reeve.toml: reeve up takes them at the server's own address.
      </Empty>
      {elsewhere.length > 0 ? (
        <Section title="Gateways elsewhere">
          <p className="in-text">{elsewhere.length === 1 ? `The gateway ${elsewhere[0] ?? ""} keeps` : `The gateways ${elsewhere.join(", ")} keep`} the inbox on a machine of {elsewhere.length === 1 ? "its" : "their"} own, where it is looked at:</p>
          <div className="buttons"><Command text={commands.list("")} /></div>
        </Section>
      ) : (
        <Section title="On a machine of its own">
          <p className="muted">A gateway that runs where the server does not takes webhooks while the server sleeps. Its inbox is looked at there, by reeve webhook ls.</p>
          <div className="buttons"><Command text={commands.gateway(api)} /></div>
        </Section>
      )}
    </>
  );
}
