import { useState } from "react";
import { readTags, tagText } from "@/lib/tag-list";
import { Command } from "./command";
import { Field, Input } from "./field";
import { FormDialog } from "./form-dialog";

interface Props {
  /** Whose tags they are. */
  of: string;
  tags: readonly string[];
  command: (tags: string[]) => string;
  save: (tags: string[]) => Promise<unknown>;
  onDone: () => void;
  onClose: () => void;
}

/** Asks for the tags of something. */
export function TagsDialog({ of, tags, command, save, onDone, onClose }: Props) {
  const [text, setText] = useState(() => tagText(tags));
  const wanted = readTags(text);
  return (
    <FormDialog title={`Tags of ${of}`} act="Save" run={() => save(wanted)} onDone={onDone} onClose={onClose}>
      <Field label="Tags" hint="With commas between.">{(props) => <Input {...props} autoFocus value={text} onInput={(event) => setText(event.currentTarget.value)} />}</Field>
      <Command text={command(wanted)} />
    </FormDialog>
  );
}
