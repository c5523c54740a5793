// Opens a kept verify page in Chromium, with the network cut, and gives it files: one line of JSON a file, with the verdict that the page
// shows, its first words, and how many requests the page has made so far.   node read-files.mjs PAGE FILE…
// CHROMIUM names the browser.

import { basename } from "node:path";
import { pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

const [kept, ...files] = process.argv.slice(2);
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, headless: true, args: ["--no-sandbox", "--disable-gpu"] });
try {
  const context = await browser.newContext({ offline: true, locale: "en-GB", viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  let asked = 0;
  page.on("request", (request) => (asked += request.url().startsWith("file:") ? 0 : 1));
  await page.goto(pathToFileURL(kept).href);
  for (const [at, file] of files.entries()) {
    await page.locator("#file").setInputFiles(file);
    await page.waitForFunction((count) => document.querySelectorAll("article.result").length === count, at + 1);
    const result = page.locator("article.result").first();
    const [, verdict] = (await result.getAttribute("class")).split(" ");
    const words = (await result.innerText()).replaceAll(/\s+/g, " ").slice(0, 160);
    console.log(JSON.stringify({ file: basename(file), verdict, words, asked }));
  }
} finally {
  await browser.close();
}
