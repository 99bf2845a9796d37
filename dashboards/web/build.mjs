// Builds the page into the directory given: installs what the lock file names, checks types, bundles, compresses.
// Does nothing when neither sources nor tools changed since the last time.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const web = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(web, "dist"));
const stamp = join(dirname(out), "..", "console.stamp");
const installed = join(web, "node_modules", ".fairlead-lock");

/** Of what every page loads, and of all that pages may load later. */
const FIRST_BUDGET_BYTES = 90 * 1024;
const LATER_BUDGET_BYTES = 100 * 1024;

function fail(sentence) {
  console.error(`console: ${sentence}`);
  process.exit(1);
}

function run(command, args) {
  const done = spawnSync(command, args, { cwd: web, encoding: "utf8", shell: process.platform === "win32" });
  if (done.error) fail(`${command} can't be run (${done.error.message}). Install Node.js 18 or newer with npm (Debian: apt-get install nodejs npm).`);
  if (done.status !== 0) fail(`'${command} ${args.join(" ")}' failed:\n${done.stdout}\n${done.stderr}`);
}

function* files(directory) {
  for (const name of readdirSync(directory).sort()) {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else yield path;
  }
}

function digest(paths) {
  const hash = createHash("sha256");
  for (const path of paths) hash.update(relative(web, path)).update("\0").update(readFileSync(path)).update("\0");
  return hash.digest("hex");
}

const lock = join(web, "package-lock.json");
const sources = [...files(join(web, "src")), ...["index.html", "package.json", "tsconfig.json", "vite.config.ts", "build.mjs"].map((name) => join(web, name)), lock];
const state = digest(sources);

const lockState = digest([lock]);
if (!existsSync(installed) || readFileSync(installed, "utf8") !== lockState) {
  run("npm", ["ci", "--no-fund", "--no-audit", "--loglevel=error"]);
  writeFileSync(installed, lockState);
}

if (existsSync(stamp) && readFileSync(stamp, "utf8") === state && existsSync(join(out, "index.html"))) process.exit(0);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const bin = (tool) => join(web, "node_modules", tool);
run(process.execPath, [bin("typescript/bin/tsc"), "--noEmit"]);
run(process.execPath, [bin("vite/bin/vite.js"), "build", "--logLevel=warn", "--outDir", out, "--emptyOutDir"]);

const page = readFileSync(join(out, "index.html"), "utf8");
let first = 0;
let later = 0;
for (const path of [...files(out)]) {
  const bytes = readFileSync(path);
  const gzip = gzipSync(bytes, { level: 9 });
  if (path.endsWith("index.html") || page.includes(path.slice(path.lastIndexOf(sep) + 1))) first += gzip.length;
  else later += gzip.length;
  if (!/\.(js|css|svg)$/.test(path)) continue;
  writeFileSync(`${path}.gz`, gzip);
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}
if (first > FIRST_BUDGET_BYTES) fail(`the page is ${first} bytes gzipped, over its budget of ${FIRST_BUDGET_BYTES}. Load something later or leave it out.`);
if (later > LATER_BUDGET_BYTES) fail(`what pages load later is ${later} bytes gzipped, over its budget of ${LATER_BUDGET_BYTES}. Leave something out.`);
writeFileSync(stamp, state);
console.log(`console: built, ${(first / 1024).toFixed(1)} KiB gzipped, and ${(later / 1024).toFixed(1)} KiB that are loaded later`);
