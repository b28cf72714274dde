import type * as api from "@/api/schema";
import type { Id, Moment } from "@/api/types";

export type { Preview, PreviewFiring } from "@/api/schema";

export type Automation = api.Automation;
export type Trigger = Automation["trigger"];
export type EventTrigger = api.EventTrigger;
export type MetricTrigger = api.MetricTrigger;
export type Action = Automation["actions"][number];
export type ActionType = NonNullable<Action["type"]>;
export type Delivery = api.AutomationDelivery;

/** What people call resources, by ids such as "prefect.deployment.<id>"; "" for what is gone. */
export type Names = Readonly<Record<string, string | undefined>>;

/** What a client says of an automation. */
export type AutomationBody = Omit<api.AutomationCreate, "owner_resource">;

export interface Figures {
  last_fired: Moment | null;
  waiting: number;
  dead: number;
}

export type AutomationRow = Automation & Figures;

export interface Firing {
  id: Id;
  triggered: Moment;
  states: string[];
  labels: Record<string, string>;
  event: { id: Id; event: string; occurred: Moment; resource: Record<string, string> } | null;
  value: number | null;
}

export interface Overview {
  automation: Automation;
  figures: Figures;
  names: Names;
  firings: Firing[];
  deliveries: Delivery[];
  now: Moment;
}

/** Something that can be chosen. */
export interface Choice {
  id: Id;
  title: string;
}

export type ChoiceKind = "flows" | "deployments" | "pools" | "queues" | "automations" | "notifiers" | "webhooks";
export type Choices = Record<ChoiceKind, Choice[]>;
export type Editor = Choices & { automation: Automation | null; now: Moment };
