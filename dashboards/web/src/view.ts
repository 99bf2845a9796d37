/** What the page shows, kept in its address, so that a link shows the same. */

export const RANGES = { "5m": 300, "15m": 900, "1h": 3_600, "6h": 21_600, "24h": 86_400 } as const;
export type Range = keyof typeof RANGES;

export const SORTS = ["id", "state", "quality", "success", "ping", "running", "available", "share", "age"] as const;
export type Sort = (typeof SORTS)[number];

export interface View {
  range: Range;
  search: string;
  state: string;
  type: string;
  /** Quality band, lower bound included, upper excluded (100 included at the top); null: all. */
  band: [number, number] | null;
  sort: Sort;
  descending: boolean;
  page: number;
  open: string | null;
}

export const DEFAULT_VIEW: View = {
  range: "15m",
  search: "",
  state: "",
  type: "",
  band: null,
  sort: "quality",
  descending: false,
  page: 1,
  open: null,
};

export function readView(query: string): View {
  const said = new URLSearchParams(query);
  const range = said.get("range");
  const sort = said.get("sort");
  const band = /^(\d{1,3})-(\d{1,3})$/.exec(said.get("quality") ?? "");
  const page = Number(said.get("page"));
  return {
    range: range !== null && range in RANGES ? (range as Range) : DEFAULT_VIEW.range,
    search: (said.get("q") ?? "").slice(0, 200),
    state: (said.get("state") ?? "").toUpperCase(),
    type: (said.get("type") ?? "").toUpperCase(),
    band: band ? [Number(band[1]), Number(band[2])] : null,
    sort: SORTS.includes(sort as Sort) ? (sort as Sort) : DEFAULT_VIEW.sort,
    descending: said.has("desc"),
    page: Number.isInteger(page) && page > 0 ? page : 1,
    open: said.get("exit"),
  };
}

export function writeView(view: View): string {
  const says = new URLSearchParams();
  if (view.range !== DEFAULT_VIEW.range) says.set("range", view.range);
  if (view.search) says.set("q", view.search);
  if (view.state) says.set("state", view.state.toLowerCase());
  if (view.type) says.set("type", view.type.toLowerCase());
  if (view.band) says.set("quality", view.band.join("-"));
  if (view.sort !== DEFAULT_VIEW.sort) says.set("sort", view.sort);
  if (view.descending) says.set("desc", "");
  if (view.page > 1) says.set("page", String(view.page));
  if (view.open) says.set("exit", view.open);
  const text = says.toString().replace("desc=", "desc");
  return text ? `?${text}` : "";
}
