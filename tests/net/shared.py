#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Two machines behind one address, over two TUN devices: the kernel's SYN goes
to one, all else to the other, and only a file of keys is common to them."""

import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from tool import KERNEL_V4, V4, Tool, connect, need, read_all, run

need()

DEVICES = ("estab0", "estab1")
folder = tempfile.TemporaryDirectory()


def keys(name, *lines):
    path = os.path.join(folder.name, name)
    with open(path, "w", encoding="ascii") as file:
        file.write("\n".join(("shared", "stamp " + "07" * 16) + lines) + "\n")
    return path


def machine(device, path):
    return Tool("echo", "--link", "tun:" + device, "--addr", V4 + "/24",
                "--gateway", KERNEL_V4, "--keys", path, "-4", link=False)


def divert():
    """SYNs take the first device, everything else the second."""
    for name in ("all", "default", *DEVICES):
        with open(f"/proc/sys/net/ipv4/conf/{name}/rp_filter", "w",
                  encoding="ascii") as file:
            file.write("0")
    subprocess.run(["nft", "-f", "-"], check=True, text=True, input=f"""
        flush ruleset
        table ip divert {{
            chain out {{
                type route hook output priority mangle
                ip daddr {V4} tcp flags & (syn | ack | rst) != syn mark set 1
            }}
        }}
        """)
    for words in (f"route replace {V4} dev {DEVICES[0]}",
                  f"route replace {V4} dev {DEVICES[1]} table 100",
                  "rule add fwmark 1 lookup 100"):
        subprocess.run(["ip", *words.split()], check=True)


def carried(first, second):
    """Whether a connection opens and carries text there and back."""
    one, other = machine(DEVICES[0], first), machine(DEVICES[1], second)
    divert()
    data = os.urandom(100_000)
    try:
        peer = connect(V4, 7)
        peer.sendall(data)
        peer.shutdown(1)
        good = read_all(peer) == data
        peer.close()
    except OSError:
        good = False
    subprocess.run(["ip", "rule", "del", "fwmark", "1"], check=True)
    one.end()
    other.end()
    if good:
        assert "0 connections" in one.said(), one.said()
        assert "1 connection" in other.said(), other.said()
    return good


OLD, NEW = "01" * 16, "02" * 16


def the_other_machine_completes_the_handshake():
    path = keys("same", "sign " + OLD)
    assert carried(path, path)


def keys_change_one_machine_after_the_other():
    added = keys("added", "sign " + OLD, "verify " + NEW)
    promoted = keys("promoted", "sign " + NEW, "verify " + OLD)
    removed = keys("removed", "sign " + NEW)
    for first, second in ((added, promoted), (promoted, added),
                          (promoted, removed), (removed, promoted)):
        assert carried(first, second), (first, second)


def without_the_key_it_does_not():
    assert not carried(keys("one", "sign " + OLD), keys("two", "sign " + NEW))


run(the_other_machine_completes_the_handshake,
    keys_change_one_machine_after_the_other, without_the_key_it_does_not)
