import { useMutation, useQueryClient } from "@tanstack/react-query";
import { resendDelivery } from "@/api/resend-delivery";
import type { Id } from "@/api/types";
import { Button } from "./button";
import { tell } from "./toast";

/** Has what an automation did done once more. */
export function Resend({ id, ...button }: { id: Id; className?: string; "aria-label"?: string }) {
  const queries = useQueryClient();
  const resend = useMutation({
    mutationFn: () => resendDelivery(id),
    onSuccess: () => tell("It is being sent again"),
    onError: (error) => tell(error.message, true),
    onSettled: () => Promise.all(["automation", "automations", "deliveries", "home"].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
  return <Button {...button} changes icon="retry" disabled={resend.isPending} onClick={() => resend.mutate()}>Send again</Button>;
}
