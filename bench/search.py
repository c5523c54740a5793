"""Exact search among N embeddings by FAISS, one thread. usage: search.py ROUNDS N…   prints {"name": …, "n": …, "ms": […]} lines."""

import json
import sys
import time

import faiss
import numpy as np


def main():
    faiss.omp_set_num_threads(1)
    rounds, sizes = int(sys.argv[1]), [int(size) for size in sys.argv[2:]]
    random = np.random.default_rng(1)
    for size in sizes:
        gallery = random.standard_normal((size, 512), dtype=np.float32)
        gallery /= np.linalg.norm(gallery, axis=1, keepdims=True)
        probes = random.standard_normal((rounds, 512), dtype=np.float32)
        flat = faiss.IndexFlatIP(512)
        flat.add(gallery)
        small = faiss.IndexScalarQuantizer(512, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
        small.train(gallery[: min(size, 20_000)])
        small.add(gallery)
        for name, index in (("FAISS IndexFlatIP", flat), ("FAISS SQ8", small)):
            index.search(probes[:1], 1)
            times = []
            for probe in probes:
                begun = time.perf_counter()
                index.search(probe[None], 1)
                times.append((time.perf_counter() - begun) * 1e3)
            print(json.dumps({"name": name, "n": size, "ms": times}), flush=True)


main()
