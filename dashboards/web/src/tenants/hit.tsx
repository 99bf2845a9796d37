import { api, type Hit } from "../api";
import { duration, word } from "../format";
import { useAnswer } from "../pools/ask";

/** For whom an exit or a pool failed, at which sites. */
export function HitBy({ by, id, hours, now }: { by: "exit" | "pool"; id: string; hours: number; now: number }) {
  const { answer, problem } = useAnswer(() => api.hit(by, id, hours), `${by} ${id} ${hours}`, 5_000);
  if (!answer) return <p class="note">{problem ?? "Asking…"}</p>;
  return <Hits hits={answer.hit} now={now} tenants empty={`Nobody: no ${by === "exit" ? "try through this exit" : "request to this pool"} failed by a fault of ours or of a site in this span.`} />;
}

export function Hits({ hits, now, tenants, empty }: { hits: Hit[]; now: number; tenants: boolean; empty: string }) {
  if (hits.length === 0) return <p class="note">{empty}</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Table of who was hit">
      <table class="small">
        <thead><tr>{tenants && <th scope="col">Tenant</th>}<th scope="col">Site</th><th scope="col">Class</th><th scope="col" class="number">Failed</th><th scope="col">Mostly</th><th scope="col" class="number">Last</th></tr></thead>
        <tbody>
          {hits.map((hit) => (
            <tr key={`${hit.tenant} ${hit.host}`}>
              {tenants ? <th scope="row"><a href={`/tenant/${encodeURIComponent(hit.tenant)}`}>{hit.tenant || "no tenant"}</a></th> : null}
              {tenants ? <td>{hit.host || "not told"}</td> : <th scope="row">{hit.host || "not told"}</th>}
              <td>{hit.targetClass || "none"}</td><td class="number">{hit.failures.toLocaleString("en")}</td><td>{word(hit.outcome)}</td><td class="number">{duration(now - hit.newestMs)} ago</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
