import { useEffect, useMemo, useRef } from "preact/hooks";
import { markId, type PolicyChange } from "../api";
import { columns } from "../charts/series";
import { TimeChart } from "../charts/time-chart";
import { clock, dayClock, iso, milliseconds, percent, rate, word } from "../format";
import type { Store } from "../store";
import { RANGES, type Range, type View } from "../view";
import { ExitTable } from "./exit-table";
import { Loop } from "./loop";
import { select } from "./select";
import { Spread } from "./spread";

interface Props { store: Store; view: View; change: (part: Partial<View>) => void; theme: string; tick: number }

const RANGE_NAMES: Record<Range, string> = { "5m": "5 min", "15m": "15 min", "1h": "1 h", "6h": "6 h", "24h": "24 h" };

export function FleetPage({ store, view, change, theme, tick }: Props) {
  const search = useRef<HTMLInputElement>(null);
  const rows = useMemo(() => [...store.exits.values()], [tick]);
  const chosen = useMemo(() => select(rows, view), [rows, view]);
  const total = useMemo(() => rows.reduce((sum, row) => sum + (row.requests ?? 0), 0), [rows]);
  const data = useMemo(() => (store.traffic ? columns(store.traffic) : null), [store.traffic]);
  const to = Math.floor(store.now() / 1_000);
  const from = to - RANGES[view.range];
  const marks = useMemo(
    () => [...store.changes.values()].filter((change) => change.atMs >= from * 1_000).sort((a, b) => a.atMs - b.atMs),
    [tick, view.range],
  );

  useEffect(() => { document.title = "Fleet · Fairlead"; }, []);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.key === "/" && !event.ctrlKey && !event.metaKey && !/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) {
        event.preventDefault();
        search.current?.focus();
        search.current?.select();
      }
    };
    document.addEventListener("keydown", focus);
    return () => document.removeEventListener("keydown", focus);
  }, []);

  const states = useMemo(() => [...new Set(rows.map((row) => row.state))].sort(), [rows]);
  const types = useMemo(() => [...new Set(rows.map((row) => row.poolType))].sort(), [rows]);
  const empty = store.trafficProblem ?? (store.traffic ? "No request ended in this span." : "Asking for the traffic…");
  const window = `last ${RANGE_NAMES[view.range]}, each ${store.traffic?.stepSeconds ?? 5} s`;
  const shared = { at: data?.at ?? [], from, to, marks, empty, theme, window };
  const objectives = store.status?.objectives;
  const lastOf = (values: (number | null)[] | undefined) => values?.filter((value) => value !== null).pop() ?? null;
  const p95 = lastOf(data?.p95);
  const success = lastOf(data?.success);
  const lines = useMemo(() => ({
    rate: [{ label: "requests", values: data?.perSecond ?? [], colour: "--accent", fill: true }],
    success: [{ label: "success", values: data?.success ?? [], colour: "--accent" }],
    latency: [
      { label: "p50", values: data?.p50 ?? [], colour: "--accent" },
      { label: "p95", values: data?.p95 ?? [], colour: "--ink", dash: [7, 4] },
      { label: "p99", values: data?.p99 ?? [], colour: "--ink-soft", dash: [2, 3] },
    ],
  }), [data]);

  return (
    <main id="main">
      <h1 class="hidden">Fleet</h1>
      <Loop status={store.status} rows={rows} traffic={store.traffic} p95={p95} />

      <section aria-labelledby="traffic-title">
        <header class="section">
          <h2 id="traffic-title">Traffic</h2>
          <div class="ranges" role="group" aria-label="Time range">
            {(Object.keys(RANGES) as Range[]).map((range) => (
              <button type="button" key={range} aria-pressed={view.range === range} onClick={() => change({ range })}>{RANGE_NAMES[range]}</button>
            ))}
          </div>
        </header>
        <div class="charts">
          <TimeChart {...shared} title="Requests per second" lines={lines.rate} format={(value) => `${rate(value)} /s`} axis={rate} floor={0} />
          <TimeChart {...shared} title="Success" lines={lines.success} format={(value) => percent(value)} axis={(value) => `${Math.round(value * 100)} %`} floor={null} ceiling={1.002}
            {...(objectives ? { objective: { value: objectives.successShare, label: `≥ ${percent(objectives.successShare, 0)}`, missed: success !== null && success < objectives.successShare } } : {})} />
          <TimeChart {...shared} title="Time to first byte" lines={lines.latency} format={milliseconds} axis={(value) => milliseconds(value).replace(/\.\d+/, "")} floor={0}
            {...(objectives ? { objective: { value: objectives.latencyP95Ms, label: `p95 ≤ ${milliseconds(objectives.latencyP95Ms)}`, missed: p95 !== null && p95 > objectives.latencyP95Ms } } : {})} />
        </div>
        <Changes marks={marks} range={RANGE_NAMES[view.range]} />
      </section>

      <section aria-labelledby="why-title">
        <header class="section"><h2 id="why-title">Quality and traffic</h2></header>
        <Spread rows={rows} windowSeconds={store.windowSeconds} view={view} change={change} loaded={store.fleetLoaded} />
      </section>

      <section aria-labelledby="exits-title" id="exits">
        <header class="section">
          <h2 id="exits-title">Exits</h2>
          <form class="filters" role="search" aria-label="Exits" onSubmit={(event) => event.preventDefault()}>
            <input ref={search} type="search" aria-label="Search exits by name, reason or AS" placeholder="Search name, reason, AS…" value={view.search}
              onInput={(event) => change({ search: event.currentTarget.value, page: 1 })} />
            <select aria-label="State" value={view.state} onChange={(event) => change({ state: event.currentTarget.value, page: 1 })}>
              <option value="">Any state</option>
              {states.map((state) => <option key={state} value={state}>{word(state)}</option>)}
            </select>
            <select aria-label="Type" value={view.type} onChange={(event) => change({ type: event.currentTarget.value, page: 1 })}>
              <option value="">Any type</option>
              {types.map((type) => <option key={type} value={type}>{word(type)}</option>)}
            </select>
            {(view.search || view.state || view.type || view.band) && (
              <button type="button" class="quiet" onClick={() => change({ search: "", state: "", type: "", band: null, page: 1 })}>
                Show all{view.band ? ` (now quality ${view.band[0]}–${view.band[1]})` : ""}
              </button>
            )}
          </form>
        </header>
        <div class="card flush">
          <ExitTable rows={chosen} all={rows.length} total={total} view={view} change={change} now={store.now()} windowSeconds={store.windowSeconds}
            empty={rows.length > 0 ? "No exit matches. Show all, or search for something else." : emptyFleet(store)} />
        </div>
      </section>
    </main>
  );
}

function emptyFleet(store: Store): string {
  if (store.fleetProblem) return store.fleetProblem;
  if (!store.fleetLoaded) return "Asking for the fleet…";
  if (store.status && !store.status.kafka.up) return "Exits appear here as soon as Kafka answers.";
  return "No decision about any exit yet. Exits appear here when an agent connects and the quality job has seen it.";
}

/** The same moments that the charts mark, for those who read rather than hover. */
function Changes({ marks, range }: { marks: PolicyChange[]; range: string }) {
  if (marks.length === 0) return <p class="changes-none">◆ No policy was changed in the last {range}.</p>;
  const newest = [...marks].reverse();
  return (
    <details class="changes">
      <summary><span class="mark" aria-hidden="true">◆</span> {marks.length === 1 ? "1 policy change" : `${marks.length} policy changes`} in the last {range}; newest: {newest[0]!.key}, {clock(newest[0]!.atMs)}, {newest[0]!.author}: “{newest[0]!.reason}”</summary>
      <ol>
        {newest.slice(0, 20).map((change) => (
          <li key={markId(change)}>
            <time dateTime={iso(change.atMs)}>{dayClock(change.atMs)}</time>
            <strong>{change.key}</strong> <span>version {change.version}{change.revision > 0 ? `, revision ${change.revision}` : ""}</span>
            <span>{change.author}: “{change.reason}”</span>
          </li>
        ))}
      </ol>
    </details>
  );
}
