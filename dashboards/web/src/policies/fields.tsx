import { useState } from "preact/hooks";
import { type Revision } from "../api";
import { change } from "../session/session";

/** Lets an operator set one field of a policy. It is a new revision with his name and reason; bounds and rules are checked before it is written. */
export function ChangeField({ policy, newest }: { policy: string; newest: Revision }) {
  const values = JSON.parse(newest.json) as Record<string, unknown>;
  const names = Object.keys(values).filter((name) => name !== "authorship" && name !== "scope").sort();
  const [field, setField] = useState<string | null>(null);
  const [value, setValue] = useState("");
  const [reason, setReason] = useState("");
  const [told, setTold] = useState<{ text: string; bad: boolean } | null>(null);
  const choose = (name: string) => { setField(name); setValue(JSON.stringify(values[name])); };
  const submit = (event: Event) => {
    event.preventDefault();
    if (field === null) return;
    setTold({ text: "Writing…", bad: false });
    change<{ done: string }>("/api/policy-changes", { key: policy, fields: { [field]: read(value) }, expectedRevision: newest.revision, reason }).then(
      (answer) => { setTold({ text: `${answer.done} It shows here within seconds.`, bad: false }); setField(null); setReason(""); },
      (e: Error) => setTold({ text: e.message, bad: true }),
    );
  };
  return (
    <div class="go-back">
      {field === null ? <button type="button" class="quiet" onClick={() => { choose(names[0] ?? ""); setTold(null); }}>Change a field</button> : (
        <form onSubmit={submit}>
          <label>Field <select value={field} onChange={(event) => choose(event.currentTarget.value)} ref={(select) => { if (select && document.activeElement === document.body) select.focus(); }}>{names.map((name) => <option key={name} value={name}>{name}</option>)}</select></label>
          <label>Value <input class="code" value={value} required onInput={(event) => setValue(event.currentTarget.value)} /></label>
          <label>Why? <input value={reason} maxLength={500} required onInput={(event) => setReason(event.currentTarget.value)} /></label>
          <button type="submit" class="act">Change it</button>
          <button type="button" class="quiet" onClick={() => setField(null)}>Leave it</button>
        </form>
      )}
      <p class={told?.bad ? "refusal" : "note"} role="status">{told?.text ?? ""}</p>
    </div>
  );
}

/** As it is written if that is JSON, else a text. */
function read(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
