import { useEffect, useMemo, useState } from "preact/hooks";
import { api, type PoolChange, type PoolDetails, type PolicyChange, type Skill } from "../api";
import { TimeChart } from "../charts/time-chart";
import { clock, count, duration, iso, percent, quality, word } from "../format";
import { PolicyLink } from "../policies/link";
import type { Store } from "../store";
import { HitBy } from "../tenants/hit";
import { useAnswer, walk } from "./ask";
import { exclusivity, GLYPHS } from "./page";
import { cause, Story } from "./story";

interface Props { store: Store; id: string; theme: string; tick: number }

const SPANS = { "1 h": 1, "6 h": 6, "24 h": 24, "7 d": 168 } as const;
type Span = keyof typeof SPANS;

interface Measure { id: string; label: string; format: (value: number) => string; ceiling?: number }

const two = (value: number) => value.toFixed(2);
const whole = (value: number) => (value < 10 ? value.toFixed(1) : String(Math.round(value)));
const MEASURES: Measure[] = [
  { id: "HEALTH", label: "Health", format: two, ceiling: 1.02 },
  { id: "SUCCESS", label: "Success", format: (value) => percent(value), ceiling: 1.01 },
  { id: "EXITS_ONLINE", label: "Members online", format: whole },
  { id: "CAPACITY", label: "Capacity", format: whole },
  { id: "DEMAND", label: "Demand", format: whole },
];

/** What comes is shown so far beyond now, as part of the span. */
const AHEAD_SHARE = 0.35;
const SHOWN = 60;

export function PoolPage({ store, id, theme }: Props) {
  const [span, setSpan] = useState<Span>("1 h");
  const [measure, setMeasure] = useState<Measure>(MEASURES[0]!);
  const [why, setWhy] = useState<string | null>(() => new URLSearchParams(location.search).get("exit"));
  const { answer, problem } = useAnswer(() => api.pool(id, SPANS[span], measure.id), `${id} ${span} ${measure.id}`);
  const [kept, setKept] = useState<PoolDetails | null>(null);
  useEffect(() => { if (answer) setKept(answer); }, [answer]);
  const details = answer ?? kept;

  useEffect(() => { document.title = `${id} · Pools · Fairlead`; }, [id]);
  useEffect(() => {
    const back = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      if (why) ask(null);
      else location.assign("/pools");
    };
    document.addEventListener("keydown", back);
    return () => document.removeEventListener("keydown", back);
  }, [id, why]);
  const ask = (exit: string | null) => {
    setWhy(exit);
    history.replaceState(null, "", location.pathname + (exit ? `?exit=${encodeURIComponent(exit)}` : ""));
  };

  const fan = useMemo(() => (details ? fanOf(details, store.now()) : null), [details]);
  if (!details || !fan) return <main id="main"><h1>{id}</h1><p class="empty">{problem ?? "Asking for the pool…"}</p></main>;
  const { pool } = details;
  const now = store.now();
  const to = Math.floor(now / 1_000);
  const seconds = SPANS[span] * 3_600;
  const shown = Math.max(600, Math.min(seconds, to - (details.standings?.[0]?.atSeconds ?? to - seconds)));
  const from = to - shown;
  const changes = details.changes ?? [];
  const marks = marksOf(changes, from);
  const lately = recent(details);
  const success = { at: details.success?.map((one) => one.atSeconds) ?? [], values: details.success?.map((one) => (one.requests > 0 ? 1 - one.failures / one.requests : null)) ?? [] };
  const members = { at: details.standings?.map((one) => one.atSeconds) ?? [], online: details.standings?.map((one) => one.online) ?? [], all: details.standings?.map((one) => one.members) ?? [] };
  const left = [...new Set(changes.filter((change) => !change.joined).map((change) => change.exitId))];
  const empty = details.historyProblem ?? "Nothing of this span is in ClickHouse yet.";
  const describe = (mark: PolicyChange) => <><strong>{mark.key}</strong><br />{clock(mark.atMs)}<br />{mark.reason}</>;
  return (
    <main id="main" class="pool-page">
      <header class="exit-head">
        <p class="crumb"><a href="/pools">Pools</a> <span aria-hidden="true">›</span></p>
        <h1>{id}</h1>
        <p class="state-line">
          <b class={`state ${pool.state === "DEGRADED" ? "bad" : ""}`}><span aria-hidden="true">{GLYPHS[pool.state] ?? "◌"}</span> {word(pool.state)}</b>
          <span>{exclusivity(pool)}{pool.owner ? `, for ${pool.owner}` : ""}</span>
          {details.asks.length > 0 && <span>asks: {details.asks.join(", ")}</span>}
          {pool.sibling && <span>borrows from <a href={`/pool/${encodeURIComponent(pool.sibling)}`}>{pool.sibling}</a></span>}
          <span class="keys"><kbd>Esc</kbd> {why ? "close" : "pools"}</span>
        </p>
      </header>
      {problem && <p class="note" role="status">{problem}</p>}
      {(pool.reason || pool.missing || pool.fallsShort) && (
        <aside class="problems inline" aria-label="What is to say of it">
          <ul>
            {pool.reason && <li>{sentence(pool.reason)}</li>}
            {pool.missing && <li>{sentence(pool.missing)}</li>}
            {pool.fallsShort && <li>Forecast to fall short within an hour: new sessions avoid members under quality {Math.round(100 * pool.minHealth)}{pool.sibling ? `, and ${pool.sibling} lends` : ""}.</li>}
          </ul>
        </aside>
      )}

      <dl class="figures-row">
        <Figure label="Health now" value={two(pool.health)} window={`at least ${two(pool.minHealth)} asked for`} missed={pool.health < pool.minHealth} />
        <Figure label={`Foreseen in ${duration(pool.horizonMs)}`} value={two(pool.healthForeseen)} window="by how long its members stay" missed={pool.healthForeseen < pool.minHealth} />
        <Figure label="May fall under" value={pool.unhealthyProbability < 0 ? "–" : percent(pool.unhealthyProbability, 0)} window={pool.unhealthyProbability < 0 ? "no forecast yet" : `likeliest in ${pool.unhealthyMinutes} min`} />
        <Figure label="Members" value={String(pool.members)} unit={` of ${pool.membersWanted}`} window={`${pool.membersOnline} online, ${pool.membersLeast} to ${pool.membersMost} allowed`} missed={pool.members < pool.membersLeast} />
        <Figure label="Success" value={lately === null ? "–" : percent(lately)} window="of requests, last minute" missed={lately !== null && lately < 0.97} />
        <Figure label="Changed" value={String(pool.changesInHour)} window="members by curing, last hour" />
      </dl>

      <section aria-labelledby="fan-title">
        <header class="section">
          <h2 id="fan-title">What was and what will be</h2>
          <div class="ranges" role="group" aria-label="Measure">
            {MEASURES.map((each) => <button type="button" key={each.id} aria-pressed={measure.id === each.id} onClick={() => setMeasure(each)}>{each.label}</button>)}
          </div>
          <div class="ranges" role="group" aria-label="Span">
            {(Object.keys(SPANS) as Span[]).map((each) => <button type="button" key={each} aria-pressed={span === each} onClick={() => setSpan(each)}>{each}</button>)}
          </div>
        </header>
        <div class="charts one">
          <TimeChart title={measure.label} window={`last ${span}, and foreseen; the area is 5 to 95 %`} at={fan.at} from={from} to={to + Math.max(360, Math.min(3_660, shown * AHEAD_SHARE))} theme={theme} marks={marks} describe={describe}
            lines={[
              { label: measure.label.toLowerCase(), values: fan.was, colour: "--ink", joined: true },
              { label: "foreseen, 50 %", values: fan.median, colour: "--accent", dash: [6, 4], joined: true },
              { label: "95 %", values: fan.high, colour: "--accent", joined: true, edge: true },
              { label: "5 %", values: fan.low, colour: "--accent", joined: true, edge: true },
            ]}
            area={["95 %", "5 %"]} foreseenFrom={to} format={measure.format} axis={(value) => measure.format(value).replace(/\.0$/, "")} floor={measure.id === "SUCCESS" ? null : 0} {...(measure.ceiling ? { ceiling: measure.ceiling } : {})}
            {...(measure.id === "HEALTH" ? { objective: { value: pool.minHealth, label: `≥ ${two(pool.minHealth)}`, missed: pool.health < pool.minHealth } } : {})}
            empty={empty} />
        </div>
        <div class="charts two">
          <TimeChart title="Success of its requests" window={`last ${span}`} at={success.at} from={from} to={to} theme={theme} marks={marks} describe={describe}
            lines={[{ label: "success", values: success.values, colour: "--accent" }]} format={(value) => percent(value)} axis={(value) => `${Math.round(value * 100)} %`} floor={null} ceiling={1.002}
            objective={{ value: 0.97, label: "≥ 97 %", missed: lately !== null && lately < 0.97 }} empty={empty} />
          <TimeChart title="Members" window={`last ${span}`} at={members.at} from={from} to={to} theme={theme} marks={marks} describe={describe}
            lines={[{ label: "members", values: members.all, colour: "--ink-soft", dash: [2, 3], joined: true }, { label: "online", values: members.online, colour: "--accent", joined: true }]} format={String} axis={(value) => String(Math.round(value))} floor={0} empty={empty} />
        </div>
        <Outlook details={details} measure={measure} />
      </section>

      <section aria-labelledby="members-title">
        <header class="section"><h2 id="members-title">Members</h2></header>
        <div class="card flush"><Members details={details} now={now} ask={ask} why={why} /></div>
      </section>

      <section aria-labelledby="changes-title">
        <header class="section"><h2 id="changes-title">Who came and went, last {span}</h2></header>
        {why && (
          <div class="card why-card" role="region" aria-label={`Why ${why}`}>
            <div class="row"><h3>Why {why}?</h3><span class="window"><a href={`/exit/${encodeURIComponent(why)}`}>its own page</a></span><button type="button" class="quiet" onClick={() => ask(null)}>Close</button></div>
            <Story changes={changes.filter((change) => change.exitId === why)} inPool />
          </div>
        )}
        {left.length > 0 && (
          <p class="left-list">Why did … leave?{" "}
            {left.slice(0, 24).map((exit) => <button type="button" class="quiet" key={exit} aria-pressed={why === exit} onClick={() => ask(why === exit ? null : exit)}>{exit}</button>)}
          </p>
        )}
        <div class="card"><Changes changes={details.changes} problem={details.historyProblem} ask={ask} /></div>
      </section>

      <section aria-labelledby="hit-title">
        <header class="section"><h2 id="hit-title">Who was hit, last {span}</h2>{pool.issuedAtMs > 0 && <span class="note">decided by policy version <PolicyLink version={pool.policyVersion} /></span>}</header>
        <div class="card"><HitBy by="pool" id={id} hours={SPANS[span]} now={now} /></div>
      </section>

      <section aria-labelledby="skill-title">
        <header class="section"><h2 id="skill-title">How good its forecasts were, last {span}</h2></header>
        <Skills details={details} measure={measure} from={from} to={to} theme={theme} />
      </section>
    </main>
  );
}

function Figure({ label, value, unit, window, missed }: { label: string; value: string; unit?: string; window: string; missed?: boolean }) {
  return (
    <div class={`card figure ${missed ? "missed" : ""}`}>
      <dt>{missed ? <span aria-hidden="true">▲ </span> : null}{label}{missed ? <span class="hidden">, too little</span> : null}</dt>
      <dd class="value">{value}{unit && <span class="unit">{unit}</span>}</dd>
      <dd class="window">{window}</dd>
    </div>
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
}

function recent(details: PoolDetails): number | null {
  const seconds = details.traffic ?? [];
  const last = seconds[seconds.length - 1];
  if (!last) return null;
  let requests = 0;
  let failures = 0;
  for (const one of seconds) {
    if (one.atSeconds <= last.atSeconds - 60) continue;
    requests += one.requests;
    failures += one.failures;
  }
  return requests > 0 ? 1 - failures / requests : null;
}

/** Joinings and leavings of one moment are one mark. */
function marksOf(changes: PoolChange[], from: number): PolicyChange[] {
  const marks: PolicyChange[] = [];
  for (const change of [...changes].reverse()) {
    if (change.atMs < from * 1_000) continue;
    const last = marks[marks.length - 1];
    const says = `${change.exitId} ${change.joined ? "joined" : "left"}`;
    if (last && change.atMs - last.atMs < 2_000) {
      last.key = `${last.key.split(",").length} exits, ${says}`.replace(/^(\d+) exits,.*$/, (_, n: string) => `${Number(n) + 1} joined or left`);
      continue;
    }
    marks.push({ atMs: change.atMs, key: says, author: cause(change), reason: change.reason, version: change.atMs, revision: 0 });
  }
  return marks;
}

interface Fan { at: number[]; was: (number | null)[]; low: (number | null)[]; median: (number | null)[]; high: (number | null)[] }

/** What was, what had been foreseen of it five minutes before, and what is foreseen now. */
function fanOf(details: PoolDetails, nowMs: number): Fan {
  const now = Math.floor(nowMs / 1_000);
  const points = new Map<number, { was?: number; low?: number; median?: number; high?: number }>();
  const put = (at: number, part: { was?: number; low?: number; median?: number; high?: number }) => points.set(at, { ...points.get(at), ...part });
  if (details.measure === "SUCCESS") {
    for (const one of details.success ?? []) if (one.requests > 0) put(one.atSeconds, { was: 1 - one.failures / one.requests });
  } else if (details.measure === "DEMAND") {
    for (const one of details.came ?? []) put(one.atSeconds, { was: one.value });
  } else {
    for (const one of details.standings ?? []) put(one.atSeconds, { was: details.measure === "HEALTH" ? one.health : details.measure === "CAPACITY" ? one.capacity : one.online });
  }
  for (const band of details.bands ?? []) if (band.atSeconds <= now) put(band.atSeconds, { low: band.low, median: band.median, high: band.high });
  const present = { HEALTH: details.pool.health, CAPACITY: details.pool.capacity, EXITS_ONLINE: details.pool.membersOnline, SUCCESS: null, DEMAND: null }[details.measure] ?? null;
  if (present !== null) put(now, { was: present, low: present, median: present, high: present });
  const made = Math.floor(details.pool.forecastAtMs / 1_000) + 60;
  for (const ahead of details.ahead) {
    const told = ahead.quantiles.find((one) => one.measure === details.measure);
    if (told && made + ahead.minutes * 60 > now) put(made + ahead.minutes * 60, { low: told.low, median: told.median, high: told.high });
  }
  const at = [...points.keys()].sort((a, b) => a - b);
  const column = (key: "was" | "low" | "median" | "high") => at.map((time) => points.get(time)?.[key] ?? null);
  return { at, was: column("was"), low: column("low"), median: column("median"), high: column("high") };
}

function Outlook({ details, measure }: { details: PoolDetails; measure: Measure }) {
  if (details.ahead.length === 0) return <p class="note under-chart">No forecast yet: the first comes when a minute is over.</p>;
  return (
    <div class="card outlook">
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of forecasts"><table class="small">
        <thead><tr><th scope="col">In</th><th scope="col" class="number">{measure.label}, 5 %</th><th scope="col" class="number">50 %</th><th scope="col" class="number">95 %</th><th scope="col" class="number">Health under {two(details.pool.minHealth)}</th><th scope="col" class="number">Demand over capacity</th></tr></thead>
        <tbody>
          {details.ahead.map((ahead) => {
            const told = ahead.quantiles.find((one) => one.measure === measure.id);
            return (
              <tr key={ahead.minutes}>
                <th scope="row">{ahead.minutes} min</th>
                <td class="number">{told ? measure.format(told.low) : "–"}</td>
                <td class="number">{told ? measure.format(told.median) : "–"}</td>
                <td class="number">{told ? measure.format(told.high) : "–"}</td>
                <td class="number">{ahead.unhealthyProbability < 0 ? "–" : percent(ahead.unhealthyProbability, 0)}</td>
                <td class="number">{ahead.shortageProbability < 0 ? "–" : percent(ahead.shortageProbability, 0)}</td>
              </tr>
            );
          })}
        </tbody>
      </table></div>
      <p class="note">Standing on: {details.basis}{details.coldStart ? ". No day was seen yet, so forecasts are wider" : ""}.</p>
    </div>
  );
}

function Members({ details, now, ask, why }: { details: PoolDetails; now: number; ask: (exit: string) => void; why: string | null }) {
  if (details.members.length === 0) return <div class="empty">It has no member now.</div>;
  return (
    <div class="table-holder">
      <table class="exits members">
        <caption class="hidden">Members with rank, quality, survival and reason</caption>
        <thead><tr><th scope="col"><span>Exit</span></th><th scope="col" class="number"><span>Rank</span></th><th scope="col"><span>Quality</span></th><th scope="col" class="number"><span>Stays <small>{duration(details.members[0]!.stayHorizonMs)}</small></span></th><th scope="col" class="number wide"><span>Member for</span></th><th scope="col" class="wide why"><span>Why it is in</span></th></tr></thead>
        <tbody onKeyDown={(event) => walk(event, "button.exit")}>
          {details.members.map((member) => (
            <tr key={member.id} class={member.exit?.state === "ONLINE" ? "" : "away"} onClick={() => ask(member.id)}>
              <th scope="row">
                <button type="button" class="exit" aria-pressed={why === member.id} onClick={(event) => { event.stopPropagation(); ask(member.id); }}>
                  <span class="glyph" aria-hidden="true">{member.exit?.state === "ONLINE" ? "●" : "○"}</span><span class="name">{member.id}</span>
                </button>
                <span class="under">{member.exit ? `${word(member.exit.poolType)}${member.exit.asn > 0 ? ` · AS${member.exit.asn}` : ""}${member.exit.state === "ONLINE" ? "" : ` · ${word(member.exit.state).toLowerCase()}`}` : "no decision known"}</span>
              </th>
              <td class="number">{two(member.rank)}</td>
              <td>{member.exit ? <span class="meter"><span class="bar" aria-hidden="true"><i style={{ width: `${member.exit.quality}%` }} /></span><span class="value">{quality(member.exit.quality)}</span></span> : "–"}</td>
              <td class="number">{member.stayChance < 0 ? "–" : percent(member.stayChance, 0)}</td>
              <td class="number wide">{duration(now - member.sinceMs)}</td>
              <td class="wide why" title={member.reason}>{member.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Changes({ changes, problem, ask }: { changes: PoolChange[] | null; problem: string | null; ask: (exit: string) => void }) {
  if (!changes) return <p class="note">{problem ?? "No history."}</p>;
  if (changes.length === 0) return <p class="note">Nobody joined or left in this span.</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Table of changes">
      <table class="small changes-table">
        <caption class="under">{count(changes.length, "change")}{changes.length > SHOWN ? `, the newest ${SHOWN} shown` : ""}</caption>
        <thead><tr><th scope="col">Time</th><th scope="col">Exit</th><th scope="col">What</th><th scope="col">Why</th><th scope="col" class="number">Health foreseen</th><th scope="col" class="number">Members</th></tr></thead>
        <tbody>
          {changes.slice(0, SHOWN).map((change) => (
            <tr key={`${change.exitId} ${change.atMs} ${change.joined}`}>
              <th scope="row"><time dateTime={iso(change.atMs)}>{clock(change.atMs)}</time></th>
              <td><button type="button" class="link" onClick={() => ask(change.exitId)}>{change.exitId}</button></td>
              <td>{change.joined ? "joined" : "left"}</td>
              <td class="words">{change.reason} <small>{cause(change)}</small></td>
              <td class="number">{change.healthBefore.toFixed(3)} → {change.healthAfter.toFixed(3)}</td>
              <td class="number">{change.members}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const finite = (value: number | string): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);

function Skills({ details, measure, from, to, theme }: { details: PoolDetails; measure: Measure; from: number; to: number; theme: string }) {
  const all = details.skill;
  if (!all) return <div class="card"><p class="note">{details.historyProblem ?? "No history."}</p></div>;
  if (all.length === 0) return <div class="card"><p class="note">No forecast of this span has come due yet: the first are scored five minutes after they were made.</p></div>;
  const horizons = [...new Set(all.map((one) => one.minutes))].sort((a, b) => a - b);
  const mine = all.filter((one) => one.measure === measure.id);
  const at = [...new Set(mine.map((one) => one.atSeconds))].sort((a, b) => a - b);
  const styles = [{ colour: "--accent" }, { colour: "--ink", dash: [7, 4] }, { colour: "--ink-soft", dash: [2, 3] }];
  const lines = (value: (one: Skill) => number | null) => horizons.map((minutes, i) => ({
    label: `${minutes} min`, ...styles[i % styles.length]!, joined: true,
    values: at.map((time) => { const one = mine.find((each) => each.atSeconds === time && each.minutes === minutes); return one ? value(one) : null; }),
  }));
  const errors = details.foreseen ?? [];
  const off = errors.length > 0 ? errors.reduce((sum, one) => sum + Math.abs(one.predicted - one.observed), 0) / errors.length : null;
  return (
    <>
      <div class="charts two">
        <TimeChart title={`${measure.label}: within 5 to 95 %`} window="share of forecasts, 90 % wanted" at={at} from={from} to={to} theme={theme} marks={[]} lines={lines((one) => one.covered)} format={(value) => percent(value, 0)} axis={(value) => `${Math.round(value * 100)} %`} floor={0} ceiling={1.02}
          objective={{ value: 0.9, label: "90 %", missed: false }} empty="None of this measure has come due yet." />
        <TimeChart title={`${measure.label}: pinball loss`} window="mean of forecasts, less is better" at={at} from={from} to={to} theme={theme} marks={[]} lines={lines((one) => one.pinball)} format={(value) => value.toFixed(3)} axis={(value) => value.toFixed(2)} floor={0} empty="None of this measure has come due yet." />
      </div>
      <div class="card">
        <div class="scroll" tabIndex={0} role="region" aria-label="Table of forecast skill">
          <table class="small">
            <thead><tr><th scope="col">Measure</th><th scope="col" class="number">Ahead</th><th scope="col" class="number">Forecasts</th><th scope="col" class="number">Within 5–95 %</th><th scope="col" class="number">Pinball</th><th scope="col" class="number">Better than a day before</th></tr></thead>
            <tbody>
              {MEASURES.flatMap((each) => horizons.map((minutes) => {
                const some = all.filter((one) => one.measure === each.id && one.minutes === minutes);
                const n = some.reduce((sum, one) => sum + one.forecasts, 0);
                if (n === 0) return null;
                const mean = (value: (one: Skill) => number) => some.reduce((sum, one) => sum + value(one) * one.forecasts, 0) / n;
                const paired = some.filter((one) => finite(one.naive) !== null && finite(one.against) !== null);
                const naive = paired.reduce((sum, one) => sum + (finite(one.naive) ?? 0) * one.forecasts, 0);
                const loss = paired.reduce((sum, one) => sum + (finite(one.against) ?? 0) * one.forecasts, 0);
                return (
                  <tr key={`${each.id} ${minutes}`}>
                    <th scope="row">{each.label}</th>
                    <td class="number">{minutes} min</td>
                    <td class="number">{n}</td>
                    <td class="number">{percent(mean((one) => one.covered), 0)}</td>
                    <td class="number">{mean((one) => one.pinball).toFixed(4)}</td>
                    <td class="number">{naive > 0 ? percent(1 - loss / naive, 0) : "no day seen"}</td>
                  </tr>
                );
              }))}
            </tbody>
          </table>
        </div>
        <p class="note">{off === null ? "No change of members has reached its horizon yet." : `After ${count(errors.length, "change")} of members, health came ${off.toFixed(3)} beside what was foreseen, on average; the newest: ${errors.slice(0, 5).map((one) => `${two(one.predicted)} foreseen, ${two(one.observed)} came`).join("; ")}.`}</p>
      </div>
    </>
  );
}
