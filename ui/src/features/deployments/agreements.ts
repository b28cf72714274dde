/** Agreements about the runs of a deployment: in words, and while they are typed. Pure. */
import type { SLA, SLACreate, SLASeverity } from "@/api/schema";
import { duration } from "@/lib/time";
import { type Unit, units } from "./schedule-draft";

/** What an agreement can be about. */
export const subjects = { duration: "How long a run may take", within: "How late a run may start", stale_after: "How long it may go without a completed run" } as const;
export type Subject = keyof typeof subjects;

export const severities: SLASeverity[] = ["minor", "low", "moderate", "high", "critical"];

/** What it is about, and the seconds that it allows. */
export function boundOf(sla: Pick<SLA, Subject>): { subject: Subject; seconds: number } {
  for (const subject of ["duration", "within", "stale_after"] as const) {
    const seconds = sla[subject];
    if (seconds !== undefined && seconds !== null) return { subject, seconds };
  }
  return { subject: "duration", seconds: 0 };
}

/** What says so on the wire. */
function bounded(subject: Subject, seconds: number): Pick<SLACreate, Subject> {
  if (subject === "duration") return { duration: seconds };
  return subject === "within" ? { within: seconds } : { stale_after: seconds };
}

/** "A run takes 30 m at most." */
export function agreementWords(sla: Pick<SLA, Subject>): string {
  const { subject, seconds } = boundOf(sla);
  const time = duration(seconds);
  if (subject === "duration") return `A run takes ${time} at most`;
  return subject === "within" ? `A run starts at most ${time} late` : `A run completes at least every ${time}`;
}

/** An agreement while it is typed. */
export interface AgreementDraft {
  name: string;
  subject: Subject;
  every: string;
  unit: Unit;
  severity: SLASeverity;
  enabled: boolean;
}

/** What is edited: of one that is there, or of a new one. */
export function agreementDraft(sla?: SLA): AgreementDraft {
  if (!sla) return { name: "", subject: "duration", every: "30", unit: "minute", severity: "moderate", enabled: true };
  const { subject, seconds } = boundOf(sla);
  const unit = (Object.keys(units) as Unit[]).findLast((name) => seconds % units[name] === 0) ?? "second";
  return { name: sla.name, subject, every: String(seconds / units[unit]), unit, severity: sla.severity, enabled: sla.enabled };
}

/** The agreement of a draft; an Error says what is missing. */
export function agreementOf({ name, subject, every, unit, severity, enabled }: AgreementDraft): SLACreate | Error {
  const seconds = Number(every) * units[unit];
  if (!Number.isFinite(seconds) || seconds <= 0) return new Error("A time of more than nothing.");
  return { name: name.trim(), severity, enabled, ...bounded(subject, seconds) };
}

/** All agreements once one of them is in the place of another: without `now` it goes, without `before` it is new. */
export function replaced(all: readonly SLA[], before: SLA | undefined, now: SLACreate | undefined): SLACreate[] {
  const kept = all.filter(({ id }) => id !== before?.id).map((sla): SLACreate => {
    const { subject, seconds } = boundOf(sla);
    return { name: sla.name, severity: sla.severity, enabled: sla.enabled, ...bounded(subject, seconds) };
  });
  return now ? [...kept, now] : kept;
}

/** Where all agreements of a deployment are set at once. */
export function agreementsPath(deployment: string): string {
  return `/slas/apply-resource-slas/prefect.deployment.${deployment}`;
}
