/** What the server answers, field by field as its records are. */

export interface ExitRow {
  id: string;
  state: string;
  quality: number;
  lowConfidence: boolean;
  success: number;
  disconnect: number;
  benchmarkMs: number;
  pingMs: number;
  capacity: number;
  running: number;
  available: number;
  poolType: string;
  asn: number;
  reason: string;
  version: string;
  policyVersion: number;
  issuedAtMs: number;
  requests: number | null;
  failures: number | null;
  targetFails: boolean;
}

export interface FleetAnswer { atMs: number; windowSeconds: number; exits: ExitRow[] }

export interface Estimate { mean: number; lower: number; upper: number; weight: number }

export interface TargetClass {
  name: string;
  quality: number;
  benchmarkMs: number;
  success: Estimate;
  blockRate: number;
  trafficShare: number;
}

export interface Decision {
  issuedAtMs: number;
  jobEpoch: number;
  counter: number;
  policyVersion: number;
  state: string;
  quality: number;
  success: number;
  capacityRequests: number;
  runningRequests: number;
  trigger: string;
  reason: string;
  disconnect: number;
  networkSuccess: number;
  reasons: string[];
}

export interface Ended { targetClass: string; layer: string; outcome: string; tries: number }

export interface Stay { horizonMs: number; chance: Estimate }

export interface ExitDetails {
  exit: ExitRow;
  benchmarkTerm: number;
  pingTerm: number;
  success: Estimate;
  disconnect: Estimate;
  classes: TargetClass[];
  reasons: string[];
  trigger: string;
  triggerObservedAtMs: number;
  triggerEdgeId: string;
  psiMs: number;
  omegaMs: number;
  benchmarkWeight: number;
  pingWeight: number;
  upSinceMs: number;
  stays: Stay[];
  disconnectBasis: string;
  networkSuccess: number;
  failingTargets: string[];
  history: Decision[] | null;
  outcomes: Ended[] | null;
  historyProblem: string | null;
}

export interface TrafficPoint {
  atSeconds: number;
  requests: number;
  failures: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
}

export interface TrafficAnswer { fromSeconds: number; toSeconds: number; stepSeconds: number; points: TrafficPoint[] }

export interface PolicyChange { atMs: number; key: string; author: string; reason: string; version: number; revision: number }

export interface ChangesAnswer { changes: PolicyChange[]; problem: string | null }

export interface Source { up: boolean; ageMs: number | null; problem: string | null }

export interface Job {
  job: string;
  alive: boolean;
  silenceMs: number;
  epoch: number;
  policyVersion: number;
  watermarkLagMs: number;
  decisions: number;
}

export interface Edge {
  id: string;
  kind: string;
  silenceMs: number;
  exitsOnline: number;
  inFlightRequests: number;
  localScoring: boolean;
  draining: boolean;
  loopP50Ms: number | null;
  loopP99Ms: number | null;
  lost: number;
}

export interface Status {
  atMs: number;
  kafka: Source;
  clickHouse: Source;
  jobs: Job[];
  edges: Edge[];
  exits: number;
  exitsNotShown: number;
  liveClients: number;
  windowSeconds: number;
  objectives: { successShare: number; latencyP95Ms: number; jobSilenceMs: number };
  problems: string[];
}

/** An answer that is no answer; the message is the server's own sentence. */
export class ApiError extends Error {
  constructor(readonly status: number, sentence: string) {
    super(sentence);
  }
}

async function get<T>(path: string): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { headers: { Accept: "application/json" } });
  } catch {
    throw new ApiError(0, "The console does not answer. It may be stopped; this page tries again by itself.");
  }
  if (!response.ok) {
    const sentence = await response.json().then((told: { problem?: string }) => told.problem, () => undefined);
    throw new ApiError(response.status, sentence ?? `The console answered with status ${response.status}.`);
  }
  return (await response.json()) as T;
}

export const api = {
  status: () => get<Status>("/api/status"),
  fleet: () => get<FleetAnswer>("/api/fleet"),
  exit: (id: string, hours = 1) => get<ExitDetails>(`/api/fleet/${encodeURIComponent(id)}?hours=${hours}`),
  traffic: (from: number, to: number) => get<TrafficAnswer>(`/api/traffic?from=${from}&to=${to}`),
  changes: (from: number, to: number) => get<ChangesAnswer>(`/api/policy-changes?from=${from}&to=${to}`),
};
