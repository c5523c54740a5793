// Run with: node --test crates/portal/static/test
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { cborArray, fromHex, toBase64Url, toHex } from "../bytes.js";
import { digits, doorTicket, enrolmentTicket, importSecret, monthOf, ratchet, recordKey } from "../derive.js";

const vector = JSON.parse(readFileSync(new URL("./vector.json", import.meta.url), "utf8"));
const secret = () => importSecret(fromHex(vector.secret));

test("the record key is the one that the gate's library derives", async () => {
  assert.equal(toHex(await recordKey(await secret())), vector.record_key);
});

test("a ratchet turns month by month as the gate's does", async () => {
  assert.equal(toHex(await ratchet(await secret(), vector.gate, vector.made_in, vector.made_in)), vector.ratchet_start);
  assert.equal(toHex(await ratchet(await secret(), vector.gate, vector.made_in, vector.month)), vector.ratchet);
});

test("an enrolment ticket is byte for byte what the gate reads", async () => {
  const ticket = enrolmentTicket(vector.code, fromHex(vector.fingerprint), fromHex(vector.ratchet), vector.month);
  assert.equal(ticket, vector.ticket);
  assert.equal(await digits(vector.code, fromHex(vector.fingerprint)), vector.digits);
});

test("a door ticket is byte for byte what the gate reads", async () => {
  const pkcs8 = fromHex(`302e020100300506032b657004220420${vector.signing_seed}`);
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
  assert.equal(await doorTicket(key, vector.person, vector.seconds), vector.door_ticket);
});

test("lengths take the shortest head", () => {
  for (const [value, hex] of [[0, "8100"], [23, "8117"], [24, "811818"], [256, "81190100"], [65536, "811a00010000"]]) {
    assert.equal(toHex(cborArray([value])), hex);
  }
  assert.equal(toHex(cborArray(["x".repeat(24)])).slice(0, 6), "817818");
});

test("months count as the server counts them", () => {
  assert.equal(monthOf(Date.UTC(2026, 10, 23)), 2026 * 12 + 10);
});

test("texts", () => {
  assert.equal(toBase64Url(Uint8Array.of(0xfb, 0xff)), "-_8");
  assert.throws(() => fromHex("0g"));
});
