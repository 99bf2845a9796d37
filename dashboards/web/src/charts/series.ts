import type { TrafficAnswer } from "../api";

/** Columns for the charts, one value for each bucket from the first point to the last whole one. */
export interface Columns {
  at: number[];
  perSecond: (number | null)[];
  success: (number | null)[];
  p50: (number | null)[];
  p95: (number | null)[];
  p99: (number | null)[];
}

/**
 * A bucket without requests is zero requests, but no success and no latency. The newest bucket is still filling and is
 * left out.
 */
export function columns(answer: TrafficAnswer): Columns {
  const out: Columns = { at: [], perSecond: [], success: [], p50: [], p95: [], p99: [] };
  const step = answer.stepSeconds;
  const first = answer.points[0];
  const last = answer.points[answer.points.length - 1];
  if (!first || !last) return out;
  const byTime = new Map(answer.points.map((point) => [point.atSeconds, point]));
  const whole = Math.floor(answer.toSeconds / step) * step;
  const end = Math.min(last.atSeconds + step, whole - step);
  for (let at = first.atSeconds; at < end; at += step) {
    const point = byTime.get(at);
    out.at.push(at);
    out.perSecond.push(point ? point.requests / step : 0);
    out.success.push(point && point.requests > 0 ? 1 - point.failures / point.requests : null);
    out.p50.push(point?.p50Ms ?? null);
    out.p95.push(point?.p95Ms ?? null);
    out.p99.push(point?.p99Ms ?? null);
  }
  return out;
}

/** Requests and failures of the last whole seconds before the newest bucket. */
export function recent(answer: TrafficAnswer, seconds: number): { requests: number; failures: number; seconds: number } {
  const step = answer.stepSeconds;
  const last = answer.points[answer.points.length - 1];
  if (!last) return { requests: 0, failures: 0, seconds };
  const end = last.atSeconds;
  const span = Math.max(step, Math.ceil(seconds / step) * step);
  let requests = 0;
  let failures = 0;
  for (const point of answer.points) {
    if (point.atSeconds >= end - span && point.atSeconds < end) {
      requests += point.requests;
      failures += point.failures;
    }
  }
  return { requests, failures, seconds: span };
}
