"""A peer's log behind the protocol of crates/bench/src/append.rs: tlog-scales, which others wrote in Python.

python3 append.py FOLDER. Its own words are that its writer is not crash safe yet; what it writes it syncs, file by file.
"""

import sys
from pathlib import Path

from tlog_scales.writer import TilesWriter


def read(count):
    data = sys.stdin.buffer.read(count)
    if data and len(data) < count:
        raise EOFError("cut")
    return data


def main():
    log = TilesWriter.create(Path(sys.argv[1]).resolve(), "bench.example/log")
    while count := read(4):
        for _ in range(int.from_bytes(count, "big")):
            log.add_leaf(read(int.from_bytes(read(4), "big")))
        # Entries, tiles and an unsigned checkpoint: what we do not ask it for is left out.
        log.commit([])
        print(log.size, flush=True)


main()
