// Plays a room on its page in Chromium: node test/player.mjs URL ROOM RELAY_CLIENT [QUERY]. Says a line of JSON twice a second: what the player's tile says, where
// the picture is, and the longest wait since the line before; goes on until its input ends.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const [url, room, relayClient, query = ""] = process.argv.slice(2);
const PATIENCE_MS = 60_000;
const EVERY_MS = 500;

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
    const video = document.querySelector("video");
    window.waits = { longestMs: 0, since: 0 };
    video.addEventListener("waiting", () => { if (video.currentTime > 0) window.waits.since ||= performance.now(); });
    for (const goes of ["playing", "timeupdate"]) video.addEventListener(goes, () => {
      if (!window.waits.since || video.readyState < 3) return;
      window.waits.longestMs = Math.max(window.waits.longestMs, performance.now() - window.waits.since);
      window.waits.since = 0;
    });
  });
  await page.locator("#play").click();
  while (!over) {
    await page.waitForTimeout(EVERY_MS);
    console.log(JSON.stringify(await page.evaluate(() => {
      const video = document.querySelector("video");
      const { longestMs, since } = window.waits;
      window.waits.longestMs = 0;
      return {
        timeS: video.currentTime,
        decoded: Number(document.querySelector("#sight").dataset.decoded),
        waitMs: Math.round(Math.max(longestMs, since ? performance.now() - since : 0)),
        problem: document.querySelector(".player-problem")?.textContent ?? "",
        button: document.querySelector("#play").textContent,
      };
    })));
  }
} finally {
  await browser.close();
}
