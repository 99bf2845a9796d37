import { useEffect, useRef, useState } from "preact/hooks";
import type { Displaced, MapGroup } from "../api";
import { bits, word } from "../format";
import { LAND } from "./land";

/** Units of the picture to a degree, as the land has them. */
const UNITS = 4;
/** No narrower part of the earth is shown, degrees east to west. */
const LEAST_DEGREES = 50;
const ASPECT = 2.2;
const NORTH = 80;
const SOUTH = -57;
/** Flows that are drawn. */
const FLOWS = 40;

interface Frame { west: number; north: number; width: number; height: number }

type Placed = MapGroup & { latitudeDegrees: number; longitudeDegrees: number };

const isPlaced = (group: MapGroup): group is Placed => group.latitudeDegrees !== null && group.longitudeDegrees !== null;

/** Groups where they stand: what each serves, of what it can carry, and whose viewers it serves for want of room there. */
export function World({ groups, displaced, chosen, choose }: { groups: MapGroup[]; displaced: Displaced[]; chosen: string; choose: (group: string) => void }) {
  const holder = useRef<HTMLDivElement>(null);
  const [pixels, setPixels] = useState(1_200);
  const placed = groups.filter(isPlaced);
  const any = placed.length > 0;
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const resized = new ResizeObserver(() => setPixels(element.clientWidth));
    resized.observe(element);
    return () => resized.disconnect();
  }, [any]);
  if (placed.length === 0) return null;
  const frame = frameOf(placed);
  const x = (degrees: number) => (degrees - frame.west) * UNITS;
  const y = (degrees: number) => (frame.north - degrees) * UNITS;
  const width = frame.width * UNITS;
  const height = frame.height * UNITS;
  const unit = width / 100;
  const most = Math.max(1, ...placed.map((group) => group.demandBitsPerSecond));
  const radius = (group: Placed) => unit * (0.6 + 1.7 * Math.sqrt(group.demandBitsPerSecond / most));
  const at = new Map(placed.map((group) => [group.id, group]));
  const total = displaced.reduce((sum, flow) => sum + flow.demandBitsPerSecond, 0);
  const flows = displaced.filter((flow) => at.has(flow.nearest) && at.has(flow.serving)).slice(0, FLOWS);
  const away = groups.filter((group) => !isPlaced(group)).map((group) => group.id);
  return (
    <figure class="card world">
      <div class="globe" ref={holder}>
        <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label="Groups where they stand; the table below has the same figures.">
          <g transform={`translate(${-frame.west * UNITS} ${frame.north * UNITS})`}><path class="land" d={LAND} fill-rule="evenodd" /></g>
          {flows.map((flow) => {
            const from = at.get(flow.nearest)!;
            const to = at.get(flow.serving)!;
            const [x1, y1, x2, y2] = [x(from.longitudeDegrees), y(from.latitudeDegrees), x(to.longitudeDegrees), y(to.latitudeDegrees)];
            const [midX, midY] = [(x1 + x2) / 2 + (y1 - y2) * 0.22, (y1 + y2) / 2 + (x2 - x1) * 0.22];
            return (
              <path key={`${flow.nearest} ${flow.serving}`} class={`flow ${chosen && chosen !== flow.nearest && chosen !== flow.serving ? "faint" : ""}`} d={`M${x1} ${y1}Q${midX} ${midY} ${x2} ${y2}`}
                stroke-width={unit * (0.15 + 1.1 * Math.sqrt(flow.demandBitsPerSecond / most))}>
                <title>{`${bits(flow.demandBitsPerSecond)} whose nearest group is ${flow.nearest} are served by ${flow.serving}`}</title>
              </path>
            );
          })}
          {placed.map((group) => {
            const r = radius(group);
            const ring = r + unit * 0.5;
            const used = group.capacityBitsPerSecond > 0 ? Math.min(1, group.demandBitsPerSecond / group.capacityBitsPerSecond) : 0;
            const round = 2 * Math.PI * ring;
            const out = group.state === "DOWN" || group.state === "BARRED";
            return (
              <g key={group.id} class={`site ${out ? "out" : ""} ${chosen && chosen !== group.id ? "faint" : ""}`} transform={`translate(${x(group.longitudeDegrees)} ${y(group.latitudeDegrees)})`} onClick={() => choose(chosen === group.id ? "" : group.id)}>
                <title>{`${group.id}: serves ${bits(group.demandBitsPerSecond)} of ${bits(group.capacityBitsPerSecond)}, ${word(group.state).toLowerCase()}`}</title>
                <circle class="disc" r={r} stroke-width={unit * 0.25} />
                <circle class="track" r={ring} stroke-width={unit * 0.4} />
                <circle class="used" r={ring} stroke-width={unit * 0.4} stroke-dasharray={`${round * used} ${round}`} transform="rotate(-90)" />
              </g>
            );
          })}
        </svg>
        {labels(placed.map((group) => ({ id: group.id, x: (x(group.longitudeDegrees) * pixels) / width, y: (y(group.latitudeDegrees) * pixels) / width, reach: ((radius(group) + unit) * pixels) / width }))).map((label) => (
          <span key={label.id} class="site-name" aria-hidden="true" style={{ left: `${label.x}px`, top: `${label.y}px` }}>{label.id}</span>
        ))}
      </div>
      <figcaption class="key">
        Disc: demand that it serves. Ring: of its capacity. Line: demand served away from its nearest group{total > 0 ? `, ${bits(total)} in all` : ", none now"}.
        {away.length > 0 && ` Without a declared place: ${away.join(", ")}.`} Land: Natural Earth.
      </figcaption>
    </figure>
  );
}

interface Label { id: string; x: number; y: number }

/** Where names stand, px: beside their sites, and none over another; one that finds no room is left out. */
function labels(sites: { id: string; x: number; y: number; reach: number }[]): Label[] {
  const taken: { left: number; right: number; top: number; bottom: number }[] = sites.map((site) => ({ left: site.x - site.reach / 2, right: site.x + site.reach / 2, top: site.y - site.reach / 2, bottom: site.y + site.reach / 2 }));
  const placed: Label[] = [];
  for (const site of sites) {
    const half = 3.6 * site.id.length + 2;
    const places: Label[] = [
      { id: site.id, x: site.x, y: site.y + site.reach + 7 },
      { id: site.id, x: site.x, y: site.y - site.reach - 7 },
      { id: site.id, x: site.x + site.reach + half, y: site.y },
      { id: site.id, x: site.x - site.reach - half, y: site.y },
    ];
    const free = places.find(({ x, y }) => taken.every((box) => x + half < box.left || x - half > box.right || y + 6 < box.top || y - 6 > box.bottom));
    if (!free) continue;
    taken.push({ left: free.x - half, right: free.x + half, top: free.y - 6, bottom: free.y + 6 });
    placed.push(free);
  }
  return placed;
}

/** What of the earth holds all groups with room around them, as wide as the picture is. */
function frameOf(groups: Placed[]): Frame {
  const lon = groups.map((group) => group.longitudeDegrees);
  const lat = groups.map((group) => group.latitudeDegrees);
  const spanLon = Math.max(...lon) - Math.min(...lon);
  const spanLat = Math.max(...lat) - Math.min(...lat);
  const width = Math.min(360, Math.max(LEAST_DEGREES, spanLon * 1.35, spanLat * 1.5 * ASPECT));
  const height = Math.min(width / ASPECT, NORTH - SOUTH);
  const west = Math.max(-180, Math.min(180 - width, (Math.max(...lon) + Math.min(...lon)) / 2 - width / 2));
  const north = Math.min(NORTH, Math.max(SOUTH + height, (Math.max(...lat) + Math.min(...lat)) / 2 + height / 2));
  return { west, north, width, height };
}
