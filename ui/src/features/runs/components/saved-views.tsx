import { useState } from "react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, Input } from "@/components/field";
import { Menu } from "@/components/menu";
import type { Search } from "../filters";
import { deleteView, savedViews, saveView } from "../saved";

/** Filters that are kept under a name. */
export function SavedViews({ search, onPick }: { search: Search; onPick: (search: Search) => void }) {
  const [naming, setNaming] = useState(false);
  const [views, setViews] = useState(savedViews);
  const same = JSON.stringify(search);
  const current = views.find((view) => JSON.stringify(view.search) === same);
  return (
    <>
      <Menu label={current ? current.name : "Views"} icon="save" items={[
        ...views.map((view) => ({ label: view.name, checked: view === current, onPick: () => onPick(view.search) })),
        { label: "Save this view …", icon: "plus", onPick: () => setNaming(true) },
        ...(current ? [{ label: `Delete “${current.name}”`, icon: "trash" as const, danger: true, onPick: () => { deleteView(current.name); setViews(savedViews()); } }] : []),
      ]} />
      {naming && (
        <NameDialog onClose={() => setNaming(false)} onName={(name) => {
          saveView({ name, search });
          setViews(savedViews());
          setNaming(false);
        }} />
      )}
    </>
  );
}

function NameDialog({ onName, onClose }: { onName: (name: string) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  return (
    <Dialog title="Save this view" onClose={onClose}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); if (name.trim()) onName(name.trim()); }}>
        <Field label="Name" hint="It is kept in this browser. To share a view, share the page's address.">
          {(props) => <Input {...props} value={name} autoFocus maxLength={60} onInput={(event) => setName(event.currentTarget.value)} />}
        </Field>
        <footer><Button onClick={onClose}>Cancel</Button><Button look="primary" type="submit" disabled={!name.trim()}>Save</Button></footer>
      </form>
    </Dialog>
  );
}
