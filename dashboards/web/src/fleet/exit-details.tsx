import { useEffect, useState } from "preact/hooks";
import { api, type Decision, type ExitDetails, type ExitRow } from "../api";
import { clock, count, duration, iso, milliseconds, percent, quality } from "../format";
import { PolicyLink } from "../policies/link";

interface Props { row: ExitRow; now: number }

/** Why this exit has this quality: each factor with its evidence, the reasons in words, and what was decided before. */
export function ExitDetailsPanel({ row, now }: Props) {
  const [details, setDetails] = useState<ExitDetails | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    let gone = false;
    api.exit(row.id).then(
      (answer) => { if (!gone) { setDetails(answer); setProblem(null); } },
      (e: Error) => { if (!gone) setProblem(e.message); },
    );
    return () => { gone = true; };
  }, [row.id, row.version]);

  if (!details) return <p class="empty">{problem ?? "Asking for the evidence…"}</p>;
  const { success, disconnect } = details;
  return (
    <div class="details">
      <section class="factors" aria-label={`Components of the quality of ${row.id}`}>
        <div class="equals">
          <span class="label">Quality</span>
          <strong>{quality(row.quality)}</strong>
          <span class="note">of 100{row.lowConfidence ? ", capped: an input is missing" : ""}</span>
        </div>
        <span class="operator" aria-hidden="true">=</span>
        <Factor label="Benchmark" value={details.benchmarkTerm} max={0.5}
          note={details.benchmarkTerm < 0 ? "not measured yet" : `${milliseconds(row.benchmarkMs)}, median`} />
        <span class="operator" aria-hidden="true">+</span>
        <Factor label="Ping" value={details.pingTerm} max={0.5}
          note={details.pingTerm < 0 ? "not measured yet" : `${milliseconds(row.pingMs)} on the link`} />
        <span class="operator" aria-hidden="true">×</span>
        <Factor label="Stays connected" value={1 - disconnect.mean} max={1}
          note={`${percent(1 - disconnect.upper)} – ${percent(1 - disconnect.lower)}, weight ${Math.round(disconnect.weight)}`} />
        <span class="operator" aria-hidden="true">×</span>
        <Factor label="Success" value={success.mean} max={1}
          note={`${percent(success.lower)} – ${percent(success.upper)}, weight ${Math.round(success.weight)}`} />
        {details.networkSuccess < 1 && (
          <>
            <span class="operator" aria-hidden="true">×</span>
            <Factor label="Its network carries" value={details.networkSuccess} max={1} note={`AS${row.asn}, whatever the exit`} />
          </>
        )}
      </section>
      <p class="more"><a href={`/exit/${encodeURIComponent(row.id)}`}>All of {row.id}: evidence, outlook, tries and history</a></p>
      <div class="columns">
        <section>
          <h3 class="minor">Why</h3>
          {details.reasons.length === 0 ? <p class="note">The decision gives no reason.</p> : (
            <ol class="reasons">{details.reasons.map((reason) => <li key={reason}>{reason}</li>)}</ol>
          )}
          <dl class="facts">
            <div><dt>Decided</dt><dd><time dateTime={iso(row.issuedAtMs)}>{duration(now - row.issuedAtMs)} ago</time>, for {details.trigger}</dd></div>
            <div><dt>Event seen at</dt><dd>{details.triggerEdgeId || "no edge"}, {clock(details.triggerObservedAtMs)}</dd></div>
            <div><dt>Version</dt><dd class="code">{row.version}</dd></div>
            <div><dt>Policy version</dt><dd><PolicyLink version={row.policyVersion} /></dd></div>
          </dl>
        </section>
        <section>
          <h3 class="minor">By target class</h3>
          {details.classes.length === 0 ? <p class="note">No class has its own figures yet.</p> : (
            <table class="small">
              <thead><tr><th scope="col">Class</th><th scope="col" class="number">Quality</th><th scope="col" class="number">Benchmark</th><th scope="col" class="number">Success</th><th scope="col" class="number">Blocks</th><th scope="col" class="number">Traffic</th></tr></thead>
              <tbody>
                {details.classes.map((one) => (
                  <tr key={one.name}>
                    <th scope="row">{one.name}</th>
                    <td class="number">{quality(one.quality)}</td>
                    <td class="number">{milliseconds(one.benchmarkMs)}</td>
                    <td class="number">{percent(one.success.mean)}</td>
                    <td class="number">{percent(one.blockRate)}</td>
                    <td class="number">{percent(one.trafficShare, 0)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </section>
        <section>
          <h3 class="minor">Decisions of the last hour</h3>
          <History history={details.history} problem={details.historyProblem} />
        </section>
      </div>
    </div>
  );
}

export function Factor({ label, value, max, note }: { label: string; value: number; max: number; note: string }) {
  const share = Math.max(0, Math.min(1, value / max));
  return (
    <div class="factor">
      <span class="label">{label}</span>
      <strong>{value < 0 ? "–" : value.toFixed(2)}<span class="of"> of {max}</span></strong>
      <span class="bar" aria-hidden="true"><i style={{ width: `${share * 100}%` }} /></span>
      <span class="note">{note}</span>
    </div>
  );
}

const WIDTH = 320;
const HEIGHT = 56;

function History({ history, problem }: { history: Decision[] | null; problem: string | null }) {
  if (!history) return <p class="note">{problem ?? "No history."}</p>;
  if (history.length === 0) return <p class="note">None is in ClickHouse yet.</p>;
  const oldest = history[history.length - 1]!.issuedAtMs;
  const span = Math.max(1, history[0]!.issuedAtMs - oldest);
  let path = "";
  for (const one of [...history].reverse()) {
    const x = ((one.issuedAtMs - oldest) / span) * WIDTH;
    const y = HEIGHT - (one.quality / 100) * HEIGHT;
    path += path ? `H${x.toFixed(1)}V${y.toFixed(1)}` : `M${x.toFixed(1)},${y.toFixed(1)}`;
  }
  return (
    <>
      <svg class="spark" viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`} preserveAspectRatio="none" role="img"
        aria-label={`Quality over the last hour, ${count(history.length, "decision")}; the newest are in the table below`}>
        <line x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} class="axis" />
        <line x1="0" x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} class="axis" />
        <path d={path} />
      </svg>
      <table class="small">
        <thead><tr><th scope="col">Time</th><th scope="col" class="number">Quality</th><th scope="col" class="number">Cmax</th><th scope="col">For</th><th scope="col" class="number">Policy</th></tr></thead>
        <tbody>
          {history.slice(0, 6).map((one) => (
            <tr key={`${one.jobEpoch}.${one.counter}`} title={one.reason}>
              <th scope="row">{clock(one.issuedAtMs)}</th>
              <td class="number">{quality(one.quality)}</td>
              <td class="number">{one.capacityRequests}</td>
              <td>{one.trigger}</td>
              <td class="number"><PolicyLink version={one.policyVersion} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
