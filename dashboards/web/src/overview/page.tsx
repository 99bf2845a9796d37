import { useEffect } from "preact/hooks";
import { api, markId, type Area, type AreaFigure, type Canary, type Finding, type OverviewAnswer, type PolicyChange, type RecentDecision, type State, type TenantShare } from "../api";
import { bits, clock, count, dayClock, duration, iso, milliseconds, percent, word } from "../format";
import { useAnswer, walk } from "../pools/ask";
import { PolicyLink } from "../policies/link";
import type { Store } from "../store";

export const STATES: Record<State, { glyph: string; word: string }> = {
  BAD: { glyph: "▲", word: "wrong" },
  WATCH: { glyph: "◐", word: "worth a look" },
  GOOD: { glyph: "●", word: "well" },
  UNKNOWN: { glyph: "◌", word: "nothing told" },
};

/** Is anything wrong, since when, what did we decide, why. */
export function OverviewPage({ store }: { store: Store; tick: number }) {
  const { answer, problem } = useAnswer(api.overview, "overview");
  useEffect(() => { document.title = "Overview · Fairlead"; }, []);
  if (!answer) return <main id="main"><h1>Overview</h1><p class="empty">{problem ?? "Asking how it is…"}</p></main>;
  const now = store.now();
  return (
    <main id="main" class="overview">
      <header class="verdict">
        <h1>{verdict(answer)}</h1>
        {problem && <p class="note" role="status">{problem}</p>}
        {answer.historyProblem && <p class="note">{answer.historyProblem}</p>}
      </header>
      <ul class="areas" onKeyDown={(event) => walk(event, "a")}>{answer.areas.map((area) => <li key={area.id}><Tile area={area} /></li>)}</ul>
      <Findings answer={answer} now={now} />
      <div class="halves">
        <Decisions decisions={answer.decisions} now={now} />
        <div class="stack">
          <Tenants tenants={answer.tenants} />
          <Changes changes={answer.changes} canaries={answer.canaries} now={now} />
        </div>
      </div>
    </main>
  );
}

function verdict(answer: OverviewAnswer): string {
  const bad = answer.findings.filter((finding) => finding.state === "BAD").length;
  const watch = answer.findings.length + answer.findingsLeft - bad;
  if (bad > 0) return `${count(bad, "thing is", "things are")} wrong${watch > 0 ? `, ${watch} more worth a look` : ""}`;
  if (watch > 0) return `Nothing is wrong, ${count(watch, "thing is", "things are")} worth a look`;
  return answer.areas.every((area) => area.state === "UNKNOWN") ? "Nothing was told yet" : "Nothing is wrong";
}

function Tile({ area }: { area: Area }) {
  const { glyph, word: how } = STATES[area.state];
  return (
    <a class={`card area ${area.state.toLowerCase()}`} href={area.href}>
      <h2><span class="glyph" aria-hidden="true">{glyph}</span> {area.title}<span class="hidden">, {how}</span></h2>
      {area.id === "loop" && area.figures.length > 0 ? <LoopFigures figures={area.figures} /> : area.figures.length > 0 && (
        <ul class="area-figures">
          {area.figures.map((figure) => (
            <li key={figure.label} class={figure.bad ? "bad" : ""}><b>{amount(figure.value, figure)}</b>{figure.of !== null && <span class="of"> of {amount(figure.of, figure)}</span>} <span class="label">{figure.label}</span></li>
          ))}
        </ul>
      )}
      <p class="note">{area.says}</p>
    </a>
  );
}

/** p50 and p99 of each topic, side by side. */
function LoopFigures({ figures }: { figures: AreaFigure[] }) {
  const topics = [...new Set(figures.map((figure) => figure.label.replace(/ p\d+$/, "")))];
  const of = (topic: string, which: string) => figures.find((figure) => figure.label === `${topic} ${which}`);
  return (
    <ul class="area-figures loops">
      {topics.map((topic) => {
        const p99 = of(topic, "p99");
        return <li key={topic} class={p99?.bad ? "bad" : ""}><span class="label">{topic}</span> <span class="pair-of"><span class="of">p50</span> {milliseconds(of(topic, "p50")?.value ?? -1)} <span class="of">p99</span> <b>{milliseconds(p99?.value ?? -1)}</b></span></li>;
      })}
    </ul>
  );
}

function amount(value: number, figure: AreaFigure): string {
  if (figure.unit === "SHARE") return percent(value);
  if (figure.unit === "MS") return figure.label.startsWith("age") ? duration(value) : milliseconds(value);
  if (figure.unit === "BITS_PER_SECOND") return bits(value);
  return value.toLocaleString("en");
}

function Findings({ answer, now }: { answer: OverviewAnswer; now: number }) {
  const title = (id: string) => answer.areas.find((area) => area.id === id)?.title ?? id;
  return (
    <section aria-labelledby="findings-title">
      <header class="section"><h2 id="findings-title">What is wrong</h2>{answer.findings.length > 0 && <span class="keys"><kbd>↑</kbd> <kbd>↓</kbd> walk <kbd>Enter</kbd> open</span>}</header>
      <div class="card flush">
        {answer.findings.length === 0 ? <p class="empty">{answer.areas.every((area) => area.state === "UNKNOWN") ? "Nothing can be said: no job, edge or exit was heard yet." : "Nothing. Areas that are not told of are marked ◌."}</p> : (
          <div class="table-holder" tabIndex={0} role="region" aria-label="What is wrong, as a table">
            <table class="exits findings">
              <thead><tr><th scope="col"><span>What</span></th><th scope="col"><span>Since</span></th><th scope="col"><span>Decided</span></th><th scope="col"><span>Why</span></th><th scope="col" class="number"><span>Policy</span></th></tr></thead>
              <tbody onKeyDown={(event) => walk(event, "a.name")}>
                {answer.findings.map((finding) => <FindingRow key={`${finding.area} ${finding.href} ${finding.what.replace(/\d+/g, "")}`} finding={finding} area={title(finding.area)} now={now} />)}
              </tbody>
            </table>
          </div>
        )}
      </div>
      {answer.findingsLeft > 0 && <p class="note under-chart">{count(answer.findingsLeft, "more is", "more are")} left out here.</p>}
    </section>
  );
}

function FindingRow({ finding, area, now }: { finding: Finding; area: string; now: number }) {
  const { glyph, word: how } = STATES[finding.state];
  return (
    <tr class={finding.state === "BAD" ? "bad" : ""} onClick={() => location.assign(finding.href)}>
      <th scope="row"><a class="name" href={finding.href} onClick={(event) => event.stopPropagation()}><span class="glyph" aria-hidden="true">{glyph}</span> <span class="hidden">{how}: </span>{finding.what}</a><span class="under">{area}</span></th>
      <td class={finding.sinceMs === null ? "none" : ""}>{finding.sinceMs === null ? "–" : <><time dateTime={iso(finding.sinceMs)}>{now - finding.sinceMs > 86_400_000 ? dayClock(finding.sinceMs) : clock(finding.sinceMs)}</time> <small>{finding.sinceAtLeast ? <span title="Seen since then; it may have begun earlier">at least {duration(now - finding.sinceMs)}</span> : duration(now - finding.sinceMs)}</small></>}</td>
      <td class={finding.decided ? "words" : "none"}>{finding.decided || "–"}</td>
      <td class={finding.why ? "words" : "none"}>{finding.why || "–"}</td>
      <td class={finding.policyVersion === null ? "number none" : "number"} onClick={(event) => event.stopPropagation()}>{finding.policyVersion === null ? "–" : <PolicyLink version={finding.policyVersion} />}</td>
    </tr>
  );
}

function Decisions({ decisions, now }: { decisions: RecentDecision[]; now: number }) {
  return (
    <section class="card" aria-labelledby="decisions-title">
      <h2 id="decisions-title">Decided lately</h2>
      <p class="note">Pools, the map, relays; of exits those that are not well.</p>
      {decisions.length === 0 ? <p class="empty">No decision of the last day.</p> : (
        <ol class="story">
          {decisions.map((one) => (
            <li key={`${one.kind} ${one.subject} ${one.what} ${one.atMs}`}>
              <time dateTime={iso(one.atMs)}>{duration(now - one.atMs)} ago</time>
              <span><b><a href={one.href}>{one.subject}</a></b> {one.what}{one.why && <>: {one.why}</>}<small>policy version <PolicyLink version={one.policyVersion} /></small></span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Tenants({ tenants }: { tenants: TenantShare[] | null }) {
  const shown = (tenants ?? []).slice(0, 6);
  return (
    <section class="card" aria-labelledby="tenants-title">
      <h2 id="tenants-title">Who was hit, last 15 min</h2>
      {shown.length === 0 ? <p class="note">{tenants ? "Nobody asked for anything." : "History does not answer."}</p> : (
        <table class="small">
          <thead><tr><th scope="col">Tenant</th><th scope="col" class="number">Requests</th><th scope="col" class="number">Failed</th><th scope="col" class="number">Share</th></tr></thead>
          <tbody onKeyDown={(event) => walk(event, "a")}>
            {shown.map((one) => (
              <tr key={one.tenant}>
                <th scope="row"><a href={`/tenant/${encodeURIComponent(one.tenant)}`}>{one.tenant || "no tenant"}</a></th>
                <td class="number">{one.requests.toLocaleString("en")}</td><td class="number">{one.failures.toLocaleString("en")}</td><td class="number">{percent(one.requests ? one.failures / one.requests : 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p class="note"><a href="/tenants">All tenants</a></p>
    </section>
  );
}

/** Stages in which a canary decides, or is about to. */
const onTrial = new Set(["BASELINE", "RUNNING", "HELD"]);

function Changes({ changes, canaries, now }: { changes: PolicyChange[]; canaries: Canary[]; now: number }) {
  return (
    <section class="card" aria-labelledby="changes-title">
      <h2 id="changes-title">Policies, last day</h2>
      {canaries.length > 0 && (
        <ul class="trials">
          {canaries.map((canary) => (
            <li key={canary.policyKey} class={canary.stage === "ROLLED_BACK" ? "bad" : ""}>
              <b><a href={`/policy/canary/${canary.policyKey}`}>{canary.policyKey}</a></b> on {percent(canary.share, 0)} of {canary.policyKey.startsWith("pool/") ? "pools" : "exits"}: {word(canary.stage).toLowerCase()} {onTrial.has(canary.stage) ? `for ${duration(now - canary.sinceMs)}` : `${duration(now - canary.sinceMs)} ago`}
              <small>{canary.reason || `by ${canary.author}`}; success {canary.successChange >= 0 ? "+" : "−"}{percent(Math.abs(canary.successChange))}, time to the first byte × {canary.latencyRatio.toFixed(2)}</small>
            </li>
          ))}
        </ul>
      )}
      {changes.length === 0 ? <p class="note">No policy was changed.</p> : (
        <ol class="story">
          {changes.map((change) => (
            <li key={markId(change)}>
              <time dateTime={iso(change.atMs)}>{duration(now - change.atMs)} ago</time>
              <span><b><a href={`/policy/${change.key}`}>{change.key}</a></b> {change.author}: “{change.reason}”<small>version {change.version}{change.revision > 0 ? `, revision ${change.revision}` : ""}</small></span>
            </li>
          ))}
        </ol>
      )}
      <p class="note"><a href="/policies">All policies</a></p>
    </section>
  );
}
