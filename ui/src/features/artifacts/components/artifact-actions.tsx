import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Button, IconButton } from "@/components/button";
import { Sure } from "@/components/sure";
import { tell } from "@/components/toast";
import { paths } from "@/config/paths";
import { useDeletion } from "@/lib/leave";
import { deleteArtifact } from "../api/delete-artifact";
import { fileOf } from "../data";
import type { Artifact, ArtifactRow } from "../types";

export function ArtifactActions({ artifact, versions }: { artifact: Artifact; versions: readonly ArtifactRow[] }) {
  const [asking, setAsking] = useState(false);
  const leave = useDeletion();
  const others = artifact.key !== null && versions.length > 1;
  const remove = useMutation({
    mutationFn: () => leave(others ? paths.artifactKey : paths.artifacts, () => deleteArtifact(artifact.id), others ? { name: artifact.key ?? "" } : {}),
    onSuccess: () => tell("The artifact is deleted"),
    onError: (error) => tell(error.message, true),
    onSettled: () => setAsking(false),
  });
  return (
    <>
      <Button icon="download" onClick={() => download(artifact)}>Download</Button>
      <IconButton changes label="Delete this artifact" icon="trash" onClick={() => setAsking(true)} />
      {asking && (
        <Sure title="Delete this artifact?" text={`${versions.length > 1 ? `The other ${versions.length - 1} of its key stay.` : "It is the last of its key."} This cannot be undone.`}
          yes="Delete" no="Keep it" danger busy={remove.isPending} onNo={() => setAsking(false)} onYes={() => remove.mutate()} />
      )}
    </>
  );
}

function download(artifact: Artifact): void {
  const { name, mime, text } = fileOf(artifact.key ?? artifact.id, artifact.type, artifact.data);
  const address = URL.createObjectURL(new Blob([text], { type: mime }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
