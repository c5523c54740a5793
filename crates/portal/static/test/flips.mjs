// One bit at a time: which flips of a file are still accepted.

import { check } from "../verify-core.js";

/** Every flip of `bits` of each byte after which a file does not fail: `{ at, bit, report }`. The file itself must be accepted. */
export async function acceptedFlips(file, policy, bits = [0, 1, 2, 3, 4, 5, 6, 7]) {
  const bytes = new TextEncoder().encode(file);
  const whole = await check(bytes, policy);
  if (whole.verdict === "fails") throw new Error(`the file itself fails: ${whole.steps.at(-1).step}`);
  const accepted = [];
  for (let at = 0; at < bytes.length; at += 1) {
    for (const bit of bits) {
      const flipped = bytes.slice();
      flipped[at] ^= 1 << bit;
      const report = await check(flipped, policy);
      if (report.verdict !== "fails") accepted.push({ at, bit, report });
    }
  }
  return accepted;
}
