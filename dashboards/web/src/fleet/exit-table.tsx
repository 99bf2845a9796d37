import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import type { ExitRow } from "../api";
import { count, duration, iso, milliseconds, percent, quality, word } from "../format";
import type { Sort, View } from "../view";
import { ExitDetailsPanel } from "./exit-details";
import { PAGE_ROWS } from "./select";

interface Props {
  rows: ExitRow[];
  all: number;
  total: number;
  view: View;
  change: (part: Partial<View>) => void;
  now: number;
  windowSeconds: number;
  empty: ComponentChildren;
}

interface Column { sort: Sort; label: string; hint?: string; number?: boolean; wide?: boolean; widest?: boolean }

const COLUMNS: Column[] = [
  { sort: "id", label: "Exit" },
  { sort: "state", label: "State", wide: true },
  { sort: "quality", label: "Quality", hint: "0–100" },
  { sort: "success", label: "Success", number: true, wide: true },
  { sort: "ping", label: "Ping", number: true, widest: true },
  { sort: "running", label: "Running", hint: "of Cmax", number: true },
  { sort: "available", label: "Free", number: true, wide: true },
  { sort: "share", label: "Traffic" },
];

const STATES: Record<string, string> = { ONLINE: "●", OFFLINE: "○", SILENT: "◐", UNKNOWN: "◌" };

/** The fleet, a page at a time. Arrows walk the rows, Enter opens one, Escape closes it. */
export function ExitTable({ rows, all, total, view, change, now, windowSeconds, empty }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const page = Math.min(view.page, pages);
  const shown = rows.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS);
  const entry = shown.some((row) => row.id === focused) ? focused : (shown[0]?.id ?? null);
  const mostShare = total > 0 ? shown.reduce((most, row) => Math.max(most, (row.requests ?? 0) / total), 0) : 0;

  const sort = (column: Column) =>
    change({ sort: column.sort, descending: view.sort === column.sort ? !view.descending : column.sort !== "id" && column.sort !== "quality", page: 1 });

  const walk = (event: KeyboardEvent) => {
    const buttons = [...(body.current?.querySelectorAll<HTMLButtonElement>("button.exit") ?? [])];
    const here = buttons.findIndex((button) => button === document.activeElement);
    if (here < 0) return;
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      buttons[Math.max(0, Math.min(buttons.length - 1, to))]?.focus();
    } else if (event.key === "Escape" && view.open) {
      change({ open: null });
    }
  };

  return (
    <>
      <div class="table-holder">
        <table class="exits">
          <caption class="hidden">Exits, {rows.length} of {all}, sorted by {view.sort}. Traffic of the last {windowSeconds} seconds.</caption>
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th key={column.sort} scope="col" class={css(column)}
                  aria-sort={view.sort === column.sort ? (view.descending ? "descending" : "ascending") : "none"}>
                  <button type="button" onClick={() => sort(column)}>
                    {column.label}{column.sort === "share" ? <small> last {windowSeconds} s</small> : column.hint ? <small> {column.hint}</small> : null}
                    <span class="order" aria-hidden="true">{view.sort === column.sort ? (view.descending ? "↓" : "↑") : ""}</span>
                  </button>
                </th>
              ))}
              <th scope="col" class="wide why">Why</th>
              <th scope="col" class="number widest" aria-sort={view.sort === "age" ? (view.descending ? "descending" : "ascending") : "none"}>
                <button type="button" onClick={() => sort({ sort: "age", label: "Decided" })}>Decided<span class="order" aria-hidden="true">{view.sort === "age" ? (view.descending ? "↓" : "↑") : ""}</span></button>
              </th>
            </tr>
          </thead>
          <tbody ref={body} onKeyDown={walk}>
            {shown.map((row) => (
              <Exit key={row.id} row={row} open={view.open === row.id} entry={entry === row.id} total={total} mostShare={mostShare} now={now}
                focus={() => setFocused(row.id)} toggle={() => change({ open: view.open === row.id ? null : row.id })} />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && <div class="empty">{empty}</div>}
      </div>
      <nav class="pages" aria-label="Pages of the table">
        <span>{rows.length === all ? count(all, "exit") : `${rows.length.toLocaleString("en")} of ${count(all, "exit")}`}</span>
        {pages > 1 && (
          <>
            <button type="button" disabled={page <= 1} onClick={() => change({ page: page - 1 })}>Previous</button>
            <span>Page {page} of {pages}</span>
            <button type="button" disabled={page >= pages} onClick={() => change({ page: page + 1 })}>Next</button>
          </>
        )}
        <span class="keys"><kbd>/</kbd> search <kbd>↑</kbd> <kbd>↓</kbd> walk <kbd>Enter</kbd> open</span>
      </nav>
    </>
  );
}

function css(column: { number?: boolean; wide?: boolean; widest?: boolean }): string {
  return [column.number ? "number" : "", column.wide ? "wide" : "", column.widest ? "widest" : ""].join(" ").trim();
}

interface RowProps {
  row: ExitRow;
  open: boolean;
  entry: boolean;
  total: number;
  mostShare: number;
  now: number;
  focus: () => void;
  toggle: () => void;
}

function Exit({ row, open, entry, total, mostShare, now, focus, toggle }: RowProps) {
  const share = row.requests === null || total === 0 ? null : row.requests / total;
  const label = `details-${row.id.replace(/[^A-Za-z0-9_-]/g, "_")}`;
  return (
    <>
      <tr class={`${open ? "open" : ""} ${row.state === "ONLINE" ? "" : "away"}`} onClick={toggle}>
        <th scope="row">
          <button type="button" class="exit" aria-expanded={open} aria-controls={open ? label : undefined} tabIndex={entry ? 0 : -1} onFocus={focus}
            onClick={(event) => { event.stopPropagation(); toggle(); }}>
            <span class="glyph" aria-hidden="true">{STATES[row.state] ?? "◌"}</span>
            <span class="name">{row.id}</span>
            <span class="hidden narrow-only">, {word(row.state)}</span>
          </button>
          <span class="under">{row.poolType === "UNKNOWN" ? "Type not told" : word(row.poolType)}{row.asn > 0 ? ` · AS${row.asn}` : ""}</span>
        </th>
        <td class="wide">{word(row.state)}</td>
        <td>
          <span class="meter">
            <span class="bar" aria-hidden="true"><i style={{ width: `${row.quality}%` }} /></span>
            <span class="value">{quality(row.quality)}</span>
            {row.lowConfidence && <abbr title="Low confidence: an input was never measured">?</abbr>}
          </span>
        </td>
        <td class="number wide">{percent(row.success)}</td>
        <td class="number widest">{row.pingMs < 0 ? "–" : milliseconds(row.pingMs)}</td>
        <td class="number">{row.running}<span class="of"> / {row.capacity}</span></td>
        <td class="number wide">{row.available}</td>
        <td>
          {share === null ? <span class="of">not known</span> : (
            <span class="meter">
              <span class="bar plain" aria-hidden="true"><i style={{ width: `${mostShare > 0 ? (share / mostShare) * 100 : 0}%` }} /></span>
              <span class="value">{percent(share)}</span>
            </span>
          )}
        </td>
        <td class="wide why" title={row.reason}>{row.reason}</td>
        <td class="number widest"><time dateTime={iso(row.issuedAtMs)}>{duration(now - row.issuedAtMs)}</time></td>
      </tr>
      {open && (
        <tr class="detail" id={label}>
          <td colSpan={10}><ExitDetailsPanel row={row} now={now} /></td>
        </tr>
      )}
    </>
  );
}
