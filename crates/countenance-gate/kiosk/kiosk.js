// Renders what the agent says and sends what the person does. It decides nothing: every screen comes whole over the socket.

import { drawQr } from "./qr.js";

const FRAME_EVERY_MS = 120;
const RECONNECT_MS = 1_000;
const WIDTH = 640;
const HEIGHT = 480;
const JPEG_QUALITY = 0.92;
const SHAPES = { opened: "○→", refused: "×", done: "○", waiting: "◔" };
const LANGUAGES = { zh: "zh-CN", en: "en" };
// Units as they are written on doors: digits and a dash.
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "-", "0", "back"];

const at = (id) => document.getElementById(id);
const LOST = { key: "error", args: {}, actions: [], input: "none", camera: "off", outcome: "refused", code: "", demo: false };

let messages;
let language = "zh";
let screen = LOST;
let typed = "";
let errand = "enter";
let socket;

function word(key, args = {}) {
  const text = messages[language][key];
  return text?.replaceAll(/\{(\w+)\}/g, (_, name) => valueOf(args[name]) ?? "");
}

// Arguments are texts in both languages, or plain values.
function valueOf(arg) {
  return typeof arg === "object" && arg !== null ? arg[language] : arg;
}

function say(action, value) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(value === undefined ? { do: action } : { do: action, value }));
}

/* What is on the screen */

// The sentence, and what follows it: why, and what to do.
function sentences() {
  const { key, args, code } = screen;
  if (key === "refused" || (screen.outcome === "refused" && key !== "error")) {
    const ruled = valueOf(args.reason);
    const [sentence, more] = ruled ? [word("refused"), ruled] : (word(`reason.${code}`, args) ?? word("reason.other", args)).split("\n");
    // Whoever came to enrol or to withdraw did not ask for the door.
    return [sentence === word("refused") ? (word(`refused.${errand}`) ?? sentence) : sentence, more];
  }
  const lane = valueOf(args.lane);
  const found = [`${key}.${lane}`, key].find((candidate) => messages[language][candidate]) ?? key;
  const hint = code ? word(`hint.${code}`, args) : undefined;
  return [word(found, args) ?? key, hint ?? word(`${found}.more`, args) ?? ""];
}

function render() {
  document.documentElement.lang = LANGUAGES[language];
  at("door").textContent = valueOf(screen.door) ?? "";
  at("demo").hidden = !screen.demo;
  at("language").textContent = word("language");
  at("language").lang = LANGUAGES[other()];
  at("screen").dataset.outcome = screen.outcome;
  at("screen").dataset.key = screen.key;
  at("shape").textContent = SHAPES[screen.outcome] ?? "";
  const [sentence, more] = sentences();
  at("sentence").textContent = sentence;
  at("more").textContent = more ?? "";
  const code = screen.outcome === "refused" && screen.code ? word("code", { code: screen.code }) : "";
  at("code").textContent = [screen.article, code].filter(Boolean).join(" · ");
  const digits = valueOf(screen.args.digits);
  at("digits").hidden = !digits;
  at("digits").textContent = digits ?? "";
  const receipt = valueOf(screen.args.receipt);
  at("receipt").hidden = !receipt;
  at("receipt").replaceChildren(...(receipt ? [drawQr(receipt, word("receipt.label"))] : []));
  renderProgress();
  renderDevice();
  renderKeypad();
  at("actions").replaceChildren(...screen.actions.map(actionButton));
  camera.follow(screen);
}

// While nobody is attended to: which device this is, and whose site.
function renderDevice() {
  const name = valueOf(screen.args.word);
  at("device").hidden = screen.key !== "idle" || !name;
  at("device-what").textContent = word("device");
  at("word").textContent = name ?? "";
  at("host").textContent = valueOf(screen.args.host) ?? "";
  const since = valueOf(screen.args.stopped);
  at("stopped").hidden = !since;
  at("stopped").textContent = since ? word("stopped", { since }) : "";
}

function renderProgress() {
  const need = Number(valueOf(screen.args.need) ?? 0);
  const have = Number(valueOf(screen.args.have) ?? 0);
  const progress = at("progress");
  progress.hidden = need === 0;
  progress.textContent = "●".repeat(Math.min(have, need)) + "○".repeat(Math.max(need - have, 0));
  progress.setAttribute("aria-label", word("progress", { have, need }));
  progress.setAttribute("role", "img");
}

function actionButton(action) {
  const label = word(`action.${action}.${screen.key}`) ?? word(`action.${action}`) ?? action;
  return button(label, () => say(action));
}

function button(label, press) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = label;
  element.addEventListener("click", press);
  return element;
}

/* Keypad, keyboard, and scanners that type */

function renderKeypad() {
  const { input } = screen;
  at("keypad").hidden = input === "none" || !input;
  if (at("keypad").hidden) return;
  at("typed").textContent = input === "pin" ? "•".repeat(typed.length) : typed;
  at("typed").setAttribute("aria-label", word(input === "pin" ? "ask.pin" : "ask.unit"));
  const keys = KEYS.map((key) => {
    const element = button(key === "back" ? "⌫" : key, () => press(key));
    if (key === "back") element.setAttribute("aria-label", word("key.back"));
    element.disabled = key === "-" && input === "pin";
    return element;
  });
  const enter = button(word("key.enter"), () => press("enter"));
  enter.className = "enter";
  // Rebuilding would take the focus from whoever keys with a keyboard.
  if (at("keys").dataset.built !== `${input} ${language}`) {
    at("keys").replaceChildren(...keys, enter);
    at("keys").dataset.built = `${input} ${language}`;
  }
}

function press(key) {
  if (screen.input === "none") return;
  if (key === "enter") {
    const value = typed;
    typed = "";
    if (value) say(screen.input === "digits" ? "text" : screen.input, value);
  } else if (key === "back") {
    typed = typed.slice(0, -1);
  } else if (typed.length < 16 && (key !== "-" || screen.input === "unit")) {
    typed += key;
  }
  renderKeypad();
}

let scanned = "";

// A scanner types a whole code and ends with Enter; a person types digits.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Enter") {
    if (/^C[EQ]1:/.test(scanned)) {
      event.preventDefault();
      say("text", scanned);
    } else if (typed && screen.input !== "none") {
      event.preventDefault();
      press("enter");
    }
    scanned = "";
  } else if (event.key === "Backspace") {
    press("back");
  } else if (event.key.length === 1) {
    const starts = scanned === "" && event.key === "C";
    if (starts || scanned.startsWith("C")) scanned += event.key;
    else if (/[0-9-]/.test(event.key)) press(event.key);
  }
});

/* Camera: open only while the agent says so */

const camera = {
  wanted: "off",
  stream: undefined,
  opening: false,
  encoding: false,
  timer: undefined,
  canvas: Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT }),

  follow({ camera: wanted, zone }) {
    this.wanted = wanted;
    const view = at("view");
    view.dataset.camera = wanted;
    at("zone").toggleAttribute("hidden", wanted !== "face");
    if (wanted === "face" && zone) outline(zone);
    if (wanted === "off") this.close();
    else this.open();
    view.hidden = !this.stream;
  },

  async open() {
    if (this.stream || this.opening) return;
    this.opening = true;
    try {
      const video = { width: WIDTH, height: HEIGHT, facingMode: "user" };
      const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
      if (this.wanted === "off") {
        stop(stream);
        return;
      }
      this.stream = stream;
      at("video").srcObject = stream;
      await at("video").play();
      at("view").hidden = false;
      this.timer = setInterval(() => this.send(), FRAME_EVERY_MS);
    } catch {
      at("more").textContent = word("hint.camera.none");
    } finally {
      this.opening = false;
    }
  },

  close() {
    clearInterval(this.timer);
    if (this.stream) stop(this.stream);
    this.stream = undefined;
    at("video").srcObject = null;
    // No frame outlives the attempt.
    this.canvas.getContext("2d").clearRect(0, 0, WIDTH, HEIGHT);
  },

  send() {
    if (this.encoding || socket.readyState !== WebSocket.OPEN || socket.bufferedAmount > 0) return;
    this.encoding = true;
    this.canvas.getContext("2d").drawImage(at("video"), 0, 0, WIDTH, HEIGHT);
    this.canvas.toBlob(
      (blob) => {
        this.encoding = false;
        if (blob && this.wanted !== "off" && socket.readyState === WebSocket.OPEN) socket.send(blob);
      },
      "image/jpeg",
      JPEG_QUALITY,
    );
  },
};

function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}

function outline([left, top, right, bottom]) {
  const attributes = { x: left, y: top, width: right - left, height: bottom - top, rx: 24 };
  for (const [name, value] of Object.entries(attributes)) at("outline").setAttribute(name, value);
}

/* Language and socket */

function other() {
  return language === "zh" ? "en" : "zh";
}

at("language").addEventListener("click", () => {
  language = other();
  render();
});

// What the person came for; results do not say it.
function errandOf(key) {
  if (/^(enrol\.|scan\.enrol|digits)/.test(key)) return "enrol";
  if (key.startsWith("withdraw.")) return "withdraw";
  return ["refused", "waiting", "error"].includes(key) ? errand : "enter";
}

function show(next) {
  const began = next.key !== screen.key;
  errand = errandOf(next.key);
  // What one person keyed or chose is not for the next one.
  if (began || next.input !== screen.input) typed = "";
  if (began && next.key === "idle" && screen.key !== "error") language = "zh";
  screen = { ...LOST, ...next };
  render();
}

function connect() {
  socket = new WebSocket(`ws://${location.host}/ws`);
  socket.addEventListener("message", ({ data }) => show(JSON.parse(data)));
  socket.addEventListener("close", () => {
    show(LOST);
    setTimeout(connect, RECONNECT_MS);
  });
}

messages = await (await fetch("/messages.json")).json();
connect();
