#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""No cookie key in anything that a running command shows or leaves: ladder,
capture, status in all its forms, counters, and what of its memory a core dump
would hold."""

import os
import re
import signal
import sys
import tempfile

sys.dont_write_bytecode = True
from tool import V4, Tool, connect, estab, need, read_some, \
    run, wait

need()

folder = tempfile.TemporaryDirectory()
DUMPED_MAX = 1 << 30  # a mapping larger than that holds none of our text


def path(name):
    return os.path.join(folder.name, name)


def secrets(file):
    """Each key of a file as bytes and as digits of either case."""
    found = []
    with open(file, encoding="ascii") as lines:
        for line in lines:
            digits = line.split()[-1]
            if len(digits) == 32:
                found += [bytes.fromhex(digits), digits.encode(),
                          digits.upper().encode()]
    return found


def holds(data, hidden):
    return any(secret in data for secret in hidden)


def contents(name):
    with open(name, "rb") as file:
        return file.read()


def dumped(pid):
    """(whether a core dump would hold it, bytes) of each mapping."""
    with open(f"/proc/{pid}/smaps", encoding="ascii") as smaps:
        text = smaps.read()
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for start, end, body in re.findall(
                r"^([0-9a-f]+)-([0-9a-f]+) rw-p(.*?VmFlags:[^\n]*)", text,
                re.M | re.S):
            first, last = int(start, 16), int(end, 16)
            if last - first > DUMPED_MAX:
                continue
            memory.seek(first)
            flags = body.rsplit("VmFlags:", 1)[1].split()
            yield "dd" not in flags, memory.read(last - first)


def begin(file, fast=False):
    tool = Tool("echo", "--keys", file, "--trace", "--pcap", path("pcap"),
                "--json", "--set", "tcp_syncookies=2", fast=fast)
    peer = connect(V4, 7)
    peer.sendall(b"hello")
    assert read_some(peer, 5) == b"hello"
    return tool, peer


def again(tool, file):
    """Its keys are others from now on."""
    for action in ("add", "promote"):
        before = tool.said().count("read again")
        estab("keys", file, action)
        tool.process.send_signal(signal.SIGHUP)
        wait(lambda: tool.said().count("read again") > before, tool.said)


def no_key_is_shown():
    file = path("keys")
    estab("keys", file, "new")
    tool, peer = begin(file)
    again(tool, file)
    estab("ss", "--diag", path("diag"), str(tool.pid))
    shown = [estab("ss", *words, str(tool.pid)).encode() for words in
             ([], ["--tcb"], ["--json"])]
    shown.append(estab("nstat", "-oz", str(tool.pid)).encode())
    tool.process.send_signal(signal.SIGUSR1)
    peer.close()
    wait(tool.printed, "nothing is printed of the connection")
    tool.end()
    shown += [tool.said().encode(), tool.printed().encode(),
              contents(path("pcap")), contents(path("diag"))]
    for text in shown:
        assert len(text) > 20, text
        assert not holds(text, secrets(file)), text[:2000]


def no_key_is_in_a_core_dump():
    file = path("dumped")
    estab("keys", file, "new")
    tool, peer = begin(file, fast=True)
    again(tool, file)
    with connect(V4, 7) as other:
        other.sendall(b"hello")
        assert read_some(other, 5) == b"hello"
    hidden = secrets(file)
    seen = [(is_dumped, holds(data, hidden))
            for is_dumped, data in dumped(tool.pid)]
    assert (False, True) in seen, "it has no keys: " + str(seen)
    assert (True, True) not in seen, seen
    peer.close()
    tool.end()


run(no_key_is_shown, no_key_is_in_a_core_dump)
