import { useState } from "react";
import { get } from "@/api/client";
import { ApiError } from "@/api/errors";
import { setPassword } from "@/api/password";
import { Button } from "@/components/button";
import { Field, Input } from "@/components/field";
import "./login.css";

/** Asks for the password and tries it before it is kept. */
export function Login() {
  const [text, setText] = useState("");
  const [remember, setRemember] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const enter = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await get("/reeve/version", undefined, text);
      setPassword(text, remember);
    } catch (error) {
      setProblem(error instanceof ApiError && error.status === 401 ? "That is not the password." : (error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="login">
      <form className="card form" onSubmit={(event) => { event.preventDefault(); void enter(); }}>
        <h1>Log in to Reeve</h1>
        <Field label="Password" error={problem} hint="The whole string of PREFECT_API_AUTH_STRING, such as admin:secret.">
          {(props) => <Input {...props} type="password" autoComplete="current-password" autoFocus value={text} onInput={(event) => setText(event.currentTarget.value)} />}
        </Field>
        <label className="check"><input type="checkbox" checked={remember} onChange={() => setRemember(!remember)} />Remember it in this browser</label>
        <Button look="primary" type="submit" disabled={busy || text === ""}>{busy ? "Asking …" : "Log in"}</Button>
      </form>
    </main>
  );
}
