// The person's keys: made here, kept here. The server sees public halves only.

import { SERVER, importSecret, monthOf, ratchet, recordKey } from "./derive.js";
import { toHex } from "./bytes.js";

const DATABASE = "countenance";
const STORE = "keys";

/**
 * New keys for an account. `signing` and `record` are the public halves in hexadecimal for the form, `ratchet` the server's own
 * secret of this month (what it writes about the person carries tags from it);
 * `sheet` is S in hexadecimal, given out this once so that the person can print it.
 */
export async function makeKeys() {
  const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const sheet = toHex(bytes);
  const secret = await importSecret(bytes);
  bytes.fill(0);
  const fingerprint = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", publicKey)));
  const record = await recordKey(secret);
  const month = monthOf(Date.now());
  await put({ fingerprint, signing: pair.privateKey, secret, madeIn: month });
  const w = await ratchet(secret, SERVER, month, month);
  const own = toHex(w);
  w.fill(0);
  return { signing: toHex(publicKey), record: toHex(record), ratchet: own, month, sheet };
}

/** The keys of the account whose signing key has this fingerprint, or undefined when this browser never held them. */
export async function findKeys(fingerprint) {
  return request("readonly", (store) => store.get(fingerprint));
}

function put(keys) {
  return request("readwrite", (store) => store.put(keys));
}

async function request(mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const asked = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "fingerprint" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}
