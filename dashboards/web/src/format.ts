/** Numbers as people read them: each with its unit, none with more digits than it is good for. */

/** Between a number and its unit, which no line ends at. */
export const JOINT = "\u00a0";

export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)}${JOINT}%`;
}

export function quality(value: number): string {
  return value.toFixed(1);
}

export function milliseconds(value: number): string {
  if (value < 0) return "not measured";
  if (value < 10) return `${value.toFixed(1)}${JOINT}ms`;
  if (value < 1_000) return `${Math.round(value)}${JOINT}ms`;
  return `${(value / 1_000).toFixed(value < 10_000 ? 2 : 1)}${JOINT}s`;
}

export function rate(perSecond: number): string {
  if (perSecond >= 10_000) return `${(perSecond / 1_000).toFixed(1)}${JOINT}k`;
  return perSecond >= 100 ? Math.round(perSecond).toString() : perSecond.toFixed(1);
}

/** Bits a second: "3.2 Gbit/s". */
export function bits(perSecond: number): string {
  const units = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"];
  let value = perSecond;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)}${JOINT}${units[unit]}`;
}

export function duration(ms: number): string {
  if (ms < 0) return `0${JOINT}s`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)}${JOINT}s`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)}${JOINT}s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)}${JOINT}min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)}${JOINT}h`;
  return `${Math.round(ms / 86_400_000)}${JOINT}d`;
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DAY_CLOCK = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export function clock(atMs: number): string {
  return CLOCK.format(atMs);
}

export function dayClock(atMs: number): string {
  return DAY_CLOCK.format(atMs);
}

export function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** "DATACENTER" as "Datacenter". */
export function word(constant: string): string {
  return constant.charAt(0) + constant.slice(1).toLowerCase().replace(/_/g, " ");
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}
