// One example of every kind of screen that the agent sends, for pictures and audits.

const both = (zh, en = zh) => ({ zh, en });
const base = {
  args: {},
  actions: [],
  input: "none",
  camera: "off",
  outcome: "none",
  code: "",
  article: "",
  demo: true,
  door: both("三号门", "Door 3"),
  zone: [200, 50, 800, 950],
};
const screen = (key, more) => ({ ...base, key, ...more });

export const kioskScreens = {
  kiosk_idle: screen("idle", { args: { word: both("KAGUMI"), host: both("qinghe.example") }, actions: ["begin", "qr", "enrol", "withdraw"] }),
  kiosk_stopped: screen("idle", {
    args: { word: both("KAGUMI"), host: both("qinghe.example"), stopped: both("2026-11-23 11:32:16") },
    actions: ["begin", "qr", "withdraw"],
  }),
  kiosk_unit: screen("ask.unit", { input: "unit", actions: ["qr", "cancel"] }),
  kiosk_prompt: screen("prompt.face", {
    args: { purpose: both("住户空着手也能进三号门", "Residents get through door 3 with their hands full") },
    actions: ["qr", "pin", "face", "cancel"],
  }),
  kiosk_capturing: screen("capturing", { camera: "face", args: { have: both("1"), need: both("3") }, actions: ["cancel"], code: "face.too_far" }),
  kiosk_turn: screen("turn.left", { camera: "face", actions: ["cancel"] }),
  kiosk_scan: screen("scan.enrol", { camera: "code", actions: ["cancel"] }),
  kiosk_pin: screen("ask.pin", { input: "pin", actions: ["qr", "cancel"] }),
  kiosk_digits: screen("digits.confirm", { args: { digits: both("65") }, actions: ["yes", "no"] }),
  kiosk_opened: screen("opened", { args: { lane: both("face") }, outcome: "opened" }),
  kiosk_refused: screen("refused", { outcome: "refused", code: "face.unknown", actions: ["begin", "qr"] }),
  kiosk_throttled: screen("refused", { outcome: "refused", code: "pin.throttled", args: { seconds: both("40") }, actions: ["begin", "qr"] }),
  kiosk_ruled: screen("refused", {
    outcome: "refused",
    code: "face.alternative",
    args: { reason: both("您在这个门还没有别的进门方式。先开通二维码或领一张卡。", "You hold no other way in at this door yet. Turn on the QR code or get a card first.") },
    article: "《人脸识别技术应用安全管理办法》第十条",
    actions: ["begin", "qr"],
  }),
  kiosk_withdrawn: screen("withdraw.done", { outcome: "done" }),
  kiosk_waiting: screen("waiting", { outcome: "waiting" }),
};
