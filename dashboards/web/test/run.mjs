// Looks at every page of a running console in Chromium: `npm test -- URL [full|empty|broken]`, and `npm test -- URL login TOKEN` at the way in.
// Each page in a wide window, a full one in a dark narrow one, too: axe finds nothing, nothing sticks out, nothing is said on the console; and of a full one, what keys and three clicks do.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [url, state = "full", token = ""] = process.argv.slice(2);
if (!url) {
  console.error("Of which console? npm test -- http://127.0.0.1:8080/ [full|empty|broken]. Start one with: ./fairlead demo");
  process.exit(2);
}
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDE = { width: 1280, height: 900, scheme: "light" };
const NARROW = { width: 390, height: 844, scheme: "dark" };
/** What another theme and width can break; the rest is the same page. */
const OF_LOOKS = { runOnly: ["color-contrast", "target-size", "scrollable-region-focusable", "label-content-name-mismatch"] };
const PATIENCE_MS = 60_000;
const FITS_MS = 10_000;
/** Pages whose parts look otherwise from the rest. */
const IN_BOTH = /^\/($|fleet|exit|pool\/|room\/|map)/;
const problems = [];

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
if (!executablePath) {
  console.error("There is no Chromium (Debian: apt-get install chromium).");
  process.exit(2);
}
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
try {
  const page = await browser.newPage({ reducedMotion: "reduce" });
  page.setDefaultTimeout(PATIENCE_MS);
  let where = "";
  page.on("pageerror", (error) => problems.push(`${where}: ${error.message}`));
  page.on("console", (message) => {
    // A refused question is told by the page in words; the browser's own line about it says nothing more.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) problems.push(`${where}: ${message.text()}`);
  });
  if (state === "login") {
    where = "/login";
    await logIn(page);
  }
  for (const path of await pages()) {
    where = path;
    await show(page, WIDE);
    await open(page, path);
    await look(page, where, {});
    await show(page, NARROW);
    if (state === "full" && IN_BOTH.test(path)) await look(page, `${where} at ${NARROW.width} px, ${NARROW.scheme}`, OF_LOOKS);
    else await fits(page, `${where} at ${NARROW.width} px`);
  }
  await show(page, WIDE);
  if (state === "full") await walk(page);
} finally {
  await browser.close();
}
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log("console: every page is as it should be");

/** Every page that there is, with one of everything that has pages. */
async function pages() {
  if (state === "login") return [];
  if (state === "broken") return ["/"];
  if (state === "empty") return ["/", "/fleet", "/policies"];
  const get = async (path) => (await fetch(new URL(path, url))).json();
  const [exit] = (await get("/api/fleet")).exits;
  const [pool] = (await get("/api/pools")).pools.slice(-1);
  const [tenant] = (await get("/api/tenants")).tenants;
  const [room] = (await get("/api/rooms")).rooms;
  const [prefix] = (await get("/api/map/prefixes")).listed;
  const [policy] = await get("/api/policies");
  return [
    "/", `/fleet?exit=${exit.id}`, `/exit/${exit.id}`, "/pools", `/pool/${pool.id}`, "/tenants", `/tenant/${tenant.tenant}`, "/rooms", `/room/${room.room}`,
    `/map?of=${encodeURIComponent(prefix.prefix)}`, `/policies?version=${policy.version}`, `/policy/${policy.key}`,
  ];
}

/** Nobody sees a page without a token; with one he comes to the page that he asked for, sees his name, and gets out again. */
async function logIn(page) {
  await show(page, WIDE);
  await page.goto(new URL("/policies?version=7", url).href, { waitUntil: "domcontentloaded" });
  await page.waitForURL(/\/login\?to=/);
  await page.locator("#token").fill("fairlead_wrong");
  await page.keyboard.press("Enter");
  await expect(page, "[role=alert]", /no token of this console/);
  await look(page, "/login with a refusal", {});
  await show(page, NARROW);
  await look(page, `/login at ${NARROW.width} px, ${NARROW.scheme}`, OF_LOOKS);
  await page.locator("#token").fill(token);
  await page.keyboard.press("Enter");
  await page.waitForURL((at) => at.pathname === "/policies" && at.search === "?version=7");
  await show(page, WIDE);
  await expect(page, ".who", /Log out/);
  await look(page, "/policies, logged in", {});
  await show(page, NARROW);
  await fits(page, `/policies, logged in, at ${NARROW.width} px`);
  await page.locator(".who button").click();
  await page.waitForURL((at) => at.pathname === "/login");
  await page.goto(new URL("/", url).href, { waitUntil: "domcontentloaded" });
  await page.waitForURL(/\/login\?to=/);
  await page.goto(new URL("/login?to=/..//127.0.0.1:9/", url).href, { waitUntil: "domcontentloaded" });
  await page.locator("#token").fill(token);
  await page.keyboard.press("Enter");
  await page.waitForURL((at) => at.pathname !== "/login");
  if (new URL(page.url()).origin !== new URL(url).origin) problems.push(`the log-in leads to another site: ${page.url()}`);
}

/** Opens a page and waits until it has its answers. */
async function open(page, path) {
  await page.goto(new URL(path, url).href, { waitUntil: "domcontentloaded" });
  await page.waitForFunction(() => document.querySelector("main") !== null && !/Asking/.test(document.querySelector("main").textContent));
}

async function show(page, { width, height, scheme }) {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: scheme });
}

async function look(page, where, rules) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((of) => window.axe.run(document, { resultTypes: ["violations"], ...of }), rules);
  for (const violation of violations) problems.push(`${where}: ${violation.id}: ${violation.help}: ${violation.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} (${node.failureSummary?.split("\n")[1]?.trim()})`).join("; ")}`);
  await fits(page, where);
}

/** Charts follow their room a moment later. */
async function fits(page, where) {
  // A function, not a string: what is asked for again would else be evaluated anew, which the page's own policy forbids.
  await page.waitForFunction(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth, undefined, { timeout: FITS_MS }).catch(() => {});
  const out = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (out > 0) problems.push(`${where}: the page is ${out} px wider than the window`);
}

/** From a red number to the decision, its evidence, the policy and who was hit in three clicks; and the search by keys alone. */
async function walk(page) {
  await open(page, "/");
  const finding = page.locator("a.name", { hasText: /failed in/ }).first();
  await finding.click(); // 1: the decision, its evidence and who was hit
  await page.waitForURL(/\/exit\//);
  await expect(page, "#hit-title", /Who was hit/);
  await expect(page, "main", /Why/);
  await page.locator("#hit-title").locator("xpath=ancestor::section").locator("a[href='/tenant/acme']").first().waitFor();
  await page.locator("dl.facts a[href^='/policies?version=']").first().click(); // 2: who set the policy, and why
  await page.waitForURL(/\/policies\?version=/);
  await expect(page, "main", /Version \d+/);
  await page.locator("p.lead a").first().click(); // 3: what it was changed to
  await page.waitForURL(/\/policy\//);
  await expect(page, "main", /revision/);

  for (const [text, kind] of [["exit-0", "exit"], ["homes", "pool"], ["acme", "tenant"], ["stalls", "room"], ["20.0.0.1", "resolver"], ["quality/", "policy"]]) {
    await page.keyboard.press("Control+k");
    await page.keyboard.type(text);
    const first = page.locator("#found li[aria-selected='true']", { hasText: text }).first();
    await first.waitFor();
    const label = await first.locator(".label").textContent();
    if (label !== kind) problems.push(`search for '${text}': ${label} comes first, not ${kind}`);
    if (kind === "exit") await look(page, "the search, open", {});
    if (kind !== "policy") await page.keyboard.press("Escape");
  }
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL((at) => decodeURIComponent(at.pathname) === "/policy/quality/type:MOBILE");
}

async function expect(page, selector, pattern) {
  try {
    await page.waitForFunction(([at, source]) => new RegExp(source).test(document.querySelector(at)?.textContent ?? ""), [selector, pattern.source]);
  } catch {
    problems.push(`${page.url()}: ${selector} does not say ${pattern}`);
  }
}
