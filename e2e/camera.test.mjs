// The camera of our own tests (crates/inspect/examples/camera.rs) before a client that others wrote, npm's `onvif`: what
// `countenance inspect network` is tested with is shown to speak ONVIF. Then the command itself asks the same camera.
//   cargo build -p countenance -p countenance-inspect --bins --example camera

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import onvif from "onvif";

const PROGRAM = process.env.COUNTENANCE ?? fileURLToPath(new URL("../target/debug/countenance", import.meta.url));
const CAMERA = join(dirname(PROGRAM), "examples", "camera");
const ANALYTICS = "http://www.onvif.org/ver20/analytics/wsdl";

/** Runs a camera while `work` asks it. */
async function withCamera(words, work) {
  const camera = spawn(CAMERA, words, { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const [line] = await once(camera.stdout, "data");
    const [hostname, port] = line.toString().trim().split(":");
    await work({ hostname, port: Number(port) });
  } finally {
    camera.stdin.end();
    await once(camera, "exit");
  }
}

/** What the foreign client makes of a camera: it asks for the time, services, profiles and sources by itself. */
async function connect(place) {
  const cam = new onvif.Cam({ ...place, autoconnect: false, timeout: 20_000 });
  const warnings = [];
  cam.on("warning", (text) => warnings.push(text));
  await new Promise((resolve, reject) => cam.connect((error) => (error ? reject(error) : resolve())));
  assert.deepEqual(warnings, []);
  return cam;
}

const call = (cam, name, ...words) =>
  new Promise((resolve, reject) => cam[name](...words, (error, answer) => (error ? reject(error) : resolve(answer))));

/** A question of the analytics service, put and read by the foreign client's own request. */
function analytics(cam, question) {
  const body =
    `${cam._envelopeHeader()}<${question} xmlns="${ANALYTICS}"><ConfigurationToken>analytics-1</ConfigurationToken></${question}>` +
    cam._envelopeFooter();
  return call(cam, "_request", { service: "analytics", body });
}

/** Every attribute of this name, wherever it stands. */
function attributes(tree, name) {
  if (tree === null || typeof tree !== "object") return [];
  const own = tree.$?.[name] === undefined ? [] : [tree.$[name]];
  return own.concat(...Object.entries(tree).map(([key, value]) => (key === "$" ? [] : attributes(value, name))));
}

async function freePort() {
  const socket = createSocket("udp4");
  socket.bind(0, "0.0.0.0");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
}

/** The command's exit status and words. */
async function inspect(...words) {
  try {
    const { stdout } = await promisify(execFile)(PROGRAM, ["inspect", "network", ...words]);
    return { found: false, stdout };
  } catch (error) {
    return { found: true, stdout: error.stdout, code: error.code };
  }
}

// Its time-out ends a foreign client that waits for ever.
describe("the camera of the tests speaks ONVIF", { timeout: 120_000 }, () => {
  test("a foreign client reads its services, profiles, topics and modules", () =>
    withCamera([], async (place) => {
      const cam = await connect(place);
      assert.ok(cam.uri.analytics, "the client knows where analytics stand");
      assert.equal(cam.profiles.length, 1);
      const device = await call(cam, "getDeviceInformation");
      assert.equal(device.serialNumber, "STUB-1");
      const events = await call(cam, "getEventProperties");
      assert.ok(JSON.stringify(events.topicSet).includes("faceDetect"));
      const modules = await analytics(cam, "GetSupportedAnalyticsModules");
      assert.deepEqual(attributes(modules, "Name").filter((name) => /Engine/.test(name)), [
        "tt:CellMotionEngine",
        "stub:FaceRecognitionEngine",
      ]);
      assert.ok(attributes(await analytics(cam, "GetSupportedRules"), "Name").includes("tt:FaceDetect"));
      assert.ok(attributes(await analytics(cam, "GetAnalyticsModules"), "Type").includes("stub:FaceRecognitionEngine"));
      await analytics(cam, "GetRules");
      await analytics(cam, "GetSupportedMetadata");
      await assert.rejects(analytics(cam, "GetNothing"), /no|ActionNotSupported/i, "a fault is read as one");
    }));

  test("without faces it declares movement only, and without analytics it has no such service", async () => {
    await withCamera(["--no-faces"], async (place) => {
      const cam = await connect(place);
      const names = attributes(await analytics(cam, "GetSupportedAnalyticsModules"), "Name");
      assert.ok(names.includes("tt:CellMotionEngine") && !names.some((name) => /face/i.test(name)));
    });
    await withCamera(["--no-analytics"], async (place) => {
      assert.equal((await connect(place)).uri.analytics, undefined);
    });
  });
});

// Its time-out ends a foreign client that waits for ever.
describe("countenance inspect network", { timeout: 120_000 }, () => {
  test("finds the camera with faces, by its exit status too, and not the same one without", async () => {
    for (const [words, found] of [
      [[], true],
      [["--no-faces"], false],
      [["--no-analytics"], false],
    ]) {
      const discovery = String(await freePort());
      await withCamera([...words, "--discovery", discovery], async () => {
        const said = await inspect("127.0.0.1", "--no-multicast", "--discovery-port", discovery, "--lang", "en");
        assert.equal(said.found, found, said.stdout);
        assert.equal(said.stdout.includes("stub:FaceRecognitionEngine"), found, said.stdout);
        assert.match(said.stdout, /Nobody · Stub/);
      });
    }
  });
});
