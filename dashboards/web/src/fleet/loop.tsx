import type { ComponentChildren } from "preact";
import type { ExitRow, Status, TrafficAnswer } from "../api";
import { recent } from "../charts/series";
import { count, duration, milliseconds, percent, rate } from "../format";

interface Props { status: Status | null; rows: ExitRow[]; traffic: TrafficAnswer | null; p95: number | null }

/** The loop in six figures: what users get, what carries it, and whether the deciding parts are alive. */
export function Loop({ status, rows, traffic, p95 }: Props) {
  const online = rows.filter((row) => row.state === "ONLINE").length;
  const minute = traffic ? recent(traffic, 60) : null;
  const moment = traffic ? recent(traffic, 10) : null;
  const success = minute && minute.requests > 0 ? 1 - minute.failures / minute.requests : null;
  const objectives = status?.objectives;
  const loops = (status?.edges ?? []).filter((edge) => edge.loopP99Ms !== null);
  const p99 = loops.length ? Math.max(...loops.map((edge) => edge.loopP99Ms ?? 0)) : null;
  const p50 = loops.length ? Math.max(...loops.map((edge) => edge.loopP50Ms ?? 0)) : null;
  const local = (status?.edges ?? []).filter((edge) => edge.localScoring);
  return (
    <dl class="figures-row">
      <Figure label="Requests" value={moment ? rate(moment.requests / moment.seconds) : "–"} unit="/s" window={moment ? `last ${moment.seconds} s` : "waiting"} />
      <Figure label="Success" value={success === null ? "–" : percent(success)} window={`last ${minute?.seconds ?? 60} s${objectives ? `, at least ${percent(objectives.successShare, 0)} wanted` : ""}`}
        missed={success !== null && objectives !== undefined && success < objectives.successShare} />
      <Figure label="First byte, p95" value={p95 === null ? "–" : milliseconds(p95)} window={`last ${traffic?.stepSeconds ?? 5} s${objectives ? `, at most ${milliseconds(objectives.latencyP95Ms)} wanted` : ""}`}
        missed={p95 !== null && objectives !== undefined && p95 > objectives.latencyP95Ms} />
      <Figure label="Exits online" value={String(online)} unit={` of ${rows.length}`} window="by the newest decisions" />
      <Figure label="Event to effect, p99" value={p99 === null ? "–" : milliseconds(p99)} window={p50 === null ? "no decision applied lately" : `p50 ${milliseconds(p50)}, last minute`} />
      <Figure label="Jobs" missed={(status?.jobs ?? []).some((job) => objectives !== undefined && job.silenceMs > objectives.jobSilenceMs)}
        value={
          <ul class="jobs">
            {(status?.jobs ?? []).map((job) => (
              <li key={job.job}><span aria-hidden="true">{job.alive ? "●" : "○"}</span> {job.job} <small>{job.alive ? "alive" : `silent ${duration(job.silenceMs)}`}</small></li>
            ))}
            {(status?.jobs.length ?? 0) === 0 && <li>none heard</li>}
          </ul>
        }
        window={local.length > 0 ? `${count(local.length, "edge")} scoring locally` : `${count(status?.edges.length ?? 0, "edge")} on the jobs' scores`} />
    </dl>
  );
}

function Figure({ label, value, unit, window, missed }: { label: string; value: ComponentChildren; unit?: string; window: string; missed?: boolean }) {
  return (
    <div class={`card figure ${missed ? "missed" : ""}`}>
      <dt>{missed ? <span aria-hidden="true">▲ </span> : null}{label}{missed ? <span class="hidden">, objective missed</span> : null}</dt>
      <dd class="value">{value}{unit && <span class="unit">{unit}</span>}</dd>
      <dd class="window">{window}</dd>
    </div>
  );
}
