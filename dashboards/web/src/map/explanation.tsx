import { api, type MapChoice, type MapExplanation, type MapRow } from "../api";
import { bits, clock, duration, milliseconds, percent, word } from "../format";
import { useAnswer } from "../pools/ask";
import { prefixName } from "./prefixes";
import { evidenceWord, GROUP_GLYPHS, isBad, VERDICTS } from "./words";

/** Who serves an asker, and why. */
export function Explanation({ of, now, close }: { of: string; now: number; close: () => void }) {
  const { answer, problem } = useAnswer(() => api.mapExplanation(of), of, 4_000);
  return (
    <div class="card why-card" role="region" aria-label={`Who serves ${of}, and why`}>
      <div class="row"><h2>{of}</h2><span class="window">{answer?.entry ? told(answer.entry, of, now) : ""}</span><button type="button" class="quiet" onClick={close}>Close</button></div>
      {problem && <p class="note" role="status">{problem}</p>}
      {!answer && !problem && <p class="note">Asking…</p>}
      {answer && (answer.entry ? <Why answer={answer} row={answer.entry} now={now} /> : <p class="note">No entry of the map that is kept here holds it. Name servers then name the first group by its default rank.</p>)}
    </div>
  );
}

function told(row: MapRow, of: string, now: number): string {
  const own = row.prefix === of || row.prefix === `${of}/32`;
  return `${own ? "its own entry" : `by the entry of ${prefixName(row.prefix)}`}, told ${duration(now - row.issuedAtMs)} ago${row.evidenceAtMs > 0 ? `, newest evidence ${duration(now - row.evidenceAtMs)} old` : ""}`;
}

function Why({ answer, row, now }: { answer: MapExplanation; row: MapRow; now: number }) {
  const serving = row.choices.filter((choice) => choice.share > 0);
  const least = Math.min(...row.choices.map((choice) => choice.costMs));
  return (
    <>
      <p class="lead">
        Served by {serving.map((choice, i) => <span key={choice.group}>{i > 0 ? " and " : ""}<b>{choice.group}</b>{serving.length > 1 ? ` (${percent(choice.share, 0)})` : ""}</span>)},
        known from {evidenceWord(row.evidence).toLowerCase()}; demand {bits(row.demandBitsPerSecond)}.
        {row.regretMs > 0.5 ? ` That is ${milliseconds(row.regretMs)} farther than its nearest group.` : " No group is nearer."}
        {row.cohort !== "SETTLED" && ` In the roll-out it is ${row.cohort === "CONTROL" ? "in the control group" : row.cohort === "ROLLED" ? "on the new map" : "still on the former map"}.`}
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of its groups">
        <table class="small">
          <caption class="note in-view"><span>Groups that it may be served by. Whichever has the least of cost and price together is chosen, if that is better by 5 ms and 10 % than where it is.</span></caption>
          <thead><tr><th scope="col">Group</th><th scope="col" class="number">Serves</th><th scope="col" class="number">Costs</th><th scope="col" class="number">Price</th><th scope="col" class="number">Together</th><th scope="col">Known from</th><th scope="col">State</th></tr></thead>
          <tbody>{row.choices.map((choice) => <Choice key={choice.group} choice={choice} nearest={choice.costMs === least} />)}</tbody>
        </table>
      </div>
      <div class="columns why-columns">
        <Preferred answer={answer} now={now} />
        <Changes answer={answer} />
      </div>
    </>
  );
}

function Choice({ choice, nearest }: { choice: MapChoice; nearest: boolean }) {
  return (
    <tr>
      <th scope="row">{choice.share > 0 ? <b>{choice.group}</b> : choice.group}</th>
      <td class="number">{choice.share > 0 ? percent(choice.share, 0) : "–"}</td>
      <td class="number">{milliseconds(choice.costMs)} <small>± {milliseconds(choice.errorMs)}</small>{nearest && <small> nearest</small>}</td>
      <td class="number">{milliseconds(choice.priceMs)}</td>
      <td class="number">{milliseconds(choice.costMs + choice.priceMs)}</td>
      <td>{evidenceWord(choice.evidence)}</td>
      <td><span class={`state ${isBad(choice.state) ? "bad" : ""}`}><span aria-hidden="true">{GROUP_GLYPHS[choice.state] ?? "◌"}</span> {word(choice.state)}</span>{choice.reason && <small> {choice.reason}</small>}</td>
    </tr>
  );
}

function Preferred({ answer, now }: { answer: MapExplanation; now: number }) {
  const preference = answer.preference;
  if (!preference) return <section><h3 class="minor">Popularity</h3><p class="note">No name server counted proven questions of it.</p></section>;
  const [says, means] = VERDICTS[preference.verdict] ?? [preference.verdict, ""];
  return (
    <section>
      <h3 class="minor">Popularity: {says}</h3>
      <p class="note">{preference.reason || means}, {Math.round(preference.questions)} proven questions, told {duration(now - preference.issuedAtMs)} ago. A share counts over {percent(preference.threshold, 0)}.</p>
      <ul class="shares">
        {preference.shares.slice(0, 6).map((share) => (
          <li key={share.nameServer}>
            <span>{share.nameServer}</span>
            <span class="bar"><i style={{ width: `${100 * share.share}%` }} /></span>
            <span class="number">{percent(share.share, 0)}</span>
            <small>{[share.rttMs >= 0 && `${milliseconds(share.rttMs)} measured`, share.calibratedMs >= 0 && `worth ${milliseconds(share.calibratedMs)}`].filter(Boolean).join(", ")}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Changes({ answer }: { answer: MapExplanation }) {
  return (
    <section>
      <h3 class="minor">What it was told, last 24 h</h3>
      {answer.problem && <p class="note">{answer.problem}</p>}
      {answer.changes?.length === 0 && <p class="note">Nothing of it is in ClickHouse yet.</p>}
      <ol class="told">
        {(answer.changes ?? []).slice(0, 8).map((change) => (
          <li key={`${change.atMs} ${change.mapEpoch}`}>
            <time>{clock(change.atMs)}</time> {change.served.map((each) => `${each.group}${each.share < 0.995 ? ` ${percent(each.share, 0)}` : ""} ${milliseconds(each.costMs)} by ${evidenceWord(each.evidence).toLowerCase()}`).join(", ")} <small>map {change.mapEpoch}</small>
          </li>
        ))}
      </ol>
    </section>
  );
}
