import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { api, type Decision, type Ended, type ExitDetails } from "../api";
import { TimeChart } from "../charts/time-chart";
import { Factor } from "../fleet/exit-details";
import { clock, count, dayClock, duration, iso, milliseconds, percent, quality, word } from "../format";
import { PolicyLink } from "../policies/link";
import { ExitInPools } from "../pools/story";
import type { Store } from "../store";
import { HitBy } from "../tenants/hit";

interface Props { store: Store; id: string; theme: string; tick: number }

const SPANS = { "1 h": 1, "6 h": 6, "24 h": 24, "7 d": 168 } as const;
type Span = keyof typeof SPANS;

/** A page that changes four times a second asks for the evidence at most this often, ms. */
const ASK_MS = 2_000;
const SHOWN = 40;

/** One exit: what its quality is made of, on what evidence, why, how it came about, and what its tries came to. */
export function ExitPage({ store, id, theme, tick }: Props) {
  const [details, setDetails] = useState<ExitDetails | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [span, setSpan] = useState<Span>("1 h");
  const asked = useRef({ version: "", atMs: 0, span: "" });
  const row = store.exits.get(id) ?? details?.exit ?? null;
  const version = row?.version ?? "";

  useEffect(() => {
    const last = asked.current;
    const waits = last.span === span && (last.version === version || Date.now() - last.atMs < ASK_MS);
    if (waits && details) return;
    if (!details && last.span === span && Date.now() - last.atMs < ASK_MS) return;
    asked.current = { version, atMs: Date.now(), span };
    api.exit(id, SPANS[span]).then(
      (answer) => { setDetails(answer); setProblem(null); },
      (e: Error) => setProblem(e.message),
    );
  }, [id, version, span, tick]);

  useEffect(() => { document.title = `${id} · Fairlead`; }, [id]);

  useEffect(() => {
    const back = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) location.assign(`/fleet?exit=${encodeURIComponent(id)}`);
    };
    document.addEventListener("keydown", back);
    return () => document.removeEventListener("keydown", back);
  }, [id]);

  const series = useMemo(() => columnsOf(details?.history ?? []), [details?.history]);
  const lines = useMemo(() => ({
    quality: [{ label: "quality", values: series.quality, colour: "--accent", fill: true }],
    shares: [
      { label: "success", values: series.success, colour: "--accent" },
      { label: "stays", values: series.stays, colour: "--ink", dash: [7, 4] },
      { label: "network", values: series.network, colour: "--ink-soft", dash: [2, 3] },
    ],
  }), [series]);

  if (!details || !row) return <main id="main"><h1>{id}</h1><p class="empty">{problem ?? "Asking for the evidence…"}</p></main>;
  const now = store.now();
  const to = Math.floor(now / 1_000);
  const from = to - SPANS[span] * 3_600;
  const marks = [...store.changes.values()].filter((change) => change.atMs >= from * 1_000).sort((a, b) => a.atMs - b.atMs);
  const shared = { at: series.at, from, to, marks, theme, window: `last ${span}, at each decision`, empty: details.historyProblem ?? "No decision of this span is in ClickHouse yet." };
  const { success, disconnect } = details;
  return (
    <main id="main" class="exit-page">
      <header class="exit-head">
        <p class="crumb"><a href={`/fleet?exit=${encodeURIComponent(id)}`}>Fleet</a> <span aria-hidden="true">›</span></p>
        <h1>{id}</h1>
        <p class="state-line">
          <b>{word(row.state)}</b>
          <span>{row.poolType === "UNKNOWN" ? "type not told" : word(row.poolType)}{row.asn > 0 ? `, AS${row.asn}` : ""}</span>
          <span>runs {row.running} of {row.capacity}, takes {row.available} more</span>
          {details.upSinceMs > 0 && <span>up for {duration(now - details.upSinceMs)}</span>}
          <span class="keys"><kbd>Esc</kbd> fleet</span>
        </p>
      </header>
      {problem && <p class="note" role="status">{problem}</p>}

      <section aria-label={`Components of the quality of ${id}`} class="details flat">
        <div class="factors">
          <div class="equals">
            <span class="label">Quality</span>
            <strong>{quality(row.quality)}</strong>
            <span class="note">of 100{row.lowConfidence ? ", capped: an input is missing" : ""}</span>
          </div>
          <span class="operator" aria-hidden="true">=</span>
          <Factor label="Benchmark" value={details.benchmarkTerm} max={0.5}
            note={details.benchmarkTerm < 0 ? "not measured yet" : `${milliseconds(row.benchmarkMs)}${against(details.psiMs)}, weight ${details.benchmarkWeight.toFixed(1)}`} />
          <span class="operator" aria-hidden="true">+</span>
          <Factor label="Ping" value={details.pingTerm} max={0.5}
            note={details.pingTerm < 0 ? "not measured yet" : `${milliseconds(row.pingMs)}${against(details.omegaMs)}, weight ${details.pingWeight.toFixed(1)}`} />
          <span class="operator" aria-hidden="true">×</span>
          <Factor label="Stays connected" value={1 - disconnect.mean} max={1}
            note={`${percent(1 - disconnect.upper)} – ${percent(1 - disconnect.lower)}, weight ${disconnect.weight.toFixed(1)}`} />
          <span class="operator" aria-hidden="true">×</span>
          <Factor label="Success" value={success.mean} max={1}
            note={`${percent(success.lower)} – ${percent(success.upper)}, weight ${success.weight.toFixed(1)}`} />
          <span class="operator" aria-hidden="true">×</span>
          <Factor label="Its network carries" value={details.networkSuccess} max={1}
            note={details.networkSuccess < 1 ? "no fault of the exit's" : "nothing known against it"} />
        </div>
      </section>

      <div class="exit-columns">
        <section class="card">
          <h2>Why</h2>
          {details.reasons.length === 0 ? <p class="note">There is nothing to complain about.</p> : (
            <ol class="reasons">{details.reasons.map((reason) => <li key={reason}><span>{reason}</span></li>)}</ol>
          )}
          {details.failingTargets.length > 0 && (
            <p class="note">A target of {details.failingTargets.join(", ")} fails whatever the exit. Nothing of that is in this quality.</p>
          )}
          <dl class="facts">
            <div><dt>Decided</dt><dd><time dateTime={iso(row.issuedAtMs)}>{duration(now - row.issuedAtMs)} ago</time>, for {details.trigger}</dd></div>
            {details.triggerObservedAtMs > 0 && <div><dt>Event seen at</dt><dd>{details.triggerEdgeId || "no edge"}, {clock(details.triggerObservedAtMs)}</dd></div>}
            <div><dt>Version</dt><dd class="code">{row.version}</dd></div>
            <div><dt>Policy version</dt><dd><PolicyLink version={row.policyVersion} /></dd></div>
          </dl>
        </section>

        <section class="card">
          <h2>Outlook</h2>
          {details.stays.length === 0 ? <p class="note">No chance to stay was told.</p> : (
            <table class="small fits">
              <thead><tr><th scope="col">Stays online for</th><th scope="col" class="number">Chance</th><th scope="col" class="number">Between</th></tr></thead>
              <tbody>
                {details.stays.map(({ horizonMs, chance }) => (
                  <tr key={horizonMs}>
                    <th scope="row">{duration(horizonMs)}</th>
                    <td class="number">{percent(chance.mean)}</td>
                    <td class="number">{percent(chance.lower)} – {percent(chance.upper)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          <p class="note">{basis(details)}</p>
        </section>

        <section class="card">
          <h2>By target class</h2>
          {details.classes.length === 0 ? <p class="note">No class has its own figures yet.</p> : (
            <div class="scroll" tabIndex={0} role="region" aria-label="Table of target classes">
              <table class="small">
                <thead><tr><th scope="col">Class</th><th scope="col" class="number">Quality</th><th scope="col" class="number">Benchmark</th><th scope="col" class="number">Success</th><th scope="col" class="number">Weight</th><th scope="col" class="number">Blocks</th><th scope="col" class="number">Traffic</th></tr></thead>
                <tbody>
                  {details.classes.map((one) => (
                    <tr key={one.name}>
                      <th scope="row">{one.name}{details.failingTargets.includes(one.name) ? <small> target fails</small> : null}</th>
                      <td class="number">{quality(one.quality)}</td>
                      <td class="number">{milliseconds(one.benchmarkMs)}</td>
                      <td class="number">{percent(one.success.mean)}</td>
                      <td class="number">{Math.round(one.success.weight)}</td>
                      <td class="number">{percent(one.blockRate)}</td>
                      <td class="number">{percent(one.trafficShare, 0)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </section>
      </div>

      <section aria-labelledby="history-title">
        <header class="section">
          <h2 id="history-title">History</h2>
          <div class="ranges" role="group" aria-label="Span">
            {(Object.keys(SPANS) as Span[]).map((each) => (
              <button type="button" key={each} aria-pressed={span === each} onClick={() => setSpan(each)}>{each}</button>
            ))}
          </div>
        </header>
        <div class="charts two">
          <TimeChart {...shared} title="Quality" lines={lines.quality} format={quality} axis={(value) => String(Math.round(value))} floor={0} ceiling={101} />
          <TimeChart {...shared} title="Success, staying and network" lines={lines.shares} format={(value) => percent(value)} axis={(value) => `${Math.round(value * 100)} %`} floor={null} ceiling={1.002} />
        </div>
        <div class="card"><Decisions history={details.history} problem={details.historyProblem} span={span} /></div>
      </section>

      <section aria-labelledby="hit-title">
        <header class="section"><h2 id="hit-title">Who was hit, last {span}</h2></header>
        <div class="card"><HitBy by="exit" id={id} hours={SPANS[span]} now={now} /></div>
      </section>

      <section aria-labelledby="pools-title">
        <header class="section"><h2 id="pools-title">In pools, last 7 d</h2></header>
        <div class="card"><ExitInPools id={id} /></div>
      </section>

      <section aria-labelledby="tries-title">
        <header class="section"><h2 id="tries-title">Tries, last {span}</h2></header>
        <div class="card"><Tries outcomes={details.outcomes} problem={details.historyProblem} /></div>
      </section>
    </main>
  );
}

/** Twice the reference scores the full half. */
function against(referenceMs: number): string {
  return referenceMs > 0 ? ` against ${milliseconds(2 * referenceMs)}` : "";
}

function basis(details: ExitDetails): string {
  const weight = details.stays[0]?.chance.weight ?? 0;
  if (details.disconnectBasis === "survival") return `By how long its like stay, at its age and hour, and by its own past; they dropped out ${Math.round(weight)} times at such ages.`;
  if (details.disconnectBasis === "hazard") return `By a constant hazard of its own: too little was seen of its like. It stands on ${weight.toFixed(1)} hours online.`;
  return "On what it stands was not told.";
}

/** Oldest first, one point a second at most: a chart's times must rise. */
function columnsOf(history: Decision[]) {
  const out = { at: [] as number[], quality: [] as (number | null)[], success: [] as (number | null)[], stays: [] as (number | null)[], network: [] as (number | null)[] };
  for (const one of [...history].reverse()) {
    const at = Math.floor(one.issuedAtMs / 1_000);
    if (at === out.at[out.at.length - 1]) continue;
    out.at.push(at);
    out.quality.push(one.quality);
    out.success.push(one.success);
    out.stays.push(1 - one.disconnect);
    out.network.push(one.networkSuccess);
  }
  return out;
}

function Decisions({ history, problem, span }: { history: Decision[] | null; problem: string | null; span: Span }) {
  if (!history) return <p class="note">{problem ?? "No history."}</p>;
  if (history.length === 0) return <p class="note">No decision of the last {span} is in ClickHouse yet.</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Table of decisions">
      <table class="small stacked">
        <caption class="under">{count(history.length, "decision")}{history.length > SHOWN ? `, the newest ${SHOWN} shown` : ""}</caption>
        <thead><tr><th scope="col">Time</th><th scope="col">State</th><th scope="col" class="number">Quality</th><th scope="col" class="number">Cmax</th><th scope="col">For</th><th scope="col" class="number">Policy</th><th scope="col">Reasons</th></tr></thead>
        <tbody>
          {history.slice(0, SHOWN).map((one) => (
            <tr key={`${one.jobEpoch}.${one.counter}`}>
              <th scope="row"><time dateTime={iso(one.issuedAtMs)}>{span === "24 h" || span === "7 d" ? dayClock(one.issuedAtMs) : clock(one.issuedAtMs)}</time></th>
              <td>{word(one.state)}</td>
              <td class="number">{quality(one.quality)}</td>
              <td class="number">{one.capacityRequests}</td>
              <td>{one.trigger}</td>
              <td class="number"><PolicyLink version={one.policyVersion} /></td>
              <td class="words">{one.reasons.length === 0 ? "–" : one.reasons.join("; ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const WHOSE: Record<string, string> = {
  NONE: "nobody's: carried", EXIT: "the exit's", TARGET: "the target's", ASN: "its network's", CLIENT: "the client's", EDGE: "the edge's", CAPACITY: "it was full", AMBIGUOUS: "open at the edge: the job rules",
};

function Tries({ outcomes, problem }: { outcomes: Ended[] | null; problem: string | null }) {
  if (!outcomes) return <p class="note">{problem ?? "Not known."}</p>;
  if (outcomes.length === 0) return <p class="note">No try through this exit ended in this span.</p>;
  const total = outcomes.reduce((sum, one) => sum + one.tries, 0);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Table of tries">
      <table class="small">
        <caption class="under">{count(total, "try", "tries")}, as edges saw them</caption>
        <thead><tr><th scope="col">Class</th><th scope="col">Outcome</th><th scope="col">Whose fault</th><th scope="col" class="number">Tries</th><th scope="col" class="number">Share</th></tr></thead>
        <tbody>
          {outcomes.slice(0, 30).map((one) => (
            <tr key={`${one.targetClass} ${one.layer} ${one.outcome}`}>
              <th scope="row">{one.targetClass || "none"}</th>
              <td>{word(one.outcome)}</td>
              <td>{WHOSE[one.layer] ?? word(one.layer)}</td>
              <td class="number">{one.tries.toLocaleString("en")}</td>
              <td class="number">{percent(one.tries / total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
