import { render } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import "uplot/dist/uPlot.min.css";
import "./styles.css";
import { ExitPage } from "./exit/page";
import { FleetPage } from "./fleet/page";
import { duration } from "./format";
import { MapPage } from "./map/page";
import { OverviewPage } from "./overview/page";
import { Search } from "./overview/search";
import { PoliciesPage } from "./policies/page";
import { PolicyPage } from "./policies/policy";
import { PoolPage } from "./pools/pool";
import { PoolsPage } from "./pools/page";
import { RoomsPage } from "./rooms/page";
import { RoomPage } from "./rooms/room";
import { LogInPage } from "./session/login";
import { Who } from "./session/who";
import { Store } from "./store";
import { TenantsPage } from "./tenants/page";
import { TenantPage } from "./tenants/tenant";
import { applyTheme, nextTheme, storedTheme, type Theme } from "./theme";
import { readView, writeView, type View } from "./view";

const exitId = /^\/exit\/([^/]+)\/?$/.exec(location.pathname)?.[1];
const poolId = /^\/pool\/([^/]+)\/?$/.exec(location.pathname)?.[1];
const onPools = poolId !== undefined || /^\/pools\/?$/.test(location.pathname);
const onMap = /^\/map\/?$/.test(location.pathname);
const roomId = /^\/room\/(.+?)\/?$/.exec(location.pathname)?.[1];
const onRooms = roomId !== undefined || /^\/rooms\/?$/.test(location.pathname);
const tenantId = /^\/tenant\/([^/]+)\/?$/.exec(location.pathname)?.[1];
const onTenants = tenantId !== undefined || /^\/tenants\/?$/.test(location.pathname);
const policyKey = /^\/policy\/(.+?)\/?$/.exec(location.pathname)?.[1];
const onPolicies = policyKey !== undefined || /^\/policies\/?$/.test(location.pathname);
const onOverview = location.pathname === "/";
const onFleet = /^\/fleet\/?$/.test(location.pathname);
const PAGES: [string, string, boolean][] = [
  ["/", "Overview", onOverview], ["/fleet", "Fleet", onFleet || exitId !== undefined], ["/pools", "Pools", onPools], ["/tenants", "Tenants", onTenants],
  ["/rooms", "Rooms", onRooms], ["/map", "Map", onMap], ["/policies", "Policies", onPolicies],
];
const onLogIn = location.pathname === "/login";
const store = new Store();
applyTheme(storedTheme());
if (!onLogIn) store.start(readView(location.search).range);

function useSystemTheme(): string {
  const query = matchMedia("(prefers-color-scheme: dark)");
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const changed = () => setDark(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  return dark ? "dark" : "light";
}

function Page() {
  const [tick, setTick] = useState(0);
  const [view, setView] = useState<View>(() => readView(location.search));
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const system = useSystemTheme();
  useEffect(() => store.subscribe(() => setTick((n) => n + 1)), []);
  useEffect(() => {
    const back = () => setView(readView(location.search));
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, []);
  const change = useCallback((part: Partial<View>) => {
    setView((before) => {
      const after = { ...before, ...part };
      history.replaceState(null, "", location.pathname + writeView(after));
      if (after.range !== before.range) store.setRange(after.range);
      return after;
    });
  }, []);
  const turn = () => {
    const next = nextTheme(theme);
    applyTheme(next);
    setTheme(next);
  };
  return (
    <>
      <a class="skip" href={onFleet ? "#exits" : "#main"}>{onFleet ? "Skip to the exits" : "Skip to the content"}</a>
      <header class="top">
        <a class="brand" href="/" aria-label="Fairlead, overview">
          <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true"><circle cx="16" cy="16" r="10" /><path d="M2 23 16 16l14-7" /></svg>
          Fairlead
        </a>
        <nav aria-label="Pages">
          {PAGES.map(([href, name, here]) => <a key={href} href={href} {...(here ? { "aria-current": "page" as const } : {})}>{name}</a>)}
        </nav>
        <span class="spacer" />
        <Search />
        <Freshness />
        <Who />
        <button type="button" class="quiet" onClick={turn} aria-label={`Colours: ${theme}. Change.`}>
          <span aria-hidden="true">{theme === "auto" ? "◑" : theme === "light" ? "○" : "●"}</span> <span class="theme-name">{theme === "auto" ? "Auto" : theme === "light" ? "Light" : "Dark"}</span>
        </button>
      </header>
      {(!onOverview || store.connection === "lost") && <Problems />}
      {poolId
        ? <PoolPage store={store} id={decodeURIComponent(poolId)} theme={`${theme}-${system}`} tick={tick} />
        : roomId !== undefined ? <RoomPage id={decodeURIComponent(roomId)} tick={tick} />
        : onRooms ? <RoomsPage tick={tick} />
        : onMap ? <MapPage store={store} theme={`${theme}-${system}`} tick={tick} />
        : onPools ? <PoolsPage store={store} tick={tick} />
        : exitId
        ? <ExitPage store={store} id={decodeURIComponent(exitId)} theme={`${theme}-${system}`} tick={tick} />
        : tenantId ? <TenantPage store={store} id={decodeURIComponent(tenantId)} theme={`${theme}-${system}`} tick={tick} />
        : onTenants ? <TenantsPage tick={tick} />
        : policyKey !== undefined ? <PolicyPage id={decodeURIComponent(policyKey)} tick={tick} />
        : onPolicies ? <PoliciesPage tick={tick} />
        : onOverview ? <OverviewPage store={store} tick={tick} />
        : <FleetPage store={store} view={view} change={change} theme={`${theme}-${system}`} tick={tick} />}
      <footer>Traffic and history from ClickHouse, decisions live from Kafka. Times are your browser's; windows are named beside each number.</footer>
      <p class="hidden" role="status" aria-live="polite">{store.announcement}</p>
    </>
  );
}

/** Whether the page is live, and how old what it shows is. */
function Freshness() {
  const age = store.status?.kafka.ageMs ?? null;
  const silence = store.lastToldMs === 0 ? 0 : Date.now() - store.lastToldMs;
  const live = store.connection === "live" && silence < 5_000;
  const history = store.status?.clickHouse.ageMs ?? null;
  const text = store.connection === "connecting" ? "Connecting" : live ? "Live" : "Not live";
  return (
    <p class={`freshness ${live ? "is-live" : ""}`}>
      <span class="dot" aria-hidden="true">{live ? "●" : "○"}</span> <b>{text}</b>
      {store.status && <span> decisions {age === null ? "none yet" : `${duration(age + silence)} old`}</span>}
      {store.status && <span class="wide-only"> · history {history === null ? "none yet" : `${duration(history + silence)} old`}</span>}
    </p>
  );
}

/** One sentence for each thing that is down; nothing while all is well. */
function Problems() {
  const problems = store.connection === "lost" ? ["The console does not answer; what you see is as old as said above. The page tries again by itself."] : (store.status?.problems ?? []);
  if (problems.length === 0) return null;
  return (
    <aside class="problems" aria-label="What is wrong">
      <ul>{problems.map((problem) => <li key={problem.replace(/\d+/g, "")}>{problem}</li>)}</ul>
    </aside>
  );
}

render(onLogIn ? <LogInPage /> : <Page />, document.getElementById("page")!);
