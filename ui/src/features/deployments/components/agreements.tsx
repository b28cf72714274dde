import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { SLA } from "@/api/schema";
import { Button } from "@/components/button";
import { Menu } from "@/components/menu";
import { Section } from "@/components/page";
import { Status } from "@/components/status";
import { Sure } from "@/components/sure";
import { tell } from "@/components/toast";
import { agreementWords, replaced } from "../agreements";
import { setAgreements } from "../api/set-agreements";
import { commands, type Named } from "../commands";
import { AgreementDialog } from "./agreement-dialog";

type Asking = { what: "add" } | { what: "edit" | "delete"; sla: SLA } | null;

/** What was agreed about the runs of a deployment: a violation is an event, for which automations can wait. */
export function Agreements({ slas, named }: { slas: readonly SLA[]; named: Named }) {
  const [asking, setAsking] = useState<Asking>(null);
  const queries = useQueryClient();
  const close = () => setAsking(null);
  const remove = useMutation({
    mutationFn: (sla: SLA) => setAgreements(named.id, replaced(slas, sla, undefined)),
    onError: (error) => tell(error.message, true),
    onSettled: async () => {
      await queries.invalidateQueries({ queryKey: ["deployment-overview", named.id] });
      close();
    },
  });
  return (
    <Section title="Agreements" beside={<Button changes look="quiet" icon="plus" aria-label="Add an agreement" onClick={() => setAsking({ what: "add" })}>Add</Button>}>
      {slas.length === 0 ? <p className="card schedule-none muted">Nothing was agreed about its runs: how long they may take, how late they may start, how often one has to complete.</p> : (
        <ul className="card agreements">
          {slas.map((sla) => (
            <li key={sla.id}>
              <div className="schedule-what">
                <p><b>{sla.name}</b></p>
                <p className="muted">{agreementWords(sla)}</p>
              </div>
              <Status look={sla.enabled ? { tone: "completed", icon: "check", word: `Watched, ${sla.severity}` } : { tone: "paused", icon: "pause", word: "Off" }} />
              <Menu label={`More for the agreement ${sla.name}`} icon="more" square items={[
                { changes: true, label: "Change …", icon: "edit", onPick: () => setAsking({ what: "edit", sla }) },
                { changes: true, label: "Delete …", icon: "trash", danger: true, onPick: () => setAsking({ what: "delete", sla }) },
              ]} />
            </li>
          ))}
        </ul>
      )}
      {asking?.what === "add" && <AgreementDialog slas={slas} named={named} onClose={close} />}
      {asking?.what === "edit" && <AgreementDialog slas={slas} sla={asking.sla} named={named} onClose={close} />}
      {asking?.what === "delete" && (
        <Sure title={`Delete the agreement ${asking.sla.name}?`} text={`${agreementWords(asking.sla)}: nobody is told any more when it is not so.`} yes="Delete" no="Keep it" danger
          busy={remove.isPending} command={commands.agreements(named, replaced(slas, asking.sla, undefined))} onNo={close} onYes={() => remove.mutate(asking.sla)} />
      )}
    </Section>
  );
}
