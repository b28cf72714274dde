import type { ComponentProps } from "react";
import { Input, Select } from "@/components/field";
import { type Unit, units } from "../schedule-draft";

const unitOptions = Object.keys(units).map((unit) => ({ value: unit, label: `${unit}s` }));

interface Props extends ComponentProps<typeof Input> {
  draft: { every: string; unit: Unit };
  set: (part: Partial<{ every: string; unit: Unit }>) => void;
}

/** A length of time: a number, and of what. */
export function Every({ draft, set, ...props }: Props) {
  return (
    <div className="schedule-every">
      <Input {...props} inputMode="decimal" value={draft.every} onInput={(event) => set({ every: event.currentTarget.value })} />
      <Select aria-label="Unit" value={draft.unit} options={unitOptions} onPick={(unit) => set({ unit: unit as Unit })} />
    </div>
  );
}
