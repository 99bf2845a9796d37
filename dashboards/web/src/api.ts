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

/** A canary does several things under its one version; those have no revision. */
export const markId = (change: PolicyChange): string => change.revision > 0 ? `${change.version}` : `${change.version}@${change.atMs}`;

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
  objectives: { successShare: number; latencyP95Ms: number; jobSilenceMs: number; loopP99Ms: number; stalledShare: number };
  problems: string[];
}

export interface PoolRow {
  id: string;
  state: string;
  reason: string;
  missing: string;
  health: number;
  healthForeseen: number;
  minHealth: number;
  members: number;
  membersOnline: number;
  membersLeast: number;
  membersWanted: number;
  membersMost: number;
  capacity: number;
  changesInHour: number;
  owner: string;
  exclusive: boolean;
  exclusiveUntilMs: number;
  exclusiveDomains: string[];
  sibling: string;
  fallsShort: boolean;
  unhealthyProbability: number;
  unhealthyMinutes: number;
  shortageProbability: number;
  horizonMs: number;
  issuedAtMs: number;
  forecastAtMs: number;
  policyVersion: number;
}

/** A domain that one pool alone may use an exit for. */
export interface KeptDomain { domain: string; pool: string; untilMs: number; granted: boolean }

/** The pools of one exit. */
export interface MappedExit { id: string; owner: string; ownerUntilMs: number; domains: KeptDomain[]; pools: string[]; changingHands: boolean }

export interface PoolsAnswer { atMs: number; pools: PoolRow[]; exits: MappedExit[]; exitsMapped: number }

export interface Quantiles { measure: string; low: number; median: number; high: number }

export interface Ahead { minutes: number; quantiles: Quantiles[]; unhealthyProbability: number; shortageProbability: number }

export interface PoolMember { id: string; rank: number; sinceMs: number; reason: string; exit: ExitRow | null; stayChance: number; stayHorizonMs: number }

export interface PoolStanding { atSeconds: number; health: number; foreseen: number; minHealth: number; online: number; members: number; capacity: number }

export interface PoolChange {
  pool: string;
  atMs: number;
  exitId: string;
  joined: boolean;
  cause: string;
  reason: string;
  healthBefore: number;
  healthAfter: number;
  members: number;
  policyVersion: number;
}

export interface Skill { measure: string; minutes: number; atSeconds: number; forecasts: number; pinball: number; against: number | string; naive: number | string; covered: number }

export interface PoolDetails {
  pool: PoolRow;
  asks: string[];
  ahead: Ahead[];
  coldStart: boolean;
  basis: string;
  members: PoolMember[];
  measure: string;
  standings: PoolStanding[] | null;
  bands: { atSeconds: number; low: number; median: number; high: number }[] | null;
  came: { atSeconds: number; value: number }[] | null;
  changes: PoolChange[] | null;
  skill: Skill[] | null;
  foreseen: { changedAtMs: number; predicted: number; observed: number }[] | null;
  success: { atSeconds: number; requests: number; failures: number }[] | null;
  traffic: { atSeconds: number; requests: number; failures: number }[] | null;
  historyProblem: string | null;
}

export interface ExitStory { exitId: string; changes: PoolChange[]; now: MappedExit[] }

export interface Regret { samples: number; meanMs: number; errorMs: number; p95Ms: number }

export interface Coverage { evidence: string; prefixes: number; demandShare: number }

export interface MapState {
  mapEpoch: number;
  issuedAtMs: number;
  policyVersion: number;
  entries: number;
  demandBitsPerSecond: number;
  meanCostMs: number;
  boundMs: number;
  capacityFactor: number;
  movedShare: number;
  rollOut: string;
  stage: number;
  rolledShare: number;
  stageSinceMs: number;
  controlShare: number;
  rolled: Regret;
  control: Regret;
  served: Regret;
  frozen: boolean;
  reason: string;
  coverage: Coverage[];
}

export interface MapGroup {
  id: string;
  country: string;
  city: string;
  latitudeDegrees: number | null;
  longitudeDegrees: number | null;
  defined: boolean;
  barred: boolean;
  addresses: number;
  nameServers: string[];
  state: string;
  reason: string;
  priceMs: number;
  capacityBitsPerSecond: number;
  plannedBitsPerSecond: number;
  loadBitsPerSecond: number;
  shedFromShare: number;
  prefixes: number;
  demandBitsPerSecond: number;
  nearestBitsPerSecond: number;
}

export interface Displaced { nearest: string; serving: string; demandBitsPerSecond: number }

export interface MapAnswer {
  atMs: number;
  state: MapState | null;
  groups: MapGroup[];
  verdicts: { verdict: string; resolvers: number }[];
  displaced: Displaced[];
  prefixes: number;
  left: number;
}

export interface MapChoice { group: string; share: number; costMs: number; errorMs: number; evidence: string; priceMs: number; state: string; reason: string }

export interface MapRow {
  prefix: string;
  demandBitsPerSecond: number;
  evidence: string;
  cohort: string;
  issuedAtMs: number;
  evidenceAtMs: number;
  regretMs: number;
  choices: MapChoice[];
}

export interface MapPrefixes { found: number; listed: MapRow[] }

export interface Preference {
  issuedAtMs: number;
  verdict: string;
  preferred: string;
  group: string;
  questions: number;
  threshold: number;
  reason: string;
  shares: { nameServer: string; group: string; share: number; rttMs: number; calibratedMs: number }[];
}

export interface MapExplanation {
  asker: string;
  entry: MapRow | null;
  around: MapRow[];
  preference: Preference | null;
  changes: { atMs: number; mapEpoch: number; cohort: string; served: { group: string; share: number; costMs: number; evidence: string }[] }[] | null;
  problem: string | null;
}

export interface MapEpoch {
  atSeconds: number;
  mapEpoch: number;
  meanCostMs: number;
  boundMs: number;
  movedShare: number;
  samples: number;
  regretMs: number;
  regretP95Ms: number;
  rollOut: string;
  reason: string;
}

export interface MapPast {
  epochs: MapEpoch[] | null;
  prices: { atSeconds: number; group: string; priceMs: number; plannedBitsPerSecond: number; loadBitsPerSecond: number; capacityBitsPerSecond: number; state: string }[] | null;
  problem: string | null;
}

/** An answer that is no answer; the message is the server's own sentence. */
export class ApiError extends Error {
  constructor(readonly status: number, sentence: string) {
    super(sentence);
  }
}

async function get<T>(path: string): Promise<T> {
  return await answer<T>(path, { headers: { Accept: "application/json" } });
}

/** A change, or a log-in. */
export async function send<T>(path: string, body: unknown, csrf: string): Promise<T> {
  return await answer<T>(path, { method: "POST", headers: { Accept: "application/json", "Content-Type": "application/json", "X-Fairlead-CSRF": csrf }, body: JSON.stringify(body) });
}

async function answer<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new ApiError(0, "The console does not answer. It may be stopped; this page tries again by itself.");
  }
  if (!response.ok) {
    const sentence = await response.json().then((told: { problem?: string }) => told.problem, () => undefined);
    // Whose session is over goes to the log-in, and comes back from there.
    if (response.status === 401 && location.pathname !== "/login") location.assign(`/login?to=${encodeURIComponent(location.pathname + location.search)}`);
    throw new ApiError(response.status, sentence ?? `The console answered with status ${response.status}.`);
  }
  return (await response.json()) as T;
}

export interface RoomRow {
  room: string;
  relayClients: number;
  viewers: number;
  carriers: number;
  linkBitsPerSecond: number;
  viewerBitsPerSecond: number;
  savedBitsPerSecond: number;
  startP50Ms: number;
  startP95Ms: number;
  stalledShare: number;
  spliceGapMs: number;
  promotions: number;
  silences: number;
  published: boolean;
}

export interface RoomsAnswer { rooms: RoomRow[]; windowMs: number }

export interface RoomViewer {
  id: number;
  role: string;
  protocol: string;
  prefix: string;
  watchedMs: number;
  bitsPerSecond: number;
  startMs: number;
  lagMaxMs: number;
  stalls: number;
  skips: number;
  renewals: number;
}

export interface RoomBranch {
  relayClient: string;
  viewers: number;
  carriers: number;
  upstreams: number;
  linkBitsPerSecond: number;
  viewerBitsPerSecond: number;
  spareBitsPerSecond: number;
  rttMs: number;
  /** What its connection delivered lately; -1: not known. */
  deliveryBitsPerSecond: number;
  /** The way let no more through; else it may be able to. */
  deliveryBound: boolean;
  promotions: number;
  silences: number;
  spliceGapMs: number;
  roles: Record<string, number>;
  plan: { server: string; quality: number; rttMs: number; lowConfidence: boolean }[];
  /** Where viewers reach the relay client, http://HOST:PORT; empty: it is not told. */
  viewerAddress: string;
  named: RoomViewer[];
}

export interface RoomOrigin { relayServer: string; published: boolean; branches: RoomBranch[] }

export interface RoomDetails { row: RoomRow; origins: RoomOrigin[] }

export type State = "BAD" | "WATCH" | "GOOD" | "UNKNOWN";

export interface AreaFigure { label: string; value: number; of: number | null; unit: "COUNT" | "SHARE" | "MS" | "BITS_PER_SECOND"; bad: boolean }

export interface Area { id: string; title: string; state: State; says: string; figures: AreaFigure[]; href: string }

export interface Finding {
  area: string;
  state: State;
  what: string;
  sinceMs: number | null;
  /** Seen since then; it may have begun earlier. */
  sinceAtLeast: boolean;
  decided: string;
  why: string;
  policyVersion: number | null;
  href: string;
}

export interface TenantShare { tenant: string; requests: number; failures: number }

export interface RecentDecision { atMs: number; kind: string; subject: string; what: string; why: string; policyVersion: number; href: string }

export interface Canary {
  policyKey: string;
  stage: string;
  sinceMs: number;
  reason: string;
  author: string;
  share: number;
  successChange: number;
  latencyRatio: number;
  policyVersion: number;
}

export interface OverviewAnswer {
  atMs: number;
  areas: Area[];
  findings: Finding[];
  findingsLeft: number;
  tenants: TenantShare[] | null;
  decisions: RecentDecision[];
  changes: PolicyChange[];
  canaries: Canary[];
  historyProblem: string | null;
}

export interface Found { kind: string; name: string; href: string }

export interface SearchAnswer { asked: string; found: Found[]; problem: string | null }

export interface Hit { tenant: string; host: string; targetClass: string; failures: number; outcome: string; newestMs: number }

export interface HitAnswer { fromMs: number; hit: Hit[] }

export interface TenantsAnswer { fromMs: number; tenants: TenantShare[] }

export interface TenantAnswer {
  tenant: string;
  fromMs: number;
  stepSeconds: number;
  minutes: { atSeconds: number; requests: number; failures: number }[];
  outcomes: { pool: string; outcome: string; requests: number; failures: number }[];
  sites: Hit[];
  exits: { exitId: string; failures: number; newestMs: number }[];
}

export interface Revision { atMs: number; author: string; reason: string; version: number; revision: number; json: string }

export interface PolicyAnswer { key: string; revisions: Revision[]; turns: PolicyChange[]; defaults: string }

export const api = {
  overview: () => get<OverviewAnswer>("/api/overview"),
  search: (text: string) => get<SearchAnswer>(`/api/search?q=${encodeURIComponent(text)}`),
  hit: (by: "exit" | "pool", id: string, hours: number) => get<HitAnswer>(`/api/hit?${by}=${encodeURIComponent(id)}&hours=${hours}`),
  tenants: (hours: number) => get<TenantsAnswer>(`/api/tenants?hours=${hours}`),
  tenant: (id: string, hours: number) => get<TenantAnswer>(`/api/tenants/${encodeURIComponent(id)}?hours=${hours}`),
  policies: () => get<PolicyChange[]>("/api/policies"),
  policyKinds: () => get<string[]>("/api/policy-kinds"),
  policy: (key: string) => get<PolicyAnswer>(`/api/policies/${key}`),
  status: () => get<Status>("/api/status"),
  fleet: () => get<FleetAnswer>("/api/fleet"),
  exit: (id: string, hours = 1) => get<ExitDetails>(`/api/fleet/${encodeURIComponent(id)}?hours=${hours}`),
  pools: () => get<PoolsAnswer>("/api/pools"),
  pool: (id: string, hours: number, measure: string) => get<PoolDetails>(`/api/pools/${encodeURIComponent(id)}?hours=${hours}&measure=${measure}`),
  exitPools: (id: string, hours: number) => get<ExitStory>(`/api/exits/${encodeURIComponent(id)}/pools?hours=${hours}`),
  rooms: () => get<RoomsAnswer>("/api/rooms"),
  room: (id: string) => get<RoomDetails>(`/api/rooms/${id}`),
  map: () => get<MapAnswer>("/api/map"),
  mapPrefixes: (group: string, evidence: string) => get<MapPrefixes>(`/api/map/prefixes?group=${encodeURIComponent(group)}&evidence=${evidence}`),
  mapExplanation: (of: string) => get<MapExplanation>(`/api/map/explanation?of=${encodeURIComponent(of)}&hours=24`),
  mapPast: (hours: number) => get<MapPast>(`/api/map/past?hours=${hours}`),
  traffic: (from: number, to: number) => get<TrafficAnswer>(`/api/traffic?from=${from}&to=${to}`),
  changes: (from: number, to: number) => get<ChangesAnswer>(`/api/policy-changes?from=${from}&to=${to}`),
};
