import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@/lib/router";
import type { Id, Json } from "@/api/types";
import { paths } from "@/config/paths";
import type { Schema } from "@/lib/schema";
import { validate } from "./schema-form";

/** Starts a run once the server has found nothing wrong with its parameters, and leads to it. */
export function useStart(schema: Schema, parameters: Json, create: () => Promise<Id>, onDone: () => void) {
  const navigate = useNavigate();
  const start = useMutation({
    mutationFn: async () => {
      const errors = await validate(schema, parameters);
      return errors.size > 0 ? { errors } : { id: await create() };
    },
    onSuccess: (result) => {
      if (!("id" in result)) return;
      onDone();
      void navigate({ to: paths.run, params: { id: result.id } });
    },
  });
  return { start, errors: start.data && "errors" in start.data ? start.data.errors : new Map<string, string>() };
}
