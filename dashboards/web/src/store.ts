import { api, markId, type ExitRow, type PolicyChange, type Status, type TrafficAnswer, type TrafficPoint } from "./api";
import { RANGES, type Range } from "./view";

export type Connection = "connecting" | "live" | "lost";

/** The page is told of changes at most this often, ms: scores change four times a second, eyes do not. */
const TELL_MS = 250;
const POINTS_MAX = 4_000;
const REFRESH_MS = 30_000;

/** Everything that is known, from the first answers on and kept up by the live stream. */
export class Store {
  readonly exits = new Map<string, ExitRow>();
  status: Status | null = null;
  fleetLoaded = false;
  fleetProblem: string | null = null;
  windowSeconds = 60;
  traffic: TrafficAnswer | null = null;
  trafficProblem: string | null = null;
  readonly changes = new Map<string, PolicyChange>();
  connection: Connection = "connecting";
  /** Server's clock minus ours, ms. */
  skewMs = 0;
  lastToldMs = 0;
  announcement = "";

  private readonly points = new Map<number, TrafficPoint>();
  private readonly listeners = new Set<() => void>();
  private timer: number | undefined;
  private range: Range = "15m";
  private asked = 0;
  private announcedMs = 0;

  start(range: Range): void {
    this.range = range;
    void this.loadTraffic();
    void this.loadFleet();
    void this.loadStatus();
    this.follow();
    setInterval(() => this.changed(), 1_000);
    setInterval(() => {
      if (!document.hidden && RANGES[this.range] > 3_600) void this.loadTraffic();
    }, REFRESH_MS);
  }

  now(): number {
    return Date.now() + this.skewMs;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  setRange(range: Range): void {
    if (range === this.range) return;
    this.range = range;
    this.points.clear();
    this.traffic = null;
    this.changed();
    void this.loadTraffic();
  }

  private changed(): void {
    if (this.timer !== undefined) return;
    this.timer = window.setTimeout(() => {
      this.timer = undefined;
      for (const listener of this.listeners) listener();
    }, TELL_MS);
  }

  /** At most one sentence in five seconds reaches a screen reader. */
  private announce(sentence: string): void {
    if (Date.now() - this.announcedMs < 5_000) return;
    this.announcedMs = Date.now();
    this.announcement = sentence;
  }

  private async loadStatus(): Promise<void> {
    try {
      this.take(await api.status());
    } catch {
      // The stream says the same, and the page shows the connection as lost.
    }
    this.changed();
  }

  private async loadFleet(): Promise<void> {
    try {
      const answer = await api.fleet();
      this.windowSeconds = answer.windowSeconds;
      this.exits.clear();
      for (const row of answer.exits) this.exits.set(row.id, row);
      this.fleetLoaded = true;
      this.fleetProblem = null;
    } catch (e) {
      this.fleetProblem = (e as Error).message;
    }
    this.changed();
  }

  private async loadTraffic(): Promise<void> {
    const asked = ++this.asked;
    const to = Math.floor(this.now() / 1_000);
    const from = to - RANGES[this.range];
    void api.changes(from, to + 60).then(
      (answer) => {
        for (const change of answer.changes) this.changes.set(markId(change), change);
        this.changed();
      },
      () => undefined,
    );
    try {
      const answer = await api.traffic(from, to);
      if (asked !== this.asked) return;
      this.points.clear();
      for (const point of answer.points) this.points.set(point.atSeconds, point);
      this.traffic = answer;
      this.trafficProblem = null;
    } catch (e) {
      if (asked !== this.asked) return;
      this.trafficProblem = (e as Error).message;
    }
    this.changed();
  }

  private follow(): void {
    const stream = new EventSource("/api/live");
    const on = <T>(event: string, take: (value: T) => void) =>
      stream.addEventListener(event, (told) => {
        this.lastToldMs = Date.now();
        take(JSON.parse((told as MessageEvent<string>).data) as T);
        this.changed();
      });
    stream.onopen = () => {
      if (this.connection === "lost") {
        this.announce("The console answers again.");
        void this.loadFleet();
        void this.loadTraffic();
      }
      this.connection = "live";
      this.lastToldMs = Date.now();
      this.changed();
    };
    stream.onerror = () => {
      if (this.connection === "live") this.announce("The console does not answer. What is shown stays as it was.");
      this.connection = "lost";
      this.changed();
      // A refusal closes the stream for good; only then it is ours to open it again.
      if (stream.readyState === EventSource.CLOSED) {
        stream.close();
        setTimeout(() => this.follow(), 3_000);
      }
    };
    on<Status>("status", (status) => this.take(status));
    on<{ exits: ExitRow[]; gone: string[] }>("scores", (scores) => {
      for (const row of scores.exits) this.exits.set(row.id, row);
      for (const id of scores.gone) this.exits.delete(id);
    });
    on<{ byExit: Record<string, [number, number]> }>("loads", (loads) => {
      for (const [id, row] of this.exits) {
        const load = loads.byExit[id];
        this.exits.set(id, { ...row, requests: load?.[0] ?? 0, failures: load?.[1] ?? 0 });
      }
    });
    on<Record<string, TrafficPoint[]>>("traffic", (tails) => this.append(tails));
    on<PolicyChange>("policy", (change) => {
      const fresh = !this.changes.has(markId(change)) && this.now() - change.atMs < 60_000;
      this.changes.set(markId(change), change);
      if (fresh) this.announce(`Policy ${change.key} was changed by ${change.author}: ${change.reason}`);
    });
  }

  private take(status: Status): void {
    const before = this.status?.problems.join(" ") ?? "";
    this.status = status;
    this.skewMs = status.atMs - Date.now();
    const after = status.problems.join(" ");
    if (after !== before && after.replace(/\d+/g, "") !== before.replace(/\d+/g, "")) {
      this.announce(after || "All that was wrong is right again.");
    }
  }

  private append(tails: Record<string, TrafficPoint[]>): void {
    const answer = this.traffic;
    if (!answer) {
      if (this.trafficProblem) void this.loadTraffic();
      return;
    }
    const tail = tails[String(answer.stepSeconds)];
    if (!tail) return;
    for (const point of tail) this.points.set(point.atSeconds, point);
    const to = Math.floor(this.now() / 1_000);
    const from = to - RANGES[this.range];
    for (const at of this.points.keys()) {
      if (at < from - answer.stepSeconds || this.points.size > POINTS_MAX) this.points.delete(at);
    }
    this.trafficProblem = null;
    this.traffic = {
      fromSeconds: from,
      toSeconds: to,
      stepSeconds: answer.stepSeconds,
      points: [...this.points.values()].sort((a, b) => a.atSeconds - b.atSeconds),
    };
  }
}
