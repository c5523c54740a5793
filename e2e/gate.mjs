// A gate of paper for browser tests: the words that a device exchanges with the server (crates/gate/src/wire.rs), written a second
// time. It has neither camera nor relay: it joins, calls, seals its journal, and tells of enrolments and passages.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { concat, fromHex, toHex, utf8 } from "../crates/portal/static/bytes.js";
import { readCbor } from "../crates/portal/static/verify-forms.js";
import { cborNumber, leafBytes, newKey, sha256 } from "../crates/portal/static/test/made.mjs";

/** SHA-256 of the manifest of the pack that is shipped. */
export const PACK = sha256(readFileSync(new URL("../packs/mobilefacenet-2024/manifest.toml", import.meta.url)));

const NOTHING = new Uint8Array(32);
const KIND_OF_A_PASSAGE = 2;
const CLASS = { passage: 3, enrol: 5 };
const LANES = ["qr", "card", "pin", "face", "remote"];

/** CBOR of numbers, texts, byte strings, true, false, null, and arrays of them. */
function cbor(value) {
  const headed = (major, number, body) => {
    const head = cborNumber(BigInt(number)).slice();
    head[0] |= major << 5;
    return concat(head, body);
  };
  if (value === null) return Uint8Array.of(0xf6);
  if (typeof value === "boolean") return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (typeof value === "number" || typeof value === "bigint") return cborNumber(BigInt(value));
  if (value instanceof Uint8Array) return headed(2, value.length, value);
  if (Array.isArray(value)) return headed(4, value.length, concat(...value.map(cbor)));
  const text = utf8(value);
  return headed(3, text.length, text);
}

const now = () => BigInt(Date.now()) * 1000n;

export class PaperGate {
  #server;
  #key;
  #pack;
  #door;
  #sequence = 0;
  #head = [0, NOTHING];

  /** Joins with a code of the desk and its door; `pack` is the SHA-256 of a model pack's manifest. */
  static async join(server, { code, door }, pack) {
    const gate = new PaperGate();
    gate.#server = server;
    gate.#door = fromHex(door);
    gate.#key = await newKey();
    gate.#pack = pack;
    gate.number = 0n;
    const [, number] = await gate.#ask("claim", [code, gate.#key.raw, pack, true]);
    gate.number = number;
    return gate;
  }

  /** SHA-256 of its public key, hexadecimal. */
  get fingerprint() {
    return toHex(sha256(this.#key.raw));
  }

  /** Calls the server, and signs where its journal stands. */
  async call() {
    const seal = await this.#envelope("countenance/seal/v1", [this.number, this.#head, now()]);
    return this.#ask("poll", [0, this.#head, 0, [], seal, this.#pack]);
  }

  /** Redeems an enrolment code, and signs that a template was made. */
  async enrol(code) {
    const [kind, [envelope]] = await this.#ask("redeem", [code]);
    assert.equal(kind, 0n, `no grant: ${envelope}`);
    const [[, , person, consent]] = readCbor(envelope[0]);
    const [at, sequence] = [now(), this.#head[0]];
    const receipt = await this.#envelope("countenance/receipt/v1", [this.number, this.#door, person, consent, at, sequence, "enrolled"]);
    await this.#write(CLASS.enrol, at, [1, [receipt]]);
  }

  /** Somebody asked by these lanes; where the door opened, how many of the steps of waiting were over (crates/gate/src/wait.rs). */
  async passage(lanes, opened, step = null) {
    const [at, attempt] = [now(), crypto.getRandomValues(new Uint8Array(16))];
    const reason = opened ? "passage.recognised" : "pin.wrong";
    const numbers = lanes.map((lane) => LANES.indexOf(lane));
    await this.#write(CLASS.passage, at, [0, [[attempt, at, this.#door, numbers, null, opened, reason, true, ...(step === null ? [] : [step])]]]);
  }

  /** The journal's next entry, and what the server may know of it. */
  async #write(number, at, note) {
    const [sequence, before] = this.#head;
    const leaf = leafBytes({ kind: KIND_OF_A_PASSAGE, at, gate: this.number, sequence, commitment: NOTHING, demo: 1 });
    leaf[4] = number;
    leaf.set(before, 32);
    await this.#ask("frames", [[[leaf, new Uint8Array(40), note]]]);
    this.#head = [sequence + 1, sha256(leaf)];
  }

  async #sign(domain, message) {
    return this.#key.sign(concat(utf8(domain), Uint8Array.of(0), message));
  }

  async #envelope(domain, value) {
    const payload = cbor(value);
    return [payload, await this.#sign(domain, payload)];
  }

  async #ask(what, value) {
    const [path, body, time] = [`/gate/${what}`, cbor(value), now()];
    const sequence = this.number === 0n ? 0 : (this.#sequence += 1);
    const said = `POST\n${path}\n${toHex(sha256(body))}\n${this.number}\n${sequence}\n${time}`;
    const signature = await this.#sign("countenance/gate-request/v1", utf8(said));
    const headers = { gate: this.number, sequence, time, signature: toHex(signature) };
    const named = Object.fromEntries(Object.entries(headers).map(([name, word]) => [`x-countenance-${name}`, String(word)]));
    const answer = await fetch(`${this.#server}${path}`, { method: "POST", headers: named, body });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    assert.equal(answer.status, 200, `${path}: ${new TextDecoder().decode(bytes)}`);
    return readCbor(bytes);
  }
}
