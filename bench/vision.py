"""One frame to one embedding, by plain Python with ONNX Runtime on the same model files, and by face_recognition (dlib) with its defaults.

usage: vision.py PACK FRAMES ROUNDS    prints one JSON line for each peer: {"name": …, "ms": […]}
"""

import io
import json
import sys
import time
import tomllib
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

warnings.filterwarnings("ignore")

MODELS = "of that, inside the four models"
TEMPLATE = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]])


class Plain:
    """The steps in the order of the gate: decode, detect, landmarks twice, liveness, align, embed."""

    def __init__(self, pack):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        manifest = tomllib.loads((pack / "manifest.toml").read_text())
        load = lambda name: onnxruntime.InferenceSession(str(pack / manifest["files"][name]["file"]), options, providers=["CPUExecutionProvider"])
        self.manifest = manifest
        self.spent = 0.0
        self.models = {name: load(name) for name in ("detect", "landmark", "live", "embed")}

    def run(self, name, data):
        model = self.models[name]
        data = data.astype(np.float32)
        begun = time.perf_counter()
        out = model.run(None, {model.get_inputs()[0].name: data})
        self.spent += (time.perf_counter() - begun) * 1e3
        return out

    def detect(self, picture):
        how = self.manifest["detect"]
        width, height = how["width"], how["height"]
        scale = min(width / picture.width, height / picture.height)
        small = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.BILINEAR)
        boxed = Image.new("RGB", (width, height), (how["pad"],) * 3)
        boxed.paste(small, (0, 0))
        data = (np.asarray(boxed, np.float32) - how["mean"]) / how["scale"]
        scores, boxes = sorted(self.run("detect", data.transpose(2, 0, 1)[None]), key=lambda out: out.shape[-1])
        best = int(scores[0, :, 1].argmax())
        return boxes[0, best] * [width, height, width, height] / scale

    def landmarks(self, grey, box):
        how = self.manifest["landmark"]
        for _ in range(2):
            left, top, right, bottom = box
            crop = grey.resize((how["size"],) * 2, Image.BILINEAR, box=self.inside(grey, (left, top, right, bottom)))
            points = self.run("landmark", np.asarray(crop, np.float32)[None, None] / how["scale"])[0].reshape(-1, 2)
            points = points * [right - left, bottom - top] + [left, top]
            (x0, y0), (x1, y1) = points.min(0), points.max(0)
            wide, high = x1 - x0, y1 - y0
            box = (x0 - wide * how["side"], y0 - high * how["above"], x1 + wide * how["side"], y1 + high * how["below"])
        return points

    @staticmethod
    def inside(picture, box):
        left, top, right, bottom = box
        return (max(left, 0), max(top, 0), min(right, picture.width), min(bottom, picture.height))

    def live(self, picture, box):
        how = self.manifest["live"]
        left, top, right, bottom = box
        middle, half = ((left + right) / 2, (top + bottom) / 2), (right - left) * how["crop"] / 2
        crop = self.inside(picture, (middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half))
        data = np.asarray(picture.resize((how["size"],) * 2, Image.BILINEAR, box=crop), np.float32)[:, :, ::-1]
        return self.run("live", data.transpose(2, 0, 1)[None])

    def embed(self, picture, points):
        how = self.manifest["embed"]
        five = np.array([points[36:42].mean(0), points[42:48].mean(0), points[30], points[48], points[54]])
        a, b = five - five.mean(0), TEMPLATE - TEMPLATE.mean(0)
        u, s, v = np.linalg.svd(b.T @ a)
        turn = u @ v
        scale = s.sum() / (a**2).sum()
        shift = TEMPLATE.mean(0) - scale * turn @ five.mean(0)
        back = np.linalg.inv(np.vstack([np.hstack([scale * turn, shift[:, None]]), [0, 0, 1]]))
        aligned = picture.transform((how["size"],) * 2, Image.AFFINE, back[:2].ravel(), Image.BILINEAR)
        data = (np.asarray(aligned, np.float32) - how["mean"]) / how["scale"]
        out = self.run("embed", data.transpose(2, 0, 1)[None])[0].ravel()
        return out / np.linalg.norm(out)

    def __call__(self, jpeg):
        picture = Image.open(io.BytesIO(jpeg)).convert("RGB")
        box = self.detect(picture)
        points = self.landmarks(picture.convert("L"), box)
        self.live(picture, box)
        return self.embed(picture, points)


def dlib(jpeg):
    import face_recognition

    picture = face_recognition.load_image_file(io.BytesIO(jpeg))
    return face_recognition.face_encodings(picture)[0]


def measure(name, act, frames, rounds):
    act(frames[0])
    times = []
    for number in range(rounds):
        begun = time.perf_counter()
        act(frames[number % len(frames)])
        times.append((time.perf_counter() - begun) * 1e3)
    print(json.dumps({"name": name, "ms": times}), flush=True)


def main():
    pack, folder, rounds = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    frames = [path.read_bytes() for path in sorted(folder.glob("*.jpg"))]
    plain = Plain(pack)
    # The peer must do the work: two frames of one person are alike, or its time means nothing.
    alike = float(plain(frames[0]) @ plain(frames[1]))
    if alike < 0.8:
        raise SystemExit(f"the Python pipeline does not recognise: {alike:.2f}")
    measure("Python with ONNX Runtime", plain, frames, rounds)
    inside = []
    for number in range(rounds):
        plain.spent = 0.0
        plain(frames[number % len(frames)])
        inside.append(plain.spent)
    print(json.dumps({"name": MODELS, "ms": inside}), flush=True)
    measure("face_recognition (dlib)", dlib, frames, max(rounds // 4, 10))


main()
