import { type ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { api, type Revision } from "../api";
import { count, dayClock, iso } from "../format";
import { useAnswer } from "../pools/ask";
import { useSession } from "../session/who";
import { ChangeField } from "./fields";
import { GoBack } from "./rollback";

type Field = { name: string; before: string | null; after: string | null };

/** One policy: what counts, and who changed what, when and why. */
export function PolicyPage({ id }: { id: string; tick: number }) {
  const { answer, problem } = useAnswer(() => api.policy(id), id, 5_000);
  const who = useSession();
  useEffect(() => { document.title = `${id} · Fairlead`; }, [id]);
  useEffect(() => {
    const back = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) location.assign("/policies");
    };
    document.addEventListener("keydown", back);
    return () => document.removeEventListener("keydown", back);
  }, []);
  if (!answer) return <main id="main"><h1>{id}</h1><p class="empty">{problem ?? "Asking for the policy…"}</p></main>;
  const [newest] = answer.revisions;
  return (
    <main id="main">
      <header class="exit-head">
        <p class="crumb"><a href="/policies">Policies</a> <span aria-hidden="true">›</span></p>
        <h1>{id}</h1>
        <p class="state-line">{newest ? <><span>version {newest.version}, revision {newest.revision}</span><span>{newest.author}: “{newest.reason}”</span></> : <span>{answer.defaults === "" ? "Not in history yet." : "Nobody has set it: its defaults count."}</span>}<span class="keys"><kbd>Esc</kbd> policies</span></p>
      </header>
      {problem && <p class="note" role="status">{problem}</p>}
      {answer.turns.length > 0 && (
        <section class="card" aria-labelledby="turns-title">
          <h2 id="turns-title">What the trial did by itself</h2>
          <ol class="story">{[...answer.turns].reverse().map((turn) => <li key={turn.atMs}><time dateTime={iso(turn.atMs)}>{dayClock(turn.atMs)}</time><span>{turn.reason}</span></li>)}</ol>
        </section>
      )}
      {answer.revisions.length === 0 && answer.defaults !== "" && <DefaultsCard policy={id} json={answer.defaults} operator={who?.role === "operator"} />}
      {answer.revisions.length > 0 && <section aria-labelledby="revisions-title">
        <header class="section"><h2 id="revisions-title">{count(answer.revisions.length, "revision")}</h2></header>
        <div class="stack">
          {answer.revisions.map((revision, i) => <RevisionCard key={revision.version} revision={revision} former={answer.revisions[i + 1]}>{newest && who?.role === "operator" && (i > 0 ? <GoBack policy={id} to={revision} seen={newest.revision} /> : newest.json !== "" && !id.startsWith("canary/") && <ChangeField policy={id} newest={newest} />)}</RevisionCard>)}
        </div>
      </section>}
    </main>
  );
}

/** Built-in values, and for operators the way to the first revision. */
function DefaultsCard({ policy, json, operator }: { policy: string; json: string; operator: boolean }) {
  return (
    <section class="card" aria-labelledby="defaults-title">
      <h2 id="defaults-title">Defaults</h2>
      <div class="scroll" tabIndex={0} role="region" aria-labelledby="defaults-title">
        <table class="small">
          <thead><tr><th scope="col">Field</th><th scope="col">Value</th></tr></thead>
          <tbody>{difference("", json).map((field) => <tr key={field.name}><th scope="row" class="code">{field.name}</th><td class="code">{field.after}</td></tr>)}</tbody>
        </table>
      </div>
      {operator && <ChangeField policy={policy} newest={{ atMs: 0, author: "", reason: "", version: -1, revision: 0, json }} />}
    </section>
  );
}

function RevisionCard({ revision, former, children }: { revision: Revision; former: Revision | undefined; children?: ComponentChildren }) {
  const changed = difference(former?.json ?? "", revision.json);
  return (
    <section class="card" aria-label={`Revision ${revision.revision}`}>
      <p class="row wraps"><b>Revision {revision.revision}</b> <span>version {revision.version}</span> <time dateTime={iso(revision.atMs)}>{dayClock(revision.atMs)}</time> <span>{revision.author}: “{revision.reason}”</span></p>
      {revision.json === "" ? <p class="note">Taken back: defaults count.</p> : changed.length === 0 ? <p class="note">Nothing differs from the one before.</p> : (
        <details open={former !== undefined}>
          <summary>{former ? `${count(changed.length, "field differs", "fields differ")} from revision ${former.revision}` : `${count(changed.length, "field")}`}</summary>
          <div class="scroll" tabIndex={0} role="region" aria-label={`Fields of revision ${revision.revision}`}>
            <table class="small">
              <thead><tr><th scope="col">Field</th>{former && <th scope="col">Before</th>}<th scope="col">Value</th></tr></thead>
              <tbody>{changed.map((field) => <tr key={field.name}><th scope="row" class="code">{field.name}</th>{former && <td class="code">{field.before ?? "–"}</td>}<td class="code">{field.after ?? "–"}</td></tr>)}</tbody>
            </table>
          </div>
        </details>
      )}
      {children}
    </section>
  );
}

/** Fields that differ, by name; who wrote it and when is told beside. */
function difference(before: string, after: string): Field[] {
  const old = fields(before);
  const now = fields(after);
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((name) => name !== "authorship" && old[name] !== now[name])
    .sort()
    .map((name) => ({ name, before: old[name] ?? null, after: now[name] ?? null }));
}

function fields(json: string): Record<string, string> {
  if (json === "") return {};
  return Object.fromEntries(Object.entries(JSON.parse(json) as Record<string, unknown>).map(([name, value]) => [name, JSON.stringify(value)]));
}
