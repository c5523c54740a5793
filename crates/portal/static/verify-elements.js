// Small helpers that make elements, and times of day where the reader is.

const SVG = "http://www.w3.org/2000/svg";

/** An element (`svg:…` for one of SVG) with attributes and children. Text is only ever text. */
export function element(name, attributes, ...children) {
  const node = name.startsWith("svg:") ? document.createElementNS(SVG, name.slice(4)) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children.filter((child) => child !== ""));
  return node;
}

export const section = (title, ...children) => element("section", {}, element("h3", {}, title), ...children);

export const list = (points) => element("ul", {}, ...points.map((point) => element("li", {}, point)));

/** Pairs of name and value as a list of facts. */
export function facts(rows) {
  const row = ([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, typeof value === "bigint" ? String(value) : value));
  return element("dl", { class: "facts" }, ...rows.map(row));
}

/** Local date and time of microseconds since 1970. */
export const localTime = (microseconds) => localMillis(Number(microseconds / 1000n));

/** Local date and time of seconds since 1970. */
export const localSeconds = (seconds) => localMillis(Number(seconds) * 1000);

export function localMillis(milliseconds) {
  const at = new Date(milliseconds);
  if (Number.isNaN(at.getTime())) return "—";
  const two = (number) => String(number).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())} ${offset(at)}`;
}

function offset(at) {
  const minutes = -at.getTimezoneOffset();
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? "−" : "+"}${hours}${rest > 0 ? `:${String(rest).padStart(2, "0")}` : ""}`;
}
