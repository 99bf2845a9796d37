import { useState } from "preact/hooks";
import type { ExitRow } from "../api";
import { count, percent, quality } from "../format";
import type { View } from "../view";
import { bands, heldBack, type Band } from "./select";

interface Props {
  rows: ExitRow[];
  windowSeconds: number;
  view: View;
  change: (part: Partial<View>) => void;
  loaded: boolean;
}

const GOOD_FROM = 50;

/** Where the traffic goes against how good the exits are, and why some get little. */
export function Spread({ rows, windowSeconds, view, change, loaded }: Props) {
  const [tabled, setTabled] = useState(false);
  const all = bands(rows);
  const exits = all.reduce((sum, band) => sum + band.exits, 0);
  const requests = all.reduce((sum, band) => sum + band.requests, 0);
  const poor = all.filter((band) => band.to <= GOOD_FROM);
  const poorExits = poor.reduce((sum, band) => sum + band.exits, 0);
  const poorRequests = poor.reduce((sum, band) => sum + band.requests, 0);
  const most = Math.max(0.01, ...all.map((band) => Math.max(band.exits / Math.max(1, exits), band.requests / Math.max(1, requests))));
  const held = heldBack(rows, 5);

  return (
    <div class="spread">
      <section class="card" aria-labelledby="spread-title">
        <header class="row">
          <h3 id="spread-title">Traffic follows quality</h3>
          <span class="window">last {windowSeconds} s</span>
          <button type="button" class="quiet" aria-pressed={tabled} onClick={() => setTabled(!tabled)}>Table<span class="hidden"> of traffic by quality</span></button>
        </header>
        <p class="lead">{sentence(loaded, exits, requests, poorExits, poorRequests)}</p>
        {tabled ? <BandTable all={all} exits={exits} requests={requests} /> : (
          <>
            <div class="bands" role="group" aria-label="Show the exits of a band of quality">
              {all.map((band) => {
                const chosen = view.band?.[0] === band.from;
                const ofExits = exits ? band.exits / exits : 0;
                const ofRequests = requests ? band.requests / requests : 0;
                return (
                  <button type="button" key={band.from} aria-pressed={chosen} disabled={band.exits === 0 && !chosen}
                    aria-label={`Quality ${band.from}–${band.to}: ${count(band.exits, "exit")}, ${percent(ofExits)} of the exits, ${percent(ofRequests)} of the traffic`}
                    onClick={() => change({ band: chosen ? null : [band.from, band.to], page: 1 })}>
                    <span class="pair" aria-hidden="true">
                      <i class="of-exits" style={{ height: `${(ofExits / most) * 100}%` }} />
                      <i class="of-traffic" style={{ height: `${(ofRequests / most) * 100}%` }} />
                    </span>
                    <span class="tick" aria-hidden="true">{band.from}–{band.to}</span>
                  </button>
                );
              })}
            </div>
            <p class="key"><i class="of-exits" aria-hidden="true" /> share of the exits <i class="of-traffic" aria-hidden="true" /> share of the traffic <span class="axis-name">by quality, 0–100</span></p>
          </>
        )}
      </section>
      <section class="card" aria-labelledby="held-title">
        <header class="row">
          <h3 id="held-title">Held back, and why</h3>
          <span class="window">under half an even share</span>
        </header>
        {held.length === 0 ? (
          <p class="empty">{requests === 0 ? "No traffic to compare yet." : "No exit gets less than half of an even share."}</p>
        ) : (
          <ul class="held">
            {held.map(({ row, share }) => (
              <li key={row.id}>
                <button type="button" onClick={() => { change({ open: row.id, search: row.id, state: "", type: "", band: null, page: 1 }); document.getElementById("exits")?.scrollIntoView(); }}>
                  <span class="name">{row.id}</span>
                  <span class="figures"><b>{quality(row.quality)}</b> quality · <b>{percent(share)}</b> of traffic</span>
                  <span class="reason">{row.reason || "no reason given"}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

function sentence(loaded: boolean, exits: number, requests: number, poorExits: number, poorRequests: number): string {
  if (!loaded) return "Asking for the fleet…";
  if (exits === 0) return "No exit is online.";
  if (requests === 0) return `${count(exits, "exit")} online; no request has ended in this window.`;
  if (poorExits === 0) return `All ${exits.toLocaleString("en")} exits online have a quality of ${GOOD_FROM} or better.`;
  const subject = poorExits === 1 ? `The one exit under quality ${GOOD_FROM} carries` : `The ${poorExits.toLocaleString("en")} exits under quality ${GOOD_FROM} carry`;
  return `${subject} ${percent(poorRequests / requests)} of the traffic; an even spread would give ${poorExits === 1 ? "it" : "them"} ${percent(poorExits / exits)}.`;
}

function BandTable({ all, exits, requests }: { all: Band[]; exits: number; requests: number }) {
  return (
    <table class="small">
      <thead><tr><th scope="col">Quality</th><th scope="col" class="number">Exits</th><th scope="col" class="number">Of the exits</th><th scope="col" class="number">Of the traffic</th></tr></thead>
      <tbody>
        {all.map((band) => (
          <tr key={band.from}>
            <th scope="row">{band.from}–{band.to}</th>
            <td class="number">{band.exits}</td>
            <td class="number">{percent(exits ? band.exits / exits : 0)}</td>
            <td class="number">{percent(requests ? band.requests / requests : 0)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
