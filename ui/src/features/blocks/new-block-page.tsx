import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@/lib/router";
import { useState } from "react";
import type { Json } from "@/api/types";
import { Button } from "@/components/button";
import { Field, Input } from "@/components/field";
import { Page, useTitle } from "@/components/page";
import { SchemaForm, validate } from "@/components/schema-form";
import { Empty, Failure, Waiting } from "@/components/views";
import { paths } from "@/config/paths";
import { usePathParam } from "@/lib/route";
import { initial } from "@/lib/schema";
import { createBlock } from "./api/change-block";
import { blockForm } from "./api/get-blocks";
import { nameFault } from "./data";
import type { BlockFields, BlockForm } from "./types";
import "./blocks.css";

/** Asks for a block of a type. */
export function NewBlockPage() {
  const query = useQuery(blockForm(usePathParam("name")));
  if (query.isPending) return <Waiting what="the type of the block" />;
  if (!query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <Form form={query.data} />;
}

function Form({ form: { block_type: type, schema } }: { form: BlockForm }) {
  useTitle(`New ${type.name}`);
  const fields = (schema?.fields ?? {}) as BlockFields;
  const [name, setName] = useState("");
  const [values, setValues] = useState<Json>(() => initial(fields, {}));
  const [errors, setErrors] = useState<ReadonlyMap<string, string>>(new Map());
  const queries = useQueryClient();
  const navigate = useNavigate();
  const make = useMutation({
    mutationFn: async () => {
      const found = await validate(fields, values);
      setErrors(found);
      return found.size > 0 ? null : createBlock({ name, data: values, block_type_id: type.id, block_schema_id: schema?.id ?? "" });
    },
    onSuccess: async (id) => {
      if (id === null) return;
      void queries.invalidateQueries({ queryKey: ["blocks"] });
      await navigate({ to: paths.block, params: { id } });
    },
  });
  if (!schema) return <Empty title={`Nobody has described ${type.name}`} icon="block" command="prefect block register --module my_package.blocks">The package that brings this type has to be registered once more.</Empty>;
  const fault = nameFault(name);
  return (
    <Page title={`New ${type.name}`}>
      {type.description && <p className="muted block-about">{type.description}</p>}
      <form className="form block-form" onSubmit={(event) => { event.preventDefault(); make.mutate(); }}>
        <Field label="Name" error={fault} hint="By which flows and templates speak of it.">{(props) => <Input {...props} required autoFocus value={name} onInput={(event) => setName(event.currentTarget.value)} />}</Field>
        <SchemaForm schema={fields} values={values} onChange={(next) => { setValues(next); setErrors(new Map()); }} errors={errors} />
        {make.error && <p className="field-error" role="alert">{make.error.message}</p>}
        <div className="buttons">
          <Button changes look="primary" type="submit" disabled={name === "" || fault !== undefined || make.isPending}>{make.isPending ? "Making …" : "Make the block"}</Button>
          <Button onClick={() => void navigate({ to: paths.blockCatalogue })}>Leave it</Button>
        </div>
      </form>
    </Page>
  );
}
