import { useState } from "preact/hooks";
import { api, type MapChoice, type MapGroup, type MapRow } from "../api";
import { bits, count, milliseconds, percent } from "../format";
import { useAnswer } from "../pools/ask";
import { EVIDENCE, evidenceWord } from "./words";

interface Props { groups: MapGroup[]; group: string; evidence: string; choose: (part: { group?: string; evidence?: string }) => void; ask: (prefix: string) => void }

/** Groups that have a column of their own. */
const COLUMNS = 8;

/** Who serves which part of the network: a row a prefix, a column a group, the cost in each cell, what serves it filled. */
export function Prefixes({ groups, group, evidence, choose, ask }: Props) {
  const { answer, problem } = useAnswer(() => api.mapPrefixes(group, evidence), `${group} ${evidence}`, 3_000);
  const [all, setAll] = useState(false);
  const rows = answer?.listed ?? [];
  const columns = [...groups].sort((one, other) => other.demandBitsPerSecond - one.demandBitsPerSecond).slice(0, COLUMNS).sort((one, other) => one.id.localeCompare(other.id));
  const shown = all ? rows : rows.slice(0, 20);
  return (
    <section aria-labelledby="prefixes-title">
      <header class="section">
        <h2 id="prefixes-title">Who is served from where</h2>
        <div class="filters">
          <label><span class="hidden">Group</span>
            <select value={group} onChange={(event) => choose({ group: event.currentTarget.value })}>
              <option value="">All groups</option>
              {groups.map((each) => <option key={each.id} value={each.id}>{each.id}</option>)}
            </select>
          </label>
          <label><span class="hidden">Evidence</span>
            <select value={evidence} onChange={(event) => choose({ evidence: event.currentTarget.value })}>
              <option value="">All evidence</option>
              {Object.keys(EVIDENCE).filter((each) => each !== "UNKNOWN").map((each) => <option key={each} value={each}>{evidenceWord(each)}</option>)}
            </select>
          </label>
        </div>
      </header>
      {problem && <p class="note" role="status">{problem}</p>}
      <div class="card flush">
        {rows.length === 0 ? <div class="empty">{answer ? "No prefix of that kind is mapped." : "Asking for the prefixes…"}</div> : (
          <div class="table-holder">
            <table class="exits served">
              <caption class="hidden">Prefixes with the most demand, and what each group costs them</caption>
              <thead>
                <tr>
                  <th scope="col"><span>Prefix</span></th>
                  <th scope="col" class="number"><span>Demand</span></th>
                  <th scope="col" class="wide"><span>Known from</span></th>
                  {columns.map((each) => <th scope="col" class="cell" key={each.id}><span>{each.id}</span></th>)}
                </tr>
              </thead>
              <tbody>
                {shown.map((row) => (
                  <tr key={row.prefix} onClick={() => ask(row.prefix)}>
                    <th scope="row"><button type="button" class="link" onClick={(event) => { event.stopPropagation(); ask(row.prefix); }}>{prefixName(row.prefix)}</button></th>
                    <td class="number">{bits(row.demandBitsPerSecond)}</td>
                    <td class="wide">{evidenceWord(row.evidence)}</td>
                    {columns.map((each) => <Cell key={each.id} row={row} choice={row.choices.find((choice) => choice.group === each.id)} />)}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {rows.length > 0 && (
          <div class="pages">
            <span>{answer && answer.found > rows.length ? `The ${rows.length} with the most demand of ${answer.found.toLocaleString("en")}.` : count(rows.length, "prefix", "prefixes")}{groups.length > COLUMNS ? ` The ${COLUMNS} groups that serve most.` : ""} Filled: serves it. Dot: the nearest.</span>
            {rows.length > 20 && <button type="button" onClick={() => setAll(!all)}>{all ? "Fewer" : "All of these"}</button>}
          </div>
        )}
      </div>
    </section>
  );
}

export function prefixName(prefix: string): string {
  return prefix === "0.0.0.0/0" ? "all other IPv4" : prefix === "::/0" ? "all other IPv6" : prefix.replace(/\/32$/, "");
}

function Cell({ row, choice }: { row: MapRow; choice: MapChoice | undefined }) {
  if (!choice) return <td class="cell"><span class="hidden">not among its choices</span></td>;
  const nearest = row.choices.every((each) => each.costMs >= choice.costMs);
  return (
    <td class={`cell ${choice.share > 0 ? "serves" : ""}`} style={choice.share > 0 ? { "--share": choice.share } : {}} title={`${milliseconds(choice.costMs)} ± ${milliseconds(choice.errorMs)}, from ${evidenceWord(choice.evidence).toLowerCase()}`}>
      {milliseconds(choice.costMs)}{nearest && <><i class="dot" aria-hidden="true" /><span class="hidden">, the nearest</span></>}
      {choice.share > 0 && choice.share < 0.995 && <small> {percent(choice.share, 0)}</small>}
      {choice.share > 0 && <span class="hidden"> serves it</span>}
    </td>
  );
}
