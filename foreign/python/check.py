"""Checks what a ledger exports with packages that we did not write: tlog-scales (the log) and rfc3161-client (the time stamp).

Of ours are only the policy file, the first lines of a proof file, and the walk over the folder.

  check.py check FOLDER…     everything in export folders but the stamp
  check.py stamp FOLDER…     stamp/token.tsr over stamp/data under stamp/ca.pem
  check.py verdicts FOLDER   each proof of a corpus

One line for each: name, `accept` or `refuse`, and why.
"""

import base64
import json
import logging
import sys
from pathlib import Path

from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey, VkeySet
from tlog_scales.tiles import leaf_hash
from tlog_scales.tlog import Checkpoint, InclusionProof

HEAD = "c2sp.org/tlog-proof@v1"


class Refused(Exception):
    pass


def need(condition, why):
    if not condition:
        raise Refused(why)


def number(text):
    need(text.isascii() and text.isdigit() and str(int(text)) == text, f"{text!r} is no number")
    return int(text)


def decoded(text):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "base64 in another spelling")
    return data


class Policy:
    """C2SP tlog-policy."""

    def __init__(self, text):
        self.logs, self.witnesses, self.groups, self.quorum = [], {}, {}, None
        for line in text.split("\n"):
            words = line.split()
            if words and not words[0].startswith("#"):
                self.take(words)
        need(self.logs and self.quorum, "the policy has no log or no quorum")
        self.keys = VkeySet(*self.logs, *self.witnesses.values())

    def take(self, words):
        match words:
            case ["log", key] | ["log", key, _]:
                self.logs.append(vkey(key, 1))
            case ["witness", name, key] | ["witness", name, key, _]:
                need(not self.knows(name), "a name twice")
                self.witnesses[name] = vkey(key, 4)
            case ["group", name, least, *members]:
                least = {"any": 1, "all": len(members)}.get(least) or number(least)
                need(not self.knows(name) and all(map(self.knows, members)), "a name twice, or of nobody")
                need(1 <= least <= len(members), "no such number of members")
                self.groups[name] = (least, members)
            case ["quorum", name]:
                need(self.quorum is None and (name == "none" or self.knows(name)), "the quorum is of nobody")
                self.quorum = name
            case _:
                raise Refused(f"the policy's line {' '.join(words)!r} is not understood")

    def knows(self, name):
        return name == "none" or name in self.witnesses or name in self.groups

    def has(self, name, signed):
        if name in self.groups:
            least, members = self.groups[name]
            return sum(self.has(member, signed) for member in members) >= least
        return name == "none" or self.witnesses[name] in signed

    def open(self, data):
        """The checkpoint that a log of the policy signed and enough witnesses cosigned."""
        checkpoint = Checkpoint.from_text(data.decode())
        signed = {key for key, _ in self.keys.verify(checkpoint.signatures, checkpoint)}
        need(any(log in signed and log.name == checkpoint.origin for log in self.logs), "no log signed it")
        need(self.has(self.quorum, signed), "too few witnesses")
        return checkpoint


def vkey(text, kind):
    key = Vkey.from_string(text)
    fresh = Vkey(key.name, None, key.sig_type, key.pubkey)
    need(key.sig_type == kind and len(key.pubkey) == 32 and fresh.serialize() == text, "no such key")
    return key


def check_proof(policy, data, entry):
    """The index that a proof file is for."""
    head, found, note = data.partition(b"\n\n")
    lines = head.decode().split("\n")
    need(found and lines.pop(0) == HEAD, "no proof file")
    if lines and lines[0].startswith("extra "):
        decoded(lines.pop(0).removeprefix("extra "))
    need(lines and lines[0].startswith("index "), "no index")
    index = number(lines.pop(0).removeprefix("index "))
    path = [decoded(line) for line in lines]
    need(all(len(each) == 32 for each in path), "no hash")
    checkpoint = policy.open(note)
    InclusionProof(index, checkpoint.size, path).check(leaf_hash(entry), checkpoint.root_hash)
    return index


def check_log(folder):
    expected = json.loads((folder / "expected.json").read_text())
    policy = Policy((folder / "policy").read_text())
    older = policy.open((folder / "older-checkpoint").read_bytes())
    newer = policy.open((folder / "checkpoint").read_bytes())
    need((older.size, newer.size) == (expected["older"], expected["size"]), "a checkpoint of another size")
    reader = TilesReader(LocalBackend(folder))
    reader.set_size(newer.size)
    reader.get_consistency_proof(older.size, newer.size).check(older.root_hash, newer.root_hash)
    need(expected["proofs"], "no proofs are expected")
    for index in expected["proofs"]:
        entry = (folder / "proofs" / f"{index}.entry").read_bytes()
        need(check_proof(policy, (folder / "proofs" / f"{index}.tlog-proof").read_bytes(), entry) == index, "another place")
        need(reader.get_entry(index) == entry, f"entry {index} is not the one that is proved")
    for at in range(newer.size):
        leaf = leaf_hash(reader.get_entry(at))
        need(leaf == reader.mth(at, at + 1), f"entry {at} is another than in its tile")
        # The proof of one entry goes over every hash of its tile and of the tiles above.
        if at % 256 == 0:
            reader.get_inclusion_proof(at, newer.size).check(leaf, newer.root_hash)


def check_stamp(folder):
    from cryptography.x509 import load_pem_x509_certificate
    from rfc3161_client import VerifierBuilder, decode_timestamp_response

    read = lambda name: (folder / "stamp" / name).read_bytes()
    verifier = VerifierBuilder().add_root_certificate(load_pem_x509_certificate(read("ca.pem"))).build()
    verifier.verify_message(decode_timestamp_response(read("token.tsr")), read("data"))


def say(name, check, *arguments):
    try:
        check(*arguments)
    except BaseException as error:  # a library's panic is no Exception, and refuses as well
        if isinstance(error, KeyboardInterrupt):
            raise
        print(name, "refuse", f"{type(error).__name__}: {error}".replace("\n", " "), flush=True)
    else:
        print(name, "accept", flush=True)


def main():
    logging.disable(logging.CRITICAL)
    what, folders = sys.argv[1], [Path(folder) for folder in sys.argv[2:]]
    if what == "verdicts":
        policy = Policy((folders[0] / "policy").read_text())
        for item in json.loads((folders[0] / "index.json").read_text()):
            read = lambda ending: (folders[0] / f"{item['name']}.{ending}").read_bytes()
            say(item["name"], check_proof, policy, read("tlog-proof"), read("entry"))
        return
    check = {"check": check_log, "stamp": check_stamp}[what]
    for folder in folders:
        say(folder, check, folder)


main()
