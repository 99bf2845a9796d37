import { useEffect, useMemo, useState } from "preact/hooks";
import { api, type MapAnswer, type MapGroup, type MapPast, type MapState } from "../api";
import { TimeChart } from "../charts/time-chart";
import { bits, count, duration, milliseconds, percent, word } from "../format";
import { useAnswer } from "../pools/ask";
import type { Store } from "../store";
import { Explanation } from "./explanation";
import { Prefixes } from "./prefixes";
import { EVIDENCE, evidenceWord, GROUP_GLYPHS, isBad, VERDICTS } from "./words";
import { World } from "./world";

const SPANS = { "1 h": 1, "6 h": 6, "24 h": 24, "7 d": 168 } as const;
type Span = keyof typeof SPANS;
/** Groups with a line of their own, those with the highest price or load first; lines differ by dash. */
const LINES = 4;
const DASHES: (number[] | undefined)[] = [undefined, [6, 4], [2, 3], [10, 3, 2, 3]];

interface Asked { of: string; group: string; evidence: string }

function readAsked(): Asked {
  const said = new URLSearchParams(location.search);
  return { of: (said.get("of") ?? "").slice(0, 60), group: said.get("group") ?? "", evidence: said.get("evidence") ?? "" };
}

/** Who is served from where, why, and how good that is. */
export function MapPage({ store, theme }: { store: Store; theme: string; tick: number }) {
  const { answer, problem } = useAnswer(api.map, "map");
  const [asked, setAsked] = useState<Asked>(readAsked);
  useEffect(() => { document.title = "Map · Fairlead"; }, []);
  const change = (part: Partial<Asked>) => setAsked((before) => {
    const after = { ...before, ...part };
    const says = new URLSearchParams(Object.entries(after).filter(([, value]) => value));
    history.replaceState(null, "", location.pathname + (says.size > 0 ? `?${says}` : ""));
    return after;
  });
  if (!answer) return <main id="main"><h1 class="hidden">Network map</h1><p class="empty">{problem ?? "Asking for the map…"}</p></main>;
  const { state, groups } = answer;
  if (groups.length === 0) return <main id="main"><h1 class="hidden">Network map</h1><p class="empty">No delivery group is defined, so there is no map. Make one: fairlead group set NAME --address IP=EDGE --capacity 10G --reason TEXT.</p></main>;
  const now = store.now();
  return (
    <main id="main" class="map-page">
      <h1 class="hidden">Network map</h1>
      {problem && <p class="note" role="status">{problem}</p>}
      <Says answer={answer} />
      {state ? <Figures state={state} now={now} /> : <p class="note">No map was told yet: the map job makes the first one 3 s after it has read what stands.</p>}
      <Search asked={asked.of} ask={(of) => change({ of })} />
      {asked.of && <Explanation of={asked.of} now={now} close={() => change({ of: "" })} />}
      <section aria-labelledby="groups-title">
        <header class="section"><h2 id="groups-title">Groups</h2></header>
        <World groups={groups} displaced={answer.displaced} chosen={asked.group} choose={(group) => change({ group })} />
        <div class="card flush"><Groups groups={groups} chosen={asked.group} choose={(group) => change({ group })} /></div>
      </section>
      {state && <Evidence answer={answer} state={state} chosen={asked.evidence} choose={(evidence) => change({ evidence })} />}
      <Prefixes groups={groups} group={asked.group} evidence={asked.evidence} choose={change} ask={(prefix) => { change({ of: prefix.replace(/\/32$/, "") }); document.getElementById("search")?.scrollIntoView(); }} />
      <Past now={now} theme={theme} groups={groups} />
    </main>
  );
}

function Says({ answer }: { answer: MapAnswer }) {
  const says = [
    answer.state?.reason && sentence(answer.state.reason),
    answer.state?.frozen && "Evidence stands still: name servers are silent, or their set is changing.",
    answer.left > 0 && `${answer.left.toLocaleString("en")} records of prefixes and resolvers over the console's limit are in none of these figures; raise --map-prefixes-max.`,
  ].filter(Boolean);
  if (says.length === 0) return null;
  return <aside class="problems inline" aria-label="What is to say of the map"><ul>{says.map((each) => <li key={String(each)}>{each}</li>)}</ul></aside>;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
}

function Figures({ state, now }: { state: MapState; now: number }) {
  const { served } = state;
  const known = state.coverage.filter((each) => each.evidence !== "DEFAULT" && each.evidence !== "UNKNOWN").reduce((sum, each) => sum + each.demandShare, 0);
  const over = state.boundMs > 0 ? Math.max(0, state.meanCostMs / state.boundMs - 1) : 0; // the bound counts what leaving costs
  const stages = state.rollOut === "RUNNING" ? `stage ${state.stage} of 4, ${percent(state.rolledShare, 0)} of prefixes, for ${duration(now - state.stageSinceMs)}` : state.rollOut === "HALTED" ? "the former entries stand again" : `for ${duration(now - state.stageSinceMs)}`;
  return (
    <dl class="figures-row">
      <Figure label="Regret of clients" value={served.samples > 0 ? milliseconds(served.meanMs) : "–"} window={served.samples > 0 ? `beyond their nearest group, p95 ${milliseconds(served.p95Ms)}, ${served.samples.toLocaleString("en")} measured under the map before` : "no client was measured under the map before"} />
      <Figure label="Mean cost" value={milliseconds(state.meanCostMs)} window={`${percent(over)} over the least that capacities allow`} missed={over > 0.05} />
      <Figure label="Moved by this map" value={percent(state.movedShare)} window={`of ${bits(state.demandBitsPerSecond)} of demand`} />
      <Figure label="Known" value={percent(known, 0)} window="of demand, from any evidence" />
      <Figure label="Map" value={String(state.mapEpoch)} window={`${count(state.entries, "entry", "entries")}, told ${duration(now - state.issuedAtMs)} ago`} />
      <Figure label="Roll-out" value={word(state.rollOut)} window={state.rolled.samples > 0 ? `${stages}; regret ${milliseconds(state.rolled.meanMs)} of those with it, ${milliseconds(state.control.meanMs)} of the control group` : stages} missed={state.rollOut === "HALTED"} />
    </dl>
  );
}

function Figure({ label, value, window, missed }: { label: string; value: string; window: string; missed?: boolean }) {
  return (
    <div class={`card figure ${missed ? "missed" : ""}`}>
      <dt>{missed && <span aria-hidden="true">▲ </span>}{label}</dt>
      <dd class="value">{value}</dd>
      <dd class="window">{window}</dd>
    </div>
  );
}

function Search({ asked, ask }: { asked: string; ask: (of: string) => void }) {
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  return (
    <form id="search" class="filters" role="search" onSubmit={(event) => { event.preventDefault(); ask(text.trim()); }}>
      <label for="asker">Who serves</label>
      <input id="asker" type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} placeholder="resolver or subnet, 192.0.2.7" spellcheck={false} autocomplete="off" />
      <button type="submit" class="quiet">Ask why</button>
    </form>
  );
}

function Groups({ groups, chosen, choose }: { groups: MapGroup[]; chosen: string; choose: (group: string) => void }) {
  return (
    <div class="table-holder">
      <table class="exits groups">
        <caption class="hidden">Groups with state, load, price and what they serve</caption>
        <thead>
          <tr>
            <th scope="col"><span>Group</span></th>
            <th scope="col"><span>State</span></th>
            <th scope="col"><span>Load <small>of capacity, planned marked</small></span></th>
            <th scope="col" class="number"><span>Price</span></th>
            <th scope="col" class="number wide"><span>Serves</span></th>
            <th scope="col" class="number wide"><span>Is nearest to</span></th>
            <th scope="col" class="number wide"><span>Prefixes</span></th>
            <th scope="col" class="wide why"><span>What is to say</span></th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.id} class={chosen === group.id ? "open" : ""} onClick={() => choose(chosen === group.id ? "" : group.id)}>
              <th scope="row">
                <button type="button" class="link" aria-pressed={chosen === group.id} onClick={(event) => { event.stopPropagation(); choose(chosen === group.id ? "" : group.id); }}>{group.id}</button>
                <span class="under plain">{[group.city, group.country.toUpperCase(), !group.defined && "deleted"].filter(Boolean).join(", ")}</span>
              </th>
              <td><span class={`state ${isBad(group.state) ? "bad" : ""}`}><span aria-hidden="true">{GROUP_GLYPHS[group.state] ?? "◌"}</span> {word(group.state)}</span></td>
              <td><LoadBar group={group} /></td>
              <td class="number">{milliseconds(group.priceMs)}</td>
              <td class="number wide">{bits(group.demandBitsPerSecond)}</td>
              <td class="number wide">{bits(group.nearestBitsPerSecond)}</td>
              <td class="number wide">{group.prefixes.toLocaleString("en")}</td>
              <td class="wide why" title={group.reason}>{group.reason || (group.nameServers.length > 0 ? `name servers ${group.nameServers.join(", ")}` : "no name server stands with it")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Load now as a bar, what the map gives it as a mark across. */
function LoadBar({ group }: { group: MapGroup }) {
  const of = (value: number) => (group.capacityBitsPerSecond > 0 ? Math.min(1, Math.max(0, value) / group.capacityBitsPerSecond) : 0);
  const load = of(group.loadBitsPerSecond);
  return (
    <span class="meter">
      <svg class={`gauge ${load > group.shedFromShare ? "bad" : ""}`} width="84" height="12" viewBox="0 0 84 12" aria-hidden="true">
        <rect class="track" x="0" y="3" width="84" height="6" rx="3" />
        <rect class="fill" x="0" y="3" width={84 * load} height="6" rx="3" />
        <line x1={84 * of(group.plannedBitsPerSecond)} x2={84 * of(group.plannedBitsPerSecond)} y1="0" y2="12" />
      </svg>
      <span class="value">{group.loadBitsPerSecond < 0 ? "–" : bits(group.loadBitsPerSecond)}<small class="wide-only"> of {bits(group.capacityBitsPerSecond)}</small><span class="hidden">, planned {bits(group.plannedBitsPerSecond)}</span></span>
    </span>
  );
}

function Evidence({ answer, state, chosen, choose }: { answer: MapAnswer; state: MapState; chosen: string; choose: (evidence: string) => void }) {
  const order = Object.keys(EVIDENCE);
  const coverage = [...state.coverage].sort((one, other) => order.indexOf(one.evidence) - order.indexOf(other.evidence));
  const resolvers = answer.verdicts.reduce((sum, each) => sum + each.resolvers, 0);
  return (
    <section aria-labelledby="evidence-title">
      <header class="section"><h2 id="evidence-title">What it stands on</h2></header>
      <div class="spread">
        <div class="card">
          <h3>Prefixes by their best evidence</h3>
          <ul class="classes">
            {coverage.map((each) => (
              <li key={each.evidence}>
                <button type="button" aria-pressed={chosen === each.evidence} onClick={() => choose(chosen === each.evidence ? "" : each.evidence)} title={EVIDENCE[each.evidence]?.[1]}>
                  <span>{evidenceWord(each.evidence)}</span>
                  <span class={`bar ${each.evidence === "DEFAULT" ? "plain" : ""}`}><i style={{ width: `${100 * each.demandShare}%` }} /></span>
                  <span class="number">{percent(each.demandShare)}</span>
                  <small>{count(each.prefixes, "prefix", "prefixes")}</small>
                </button>
              </li>
            ))}
          </ul>
          <p class="note">Bar: share of demand. Press one to see its prefixes below.</p>
        </div>
        <div class="card">
          <h3>Resolvers by what they prefer</h3>
          {resolvers === 0 ? <p class="note">No resolver was judged yet: name servers count proven questions, the resolver job judges them.</p> : (
            <ul class="classes">
              {answer.verdicts.map((each) => (
                <li key={each.verdict} title={VERDICTS[each.verdict]?.[1]}>
                  <span>{VERDICTS[each.verdict]?.[0] ?? each.verdict}</span>
                  <span class={`bar ${each.verdict === "PREFERS" ? "" : "plain"}`}><i style={{ width: `${(100 * each.resolvers) / resolvers}%` }} /></span>
                  <span class="number">{percent(each.resolvers / resolvers, 0)}</span>
                  <small>{each.resolvers.toLocaleString("en")}</small>
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
    </section>
  );
}

function Past({ now, theme, groups }: { now: number; theme: string; groups: MapGroup[] }) {
  const [span, setSpan] = useState<Span>("1 h");
  const { answer, problem } = useAnswer(() => api.mapPast(SPANS[span]), span, 5_000);
  const to = Math.floor(now / 1_000);
  const from = to - SPANS[span] * 3_600;
  const empty = problem ?? answer?.problem ?? (answer ? "Nothing of this span is in ClickHouse yet." : "Asking…");
  const epochs = answer?.epochs ?? [];
  const at = useMemo(() => epochs.map((each) => each.atSeconds), [answer]);
  const prices = useMemo(() => linesOf(answer, groups, (price) => price.priceMs), [answer]);
  const loads = useMemo(() => linesOf(answer, groups, (price) => (price.capacityBitsPerSecond > 0 ? Math.max(price.plannedBitsPerSecond, price.loadBitsPerSecond) / price.capacityBitsPerSecond : 0)), [answer]);
  const common = { from, to, theme, marks: [], floor: 0, empty };
  return (
    <section aria-labelledby="past-title">
      <header class="section">
        <h2 id="past-title">Map after map</h2>
        <div class="ranges" role="group" aria-label="Span">
          {(Object.keys(SPANS) as Span[]).map((each) => <button type="button" key={each} aria-pressed={span === each} onClick={() => setSpan(each)}>{each}</button>)}
        </div>
      </header>
      <div class="charts two">
        <TimeChart title="Regret of clients" window={`last ${span}, beyond their nearest group`} at={at} {...common}
          lines={[{ label: "mean", values: epochs.map((each) => (each.samples > 0 ? each.regretMs : null)), colour: "--accent", joined: true }, { label: "p95", values: epochs.map((each) => (each.samples > 0 ? each.regretP95Ms : null)), colour: "--ink-soft", dash: [2, 3], joined: true }]} format={milliseconds} axis={milliseconds} />
        <TimeChart title="Mean cost" window={`last ${span}, of all demand`} at={at} {...common}
          lines={[{ label: "the map", values: epochs.map((each) => each.meanCostMs), colour: "--accent", joined: true }, { label: "least under capacities", values: epochs.map((each) => each.boundMs), colour: "--ink-soft", dash: [2, 3], joined: true }]} format={milliseconds} axis={milliseconds} />
        <TimeChart title="Demand moved" window={`last ${span}, by each map`} at={at} {...common}
          lines={[{ label: "moved", values: epochs.map((each) => each.movedShare), colour: "--accent", fill: true, joined: true }]} format={(value) => percent(value)} axis={(value) => percent(value, value < 0.1 ? 1 : 0)} />
        <TimeChart title="Prices" window={`last ${span}, on top of what a group costs`} {...prices} {...common} format={milliseconds} axis={milliseconds} />
      </div>
      <div class="charts one">
        <TimeChart title="Load of capacity" window={`last ${span}, planned or carried, the greater`} {...loads} {...common} format={(value) => percent(value, 0)} axis={(value) => percent(value, 0)} objective={{ value: groups[0]?.shedFromShare ?? 0.85, label: `< ${percent(groups[0]?.shedFromShare ?? 0.85, 0)}`, missed: false }} />
      </div>
    </section>
  );
}

type Price = NonNullable<MapPast["prices"]>[number];

/** A line for each of the groups with the greatest values. */
function linesOf(answer: MapPast | null, groups: MapGroup[], value: (price: Price) => number) {
  const prices = answer?.prices ?? [];
  const most = new Map<string, number>();
  for (const price of prices) most.set(price.group, Math.max(most.get(price.group) ?? 0, value(price)));
  const shown = groups.map((group) => group.id).filter((id) => most.has(id)).sort((one, other) => most.get(other)! - most.get(one)!).slice(0, LINES).sort();
  const at = [...new Set(prices.map((price) => price.atSeconds))].sort((one, other) => one - other);
  const known = new Map(prices.map((price) => [`${price.group} ${price.atSeconds}`, value(price)]));
  return { at, lines: shown.map((id, i) => ({ label: id, values: at.map((second) => known.get(`${id} ${second}`) ?? null), colour: i % 2 === 0 ? "--accent" : "--ink", joined: true, ...(DASHES[i] ? { dash: DASHES[i] } : {}) })) };
}
