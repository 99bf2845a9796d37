import { useState } from "preact/hooks";
import { type Revision } from "../api";
import { change } from "../session/session";

/** Lets an operator say an earlier revision again. It is a new revision with his name and reason; nothing is forgotten. */
export function GoBack({ policy, to, seen }: { policy: string; to: Revision; seen: number }) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const [told, setTold] = useState<{ text: string; bad: boolean } | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    setTold({ text: "Writing…", bad: false });
    change<{ done: string }>("/api/policy-rollbacks", { key: policy, toRevision: to.revision, expectedRevision: seen, reason }).then(
      (answer) => { setTold({ text: `${answer.done} It shows here within seconds.`, bad: false }); setOpen(false); },
      (e: Error) => setTold({ text: e.message, bad: true }),
    );
  };
  return (
    <div class="go-back">
      {open ? (
        <form onSubmit={submit}>
          <label>Why go back to revision {to.revision}? <input value={reason} maxLength={500} required onInput={(event) => setReason(event.currentTarget.value)} ref={(field) => field?.focus()} /></label>
          <button type="submit" class="act">Go back</button>
          <button type="button" class="quiet" onClick={() => setOpen(false)}>Leave it</button>
        </form>
      ) : <button type="button" class="quiet" onClick={() => { setOpen(true); setTold(null); }}>Go back to revision {to.revision}</button>}
      <p class={told?.bad ? "refusal" : "note"} role="status">{told?.text ?? ""}</p>
    </div>
  );
}
