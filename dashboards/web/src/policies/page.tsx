import { useEffect } from "preact/hooks";
import { api } from "../api";
import { dayClock, iso } from "../format";
import { useAnswer, walk } from "../pools/ask";

/** All policies that somebody set; with `?version=`, which of them a decision had last heard of. */
export function PoliciesPage(_: { tick: number }) {
  const { answer, problem } = useAnswer(api.policies, "policies");
  useEffect(() => { document.title = "Policies · Fairlead"; }, []);
  const { answer: kinds } = useAnswer(api.policyKinds, "kinds");
  const untouched = answer ? (kinds ?? []).map((kind) => `${kind}/default`).filter((key) => !answer.some((one) => one.key === key)) : [];
  const asked = /^\d+$/.exec(new URLSearchParams(location.search).get("version") ?? "")?.[0];
  const policies = answer ?? [];
  const exact = asked === undefined ? undefined : policies.find((one) => one.version === Number(asked));
  return (
    <main id="main">
      <h1 class="hidden">Policies</h1>
      {problem && <p class="note" role="status">{problem}</p>}
      {asked !== undefined && answer && (
        <p class="card lead">{exact
          ? <>Version {asked} is <a href={`/policy/${exact.key}`}>{exact.key}</a>, revision {exact.revision}, set by {exact.author}: “{exact.reason}”.</>
          : <>Version {asked} is not what any policy stands at now: it was set anew, taken back, or is older than what is kept here. Decisions with it knew everything below up to it.</>}</p>
      )}
      <section aria-labelledby="policies-title">
        <header class="section"><h2 id="policies-title">Policies</h2><span class="keys"><kbd>↑</kbd> <kbd>↓</kbd> walk <kbd>Enter</kbd> open</span></header>
        <div class="card flush">
          {policies.length === 0 ? <div class="empty">{answer ? "Nobody has set a policy: defaults count (docs/tuning.md). Set one: fairlead policy set KIND/SCOPE FIELD=VALUE --reason TEXT." : "Asking for the policies…"}</div> : (
            <div class="table-holder" tabIndex={0} role="region" aria-label="Table of policies">
              <table class="exits">
                <thead><tr><th scope="col"><span>Policy</span></th><th scope="col" class="number"><span>Version</span></th><th scope="col" class="number"><span>Revision</span></th><th scope="col"><span>Set</span></th><th scope="col"><span>By</span></th><th scope="col" class="why"><span>Why</span></th></tr></thead>
                <tbody onKeyDown={(event) => walk(event, "a.name")}>
                  {policies.map((one) => (
                    <tr key={one.key} class={one === exact ? "open" : ""} onClick={() => location.assign(`/policy/${one.key}`)}>
                      <th scope="row"><a class="name" href={`/policy/${one.key}`} onClick={(event) => event.stopPropagation()}>{one.key}</a></th>
                      <td class="number">{one.version}</td><td class="number">{one.revision}</td>
                      <td><time dateTime={iso(one.atMs)}>{dayClock(one.atMs)}</time></td><td>{one.author}</td><td class="why" title={one.reason}>{one.reason}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </div>
        {untouched.length > 0 && <p class="note under-chart">Nobody has set {untouched.map((key, i) => <>{i > 0 && ", "}<a class="code" href={`/policy/${key}`}>{key}</a></>)}: defaults count.</p>}
      </section>
    </main>
  );
}
