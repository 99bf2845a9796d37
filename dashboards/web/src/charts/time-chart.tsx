import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { PolicyChange } from "../api";
import { clock, dayClock } from "../format";

export interface Line {
  label: string;
  values: (number | null)[];
  /** Lines differ by dash as well as by shade. */
  dash?: number[];
  /** CSS custom property of its colour. */
  colour: string;
  fill?: boolean;
  /** Points without a value are passed over: the line goes on to the next. */
  joined?: boolean;
  /** Drawn as the edge of an area, not as a line of its own. */
  edge?: boolean;
}

interface Props {
  title: string;
  window: string;
  at: number[];
  lines: Line[];
  from: number;
  to: number;
  format: (value: number) => string;
  /** Short form for the axis. */
  axis: (value: number) => string;
  marks: PolicyChange[];
  objective?: { value: number; label: string; missed: boolean };
  floor: number | null;
  ceiling?: number;
  empty: string;
  theme: string;
  /** Labels of the lines that an area lies between, the upper first. */
  area?: [string, string];
  /** What a mark says; as said of a policy if not given. */
  describe?: (change: PolicyChange) => ComponentChildren;
  /** Times later than this are foreseen: a line parts them from what was. */
  foreseenFrom?: number;
}

const HEIGHT = 168;
const MARK_REACH = 7;

function token(element: Element, name: string): string {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

function latest(values: (number | null)[]): number | null {
  for (let i = values.length - 1; i >= 0; i--) {
    const value = values[i];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

/** One time series panel: a uPlot canvas, its readout in words, and the same data as a table. */
export function TimeChart(props: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const now = useRef(props);
  now.current = props;
  const [cursor, setCursor] = useState<number | null>(null);
  const [mark, setMark] = useState<{ change: PolicyChange; left: number } | null>(null);
  const [tabled, setTabled] = useState(false);
  const shape = props.lines.map((line) => line.label).join();

  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const made = create(element, now, setCursor, setMark);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [props.theme, shape]);

  useEffect(() => {
    plot.current?.setData([props.at, ...props.lines.map((line) => line.values)], true);
  }, [props.at, props.lines, props.from, props.to, props.marks, props.objective?.value, props.theme, shape]);

  const index = cursor !== null && cursor < props.at.length ? cursor : null;
  const stamp = index === null ? null : props.at[index];
  return (
    <figure class="card chart">
      <figcaption>
        <h3>{props.title}</h3>
        <span class="window">{stamp ? clock(stamp * 1_000) : props.window}</span>
        <button type="button" class="quiet" aria-pressed={tabled} onClick={() => setTabled(!tabled)}>
          Table<span class="hidden"> of {props.title}</span>
        </button>
      </figcaption>
      <dl class="readout">
        {props.lines.map((line) => {
          const value = index === null ? latest(line.values) : (line.values[index] ?? null);
          return (
            <div key={line.label}>
              <dt>
                <svg width="16" height="8" aria-hidden="true">
                  <line x1="0" y1="4" x2="16" y2="4" stroke={`var(${line.colour})`} stroke-width="2" stroke-dasharray={line.dash?.map((n) => n / 1.5).join(" ")} />
                </svg>
                {line.label}
              </dt>
              <dd>{value === null ? "–" : props.format(value)}</dd>
            </div>
          );
        })}
        {props.objective && (
          <div class={props.objective.missed ? "missed" : ""}>
            <dt>{props.objective.missed ? "▲ missed" : "objective"}</dt>
            <dd>{props.objective.label}</dd>
          </div>
        )}
      </dl>
      <div class="plot" ref={holder} hidden={tabled} role="img" aria-label={`${props.title}, ${props.window}. The same data are in its table.`}>
        {props.at.length === 0 && <p class="empty">{props.empty}</p>}
        {mark && (
          <div class={`flag ${mark.left > 150 ? "flag-left" : ""}`} style={{ left: `${mark.left}px` }}>
            {props.describe ? props.describe(mark.change) : (
              <>
                <strong>{mark.change.key}</strong> version {mark.change.version}
                <br />
                {mark.change.author}, {clock(mark.change.atMs)}
                <br />
                “{mark.change.reason}”
              </>
            )}
          </div>
        )}
      </div>
      {tabled && <ChartTable {...props} />}
    </figure>
  );
}

/** The newest forty points. */
function ChartTable({ title, at, lines, format }: Props) {
  const rows = at.map((_, i) => i).slice(-40).reverse();
  return (
    <div class="chart-table" tabIndex={0} role="region" aria-label={`Table of ${title}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {lines.map((line) => <th scope="col" key={line.label}>{line.label}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map((i) => (
            <tr key={at[i]}>
              <th scope="row">{clock((at[i] ?? 0) * 1_000)}</th>
              {lines.map((line) => {
                const value = line.values[i];
                return <td key={line.label}>{value === null || value === undefined ? "–" : format(value)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function bandsOf(props: Props, fill: string): { bands: uPlot.Band[] } | object {
  if (!props.area) return {};
  const [upper, lower] = props.area.map((label) => props.lines.findIndex((line) => line.label === label) + 1);
  return upper && lower ? { bands: [{ series: [upper, lower], fill }] } : {};
}

function create(
  element: HTMLElement,
  now: { current: Props },
  setCursor: (index: number | null) => void,
  setMark: (mark: { change: PolicyChange; left: number } | null) => void,
): uPlot {
  const ink = token(element, "--ink-soft");
  const grid = token(element, "--line-soft");
  const accent = token(element, "--accent");
  const red = token(element, "--red");
  const font = `11px ${token(element, "--font")}`;
  const at = (value: number) => {
    const { from, to } = now.current;
    return to - from > 43_200 ? dayClock(value * 1_000).replace(/^.*, /, "") : clock(value * 1_000).slice(0, to - from > 600 ? 5 : 8);
  };
  const options: uPlot.Options = {
    width: Math.max(200, element.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    padding: [10, 18, 0, 0],
    cursor: { sync: { key: "fleet" }, points: { size: 7 }, drag: { x: false, y: false }, y: false },
    scales: {
      x: { time: true, range: () => [now.current.from, now.current.to] },
      y: {
        range: (_, low, high) => {
          const { floor, ceiling, objective } = now.current;
          const seen = Number.isFinite(low) && Number.isFinite(high);
          const top = ceiling ?? Math.max(seen ? high : 1, objective && seen && objective.value < high * 1.6 ? objective.value : 0) * 1.12;
          const bottom = floor ?? Math.max(0, Math.min(seen ? low : 1, objective?.value ?? 1) - 0.02);
          return [bottom, top > bottom ? top : bottom + 1];
        },
      },
    },
    axes: [
      { stroke: ink, font, grid: { show: false }, ticks: { show: false }, gap: 4, size: 24, space: 64, values: (_, values) => values.map(at) },
      { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { show: false }, gap: 6, size: 46, space: 34, values: (_, values) => values.map((value) => now.current.axis(value)) },
    ],
    ...bandsOf(now.current, token(element, "--accent-wash")),
    series: [
      {},
      ...now.current.lines.map((line): uPlot.Series => {
        const colour = token(element, line.colour);
        return {
          label: line.label,
          stroke: colour,
          width: line.edge ? 0 : 1.75,
          ...(line.dash ? { dash: line.dash } : {}),
          ...(line.fill ? { fill: token(element, "--accent-wash") } : {}),
          points: { show: false },
          spanGaps: line.joined ?? false,
        };
      }),
    ],
    hooks: {
      draw: [
        (u) => {
          const { marks, objective } = now.current;
          const ratio = uPlot.pxRatio;
          const { left, top, width, height } = u.bbox;
          const context = u.ctx;
          context.save();
          context.beginPath();
          context.rect(left, top - 10 * ratio, width, height + 10 * ratio);
          context.clip();
          if (objective) {
            const y = u.valToPos(objective.value, "y", true);
            context.strokeStyle = objective.missed ? red : ink;
            context.lineWidth = ratio;
            context.setLineDash([1 * ratio, 4 * ratio]);
            context.beginPath();
            context.moveTo(left, y);
            context.lineTo(left + width, y);
            context.stroke();
          }
          const parted = now.current.foreseenFrom;
          if (parted !== undefined) {
            const x = Math.round(u.valToPos(parted, "x", true));
            context.strokeStyle = ink;
            context.lineWidth = ratio;
            context.setLineDash([]);
            context.beginPath();
            context.moveTo(x, top);
            context.lineTo(x, top + height);
            context.stroke();
          }
          context.strokeStyle = accent;
          context.fillStyle = accent;
          context.lineWidth = ratio;
          for (const mark of marks) {
            const x = Math.round(u.valToPos(mark.atMs / 1_000, "x", true));
            context.setLineDash([3 * ratio, 3 * ratio]);
            context.beginPath();
            context.moveTo(x, top);
            context.lineTo(x, top + height);
            context.stroke();
            context.setLineDash([]);
            context.beginPath();
            context.moveTo(x, top - 8 * ratio);
            context.lineTo(x + 5 * ratio, top - 3 * ratio);
            context.lineTo(x, top + 2 * ratio);
            context.lineTo(x - 5 * ratio, top - 3 * ratio);
            context.fill();
          }
          context.restore();
        },
      ],
      setCursor: [
        (u) => {
          setCursor(u.cursor.idx ?? null);
          const left = u.cursor.left ?? -1;
          const near = left < 0 ? undefined : now.current.marks.find((one) => Math.abs(u.valToPos(one.atMs / 1_000, "x") - left) <= MARK_REACH);
          setMark(near ? { change: near, left: u.valToPos(near.atMs / 1_000, "x") + u.bbox.left / uPlot.pxRatio } : null);
        },
      ],
    },
  };
  return new uPlot(options, [now.current.at, ...now.current.lines.map((line) => line.values)], element);
}
