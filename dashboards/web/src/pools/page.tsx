import { useEffect } from "preact/hooks";
import { api, type MappedExit, type PoolRow } from "../api";
import { count, dayClock, percent, word } from "../format";
import type { Store } from "../store";
import { useAnswer, walk } from "./ask";

export const GLYPHS: Record<string, string> = { HEALTHY: "●", CURING: "◐", DEGRADED: "▲", UNKNOWN: "◌" };

/** All pools: how each is and will be, and which exit is whose. */
export function PoolsPage({ store }: { store: Store; tick: number }) {
  const { answer, problem } = useAnswer(api.pools, "pools");
  useEffect(() => { document.title = "Pools · Fairlead"; }, []);
  const pools = answer?.pools ?? [];
  return (
    <main id="main">
      <h1 class="hidden">Pools</h1>
      {problem && <p class="note" role="status">{problem}</p>}
      <section aria-labelledby="pools-title">
        <header class="section"><h2 id="pools-title">Pools</h2><span class="keys"><kbd>↑</kbd> <kbd>↓</kbd> walk <kbd>Enter</kbd> open</span></header>
        <div class="card flush">
          {pools.length === 0 ? <div class="empty">{answer ? empty() : "Asking for the pools…"}</div> : (
            <div class="table-holder">
              <table class="exits pools">
                <caption class="hidden">Pools with their state, members and health</caption>
                <thead>
                  <tr>
                    <th scope="col"><span>Pool</span></th>
                    <th scope="col"><span>State</span></th>
                    <th scope="col" class="number"><span>Members <small>of wanted</small></span></th>
                    <th scope="col"><span>Health <small>least marked</small></span></th>
                    <th scope="col" class="number wide"><span>Foreseen</span></th>
                    <th scope="col" class="number wide"><span>Chance to fall under</span></th>
                    <th scope="col" class="wide why"><span>What is to say</span></th>
                  </tr>
                </thead>
                <tbody onKeyDown={(event) => walk(event, "a.name")}>
                  {pools.map((pool) => <Pool key={pool.id} pool={pool} />)}
                </tbody>
              </table>
            </div>
          )}
        </div>
      </section>
      {answer && <Map exits={answer.exits} mapped={answer.exitsMapped} pools={pools} now={store.now()} />}
    </main>
  );
}

/** What a pool has for itself, in words. */
export function exclusivity(pool: PoolRow): string {
  if (!pool.exclusive) return "shared";
  const domains = pool.exclusiveDomains.length > 0 ? ` for ${pool.exclusiveDomains.join(", ")}` : "";
  return `exclusive${domains}${pool.exclusiveUntilMs > 0 ? ` until ${dayClock(pool.exclusiveUntilMs)}` : ""}`;
}

function empty(): string {
  return "No pool is defined: exits are in the pools that they declare. Make one: fairlead pool create NAME --wanted N.";
}

function Pool({ pool }: { pool: PoolRow }) {
  const says = pool.reason || pool.missing || (pool.fallsShort ? "forecast to fall short within an hour" : "");
  return (
    <tr onClick={() => location.assign(`/pool/${encodeURIComponent(pool.id)}`)}>
      <th scope="row">
        <a class="name" href={`/pool/${encodeURIComponent(pool.id)}`} onClick={(event) => event.stopPropagation()}>{pool.id}</a>
        <span class="under plain">{[exclusivity(pool), pool.owner && `for ${pool.owner}`, pool.sibling && `borrows from ${pool.sibling}`].filter(Boolean).join(", ")}</span>
      </th>
      <td><span class={`state ${pool.state === "DEGRADED" ? "bad" : ""}`}><span aria-hidden="true">{GLYPHS[pool.state] ?? "◌"}</span> {word(pool.state)}</span></td>
      <td class="number">{pool.members}<span class="of"> / {pool.membersWanted}</span></td>
      <td><HealthBar pool={pool} /></td>
      <td class="number wide">{pool.healthForeseen.toFixed(2)}</td>
      <td class="number wide">{pool.unhealthyProbability < 0 ? "–" : <>{percent(pool.unhealthyProbability, 0)} <small>in {pool.unhealthyMinutes} min</small></>}</td>
      <td class="wide why" title={says}>{says || "–"}</td>
    </tr>
  );
}

/** Health now as a bar, with the least that is asked for as a mark across it. */
export function HealthBar({ pool }: { pool: PoolRow }) {
  return (
    <span class="meter">
      <svg class={`gauge ${pool.health < pool.minHealth ? "bad" : ""}`} width="84" height="12" viewBox="0 0 84 12" aria-hidden="true">
        <rect class="track" x="0" y="3" width="84" height="6" rx="3" />
        <rect class="fill" x="0" y="3" width={84 * Math.min(1, pool.health)} height="6" rx="3" />
        <line x1={84 * pool.minHealth} x2={84 * pool.minHealth} y1="0" y2="12" />
      </svg>
      <span class="value">{pool.health.toFixed(2)}<span class="hidden"> of at least {pool.minHealth.toFixed(2)}</span></span>
    </span>
  );
}

/** Which exits belong to one pool alone, as a whole or for which domains, until when, and which are shared. */
function Map({ exits, mapped, pools }: { exits: MappedExit[]; mapped: number; pools: PoolRow[]; now: number }) {
  const owners = pools.filter((pool) => pool.exclusive).map((pool) => pool.id);
  const shared = exits.filter((exit) => !exit.owner && exit.pools.some((pool) => !exit.domains.some((kept) => kept.pool === pool)));
  return (
    <section aria-labelledby="map-title">
      <header class="section"><h2 id="map-title">Exclusivity</h2><span class="note">{exits.length < mapped ? `${exits.length.toLocaleString("en")} of ` : ""}{count(mapped, "exit")} in pools</span></header>
      <div class="owners">
        {owners.map((owner) => {
          const pool = pools.find((one) => one.id === owner);
          const domains = pool?.exclusiveDomains ?? [];
          const mine = exits.filter((exit) => exit.owner === owner || exit.domains.some((kept) => kept.pool === owner));
          return (
            <section class="card" key={owner} aria-label={`Exits of ${owner} alone`}>
              <h3><a href={`/pool/${encodeURIComponent(owner)}`}>{owner}</a> alone{pool?.owner ? `, for ${pool.owner}` : ""}</h3>
              {domains.length > 0 && <p>For {domains.join(", ")} and what is under {domains.length > 1 ? "these" : "it"}; for anything else its exits may be shared.</p>}
              <p class="note">{count(mine.length, "exit")}, {pool && pool.exclusiveUntilMs > 0 ? `until ${dayClock(pool.exclusiveUntilMs)}` : "without end"}</p>
              <Chips exits={mine} of={owner} />
            </section>
          );
        })}
        <section class="card" aria-label="Shared exits">
          <h3>Shared</h3>
          <p class="note">{count(shared.length, "exit")}, each in {shared.some((exit) => exit.pools.length > 1) ? "one pool or more" : "one pool"}</p>
          <Chips exits={shared} of="" />
        </section>
      </div>
    </section>
  );
}

/** Whether an exit is on its way to the pool whose card this is, or from it; on that of the shared ones none is. */
function between(exit: MappedExit, of: string): boolean {
  return exit.owner ? exit.changingHands : exit.domains.some((kept) => kept.pool === of && !kept.granted);
}

/** Where an exit is, and for which domains it is whose. */
function places(exit: MappedExit): string {
  const kept = exit.domains.map((one) => `for ${one.domain} ${one.pool} alone${one.untilMs > 0 ? ` until ${dayClock(one.untilMs)}` : ""}`);
  return [`in ${exit.pools.join(", ") || "no pool"}`, ...kept].join("; ");
}

function Chips({ exits, of }: { exits: MappedExit[]; of: string }) {
  if (exits.length === 0) return <p class="note">None.</p>;
  return (
    <ul class="chips" onKeyDown={(event) => walk(event, "a")}>
      {exits.map((exit) => (
        <li key={exit.id} class={between(exit, of) ? "between" : ""}>
          <a href={`/exit/${encodeURIComponent(exit.id)}`} title={between(exit, of) ? "changes hands: edges have still to let go of it" : places(exit)}>
            {exit.id}{between(exit, of) ? <small> changes hands</small> : exit.pools.length > 1 ? <small> ×{exit.pools.length}</small> : null}
          </a>
        </li>
      ))}
    </ul>
  );
}
