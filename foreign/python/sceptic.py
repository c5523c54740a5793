"""One proof, checked with nothing but OpenSSL and Python's standard library.   sceptic.py POLICY PROOF ENTRY   (many: sceptic.py -)"""
import base64, hashlib, subprocess, sys, tempfile

LOG = "the log"  # a name that no witness can have, for it has a space
def need(condition, why):  # an `assert` would be gone under `python -O`
    if not condition: raise ValueError(why)
def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
def exact(text):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "base64 in another spelling")
    return data
def number(text):
    need(text.isascii() and text.isdigit() and str(int(text)) == text, "no number")
    return int(text)

def ed25519(key, message, signature):  # 302a… is how X.509 says "an Ed25519 key"; openssl reads files only
    with tempfile.TemporaryDirectory() as at:
        for name, data in {"k": bytes.fromhex("302a300506032b6570032100") + key, "m": message, "s": signature}.items():
            open(f"{at}/{name}", "wb").write(data)
        command = f"openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey {at}/k -in {at}/m -sigfile {at}/s"
        return subprocess.run(command.split(), capture_output=True).returncode == 0

def policy(path):  # names → keys; what a group needs; the quorum's name
    keys, groups, quorum = {}, {}, None
    for words in (line.split() for line in open(path) if line.strip() and not line.startswith("#")):
        if words[0] == "log": keys[LOG] = words[1]
        elif words[0] == "witness": keys[words[1]] = words[2]
        elif words[0] == "group": groups[words[1]] = ({"any": "1", "all": len(words) - 3}.get(words[2], words[2]), words[3:])
        elif words[0] == "quorum": quorum = words[1]
        else: raise ValueError(f"the policy says {words[0]}")
    need({quorum}.union(*(members for _, members in groups.values())) <= {*keys, *groups, "none"}, "the policy names nobody")
    return keys, groups, quorum

def check(policy_path, proof_path, entry_path):
    keys, groups, quorum = policy(policy_path)
    file = open(proof_path, "rb").read().decode()
    need(file.endswith("\n") and not any(c < " " and c != "\n" for c in file), "no proof file")
    head, _, note = file.partition("\n\n")
    text, _, signatures = note.rpartition("\n\n")
    head, text = head.split("\n"), text + "\n"
    need(head.pop(0) == "c2sp.org/tlog-proof@v1", "no proof file")
    if head[0].startswith("extra "): exact(head.pop(0)[6:])
    need(head[0].startswith("index "), "no index")
    index, path = number(head.pop(0)[6:]), [exact(line) for line in head]
    origin, size, root, end = text.split("\n")
    need(not end, "no checkpoint")
    size, root, lines, signed = number(size), exact(root), [], set()
    for line in signatures.removesuffix("\n").split("\n"):
        dash, name, payload = line.split(" ")
        need(dash == "—" and name and "+" not in name and len(name.split()) == 1 and len(exact(payload)) > 4, "no signature line")
        lines.append((name, exact(payload)))
    for who, key in keys.items():
        name, number_, data = key.split("+", 2)
        data = exact(data)
        need(data[0] == (1 if who == LOG else 4) and sha(name.encode(), b"\n", data)[:4].hex() == number_, "the policy is damaged")
        mine = [payload[4:] for by, payload in lines if by == name and payload[:4].hex() == number_]
        if not mine: continue
        payload, message = mine[0], text.encode()
        if who != LOG: payload, message = payload[8:], b"cosignature/v1\ntime %d\n" % int.from_bytes(payload[:8]) + message
        need(len(mine) == 1 and ed25519(data[1:], message, payload), f"the signature of {who} does not hold")
        signed.add(who)
    has = lambda who: sum(map(has, groups[who][1])) >= int(groups[who][0]) if who in groups else who in signed | {"none"}
    need(LOG in signed and origin == keys[LOG].split("+")[0] and has(quorum), "not signed by the log and enough witnesses")
    node, last, value = index, size - 1, sha(b"\0", open(entry_path, "rb").read())  # RFC 9162, 2.1.3.2
    need(0 <= index < size and all(len(step) == 32 for step in path), "no such place")
    for step in path:
        need(last, "too long")
        left = node & 1 or node == last
        value = sha(b"\1", step, value) if left else sha(b"\1", value, step)
        while left and not node & 1 and node: node, last = node >> 1, last >> 1
        node, last = node >> 1, last >> 1
    need(not last and value == root, "the entry does not lead to the root")

for paths in [sys.argv[1:]] if sys.argv[1:] != ["-"] else (line.rstrip("\n").split("\t") for line in sys.stdin):
    try: check(*paths); print(paths[1], "accept", flush=True)
    except Exception as error: print(paths[1], "refuse", type(error).__name__, error, flush=True)
