import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@/lib/router";
import { useState } from "react";
import type { Json } from "@/api/types";
import { Button } from "@/components/button";
import { Field, Input } from "@/components/field";
import { Page, Section, useTitle } from "@/components/page";
import { Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { readLimit } from "@/lib/limits";
import { createPool } from "./api/change-pool";
import { poolTypes } from "./api/get-pool-types";
import { TemplateForm } from "./components/template-form";
import type { PoolType } from "./types";
import "./pool-page.css";

/** Makes a pool: what runs its work, what it is called, and what its runs get. */
export function NewPoolPage() {
  useTitle("New work pool");
  const query = useQuery(poolTypes);
  if (query.isPending) return <Waiting what="the types of pools" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <Form types={query.data} />;
}

function Form({ types }: { types: readonly PoolType[] }) {
  const [type, setType] = useState(types[0]);
  const [name, setName] = useState("");
  const [about, setAbout] = useState("");
  const [limit, setLimit] = useState("");
  const [template, setTemplate] = useState<Json | null>(type?.default_base_job_configuration ?? {});
  const read = readLimit(limit);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const make = useMutation({
    mutationFn: async () => {
      if (read instanceof Error) throw read;
      await createPool({ name: name.trim(), type: type?.type ?? "process", description: about.trim() || null, concurrency_limit: read, base_job_template: template ?? {} });
    },
    onSuccess: async () => {
      void queries.invalidateQueries({ queryKey: ["pools"] });
      await navigate({ to: paths.pool, params: { name: name.trim() } });
    },
  });
  const pick = (next: PoolType) => {
    setType(next);
    setTemplate(next.default_base_job_configuration);
  };
  return (
    <Page title="New work pool">
      <form className="form new-pool" onSubmit={(event) => { event.preventDefault(); make.mutate(); }}>
        <fieldset className="pool-types">
          <legend>What runs its work</legend>
          {types.map((each) => (
            <label key={each.type} className="card">
              <input type="radio" name="type" checked={each === type} onChange={() => pick(each)} />
              <b>{each.display_name}</b>
              <span>{each.description}</span>
            </label>
          ))}
        </fieldset>
        <Field label="Name">{(props) => <Input {...props} required value={name} onInput={(event) => setName(event.currentTarget.value)} />}</Field>
        <Field label="Runs at once" hint="Nothing for no limit." error={read instanceof Error ? read.message : undefined}>
          {(props) => <Input {...props} inputMode="numeric" value={limit} onInput={(event) => setLimit(event.currentTarget.value)} />}
        </Field>
        <Field label="Description">{(props) => <Input {...props} value={about} onInput={(event) => setAbout(event.currentTarget.value)} />}</Field>
        {type && <Section title="Job defaults" beside={<span className="faint">deployments may set others</span>}><TemplateForm key={type.type} initial={type.default_base_job_configuration} onChange={setTemplate} /></Section>}
        {make.error && <p className="field-error" role="alert">{make.error.message}</p>}
        <div className="buttons">
          <Button changes look="primary" type="submit" disabled={name.trim() === "" || read instanceof Error || template === null || make.isPending}>{make.isPending ? "Making …" : "Make the pool"}</Button>
          <Button onClick={() => void navigate({ to: paths.pools })}>Leave it</Button>
        </div>
      </form>
    </Page>
  );
}
