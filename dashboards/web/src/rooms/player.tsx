import type Mpegts from "mpegts.js";
import { useEffect, useRef, useState } from "preact/hooks";
import { count, duration, milliseconds } from "../format";

/** A relay client that viewers reach, and who says so. */
export interface Place { relayClient: string; address: string }

/** What a viewer sees; times in ms, −1: not yet. */
interface Sight { firstFrameMs: number; bufferedMs: number; decoded: number; dropped: number; waits: number; waitedMs: number; width: number; height: number }

const NOTHING: Sight = { firstFrameMs: -1, bufferedMs: 0, decoded: 0, dropped: 0, waits: 0, waitedMs: 0, width: 0, height: 0 };
const LOOK_MS = 250;

/** Where more than 3 s are buffered, so much is left; half a second, as usual, is what a stream that falls silent takes to be followed by another. */
const BUFFER_S = 1.5;

/** Plays the room as one more viewer of a relay client, and tells what that viewer sees. What plays is loaded when somebody wants to. */
export function Player({ room, places }: { room: string; places: Place[] }) {
  const [chosen, setChosen] = useState("");
  const [format, setFormat] = useState<"flv" | "mpegts">("flv");
  const [query, setQuery] = useState("");
  const [plays, setPlays] = useState<string | null>(null);
  const [problem, setProblem] = useState("");
  const [sight, setSight] = useState(NOTHING);
  const video = useRef<HTMLVideoElement>(null);
  const place = places.find((one) => one.relayClient === chosen) ?? places[0];

  useEffect(() => {
    const element = video.current;
    if (!plays || !element) return;
    return watch(element, format, plays, setSight, (sentence) => { setProblem(sentence); setPlays(null); });
  }, [plays]);

  const start = () => {
    if (!place) return;
    setProblem("");
    setSight(NOTHING);
    const shown = query.trim().replace(/^\?/, "");
    setPlays(`${place.address}/${room}.${format === "flv" ? "flv" : "ts"}${shown ? `?${shown}` : ""}`);
  };

  return (
    <section aria-labelledby="player-title">
      <header class="section"><h2 id="player-title">As a viewer sees it</h2><span class="note">{plays ? `one more viewer of ${place?.relayClient ?? "the relay client"}` : "loaded when you play it"}</span></header>
      <div class="card player">
        <div class="screen">
          <video ref={video} muted controls={plays !== null} playsInline aria-label={`The room ${room}, live`} />
          {!plays && <p class="note">{places.length === 0 ? "No relay client of this room says where viewers reach it; see --announce of fairlead relay client." : "Not playing."}</p>}
        </div>
        <div class="beside">
          <div class="filters">
            <label><span>Relay client</span>
              <select value={place?.relayClient ?? ""} disabled={plays !== null || places.length === 0} onChange={(event) => setChosen(event.currentTarget.value)}>
                {places.map((one) => <option key={one.relayClient} value={one.relayClient}>{one.relayClient}</option>)}
              </select>
            </label>
            <label><span>Format</span>
              <select value={format} disabled={plays !== null} onChange={(event) => setFormat(event.currentTarget.value === "flv" ? "flv" : "mpegts")}>
                <option value="flv">HTTP-FLV</option>
                <option value="mpegts">HTTP-TS</option>
              </select>
            </label>
            <label class="token"><span>Query, if admission asks for one</span>
              <input type="text" value={query} disabled={plays !== null} autocomplete="off" spellcheck={false} placeholder="expires=…&signature=…"
                onInput={(event) => setQuery(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === "Enter") start(); }} />
            </label>
            <button type="button" class="quiet" id="play" disabled={!place} onClick={() => (plays ? setPlays(null) : start())}>{plays ? "Stop" : "Play"}</button>
          </div>
          {problem && <p class="note player-problem" role="status">{problem}</p>}
          <dl class="readout" id="sight" data-decoded={sight.decoded}>
            <div><dt>First frame</dt><dd>{sight.firstFrameMs < 0 ? "–" : milliseconds(sight.firstFrameMs)}</dd></div>
            <div><dt>Buffered</dt><dd>{plays ? duration(sight.bufferedMs) : "–"}</dd></div>
            <div><dt>Frames decoded</dt><dd>{sight.decoded.toLocaleString("en")}</dd></div>
            <div><dt>Dropped</dt><dd>{sight.dropped.toLocaleString("en")}</dd></div>
            <div><dt>Waits</dt><dd>{sight.waits === 0 ? "none" : `${count(sight.waits, "time")}, ${duration(sight.waitedMs)}`}</dd></div>
            <div><dt>Picture</dt><dd>{sight.width > 0 ? `${sight.width} × ${sight.height}` : "–"}</dd></div>
          </dl>
        </div>
      </div>
    </section>
  );
}

/** Begins to play; ends with the function it gives. A page may only reach relay clients that the console knew when it was loaded. */
function watch(video: HTMLVideoElement, type: "flv" | "mpegts", url: string, see: (sight: Sight) => void, fail: (sentence: string) => void): () => void {
  const asked = performance.now();
  const sight: Sight = { ...NOTHING };
  let ended = false;
  let waitingSince = 0;
  let player: Mpegts.Player | null = null;
  const first = () => { if (sight.firstFrameMs < 0) sight.firstFrameMs = performance.now() - asked; };
  const waits = () => { if (sight.firstFrameMs >= 0 && !waitingSince) { waitingSince = performance.now(); sight.waits++; } };
  const goesOn = () => { if (waitingSince) { sight.waitedMs += performance.now() - waitingSince; waitingSince = 0; } };
  const refused = (event: SecurityPolicyViolationEvent) => {
    if (url.startsWith(event.blockedURI)) fail("The console did not know this relay client when the page was loaded. Load the page again, and play.");
  };
  const look = () => {
    const quality = video.getVideoPlaybackQuality();
    const ranges = video.buffered;
    sight.decoded = quality.totalVideoFrames;
    sight.dropped = quality.droppedVideoFrames;
    if (sight.decoded > 0) first(); // where the browser tells of no single frame
    sight.bufferedMs = ranges.length ? Math.max(0, ranges.end(ranges.length - 1) - video.currentTime) * 1_000 : 0;
    sight.width = video.videoWidth;
    sight.height = video.videoHeight;
    see({ ...sight, waitedMs: sight.waitedMs + (waitingSince ? performance.now() - waitingSince : 0) });
  };
  const frame = video.requestVideoFrameCallback?.(first);
  video.addEventListener("waiting", waits);
  video.addEventListener("playing", goesOn);
  document.addEventListener("securitypolicyviolation", refused);
  const timer = setInterval(look, LOOK_MS);

  import("mpegts.js").then(({ default: mpegts }) => {
    if (ended) return;
    if (!mpegts.isSupported()) {
      fail("This browser can't play live streams in a page (no Media Source Extensions). Play the address with VLC, mpv or ffplay.");
      return;
    }
    mpegts.LoggingControl.enableAll = false;
    player = mpegts.createPlayer({ type, isLive: true, url }, { enableStashBuffer: false, liveBufferLatencyChasing: true, liveBufferLatencyMaxLatency: 3, liveBufferLatencyMinRemain: BUFFER_S, autoCleanupSourceBuffer: true });
    player.on(mpegts.Events.ERROR, (kind: string, detail: string, info: { code?: number; msg?: string }) => fail(sentence(kind, detail, info)));
    player.on(mpegts.Events.LOADING_COMPLETE, () => fail("The stream has ended."));
    player.attachMediaElement(video);
    player.load();
    void Promise.resolve(player.play()).catch((e: Error) => { if (!ended) fail(`It does not begin: ${e.message}`); });
  }, (e: Error) => fail(`The player can't be loaded: ${e.message}`));

  return () => {
    ended = true;
    clearInterval(timer);
    if (frame !== undefined) video.cancelVideoFrameCallback(frame);
    video.removeEventListener("waiting", waits);
    video.removeEventListener("playing", goesOn);
    document.removeEventListener("securitypolicyviolation", refused);
    player?.destroy();
  };
}

function sentence(kind: string, detail: string, info: { code?: number; msg?: string }): string {
  if (info?.code === 401 || info?.code === 403) return `The relay answers ${info.code}: the room's admission asks for something else than was shown.`;
  if (info?.code === 404) return "The relay answers 404: nobody publishes the room now.";
  return `${kind}: ${detail}${info?.code && info.code > 0 ? ` (${info.code})` : ""}${info?.msg ? `, ${info.msg}` : ""}`;
}
