// Merkle trees of RFC 6962: hashes, the way from a leaf to a root, and from one root to a later one (RFC 9162, 2.1.3 and 2.1.4).

import { same, sha256 } from "./verify-forms.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export const leafHash = (entry) => sha256(LEAF, entry);
export const nodeHash = (left, right) => sha256(NODE, left, right);
/** Root of the tree without leaves. */
export const emptyRoot = () => sha256();

/** The root that `path` leads to from a leaf's hash; undefined for a path of another length than this place in this tree has. */
export async function inclusionRoot(leaf, index, size, path) {
  if (index >= size) return undefined;
  let [node, last, hash] = [index, size - 1n, leaf];
  for (const sibling of path) {
    if (last === 0n) return undefined;
    if ((node & 1n) === 1n || node === last) {
      hash = await nodeHash(sibling, hash);
      while ((node & 1n) === 0n && node !== 0n) [node, last] = [node >> 1n, last >> 1n];
    } else {
      hash = await nodeHash(hash, sibling);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n ? hash : undefined;
}

/** Whether `path` shows that the tree of `size` leaves with `root` begins with that of `oldSize` leaves with `oldRoot`. */
export async function consistencyHolds(oldSize, oldRoot, size, root, path) {
  if (oldSize > size) return false;
  if (oldSize === size) return path.length === 0 && same(oldRoot, root);
  if (oldSize === 0n) return path.length === 0 && same(oldRoot, await emptyRoot());
  const roots = await bothRoots(oldSize, oldRoot, size, path);
  return roots !== undefined && same(roots[0], oldRoot) && same(roots[1], root);
}

async function bothRoots(oldSize, oldRoot, size, path) {
  const whole = (oldSize & (oldSize - 1n)) === 0n;
  const rest = whole ? path : path.slice(1);
  const seed = whole ? oldRoot : path[0];
  if (!seed) return undefined;
  let [node, last] = [oldSize - 1n, size - 1n];
  while ((node & 1n) === 1n) [node, last] = [node >> 1n, last >> 1n];
  let [first, second] = [seed, seed];
  for (const hash of rest) {
    if (last === 0n) return undefined;
    if ((node & 1n) === 1n || node === last) {
      [first, second] = [await nodeHash(hash, first), await nodeHash(hash, second)];
      while ((node & 1n) === 0n && node !== 0n) [node, last] = [node >> 1n, last >> 1n];
    } else {
      second = await nodeHash(second, hash);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n ? [first, second] : undefined;
}

/** Root of the tree of these leaf hashes. */
export async function rootOf(leaves) {
  if (leaves.length === 0) return emptyRoot();
  let level = leaves;
  // Level by level; a node without a neighbour moves up as it is, which gives the tree of RFC 6962.
  while (level.length > 1) {
    const next = [];
    for (let at = 0; at < level.length; at += 2) {
      next.push(at + 1 < level.length ? nodeHash(level[at], level[at + 1]) : level[at]);
    }
    level = await Promise.all(next);
  }
  return level[0];
}
