import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Button, IconButton } from "@/components/button";
import { FormDialog } from "@/components/form-dialog";
import { tell } from "@/components/toast";
import { paths } from "@/config/paths";
import { deleteArtifact } from "../api/delete-artifact";
import { fileOf } from "../data";
import type { Artifact, ArtifactRow } from "../types";

export function ArtifactActions({ artifact, versions }: { artifact: Artifact; versions: readonly ArtifactRow[] }) {
  const [asking, setAsking] = useState(false);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const gone = async () => {
    tell("The artifact is deleted");
    const left = artifact.key !== null && versions.length > 1;
    await (left ? navigate({ to: paths.artifactKey, params: { name: artifact.key ?? "" } }) : navigate({ to: paths.artifacts }));
    queries.removeQueries({ queryKey: ["artifact", artifact.id] });
    await Promise.all([queries.invalidateQueries({ queryKey: ["artifact"] }), queries.invalidateQueries({ queryKey: ["artifacts"] })]);
  };
  return (
    <>
      <Button icon="download" onClick={() => download(artifact)}>Download</Button>
      <IconButton label="Delete this artifact" icon="trash" onClick={() => setAsking(true)} />
      {asking && (
        <FormDialog title="Delete this artifact?" act="Delete" danger run={() => deleteArtifact(artifact.id)} onDone={() => void gone()} onClose={() => setAsking(false)}>
          <p>{versions.length > 1 ? `The other ${versions.length - 1} of its key stay.` : "It is the last of its key."} This cannot be undone.</p>
        </FormDialog>
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
