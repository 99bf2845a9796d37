import { api, type PoolChange } from "../api";
import { dayClock, iso } from "../format";
import { useAnswer } from "./ask";

const CAUSES: Record<string, string> = {
  KILL: "kill or consent",
  EXCLUSIVITY: "exclusivity",
  DEFINITION: "definition",
  DEPARTED: "it was gone",
  MINIMUM: "too few members",
  FLOOR: "under the floor",
  FORMING: "forming",
  HEALTH: "health foreseen",
};

export function cause(change: PoolChange): string {
  return CAUSES[change.cause] ?? change.cause.toLowerCase();
}

/** Why an exit came and went, the newest first, a sentence each. */
export function Story({ changes, inPool }: { changes: PoolChange[]; inPool: boolean }) {
  if (changes.length === 0) return <p class="note">No joining or leaving of it is known in this span.</p>;
  return (
    <ol class="story">
      {changes.map((change) => (
        <li key={`${change.pool} ${change.atMs} ${change.joined}`}>
          <time dateTime={iso(change.atMs)}>{dayClock(change.atMs)}</time>
          <span>
            <b>{change.joined ? "Joined" : "Left"}{inPool ? "" : <> <a href={`/pool/${encodeURIComponent(change.pool)}`}>{change.pool}</a></>}</b>
            {": "}{change.reason}.
            <small> {cause(change)}; health foreseen {change.healthBefore.toFixed(3)} → {change.healthAfter.toFixed(3)}, {change.members} members</small>
          </span>
        </li>
      ))}
    </ol>
  );
}

/** What became of one exit in all pools. */
export function ExitInPools({ id }: { id: string }) {
  const { answer, problem } = useAnswer(() => api.exitPools(id, 168), id, 5_000);
  if (!answer) return <p class="note">{problem ?? "Asking…"}</p>;
  const now = answer.now[0];
  return (
    <>
      <p class="lead">{now && now.pools.length > 0
        ? <>In {now.pools.map((pool, i) => <span key={pool}>{i > 0 ? ", " : ""}<a href={`/pool/${encodeURIComponent(pool)}`}>{pool}</a></span>)}{now.owner ? ", which alone may use it" : ""}.</>
        : now?.owner ? `It is being given to ${now.owner}: edges have still to let go of it.` : "In no curated pool now."}</p>
      {now && now.domains.length > 0 && (
        <ul class="kept">
          {now.domains.map((kept) => (
            <li key={kept.domain}>For {kept.domain} <a href={`/pool/${encodeURIComponent(kept.pool)}`}>{kept.pool}</a> alone{kept.untilMs > 0 ? `, until ${dayClock(kept.untilMs)}` : ""}{kept.granted ? "." : ": edges have still to hear of it, or to let go of it."}</li>
          ))}
        </ul>
      )}
      <Story changes={answer.changes.slice(0, 20)} inPool={false} />
    </>
  );
}
