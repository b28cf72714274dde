import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Json } from "@/api/types";
import { Button } from "@/components/button";
import { FormDialog } from "@/components/form-dialog";
import { Section } from "@/components/page";
import { fieldsOf } from "@/lib/schema";
import { changePool } from "../api/change-pool";
import { poolOverview } from "../api/get-pool";
import { defaultsOf, variablesOf } from "../template";
import type { Pool } from "../types";
import { TemplateForm } from "./template-form";

/** What the runs of a pool get unless their deployment says otherwise. */
export function JobTemplate({ pool }: { pool: Pool }) {
  const [open, setOpen] = useState(false);
  const values = Object.entries(defaultsOf(pool.base_job_template)).filter(([, value]) => value !== null && value !== undefined);
  const titles = new Map(fieldsOf(variablesOf(pool.base_job_template)).map(([name, field]) => [name, field.title ?? name]));
  return (
    <Section title="Job defaults" beside={<span className="push"><Button changes icon="edit" onClick={() => setOpen(true)}>Change</Button></span>}>
      {values.length === 0 ? <p className="card pool-none muted">The base job template sets nothing: each deployment says what it needs.</p> : (
        <dl className="card template-values">
          {values.map(([name, value]) => [<dt key={name}>{titles.get(name)}</dt>, <dd key={`${name} value`} className="mono">{typeof value === "string" ? value : JSON.stringify(value)}</dd>])}
        </dl>
      )}
      {open && <EditDialog pool={pool} onClose={() => setOpen(false)} />}
    </Section>
  );
}

function EditDialog({ pool, onClose }: { pool: Pool; onClose: () => void }) {
  const [template, setTemplate] = useState<Json | null>(pool.base_job_template);
  const queries = useQueryClient();
  const done = () => {
    void queries.invalidateQueries({ queryKey: poolOverview(pool.name).queryKey });
    onClose();
  };
  return (
    <FormDialog title={`Job defaults of ${pool.name}`} act="Save" wide not={template === null} onClose={onClose} onDone={done}
      run={() => changePool(pool.name, template ? { base_job_template: template } : {})}>
      <TemplateForm initial={pool.base_job_template} onChange={setTemplate} />
    </FormDialog>
  );
}
