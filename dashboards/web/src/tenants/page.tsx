import { useEffect } from "preact/hooks";
import { api } from "../api";
import { percent } from "../format";
import { useAnswer, walk } from "../pools/ask";

/** Who asked for what in the last hour, and who was hit. */
export function TenantsPage(_: { tick: number }) {
  const { answer, problem } = useAnswer(() => api.tenants(1), "tenants", 5_000);
  useEffect(() => { document.title = "Tenants · Fairlead"; }, []);
  const tenants = answer?.tenants ?? [];
  return (
    <main id="main">
      <h1 class="hidden">Tenants</h1>
      {problem && <p class="note" role="status">{problem}</p>}
      <section aria-labelledby="tenants-title">
        <header class="section"><h2 id="tenants-title">Tenants, last hour</h2><span class="keys"><kbd>↑</kbd> <kbd>↓</kbd> walk <kbd>Enter</kbd> open</span></header>
        <div class="card flush">
          {tenants.length === 0 ? <div class="empty">{answer ? "No request has ended within an hour." : problem ?? "Asking for the tenants…"}</div> : (
            <div class="table-holder" tabIndex={0} role="region" aria-label="Table of tenants">
              <table class="exits">
                <thead><tr><th scope="col"><span>Tenant</span></th><th scope="col" class="number"><span>Requests</span></th><th scope="col" class="number"><span>Failed</span></th><th scope="col" class="number"><span>Success</span></th></tr></thead>
                <tbody onKeyDown={(event) => walk(event, "a.name")}>
                  {tenants.map((one) => (
                    <tr key={one.tenant} onClick={() => location.assign(`/tenant/${encodeURIComponent(one.tenant)}`)}>
                      <th scope="row"><a class="name" href={`/tenant/${encodeURIComponent(one.tenant)}`} onClick={(event) => event.stopPropagation()}>{one.tenant || "no tenant"}</a></th>
                      <td class="number">{one.requests.toLocaleString("en")}</td><td class="number">{one.failures.toLocaleString("en")}</td><td class="number">{percent(one.requests ? 1 - one.failures / one.requests : 1)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </div>
        <p class="note under-chart">Failed: by no fault of the tenant. Those with the most failures first, 50 at most; search finds the rest.</p>
      </section>
    </main>
  );
}
