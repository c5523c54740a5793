// Run with: node --test crates/portal/static/test/*.test.mjs
import assert from "node:assert/strict";
import { test } from "node:test";

import { qrcode } from "../vendor/qrcode-generator-2.0.4.mjs";
import { qrModules } from "../verify-qr.js";

const MASKS = [0, 1, 2, 3, 4, 5, 6, 7];

function vendors(text) {
  const code = qrcode(5, "M");
  code.addData(text, "Byte");
  code.make();
  const side = [...Array(code.getModuleCount()).keys()];
  return side.map((row) => side.map((column) => code.isDark(row, column)));
}

test("module for module what a whole QR library draws, with the mask that it chooses", () => {
  const chosen = new Set();
  for (const text of [`certificate ${"0123456789abcdef".repeat(4)}`, "x", "", "y".repeat(84), ...MASKS.map((at) => `${at} ${"z".repeat(at * 5)}`)]) {
    const wanted = JSON.stringify(vendors(text));
    const mask = MASKS.find((each) => JSON.stringify(qrModules(text, each)) === wanted);
    assert.notEqual(mask, undefined, text);
    chosen.add(mask);
  }
  assert.ok(chosen.size > 2, "several masks are met");
});

test("what does not fit is not drawn", () => {
  assert.equal(qrModules("x".repeat(85)), undefined);
});
