// Pictures of every page, and an accessibility audit of each.
//   COUNTENANCE_SAMPLES=DIR/samples cargo test -p countenance-portal --test it written
//   node e2e/look.mjs DIR [name…]
// Writes DIR/<page>-<language>-<width>-<light|dark>.png; exits 1 when axe-core finds a violation or a page reports an error.

import { createServer } from "node:http";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

import { kioskScreens } from "./kiosk-screens.mjs";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript", ".svg": "image/svg+xml", ".json": "application/json" };
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const root = fileURLToPath(new URL("..", import.meta.url));
const [dir, ...only] = process.argv.slice(2);
if (!dir) throw new Error("a directory for the pictures is wanted");

function fileOf(path) {
  const asset = /^\/static\/[0-9a-f]+\/(.+)$/.exec(path);
  if (asset) return join(root, "crates/portal/static", asset[1]);
  if (path === "/") return join(root, "crates/countenance-gate/kiosk/kiosk.html");
  if (/^\/(kiosk\.(js|css)|messages\.json)$/.test(path)) return join(root, "crates/countenance-gate/kiosk", path);
  // The kiosk's own copies of the portal's code drawer.
  if (/^\/(qr\.js|vendor\/.+)$/.test(path)) return join(root, "crates/portal/static", path);
  return join(dir, "samples", path);
}

const server = createServer(async (request, response) => {
  const file = fileOf(new URL(request.url, "http://localhost").pathname);
  try {
    const body = await readFile(file);
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "text/plain", "content-security-policy": POLICY });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((ready) => server.listen(0, "localhost", ready));
const origin = `http://localhost:${server.address().port}`;

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  headless: true,
  args: ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"],
});
let faults = 0;

async function shoot(name, address, { width, height, scheme, prepare, settle }) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme, bypassCSP: false });
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && !message.text().includes("404") && errors.push(message.text()));
  await prepare?.(page);
  await page.goto(origin + address);
  await settle?.(page);
  await page.screenshot({ path: join(dir, `${name}.png`), fullPage: true });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (overflow > 0) errors.push(`${overflow} px wider than the screen`);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  for (const { id, help, nodes } of violations) errors.push(`${id}: ${help}: ${nodes.map((node) => `${node.target} ${node.any[0]?.message ?? ""}`).slice(0, 3).join(" | ")}`);
  for (const error of errors) console.error(`${name}: ${error}`);
  faults += errors.length;
  await page.close();
}

const wanted = (name) => only.length === 0 || only.includes(name);
let pictures = 0;
for (const language of ["zh", "en"]) {
  const names = (await readdir(join(dir, "samples", language))).map((file) => basename(file, ".html"));
  for (const name of names.filter(wanted)) {
    for (const [width, height] of [[360, 780], [1280, 800]]) {
      for (const scheme of ["light", "dark"]) {
        await shoot(`${name}-${language}-${width}-${scheme}`, `/${language}/${name}.html`, { width, height, scheme });
        pictures += 1;
      }
    }
  }
  for (const [name, screen] of Object.entries(kioskScreens).filter(([name]) => wanted(name))) {
    for (const [width, height] of [[800, 1280], [1280, 800]]) {
      const scheme = width === 800 ? "light" : "dark";
      const prepare = (page) => page.routeWebSocket("**/ws", (socket) => socket.send(JSON.stringify(screen)));
      const settle = async (page) => {
        await page.locator("#language:not(:empty)").waitFor();
        if (language === "en") await page.locator("#language").click();
        if (screen.camera !== "off") await page.locator("#view:not([hidden])").waitFor();
      };
      await shoot(`${name}-${language}-${width}-${scheme}`, "/", { width, height, scheme, prepare, settle });
      pictures += 1;
    }
  }
}
await browser.close();
server.close();
console.log(`${pictures} pictures, ${faults} faults`);
process.exitCode = faults > 0 || pictures === 0 ? 1 : 0;
