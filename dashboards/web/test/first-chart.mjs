// How long a page of a running console takes to its first chart, from the click: `npm run first-chart -- URL [PATH] [TIMES]`. Each time with an empty cache, and again with what the browser kept.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const [url, path = "/fleet", times = "10"] = process.argv.slice(2);
if (!url) {
  console.error("Of which console? npm run first-chart -- http://127.0.0.1:8080/ [PATH] [TIMES]. Start one with: ./fairlead demo");
  process.exit(2);
}
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
if (!executablePath) {
  console.error("There is no Chromium (Debian: apt-get install chromium).");
  process.exit(2);
}
const took = { empty: [], kept: [] };
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
try {
  for (let i = 0; i < Number(times); i++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    await page.addInitScript(() => {
      const look = () => {
        // Two frames later it is on the screen.
        if (document.querySelector(".uplot canvas")) requestAnimationFrame(() => requestAnimationFrame(() => { window.firstChartMs = performance.now(); }));
        else requestAnimationFrame(look);
      };
      look();
    });
    for (const cache of ["empty", "kept"]) {
      await page.goto(new URL(path, url).href, { waitUntil: "domcontentloaded" });
      await page.waitForFunction(() => window.firstChartMs > 0);
      took[cache].push(await page.evaluate(() => window.firstChartMs));
    }
    await context.close();
  }
} finally {
  await browser.close();
}
for (const [cache, ms] of Object.entries(took)) {
  ms.sort((a, b) => a - b);
  console.log(`${path}, cache ${cache}: median ${Math.round(ms[Math.floor(ms.length / 2)])} ms, longest ${Math.round(ms[ms.length - 1])} ms of ${ms.length}`);
}
