// A QR code of one size (ISO/IEC 18004, version 5, level M, bytes): enough for a hash and a word on paper, small enough to be read here.

import { utf8 } from "./bytes.js";

const SIDE = 37;
/** Codewords of data and of correction in each of the two blocks. */
const [DATA, CORRECTION] = [43, 24];
const TEXT_BYTES_MAX = 2 * DATA - 2;

/** Rows of modules, true where dark; undefined for a text that does not fit. `mask` is one of the eight patterns: readers take any. */
export function qrModules(text, mask = 0) {
  const bytes = utf8(text);
  if (bytes.length > TEXT_BYTES_MAX) return undefined;
  const modules = Array.from({ length: SIDE }, () => Array(SIDE).fill(undefined));
  drawPatterns(modules);
  drawFormat(modules, mask);
  drawData(modules, codewords(bytes), mask);
  return modules;
}

/** Mode, length, bytes, an end, padding; then the correction of both blocks, all interleaved. */
function codewords(bytes) {
  // Mode and end have four bits each, so the bytes lie across codewords.
  const nibbles = [4, bytes.length >> 4, bytes.length & 15, ...Array.from(bytes).flatMap((byte) => [byte >> 4, byte & 15]), 0];
  const data = Array.from({ length: nibbles.length / 2 }, (_, at) => (nibbles[2 * at] << 4) | nibbles[2 * at + 1]);
  for (let at = 0; data.length < 2 * DATA; at += 1) data.push(at % 2 === 0 ? 0xec : 0x11);
  const blocks = [data.slice(0, DATA), data.slice(DATA)];
  return [...interleaved(blocks), ...interleaved(blocks.map(correctionOf))];
}

const interleaved = ([one, two]) => one.flatMap((word, at) => [word, two[at]]);

/* Reed and Solomon over the field of 256 elements, modulo x^8 + x^4 + x^3 + x^2 + 1 */

function times(one, two) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ (product >> 7 === 0 ? 0 : 0x11d);
    if ((two >> bit) & 1) product ^= one;
  }
  return product;
}

function generator() {
  let polynomial = [1];
  for (let at = 0, root = 1; at < CORRECTION; at += 1, root = times(root, 2)) {
    polynomial = [...polynomial, 0].map((factor, place) => factor ^ (place > 0 ? times(polynomial[place - 1], root) : 0));
  }
  return polynomial.slice(1);
}

function correctionOf(block) {
  const divisor = generator();
  let rest = Array(CORRECTION).fill(0);
  for (const byte of block) {
    const factor = byte ^ rest[0];
    rest = [...rest.slice(1), 0].map((value, at) => value ^ times(divisor[at], factor));
  }
  return rest;
}

/* Modules */

/** A square of rings around a centre: dark where the distance is none of `light`. */
function drawRings(modules, row, column, reach, light) {
  for (let down = -reach; down <= reach; down += 1) {
    for (let right = -reach; right <= reach; right += 1) {
      const line = modules[row + down];
      if (line && column + right >= 0 && column + right < SIDE) line[column + right] = !light.includes(Math.max(Math.abs(down), Math.abs(right)));
    }
  }
}

function drawPatterns(modules) {
  for (let at = 0; at < SIDE; at += 1) modules[6][at] = modules[at][6] = at % 2 === 0;
  for (const [row, column] of [[3, 3], [3, SIDE - 4], [SIDE - 4, 3]]) drawRings(modules, row, column, 4, [2, 4]);
  drawRings(modules, SIDE - 7, SIDE - 7, 2, [1]);
}

/** Level M and the mask with their own correction, twice, and the module that is always dark. */
function drawFormat(modules, mask) {
  let rest = mask << 10;
  for (let bit = 14; bit >= 10; bit -= 1) if ((rest >> bit) & 1) rest ^= 0x537 << (bit - 10);
  const format = ((mask << 10) | rest) ^ 0x5412;
  for (let bit = 0; bit < 15; bit += 1) {
    const dark = ((format >> bit) & 1) === 1;
    const row = bit < 6 ? bit : bit < 8 ? bit + 1 : SIDE - 15 + bit;
    const column = bit < 8 ? SIDE - 1 - bit : bit < 9 ? 7 : 14 - bit;
    modules[row][8] = dark;
    modules[8][column] = dark;
  }
  modules[SIDE - 8][8] = true;
}

const MASKS = [
  (row, column) => (row + column) % 2,
  (row) => row % 2,
  (row, column) => column % 3,
  (row, column) => (row + column) % 3,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2,
  (row, column) => ((row * column) % 2) + ((row * column) % 3),
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2,
  (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2,
];

/** Up and down in pairs of columns from the right, over what is free. */
function drawData(modules, words, mask) {
  let bit = 0;
  for (let right = SIDE - 1; right > 0; right -= right === 8 ? 3 : 2) {
    const upwards = ((right < 7 ? right + 1 : right) & 2) === 0;
    for (let step = 0; step < SIDE; step += 1) {
      const row = upwards ? SIDE - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (modules[row][column] !== undefined) continue;
        const dark = ((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
        modules[row][column] = (dark === 1) !== (MASKS[mask](row, column) === 0);
        bit += 1;
      }
    }
  }
}
