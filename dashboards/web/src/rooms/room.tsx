import { useEffect, useState } from "preact/hooks";
import { api, type RoomBranch, type RoomDetails, type RoomOrigin } from "../api";
import { bits, count, duration, milliseconds, percent, word } from "../format";
import { useAnswer, walk } from "../pools/ask";
import { Figure } from "./page";
import { Player } from "./player";

/** What a role is called, and what it means for the long link. */
const ROLES: Record<string, string> = { MASTER: "its stream carries", SPARE: "received, not sent", SLAVE: "open and empty", DIRECT: "its own stream" };
const GLYPHS: Record<string, string> = { MASTER: "●", SPARE: "◐", SLAVE: "○", DIRECT: "◆" };
const PROTOCOLS: Record<string, string> = { HTTP_FLV: "HTTP-FLV", WEBSOCKET_FLV: "WebSocket-FLV", HTTP_TS: "HTTP-TS", WEBSOCKET_TS: "WebSocket-TS", HLS: "HLS" };

/** One room: from where it comes, over which legs, and who watches with which role. */
export function RoomPage({ id }: { id: string; tick: number }) {
  const { answer, problem } = useAnswer(() => api.room(id), id);
  const [kept, setKept] = useState<RoomDetails | null>(null);
  useEffect(() => { if (answer) setKept(answer); }, [answer]);
  useEffect(() => { document.title = `${id} · Rooms · Fairlead`; }, [id]);
  useEffect(() => {
    const back = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) location.assign("/rooms");
    };
    document.addEventListener("keydown", back);
    return () => document.removeEventListener("keydown", back);
  }, [id]);
  const details = answer ?? kept;
  if (!details) return <main id="main"><h1>{id}</h1><p class="empty">{problem ?? "Asking for the room…"}</p></main>;
  const { row } = details;
  return (
    <main id="main" class="room-page">
      <header class="exit-head">
        <p class="crumb"><a href="/rooms">Rooms</a> <span aria-hidden="true">›</span></p>
        <h1>{id}</h1>
        <p class="state-line">
          <span>{row.published ? "published at its relay server" : "from a media server"}</span>
          <span class="keys"><kbd>Esc</kbd> rooms</span>
        </p>
      </header>
      {problem && <p class="note" role="status">{problem}</p>}
      <dl class="figures-row">
        <Figure label="Viewers" value={row.viewers.toLocaleString("en")} window={`behind ${count(row.relayClients, "relay client")}`} />
        <Figure label="For each stream" value={row.carriers === 0 ? "–" : (row.viewers / row.carriers).toFixed(1)} window={`${count(row.carriers, "stream")} on long links`} />
        <Figure label="Saved" value={bits(Math.max(0, row.savedBitsPerSecond))} window={`${bits(row.viewerBitsPerSecond)} to viewers`} />
        <Figure label="Start-up" value={row.startP50Ms < 0 ? "–" : milliseconds(row.startP50Ms)} window={row.startP95Ms < 0 ? "to the first key frame, last 10 min" : `p95 ${milliseconds(row.startP95Ms)}, last 10 min`} />
        <Figure label="Stalled" value={row.stalledShare < 0 ? "–" : percent(row.stalledShare, 2)} window="of watching, at the send side" />
        <Figure label="Gaps at splices" value={duration(row.spliceGapMs)} window={`${count(row.promotions, "promotion")}, last 10 min`} />
      </dl>
      <Player room={id} places={details.origins.flatMap((origin) => origin.branches).filter((branch) => branch.viewerAddress).map((branch) => ({ relayClient: branch.relayClient, address: branch.viewerAddress }))} />
      <section aria-labelledby="tree-title">
        <header class="section"><h2 id="tree-title">On its way</h2><span class="note">{Object.entries(GLYPHS).map(([role, glyph]) => `${glyph} ${word(role)}`).join("  ")}</span></header>
        <ul class="card tree">
          <li>
            <Stop kind={row.published ? "Publisher" : "Media server"} name="" says={row.published ? "sends the room once" : `${count(details.origins.reduce((all, origin) => all + origin.branches.reduce((sum, branch) => sum + branch.upstreams, 0), 0), "stream")} asked for`} />
            <ul>{details.origins.map((origin) => <Origin key={origin.relayServer} origin={origin} />)}</ul>
          </li>
        </ul>
      </section>
      {details.origins.flatMap((origin) => origin.branches).map((branch) => <Viewers key={branch.relayClient} branch={branch} />)}
    </main>
  );
}

function Stop({ kind, name, says }: { kind: string; name: string; says: string }) {
  return <p class="stop"><span class="note">{kind}</span> {name && <b>{name}</b>} <span class="says">{says}</span></p>;
}

function Origin({ origin }: { origin: RoomOrigin }) {
  const spare = origin.branches.reduce((all, branch) => all + branch.spareBitsPerSecond, 0);
  return (
    <li>
      <Stop kind="Relay server" name={origin.relayServer || "not known yet"} says={spare > 0 ? `${bits(spare)} received for spares and not sent` : `${count(origin.branches.length, "leg")}`} />
      <ul>{origin.branches.map((branch) => <Branch key={branch.relayClient} branch={branch} />)}</ul>
    </li>
  );
}

/** How much more the way can carry, as far as that is known. */
function spared(branch: RoomBranch): string {
  if (branch.deliveryBitsPerSecond <= 0 || branch.linkBitsPerSecond <= 0) return "";
  if (branch.deliveryBound) return `, the way lets ${bits(branch.deliveryBitsPerSecond)} through`;
  const times = Math.floor(branch.deliveryBitsPerSecond / branch.linkBitsPerSecond);
  return times > 100 ? ", room for over 100 times as much" : times >= 2 ? `, room for ${times} times as much at least` : "";
}

function Branch({ branch }: { branch: RoomBranch }) {
  const roles = Object.entries(branch.roles);
  const told = roles.reduce((all, [, n]) => all + n, 0);
  return (
    <li>
      <p class="leg"><span aria-hidden="true">━</span> {count(branch.carriers, "stream")} carries {bits(branch.linkBitsPerSecond)}{branch.rttMs >= 0 && <>, round trip {milliseconds(branch.rttMs)}</>}{spared(branch)}{branch.silences > 0 && <>, {count(branch.silences, "silence")}</>}</p>
      <Stop kind="Relay client" name={branch.relayClient} says={`${count(branch.viewers, "viewer")}, ${bits(branch.viewerBitsPerSecond)} to them`} />
      {branch.plan.length > 0 && <p class="leg">planned: {branch.plan.map((parent, place) => `${parent.server} (${place === 0 ? "first" : place === 1 ? "stands by" : "is measured"}, ${parent.lowConfidence ? "not measured yet" : `worth ${Math.round(parent.quality)}`})`).join(", ")}</p>}
      <ul class="chips roles">
        {roles.map(([role, n]) => <li key={role}><span class="chip" title={ROLES[role] ?? ""}><span aria-hidden="true">{GLYPHS[role] ?? "◌"}</span> {n} {word(role).toLowerCase()}</span></li>)}
        {told < branch.viewers && <li><span class="chip">{branch.viewers - told} not told of yet</span></li>}
      </ul>
    </li>
  );
}

function Viewers({ branch }: { branch: RoomBranch }) {
  const title = `viewers-${branch.relayClient}`;
  return (
    <section aria-labelledby={title}>
      <header class="section"><h2 id={title}>Viewers at {branch.relayClient}</h2><span class="note">{branch.named.length < branch.viewers ? `${branch.named.length} of ` : ""}{count(branch.viewers, "viewer")}, told each minute</span></header>
      <div class="card flush">
        {branch.named.length === 0 ? <div class="empty">Viewers are told of for the first time a minute after they came.</div> : (
          <div class="table-holder" tabIndex={0} role="region" aria-label={`Table of viewers at ${branch.relayClient}`}>
            <table class="exits viewers">
              <caption class="hidden">Viewers at {branch.relayClient} with their roles and what they got</caption>
              <thead>
                <tr>
                  <th scope="col"><span>Viewer</span></th>
                  <th scope="col"><span>Role <small>when it began</small></span></th>
                  <th scope="col" class="number"><span>Watches</span></th>
                  <th scope="col" class="number"><span>Gets</span></th>
                  <th scope="col" class="number"><span>Start-up</span></th>
                  <th scope="col" class="number wide"><span>Farthest behind</span></th>
                  <th scope="col" class="number"><span>Stalls</span></th>
                  <th scope="col" class="number wide"><span>Skips</span></th>
                </tr>
              </thead>
              <tbody onKeyDown={(event) => walk(event, "tr")}>
                {branch.named.map((viewer) => (
                  <tr key={viewer.id}>
                    <th scope="row"><span class="name">{viewer.id}</span><span class="under plain">{viewer.prefix}, {PROTOCOLS[viewer.protocol] ?? word(viewer.protocol)}</span></th>
                    <td><span class="state"><span aria-hidden="true">{GLYPHS[viewer.role] ?? "◌"}</span> {word(viewer.role)}</span></td>
                    <td class="number">{duration(viewer.watchedMs)}</td>
                    <td class="number">{bits(viewer.bitsPerSecond)}</td>
                    <td class="number">{viewer.startMs < 0 ? "–" : milliseconds(viewer.startMs)}</td>
                    <td class="number wide">{duration(viewer.lagMaxMs)}</td>
                    <td class="number">{viewer.stalls}</td>
                    <td class="number wide">{viewer.skips}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </section>
  );
}
