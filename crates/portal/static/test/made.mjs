// Files to check, made with fresh keys and without the modules that check them: what is shared is bytes and hashes only.

import { createHash, createHmac } from "node:crypto";

import { cborArray, concat, toHex, u64, utf8 } from "../bytes.js";

export const sha256 = (...parts) => new Uint8Array(createHash("sha256").update(concat(...parts)).digest());
export const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const leafHash = (entry) => sha256(Uint8Array.of(0), entry);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);
const NOTHING = new Uint8Array(32);

/* CBOR beyond what a phone writes */

/** A number of 64 bits in the shortest form. */
export function cborNumber(number) {
  if (number < 2n ** 32n) return cborArray([Number(number)]).subarray(1);
  return concat(Uint8Array.of(0x1b), u64(number));
}

/** An array of byte strings, texts, BigInts and nulls. */
export function cbor(items) {
  const one = (item) => (item === null ? Uint8Array.of(0xf6) : typeof item === "bigint" ? cborNumber(item) : cborArray([item]).subarray(1));
  return concat(Uint8Array.of(0x80 | items.length), ...items.map(one));
}

/* Keys and notes */

export async function newKey() {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { raw, sign: async (message) => new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, message)) };
}

export async function newSigner(name, kind) {
  const { raw, sign } = await newKey();
  const key = concat(Uint8Array.of(kind), raw);
  const id = sha256(utf8(`${name}\n`), key).subarray(0, 4);
  const line = (payload) => `— ${name} ${base64(concat(id, payload))}\n`;
  return {
    name,
    raw,
    public: `${name}+${toHex(id)}+${base64(key)}`,
    /** The signature line under a text. */
    signs: async (text) => line(await sign(utf8(text))),
    /** The cosignature line under a checkpoint's text. */
    cosigns: async (text, time) => line(concat(u64(time), await sign(utf8(`cosignature/v1\ntime ${time}\n${text}`)))),
  };
}

export const note = async (signer, text) => `${text}\n${await signer.signs(text)}`;

/* Trees */

export function root(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0];
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return nodeHash(root(leaves.slice(0, split)), root(leaves.slice(split)));
}

export function path(leaves, index) {
  if (leaves.length === 1) return [];
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split ? [...path(left, index), root(right)] : [...path(right, index - split), root(left)];
}

/** RFC 6962, 2.1.2. */
export function consistency(leaves, old, whole = true) {
  if (old === leaves.length) return whole ? [] : [root(leaves)];
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return old <= split ? [...consistency(left, old, whole), root(right)] : [...consistency(right, old - split, false), root(left)];
}

/* Entries */

const CLASS_OF_KIND = { 2: 3, 4: 4, 5: 5, 11: 11, 13: 13, 16: 16, 18: 18, 19: 19 };

/** A record's bytes; `person` is an id or null. */
export const recordBytes = ({ kind, at, person = null, reason, actor = null }) =>
  cbor([BigInt(kind), at, null, person, null, null, reason, ...(actor ? [null, actor] : [])]);

export function leafBytes({ kind, at, gate, sequence, commitment, tag = new Uint8Array(32), demo = 0 }) {
  const times = new Uint8Array(8);
  const view = new DataView(times.buffer);
  view.setUint32(0, Number(at / 600_000_000n));
  view.setUint32(4, 7);
  return concat(utf8("CNL\u0001"), Uint8Array.of(CLASS_OF_KIND[kind], demo, 0, 0), u64(gate), u64(sequence), times, NOTHING, commitment, tag);
}

/** Leaf and opened part of a record; open records have 32 zeroes as their opening. */
export function entryOf(record, { gate, sequence, opening = NOTHING, tag }) {
  const bytes = recordBytes(record);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  const commitment = new Uint8Array(createHmac("sha256", "countenance/commitment/v1").update(concat(opening, length, bytes)).digest());
  return { leaf: leafBytes({ ...record, gate, sequence, commitment, tag }), opened: cbor([opening, bytes]) };
}

/* A site: its policy and its ledger */

const WITNESSES = [
  ["owners", "independent the owners' committee"],
  ["auditor", "independent an auditor"],
  ["notary", "independent a notary"],
  ["house", "operator the company itself"],
];

export class MadeSite {
  static async make({ quorum = 3, runBy = WITNESSES } = {}) {
    const site = new MadeSite();
    site.log = await newSigner("countenance/made", 1);
    site.operator = await newSigner("countenance/made/operator", 1);
    site.auditor = await newSigner("audit.example", 1);
    site.witnesses = await Promise.all(WITNESSES.map(([name]) => newSigner(`witness.example/${name}`, 4)));
    site.devices = { 3: await newKey(), 4: await newKey() };
    site.quorum = quorum;
    site.runBy = runBy;
    site.entries = [];
    return site;
  }

  get policy() {
    const names = WITNESSES.map(([name]) => name);
    return [
      "# Whom to trust.",
      `log ${this.log.public}`,
      ...this.runBy.map(([name, words]) => `#: run-by ${name} ${words}`),
      ...this.witnesses.map((witness, at) => `witness ${names[at]} ${witness.public} https://w.example`),
      this.quorum === 0 ? "quorum none" : `group most ${this.quorum} ${names.join(" ")}\nquorum most`,
      `#: operator ${this.operator.public}`,
      `#: auditor ${this.auditor.public}`,
      ...Object.entries(this.devices).map(([gate, key]) => `#: gate ${gate} ${toHex(key.raw)}`),
      "",
    ].join("\n");
  }

  add(entry) {
    this.entries.push(entry);
    return this.entries.length - 1;
  }

  /** Fills the ledger up to `size` entries that nobody asks about. */
  fill(size) {
    while (this.entries.length < size) {
      this.add(entryOf({ kind: 2, at: 1_795_404_600_000_000n, reason: "passage.qr" }, { gate: 3, sequence: this.entries.length }));
    }
  }

  get leaves() {
    return this.entries.map(({ leaf }) => leafHash(leaf));
  }

  /** The text of the checkpoint, or of another one that the log would sign. */
  text({ size = this.entries.length, top = root(this.leaves) } = {}) {
    return `${this.log.name}\n${size}\n${base64(top)}\n`;
  }

  async checkpoint({ seenBy = [0, 1, 3], text = this.text() } = {}) {
    const lines = await Promise.all(seenBy.map((at) => this.witnesses[at].cosigns(text, 1_795_404_800n + BigInt(at))));
    return (await note(this.log, text)) + lines.join("");
  }

  async proof(place, { opened = true, seenBy, checkpoint } = {}) {
    const entry = this.entries[place];
    const extra = cborArray(opened ? [entry.leaf, entry.opened] : [entry.leaf]);
    const hashes = path(this.leaves, place).map((hash) => `${base64(hash)}\n`);
    const signed = checkpoint ?? (await this.checkpoint({ seenBy }));
    return `c2sp.org/tlog-proof@v1\nextra ${base64(extra)}\nindex ${place}\n${hashes.join("")}\n${signed}`;
  }

  async envelope(gate, domain, payload) {
    return cborArray([payload, await this.devices[gate].sign(concat(utf8(domain), Uint8Array.of(0), payload))]);
  }

  async promise({ gate = 3n, device = 3 } = {}) {
    const payload = cbor([gate, 41n, leafHash(this.entries[0].leaf), 1_795_404_600_000_000n, 1_795_491_000_000_000n]);
    return `CR1:${Buffer.from(await this.envelope(device, "countenance/passage-receipt/v1", payload)).toString("base64url")}`;
  }

  async ending(gate, { device = gate, said = gate, domain = "countenance/ending/v1", sequence = 9n } = {}) {
    return this.envelope(device, domain, cbor([BigInt(said), sequence, 1_795_404_600_000_000n]));
  }
}

/* Certificates */

const NONCE = new Uint8Array(32).fill(0x4e);

/** A certificate about three copies; `change` may alter its parts before they are signed. */
export async function certificate(site, change = {}) {
  const endings = change.endings ?? [await site.ending(3), await site.ending(4)];
  const copies = change.copies ?? [
    `gate 3 enrolled 1 ended 2 erased ${toHex(sha256(endings[0]))}`,
    `gate 4 enrolled 0 ended 3 erased ${toHex(sha256(endings[1]))}`,
    "gate 4 enrolled - ended 4 lost -",
  ];
  const leaves = copies.map((line) => leafHash(utf8(line)));
  const text = (change.text ?? ((lines) => lines))(certificateText(leaves, change)).join("\n");
  const sum = toHex(sha256(utf8(text)));
  const record = { kind: 18, at: 1_795_404_600_000_000n, reason: `certificate ${sum}`, ...change.record };
  const place = site.add(entryOf(record, { gate: change.writer ?? 0, sequence: site.entries.length }));
  return {
    form: "countenance/certificate/v1",
    note: await note(change.signer ?? site.operator, text),
    copies,
    mine: null,
    endings: Object.fromEntries(endings.map((bytes) => [toHex(sha256(bytes)), base64(bytes)])),
    proof: await site.proof(place, change.proof),
    timestamp: null,
    authority: null,
    sample: await sample(site, sum, root(leaves), copies.length, change.sample),
  };
}

function certificateText(leaves, { lost = 1, registry = 5, promised = `promised 1 ${toHex(sha256(NONCE))}` }) {
  return [
    "countenance/destruction/v1",
    `site ${"51".repeat(16)}`,
    "name 静安里 / Jing'an Lane",
    `destruction ${"de".repeat(16)}`,
    "what purpose",
    "ordered 2026-11-23T06:00:00Z",
    "ended 2026-12-01T06:00:00Z",
    "plan 2",
    `registry ${registry} ${base64(NOTHING)}`,
    `copies ${leaves.length} ${base64(root(leaves))}`,
    `lost ${lost}`,
    "holder gate 3 key page under a new anchor",
    "rows consents kept 3",
    "sweep server files nothing",
    `sample ${promised}`,
    "not that no copy exists outside the holders named here",
    "not that nobody read a copy before it ended",
    "not that a disk kept no older blocks: a file anchor does not resist disk forensics",
    "",
  ];
}

async function sample(site, sum, top, count, change = {}) {
  if (change === null) return null;
  const lines = [
    "countenance/destruction-sample/v1",
    `certificate ${sum}`,
    "promised 1",
    `nonce ${toHex(NONCE)}`,
    `seed ${toHex(sha256(NONCE, top))}`,
    `sampled ${Math.min(count, 2)} of ${count}`,
    ...picksOf(sha256(NONCE, top), count).map((index) => `copy ${index} nothing`),
    "searched files of both gates",
    "found 0",
    "",
  ];
  return note(change.signer ?? site.auditor, (change.text ?? ((same) => same))(lines).join("\n"));
}

/** The two copies that a seed chooses, as the auditor's tool chooses them. */
function picksOf(seed, count) {
  const picked = new Set();
  for (let number = 0; picked.size < Math.min(count, 2); number += 1) {
    if (count <= 2) picked.add(number);
    else picked.add(Number(BigInt(`0x${toHex(sha256(seed, u64(number)).subarray(0, 16))}`) % BigInt(count)));
  }
  return [...picked].sort((one, two) => one - two);
}

/** The same certificate for who holds one copy only. */
export function certificateOfOne(whole, at) {
  const leaves = whole.copies.map((line) => leafHash(utf8(line)));
  const name = / erased (\w+)$/.exec(whole.copies[at])?.[1];
  return {
    ...whole,
    copies: [whole.copies[at]],
    mine: [{ index: at, path: path(leaves, at).map(base64) }],
    endings: name ? { [name]: whole.endings[name] } : {},
  };
}

/* Inspections */

const INSPECTION = "1a".repeat(16);
const WORD = "652";
const LIST = toHex(sha256(utf8("a list")));

/** Signed sections, two operators, a sample of two consents; `change` may alter its parts before they are signed. */
export async function inspection(site, change = {}) {
  const at = 1_795_404_600_000_000n;
  const own = (record, writer = 0) => site.add(entryOf({ at, ...record }, { gate: writer, sequence: site.entries.length }));
  const by = (number) => new Uint8Array(16).fill(number);
  const [one, other] = change.operators ?? [1, 2];
  const asked = own({ kind: 13, reason: `inspection.asked ${INSPECTION}`, actor: by(one), ...change.asked });
  const granted = own({ kind: 13, reason: `inspection.granted ${INSPECTION}`, actor: by(other), ...change.granted }, change.writer);
  const promise = `inspection.promised ${INSPECTION} nonce ${toHex(sha256(NONCE))} consents 2 list ${LIST}`;
  const promised = own({ kind: 19, reason: promise, ...change.promised });
  const enrolled = own({ kind: 5, reason: "enrolled", ...change.enrolled }, change.gate ?? 3);
  const leaves = change.leaves?.({ asked, granted, promised, enrolled }) ?? [`asked ${asked}`, `granted ${granted}`, `promised ${promised}`, `consent 1 ${enrolled}`];
  const sections = { holds: '[{"table":"holds","rows":[]}]', registers: '[{"table":"doors","rows":[{"door":3}]}]' };
  const text = (change.text ?? ((same) => same))(inspectionText(site, leaves, sections, change)).join("\n");
  const opened = (place) => !(place === enrolled || change.sealed === place);
  const places = leaves.map((line) => Number(line.split(" ").at(-1)));
  const proofs = await Promise.all(places.map((place) => site.proof(place, { opened: opened(place), seenBy: change.seenBy })));
  return { form: "countenance/inspection/v1", note: await note(change.signer ?? site.operator, text), sections, proofs };
}

function inspectionText(site, leaves, sections, { sample }) {
  const section = ([name, words]) => `section ${name} ${toHex(sha256(utf8(words)))}`;
  return [
    "countenance/inspection/v1",
    `site ${"51".repeat(16)}`,
    "name 静安里 / Jing'an Lane",
    `inspection ${INSPECTION}`,
    "authority 区网信办",
    "inspector 王某",
    "reason 2026 年第 114 号",
    "from 2026-11-23T06:00:00Z",
    "until 2026-11-25T06:00:00Z",
    "written 2026-11-23T07:00:00Z",
    `checkpoint ${site.entries.length} ${base64(root(site.leaves))}`,
    `sample ${sample ?? `${toHex(NONCE)} ${toHex(utf8(WORD))} 2 ${LIST}`}`,
    ...leaves.map((line) => `leaf ${line}`),
    ...Object.entries(sections).map(section),
    "not that what the operator states is true",
    "not that nothing was left out before it was written",
    "not that no device is there which the registers do not name",
    "",
  ];
}
