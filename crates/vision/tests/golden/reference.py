"""Writes golden.json: what a plain Python + onnxruntime pipeline sees on the test pictures. A development tool, run by hand:

    python3 -m venv venv && venv/bin/pip install onnxruntime==1.28.0 numpy pillow
    venv/bin/python crates/vision/tests/golden/reference.py CACHE > crates/vision/tests/golden/golden.json

CACHE is the directory that `countenance-setup` fills. It shares no code with the crate: Pillow resizes and decodes, numpy aligns.
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort
from PIL import Image

cache = Path(sys.argv[1])
pack = cache / "packs" / "mobilefacenet-2024"
options = ort.SessionOptions()
options.intra_op_num_threads = 1
models = {name: ort.InferenceSession(pack / f"fr_{name}.onnx", options) for name in ("detect", "landmark", "feature", "liveness")}
TEMPLATE = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]])


def run(name, data):
    session = models[name]
    return session.run(None, {session.get_inputs()[0].name: data.astype(np.float32)})


def detect(picture):
    scale = min(320 / picture.width, 240 / picture.height)
    width, height = round(picture.width * scale), round(picture.height * scale)
    left, top = (320 - width) // 2, (240 - height) // 2
    canvas = Image.new("RGB", (320, 240), (127, 127, 127))
    canvas.paste(picture.resize((width, height), Image.Resampling.BILINEAR), (left, top))
    scores, boxes = run("detect", ((np.asarray(canvas, np.float32) - 127) / 128).transpose(2, 0, 1)[None])
    found = []
    for score, (x1, y1, x2, y2) in sorted(zip(scores[0][:, 1], boxes[0]), key=lambda pair: -pair[0]):
        if score <= 0.65:
            break
        box = [(x1 * 320 - left) / scale, (y1 * 240 - top) / scale, (x2 * 320 - left) / scale, (y2 * 240 - top) / scale]
        if all(overlap(box, other) <= 0.4 for _, other in found):
            found.append((float(score), [float(value) for value in box]))
    return found


def overlap(a, b):
    width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    area = lambda box: (box[2] - box[0]) * (box[3] - box[1])
    return width * height / (area(a) + area(b) - width * height)


def landmark_pass(picture, box):
    crop = picture.convert("L").resize((64, 64), Image.Resampling.BILINEAR, box=tuple(box))
    points = run("landmark", np.asarray(crop, np.float32)[None, None] / 256)[0].reshape(68, 2)
    return points * [box[2] - box[0], box[3] - box[1]] + [box[0], box[1]]


def landmarks(picture, box):
    first = landmark_pass(picture, box)
    (x1, y1), (x2, y2) = first.min(0), first.max(0)
    width, height = x2 - x1, y2 - y1
    points = landmark_pass(picture, [x1 - 0.1 * width, y1 - 0.25 * height, x2 + 0.1 * width, y2 + 0.05 * height])
    groups = [[37, 38, 40, 41], [43, 44, 46, 47], [30], [48, 60], [54, 64]]
    return np.array([points[group].mean(0) for group in groups])


def live(picture, box):
    width, height = box[2] - box[0], box[3] - box[1]
    times = min(2.7, picture.width / width, picture.height / height)
    width, height = width * times, height * times
    left = max(0, min((box[0] + box[2]) / 2 - width / 2, picture.width - width))
    top = max(0, min((box[1] + box[3]) / 2 - height / 2, picture.height - height))
    crop = picture.resize((128, 128), Image.Resampling.BILINEAR, box=(left, top, left + width, top + height))
    scores = run("liveness", np.asarray(crop, np.float32)[:, :, ::-1].transpose(2, 0, 1)[None])[0][0]
    shares = np.exp(scores - scores.max())
    return float(shares[0] / shares.sum())


def embed(picture, points):
    source, target = points - points.mean(0), TEMPLATE - TEMPLATE.mean(0)
    u, values, vt = np.linalg.svd(target.T @ source / 5)
    sign = np.diag([1, np.sign(np.linalg.det(u @ vt))])
    turn = u @ sign @ vt
    scale = np.trace(np.diag(values) @ sign) / source.var(0).sum()
    shrink = max(1, int(1 / scale))
    small = picture.reduce(shrink) if shrink > 1 else picture
    forward = scale * turn
    shift = TEMPLATE.mean(0) - forward @ points.mean(0)
    inverse = np.linalg.inv(forward)
    # Pillow counts pixels from their corners, the template from their centres; a reduced picture is `shrink` times smaller.
    matrix = inverse / shrink
    offset = (-inverse @ shift + 0.5) / shrink - matrix @ [0.5, 0.5]
    coefficients = (matrix[0, 0], matrix[0, 1], offset[0], matrix[1, 0], matrix[1, 1], offset[1])
    crop = small.transform((112, 112), Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR)
    raw = run("feature", ((np.asarray(crop, np.float32) - 127) / 128).transpose(2, 0, 1)[None])[0][0]
    return raw / np.linalg.norm(raw)


pictures, vectors = {}, {}
for name in ("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png"):
    picture = Image.open(cache / "pictures" / name).convert("RGB")
    found = detect(picture)
    score, box = max(found, key=lambda face: face[1][2] - face[1][0])
    points = landmarks(picture, box)
    vectors[name] = embed(picture, points)
    pictures[name] = {
        "faces": len(found),
        "score": round(score, 4),
        "box": [round(value, 2) for value in box],
        "points": [[round(float(x), 2), round(float(y), 2)] for x, y in points],
        "live": round(live(picture, box), 4),
    }
names = list(vectors)
pairs = [[a, b, round(float(vectors[a] @ vectors[b]), 4)] for i, a in enumerate(names) for b in names[i + 1 :]]
print(json.dumps({"pictures": pictures, "similarity": pairs}, indent=1))
