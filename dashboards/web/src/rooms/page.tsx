import { useEffect } from "preact/hooks";
import { api, type RoomRow } from "../api";
import { JOINT, bits, count, duration, milliseconds, percent } from "../format";
import { useAnswer, walk } from "../pools/ask";

/** All live rooms: what merging saves, and how it is to watch them. */
export function RoomsPage(_: { tick: number }) {
  const { answer, problem } = useAnswer(api.rooms, "rooms");
  useEffect(() => { document.title = "Rooms · Fairlead"; }, []);
  const rooms = answer?.rooms ?? [];
  const viewers = sum(rooms, (room) => room.viewers);
  const carriers = sum(rooms, (room) => room.carriers);
  const saved = sum(rooms, (room) => room.savedBitsPerSecond);
  const link = sum(rooms, (room) => room.linkBitsPerSecond);
  const gap = sum(rooms, (room) => room.spliceGapMs);
  return (
    <main id="main">
      <h1 class="hidden">Rooms</h1>
      {problem && <p class="note" role="status">{problem}</p>}
      <dl class="figures-row">
        <Figure label="Viewers" value={viewers.toLocaleString("en")} window={`in ${count(rooms.length, "room")}, behind relay clients`} />
        <Figure label="For each stream" value={carriers === 0 ? "–" : (viewers / carriers).toFixed(1)} window={`${count(carriers, "stream")} on long links`} />
        <Figure label="Saved" value={bits(Math.max(0, saved))} window={`${bits(link)} cross long links`} />
        <Figure label="Promotions" value={String(sum(rooms, (room) => room.promotions))} window="last 10 min" />
        <Figure label="Gaps at splices" value={duration(gap)} window="together, last 10 min" />
      </dl>
      <section aria-labelledby="rooms-title">
        <header class="section"><h2 id="rooms-title">Rooms</h2><span class="keys"><kbd>↑</kbd> <kbd>↓</kbd> walk <kbd>Enter</kbd> open</span></header>
        <div class="card flush">
          {rooms.length === 0 ? <div class="empty">{answer ? "Nobody behind a relay client watches now. Rooms stand here 10 s after somebody begins." : "Asking for the rooms…"}</div> : (
            <div class="table-holder">
              <table class="exits rooms">
                <caption class="hidden">Live rooms with their viewers, streams and how it is to watch them</caption>
                <thead>
                  <tr>
                    <th scope="col"><span>Room</span></th>
                    <th scope="col" class="number"><span>Viewers</span></th>
                    <th scope="col" class="number"><span>For each stream</span></th>
                    <th scope="col" class="number"><span>Saved</span></th>
                    <th scope="col" class="number"><span>Start-up <small>p50, p95</small></span></th>
                    <th scope="col" class="number"><span>Stalled <small>of watching</small></span></th>
                    <th scope="col" class="number wide"><span>Gaps</span></th>
                    <th scope="col" class="number wide"><span>Promotions</span></th>
                  </tr>
                </thead>
                <tbody onKeyDown={(event) => walk(event, "a.name")}>
                  {rooms.map((room) => <Row key={room.room} room={room} />)}
                </tbody>
              </table>
            </div>
          )}
        </div>
        <p class="note under-chart">Rates of the last 10 s, start-up, stalls and gaps of the last 10 min. Stalls are what the edge saw: writes that a viewer's network took longer than half a second for.</p>
      </section>
    </main>
  );
}

function Row({ room }: { room: RoomRow }) {
  const href = `/room/${room.room}`;
  return (
    <tr onClick={() => location.assign(href)}>
      <th scope="row">
        <a class="name" href={href} onClick={(event) => event.stopPropagation()}>{room.room}</a>
        <span class="under plain">{room.published ? "published" : "from a media server"}, {count(room.relayClients, "relay client")}</span>
      </th>
      <td class="number">{room.viewers.toLocaleString("en")}</td>
      <td class="number">{room.carriers === 0 ? "–" : (room.viewers / room.carriers).toFixed(1)}</td>
      <td class="number">{bits(Math.max(0, room.savedBitsPerSecond))}</td>
      <td class="number">{room.startP50Ms < 0 ? "–" : <>{milliseconds(room.startP50Ms)}<span class="of">, {milliseconds(room.startP95Ms)}</span></>}</td>
      <td class="number">{room.stalledShare < 0 ? "–" : percent(room.stalledShare, 2)}</td>
      <td class="number wide">{duration(room.spliceGapMs)}</td>
      <td class="number wide">{room.promotions}{room.silences > 0 && <small> {count(room.silences, "silence")}</small>}</td>
    </tr>
  );
}

export function Figure({ label, value, window }: { label: string; value: string; window: string }) {
  const unitAt = value.indexOf(JOINT);
  const number = unitAt < 0 ? value : value.slice(0, unitAt);
  return <div class="card figure"><dt>{label}</dt><dd class="value">{number}{unitAt >= 0 && <span class="unit">{value.slice(unitAt)}</span>}</dd><dd class="window">{window}</dd></div>;
}

function sum(rooms: RoomRow[], of: (room: RoomRow) => number): number {
  return rooms.reduce((all, room) => all + of(room), 0);
}
