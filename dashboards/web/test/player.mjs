// Plays a room on its page in Chromium: node test/player.mjs URL ROOM RELAY_CLIENT [QUERY]. Says a line of JSON twice a second: what the player's tile says, where
// the picture is, and since the line before the longest wait, the longest time without anything new in the buffer, the least that was in it, and for how long the
// page itself stood still, which says what the machine does. Shows what is BEHIND_S old, as players with a buffer do. Goes on until its input ends.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const [url, room, relayClient, query = ""] = process.argv.slice(2);
const PATIENCE_MS = 60_000;
const EVERY_MS = 500;
const BEHIND_S = 2;

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
if (!executablePath) {
  console.error("There is no Chromium (Debian: apt-get install chromium).");
  process.exit(2);
}
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"] });
let over = false;
process.stdin.on("end", () => { over = true; }).resume();
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on("pageerror", (error) => { console.error(error.message); process.exitCode = 1; });
  await page.goto(new URL(`/room/${room}`, url).href, { waitUntil: "domcontentloaded" });
  await page.locator("label", { hasText: "Relay client" }).locator("select").selectOption(relayClient);
  if (query) await page.locator("label.token input").fill(query);
  await page.evaluate(() => {
    const TICK_MS = 20;
    const video = document.querySelector("video");
    const end = () => (video.buffered.length ? video.buffered.end(video.buffered.length - 1) : 0);
    const now = () => performance.now();
    window.seen = { waitMs: 0, waitsSince: 0, gapMs: 0, endS: 0, endSince: now(), leastMs: Infinity, stillMs: 0, tickAt: now() };
    video.addEventListener("waiting", () => { if (video.currentTime > 0) window.seen.waitsSince ||= now(); });
    for (const goes of ["playing", "timeupdate"]) video.addEventListener(goes, () => {
      const seen = window.seen;
      if (!seen.waitsSince || video.readyState < 3) return;
      seen.waitMs = Math.max(seen.waitMs, now() - seen.waitsSince);
      seen.waitsSince = 0;
    });
    window.tick = () => {
      const seen = window.seen;
      seen.stillMs = Math.max(seen.stillMs, now() - seen.tickAt - TICK_MS);
      seen.tickAt = now();
      seen.gapMs = Math.max(seen.gapMs, now() - seen.endSince);
      if (end() > seen.endS) Object.assign(seen, { endS: end(), endSince: now() });
      seen.leastMs = Math.min(seen.leastMs, (end() - video.currentTime) * 1_000);
    };
    setInterval(window.tick, TICK_MS);
  });
  await page.locator("#play").click();
  const fallsBehind = () => page.evaluate((behindS) => {
    const video = document.querySelector("video");
    if (document.querySelector(".player-problem")) return true;
    if (!video.buffered.length || video.buffered.end(0) - video.buffered.start(0) < behindS + 1) return false;
    video.currentTime = video.buffered.end(0) - behindS;
    return true;
  }, BEHIND_S);
  while (!over && !(await fallsBehind())) await page.waitForTimeout(EVERY_MS);
  while (!over) {
    await page.waitForTimeout(EVERY_MS);
    console.log(JSON.stringify(await page.evaluate(() => {
      window.tick();
      const video = document.querySelector("video");
      const { waitMs, waitsSince, gapMs, leastMs, stillMs } = window.seen;
      Object.assign(window.seen, { waitMs: 0, gapMs: 0, leastMs: Infinity, stillMs: 0 });
      return {
        timeS: video.currentTime,
        decoded: Number(document.querySelector("#sight").dataset.decoded),
        waitMs: Math.round(Math.max(waitMs, waitsSince ? performance.now() - waitsSince : 0)),
        gapMs: Math.round(gapMs),
        leastMs: Math.round(leastMs),
        stillMs: Math.round(stillMs),
        problem: document.querySelector(".player-problem")?.textContent ?? "",
        button: document.querySelector("#play").textContent,
      };
    })));
  }
} finally {
  await browser.close();
}
