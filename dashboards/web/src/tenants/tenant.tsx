import { useEffect, useMemo, useState } from "preact/hooks";
import { api } from "../api";
import { TimeChart } from "../charts/time-chart";
import { count, duration, percent, rate, word } from "../format";
import { useAnswer } from "../pools/ask";
import type { Store } from "../store";
import { Hits } from "./hit";

const SPANS = { "1 h": 1, "6 h": 6, "24 h": 24, "7 d": 168 } as const;
type Span = keyof typeof SPANS;

/** One tenant: what it asked for, what failed, where, and through whom. */
export function TenantPage({ store, id, theme }: { store: Store; id: string; theme: string; tick: number }) {
  const [span, setSpan] = useState<Span>("1 h");
  const { answer, problem } = useAnswer(() => api.tenant(id, SPANS[span]), `${id} ${span}`, 5_000);
  useEffect(() => { document.title = `${id} · Fairlead`; }, [id]);
  const series = useMemo(() => {
    const minutes = answer?.minutes ?? [];
    return {
      at: minutes.map((minute) => minute.atSeconds),
      requests: [{ label: "requests", values: minutes.map((minute) => minute.requests / (answer?.stepSeconds ?? 60)), colour: "--accent", fill: true }],
      success: [{ label: "success", values: minutes.map((minute) => (minute.requests > 0 ? 1 - minute.failures / minute.requests : null)), colour: "--accent" }],
    };
  }, [answer]);
  if (!answer) return <main id="main"><h1>{id}</h1><p class="empty">{problem ?? "Asking for the tenant…"}</p></main>;
  const now = store.now();
  const to = Math.floor(now / 1_000);
  const from = to - SPANS[span] * 3_600;
  const marks = [...store.changes.values()].filter((change) => change.atMs >= from * 1_000).sort((a, b) => a.atMs - b.atMs);
  const shared = { at: series.at, from, to, marks, theme, window: `last ${span}, each ${duration(answer.stepSeconds * 1_000)}`, empty: "No request of it ended in this span." };
  const requests = answer.minutes.reduce((sum, minute) => sum + minute.requests, 0);
  const failures = answer.minutes.reduce((sum, minute) => sum + minute.failures, 0);
  return (
    <main id="main" class="exit-page">
      <header class="exit-head">
        <p class="crumb"><a href="/tenants">Tenants</a> <span aria-hidden="true">›</span></p>
        <h1>{id}</h1>
        <p class="state-line"><span>{count(requests, "request")} in the last {span}</span><span>{failures.toLocaleString("en")} failed by no fault of its own{requests > 0 ? `, ${percent(failures / requests)}` : ""}</span></p>
      </header>
      {problem && <p class="note" role="status">{problem}</p>}
      <section aria-labelledby="traffic-title">
        <header class="section">
          <h2 id="traffic-title">Traffic</h2>
          <div class="ranges" role="group" aria-label="Span">
            {(Object.keys(SPANS) as Span[]).map((each) => <button type="button" key={each} aria-pressed={span === each} onClick={() => setSpan(each)}>{each}</button>)}
          </div>
        </header>
        <div class="charts two">
          <TimeChart {...shared} title="Requests per second" lines={series.requests} format={(value) => `${rate(value)} /s`} axis={rate} floor={0} />
          <TimeChart {...shared} title="Success" lines={series.success} format={(value) => percent(value)} axis={(value) => `${Math.round(value * 100)} %`} floor={null} ceiling={1.002} />
        </div>
      </section>
      <div class="halves">
        <section class="card" aria-labelledby="sites-title"><h2 id="sites-title">Where it failed</h2><Hits hits={answer.sites} now={now} tenants={false} empty="Nowhere in this span." /></section>
        <section class="card" aria-labelledby="exits-title">
          <h2 id="exits-title">Through which exits</h2>
          {answer.exits.length === 0 ? <p class="note">No failed request was tried on an exit.</p> : (
            <table class="small">
              <thead><tr><th scope="col">Exit</th><th scope="col" class="number">Failed requests</th><th scope="col" class="number">Last</th></tr></thead>
              <tbody>{answer.exits.map((exit) => <tr key={exit.exitId}><th scope="row"><a href={`/exit/${encodeURIComponent(exit.exitId)}`}>{exit.exitId}</a></th><td class="number">{exit.failures.toLocaleString("en")}</td><td class="number">{duration(now - exit.newestMs)} ago</td></tr>)}</tbody>
            </table>
          )}
        </section>
      </div>
      <section class="card" aria-labelledby="outcomes-title">
        <h2 id="outcomes-title">What its requests came to</h2>
        {answer.outcomes.length === 0 ? <p class="note">None ended in this span.</p> : (
          <div class="scroll" tabIndex={0} role="region" aria-label="Table of outcomes">
            <table class="small">
              <thead><tr><th scope="col">Pool</th><th scope="col">Outcome</th><th scope="col" class="number">Requests</th><th scope="col" class="number">Share</th></tr></thead>
              <tbody>{answer.outcomes.map((one) => <tr key={`${one.pool} ${one.outcome}`}><th scope="row">{one.pool || "none"}</th><td>{word(one.outcome)}</td><td class="number">{one.requests.toLocaleString("en")}</td><td class="number">{percent(one.requests / Math.max(1, requests))}</td></tr>)}</tbody>
            </table>
          </div>
        )}
      </section>
    </main>
  );
}
