import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { Sure } from "@/components/sure";
import { tell } from "@/components/toast";
import type { WebhookReplay } from "@/api/schema";
import { grouped } from "@/lib/numbers";
import { replayWebhooks } from "../api/replay-webhooks";
import type { WebhookRow } from "../types";
import { commands, replayWords } from "../words";

/** Replays, and reads again what the pages show. */
function useReplay(onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wish: Partial<WebhookReplay>) => replayWebhooks(wish),
    onSuccess: (replayed) => tell(`${grouped(replayed)} ${replayed === 1 ? "webhook waits" : "webhooks wait"} to be delivered`),
    onError: (error) => tell(error.message, true),
    onSettled: async () => {
      onDone();
      await Promise.all(["webhooks", "webhook", "home"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
    },
  });
}

/** Delivers one webhook again, unless it waits for that anyway. */
export function Replay({ row }: { row: WebhookRow }) {
  const [asking, setAsking] = useState(false);
  const replay = useReplay(() => setAsking(false));
  const again = row.status === "delivered";
  if (row.status === "waiting") return null;
  return (
    <>
      <Button changes icon="retry" look={again ? "plain" : "primary"} onClick={() => setAsking(true)}>{again ? "Deliver once more …" : "Replay …"}</Button>
      {asking && (
        <Sure title={`Replay this webhook of ${row.path}?`} text={replayWords(row)} yes={again ? "Deliver it once more" : "Replay it"} no="Leave it"
          busy={replay.isPending} command={commands.replay(row)} onNo={() => setAsking(false)} onYes={() => replay.mutate({ ids: [row.id], again })} />
      )}
    </>
  );
}

/** Delivers all dead letters again. */
export function ReplayDead({ dead }: { dead: number }) {
  const [asking, setAsking] = useState(false);
  const replay = useReplay(() => setAsking(false));
  const count = `${grouped(dead)} ${dead === 1 ? "webhook that was" : "webhooks that were"} given up`;
  return (
    <>
      <Button changes icon="retry" onClick={() => setAsking(true)}>Replay the dead …</Button>
      {asking && (
        <Sure title={`Replay the ${count}?`} text="They wait to be delivered again, with what their paths say now. What is refused once more is given up once more." yes="Replay them" no="Leave them"
          busy={replay.isPending} command={commands.replayDead} onNo={() => setAsking(false)} onYes={() => replay.mutate({ dead: true })} />
      )}
    </>
  );
}
