// How long the verify page's code takes for one proof: in Chromium, from the page as a file, and in Node. Run by `cargo xtask bench proof`.
//   node verify.bench.mjs FOLDER   with `verify.html`, `policy` and `proof` in it; prints milliseconds as JSON.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

import { check } from "../crates/portal/static/verify-core.js";
import { readPolicy } from "../crates/portal/static/verify-policy.js";

const TIMES = 500;
/// Not counted: the code is compiled while it runs first.
const WARM = 50;

const folder = process.argv[2];
const text = (name) => readFileSync(join(folder, name), "utf8");
const [policy, file] = [text("policy"), text("proof")];

async function measure({ check, readPolicy, policy, file, count, warm }) {
  const { policy: read } = await readPolicy(policy);
  const times = [];
  for (let at = 0; at < warm + count; at += 1) {
    const begin = performance.now();
    const { verdict, steps } = await check(file, read);
    const took = performance.now() - begin;
    // Whether a reader would trust these witnesses is the policy's word and costs no time; the proof itself must hold.
    if (verdict === "fails") throw new Error(`it does not hold: ${JSON.stringify(steps.at(-1))}`);
    if (at >= warm) times.push(took);
  }
  return times;
}

/// In the page's own world: its content policy would not let a measurement in, so that it is set aside for this context alone.
async function inChromium() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const page = await (await browser.newContext({ bypassCSP: true })).newPage();
    await page.goto(pathToFileURL(join(folder, "verify.html")).href);
    const script = text("verify.html").split('<script type="module">')[1].split("await begin();")[0];
    const given = { script, measure: `${measure}`, policy, file, count: TIMES, warm: WARM };
    return await page.evaluate(async ({ script, measure, ...rest }) => {
      const AsyncFunction = (async () => {}).constructor;
      const { check, readPolicy, run } = await new AsyncFunction(`${script}\nreturn { check, readPolicy, run: ${measure} };`)();
      return run({ check, readPolicy, ...rest });
    }, given);
  } finally {
    await browser.close();
  }
}

const node = await measure({ check, readPolicy, policy, file, count: TIMES, warm: WARM });
console.log(JSON.stringify({ node, chromium: await inChromium() }));
