import type { ExitRow } from "../api";
import type { View } from "../view";

/** Rows of one page of the table. */
export const PAGE_ROWS = 50;

export function inBand(quality: number, band: readonly [number, number]): boolean {
  return quality >= band[0] && (quality < band[1] || (band[1] >= 100 && quality <= 100));
}

export function matches(row: ExitRow, view: View): boolean {
  if (view.state && row.state !== view.state) return false;
  if (view.type && row.poolType !== view.type) return false;
  if (view.band && !inBand(row.quality, view.band)) return false;
  if (!view.search) return true;
  const text = `${row.id} ${row.reason} as${row.asn}`.toLowerCase();
  return view.search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function key(row: ExitRow, sort: View["sort"]): number | string {
  switch (sort) {
    case "id": return row.id;
    case "state": return row.state;
    case "quality": return row.quality;
    case "success": return row.success;
    case "ping": return row.pingMs < 0 ? Number.MAX_VALUE : row.pingMs;
    case "running": return row.running / Math.max(1, row.capacity);
    case "available": return row.available;
    case "share": return row.requests ?? -1;
    case "age": return -row.issuedAtMs;
  }
}

/** Rows of the view in its order; equal rows by name, so that they never change places by themselves. */
export function select(rows: Iterable<ExitRow>, view: View): ExitRow[] {
  const chosen: ExitRow[] = [];
  for (const row of rows) if (matches(row, view)) chosen.push(row);
  const sign = view.descending ? -1 : 1;
  const names = new Intl.Collator("en", { numeric: true });
  return chosen.sort((a, b) => {
    const left = key(a, view.sort);
    const right = key(b, view.sort);
    const order = typeof left === "string" ? names.compare(left, String(right)) : left - Number(right);
    return order !== 0 ? order * sign : names.compare(a.id, b.id);
  });
}

export interface Band {
  from: number;
  to: number;
  exits: number;
  requests: number;
}

/** Exits that are online and the requests they took, by tens of quality. */
export function bands(rows: Iterable<ExitRow>): Band[] {
  const all = Array.from({ length: 10 }, (_, i) => ({ from: i * 10, to: i * 10 + 10, exits: 0, requests: 0 }));
  for (const row of rows) {
    if (row.state !== "ONLINE") continue;
    const band = all[Math.min(9, Math.max(0, Math.floor(row.quality / 10)))];
    if (!band) continue;
    band.exits += 1;
    band.requests += row.requests ?? 0;
  }
  return all;
}

/** Exits online that get less than half an even share, the worst quality first. */
export function heldBack(rows: Iterable<ExitRow>, most: number): { row: ExitRow; share: number }[] {
  const online = [...rows].filter((row) => row.state === "ONLINE");
  const total = online.reduce((sum, row) => sum + (row.requests ?? 0), 0);
  if (total === 0) return [];
  const even = 1 / online.length;
  return online
    .map((row) => ({ row, share: (row.requests ?? 0) / total }))
    .filter(({ share }) => share < even / 2)
    .sort((a, b) => a.row.quality - b.row.quality)
    .slice(0, most);
}
