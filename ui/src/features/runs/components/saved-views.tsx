import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, Input } from "@/components/field";
import { Menu, type MenuItem } from "@/components/menu";
import { Sure } from "@/components/sure";
import { tell } from "@/components/toast";
import { deleteView, type KeptView, saveView, savedViews } from "../api/saved-views";
import type { Search } from "../filters";

/** Filters that are kept under a name, for everybody who uses this server. They are asked for when the menu is opened. */
export function SavedViews({ search, onPick }: { search: Search; onPick: (search: Search) => void }) {
  const [opened, setOpened] = useState(false);
  const [asking, setAsking] = useState<"name" | KeptView | null>(null);
  const queries = useQueryClient();
  const query = useQuery({ ...savedViews, enabled: opened });
  const views = query.data?.views ?? [];
  const same = new URLSearchParams(search).toString();
  const current = views.find((view) => new URLSearchParams(view.search).toString() === same);
  const act = useMutation({
    mutationFn: (what: () => Promise<void>) => what(),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["saved-views"] }),
    onError: (error) => tell(error.message, true),
    onSettled: () => setAsking(null),
  });
  const none: MenuItem[] = query.isPending || query.isError
    ? [{ label: query.isError ? query.error.message : "Reading the views …", not: "", onPick: () => undefined }] : [];
  return (
    <>
      <Menu label={current ? current.name : "Views"} icon="save" onOpen={() => setOpened(true)} items={[
        ...none,
        ...views.map((view) => ({ label: view.name, checked: view === current, onPick: () => onPick(view.search) })),
        { changes: true, label: "Save this view …", icon: "plus", onPick: () => setAsking("name") },
        ...(current ? [{ changes: true, label: `Delete “${current.name}” …`, icon: "trash" as const, danger: true, onPick: () => setAsking(current) }] : []),
      ]} />
      {asking === "name" && (
        <NameDialog taken={query.data?.others ?? []} busy={act.isPending} onClose={() => setAsking(null)} onName={(name) => act.mutate(() => saveView({ name, search }))} />
      )}
      {asking !== null && asking !== "name" && (
        <Sure title={`Delete the view “${asking.name}”?`} text="It is deleted for everybody. No run changes." yes="Delete" no="Keep it" danger
          onNo={() => setAsking(null)} busy={act.isPending} onYes={() => act.mutate(() => deleteView(asking.id))} />
      )}
    </>
  );
}

function NameDialog({ taken, busy, onName, onClose }: { taken: readonly string[]; busy: boolean; onName: (name: string) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const wanted = name.trim();
  const error = taken.includes(wanted) ? "Another program has a search of that name." : undefined;
  return (
    <Dialog title="Save this view" onClose={onClose}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); if (wanted && !error) onName(wanted); }}>
        <Field label="Name" error={error} hint="The server keeps it for everybody. One that has this name is replaced.">
          {(props) => <Input {...props} value={name} autoFocus maxLength={60} onInput={(event) => setName(event.currentTarget.value)} />}
        </Field>
        <footer><Button onClick={onClose}>Cancel</Button><Button changes look="primary" type="submit" disabled={!wanted || error !== undefined || busy}>Save</Button></footer>
      </form>
    </Dialog>
  );
}
