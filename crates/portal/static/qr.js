// A QR code as SVG, drawn in the browser: what is in it never passes the server.

import { qrcode } from "./vendor/qrcode-generator-2.0.4.mjs";

const NAMESPACE = "http://www.w3.org/2000/svg";
/** Quiet zone in modules (ISO/IEC 18004). */
const QUIET = 4;

/** An `svg` element with `label` as its name. Dark modules are one path, so that print and dark mode stay sharp. */
export function drawQr(text, label) {
  // Version 0: the smallest that holds the text. Level M survives a cracked screen and stays readable at arm's length.
  const code = qrcode(0, "M");
  code.addData(text, "Byte");
  code.make();
  const count = code.getModuleCount();
  let path = "";
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      if (code.isDark(row, column)) path += `M${column + QUIET} ${row + QUIET}h1v1h-1z`;
    }
  }
  const size = count + 2 * QUIET;
  const svg = element("svg", { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" });
  // Always dark on light: scanners do not read inverted codes.
  svg.append(element("rect", { width: size, height: size, fill: "#fff" }), element("path", { d: path, fill: "#000" }));
  return svg;
}

function element(name, attributes) {
  const node = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}
