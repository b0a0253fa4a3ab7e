#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Two machines behind one address, over two TUN devices: the kernel's SYN goes
to one, all else to the other, and only a file of keys is common to them."""

import json
import os
import signal
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
from tool import KERNEL_V4, KERNEL_V6, V4, V6, Tool, connect, estab, need, \
    read_all, run, wait

need()

DEVICES = ("estab0", "estab1")
ADDRESSES = {4: (V4, "24", KERNEL_V4), 6: (V6, "64", KERNEL_V6)}
folder = tempfile.TemporaryDirectory()


def keys(name, *lines):
    path = os.path.join(folder.name, name)
    with open(path, "w", encoding="ascii") as file:
        os.chmod(path, 0o600)
        file.write("\n".join(("shared", "stamp " + "07" * 16) + lines) + "\n")
    return path


def machine(device, path, family=4, ahead=0):
    """One of the two, whose clock is so many seconds ahead of ours."""
    own, prefix, gateway = ADDRESSES[family]
    wall = time.time_ns() - time.monotonic_ns() + ahead * 10**9
    return Tool("echo", "--link", "tun:" + device, "--addr",
                own + "/" + prefix, "--gateway", gateway, "--keys", path,
                "--set", f"wall_ns={wall}", f"-{family}", link=False)


def divert(family):
    """SYNs take the first device, everything else the second."""
    for name in ("all", "default", *DEVICES):
        with open(f"/proc/sys/net/ipv4/conf/{name}/rp_filter", "w",
                  encoding="ascii") as file:
            file.write("0")
    ip, own = {4: ("ip", V4), 6: ("ip6", V6)}[family]
    subprocess.run(["nft", "-f", "-"], check=True, text=True, input=f"""
        flush ruleset
        table {ip} divert {{
            chain out {{
                type route hook output priority mangle
                {ip} daddr {own} tcp flags & (syn | ack | rst) != syn mark set 1
            }}
        }}
        """)
    for words in (f"route replace {own} dev {DEVICES[0]}",
                  f"route replace {own} dev {DEVICES[1]} table 100",
                  "rule add fwmark 1 lookup 100"):
        subprocess.run(["ip", f"-{family}", *words.split()], check=True)


def undivert(family):
    subprocess.run(["ip", f"-{family}", "rule", "del", "fwmark", "1"],
                   check=True)


class Reader(threading.Thread):
    """What comes from estab over both devices: (flags, options), in order."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen = []
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                    socket.htons(3))
        self.socket.settimeout(0.2)
        self.over = False
        self.start()

    def run(self):
        while True:
            try:
                packet, (_, _, kind, _, _) = self.socket.recvfrom(65536)
            except TimeoutError:
                if self.over:
                    return
                continue
            if kind == socket.PACKET_HOST:
                self.take(packet)

    def take(self, packet):
        at = 40 if packet[0] >> 4 == 6 else (packet[0] & 15) * 4
        if packet[6 if at == 40 else 9] != socket.IPPROTO_TCP:
            return
        port, = struct.unpack_from("!H", packet, at)
        options = packet[at + 20:at + (packet[at + 12] >> 4) * 4]
        if port == 7:
            self.seen.append((packet[at + 13], dict(split(options))))

    def end(self):
        self.over = True
        self.join()
        self.socket.close()
        return self.seen


def split(options):
    """(kind, body) of each TCP option but padding."""
    while options and options[0] != 0:
        if options[0] == 1:
            options = options[1:]
            continue
        yield options[0], options[2:options[1]]
        options = options[options[1]:]


def stamps_never_go_back(seen):
    values = [struct.unpack("!I", options[8][:4])[0] for _, options in seen]
    assert len(values) > 3, values
    for before, after in zip(values, values[1:]):
        assert (after - before) & 0xffffffff < 1 << 31, values


def options_are_as_answered(syn_ack, other, family):
    """By the machine that accepted, and by the kernel, its peer."""
    status, = [record for record in
               map(json.loads, estab("ss", "--json", str(other.pid))
                   .splitlines()) if record["kind"] == "tcb"]
    assert status["mss_own"] == struct.unpack("!H", syn_ack[2])[0], status
    assert status["rcv_wnd_shift"] == syn_ack[3][0], (status, syn_ack)
    assert status["window_scale"] and status["timestamps"], status
    kernel = subprocess.run(["ss", f"-{family}tinoH", "dport = 7"], check=True,
                            text=True, capture_output=True).stdout
    words = dict(word.partition(":")[::2] for word in kernel.split())
    assert words["wscale"] == "%d,%d" % (status["rcv_wnd_shift"],
                                         status["snd_wnd_shift"]), kernel
    assert int(words["advmss"]) == status["mss_peer"] - 12, (kernel, status)
    assert "ts" in words and ("sack" in words) == (4 in syn_ack), kernel
    assert ("ecn" in words) == bool(status.get("ecn", False)), kernel


def carried(first, second, family=4, ahead=0):
    """Whether a connection opens and carries text there and back."""
    one = machine(DEVICES[0], first, family)
    other = machine(DEVICES[1], second, family, ahead)
    divert(family)
    data = os.urandom(100_000)
    reader = Reader()
    try:
        peer = connect(ADDRESSES[family][0], 7)
        peer.sendall(b"?")
        good = peer.recv(1) == b"?"
        if good:
            flags, syn_ack = reader.seen[0]
            assert flags & 0x3f == 0x12, reader.seen
            options_are_as_answered(syn_ack, other, family)
        peer.sendall(data)
        peer.shutdown(1)
        good = good and read_all(peer) == data
        peer.close()
    except OSError:
        good = False
    undivert(family)
    seen = reader.end()
    one.end()
    other.end()
    if good:
        stamps_never_go_back(seen)
        assert "0 connections" in one.said(), one.said()
        assert "1 connection" in other.said(), other.said()
    return good


OLD, NEW = "01" * 16, "02" * 16


def the_other_machine_completes_the_handshake():
    path = keys("same", "sign " + OLD)
    for family in (4, 6):
        assert carried(path, path, family), family


def with_its_clock_five_seconds_ahead_or_behind():
    path = keys("same", "sign " + OLD)
    for family in (4, 6):
        for ahead in (5, -5):
            assert carried(path, path, family, ahead), (family, ahead)


def keys_change_one_machine_after_the_other():
    added = keys("added", "sign " + OLD, "verify " + NEW)
    promoted = keys("promoted", "sign " + NEW, "verify " + OLD)
    removed = keys("removed", "sign " + NEW)
    for first, second in ((added, promoted), (promoted, added),
                          (promoted, removed), (removed, promoted)):
        assert carried(first, second, 4, 5), (first, second)


def without_the_key_it_does_not():
    assert not carried(keys("one", "sign " + OLD), keys("two", "sign " + NEW))


class Callers(threading.Thread):
    """Connections, one after another, and how many went wrong."""

    def __init__(self):
        super().__init__(daemon=True)
        self.good, self.bad, self.over = 0, [], False
        self.start()

    def run(self):
        while not self.over:
            try:
                with connect(V4, 7) as peer:
                    peer.sendall(b"?")
                    if peer.recv(1) != b"?":
                        raise ConnectionError("no answer")
                self.good += 1
            except OSError as error:
                self.bad.append(str(error))

    def goes_on(self):
        """Wait for handshakes that began after this was asked."""
        enough = self.good + len(self.bad) + 3
        wait(lambda: self.good + len(self.bad) >= enough, "no connections")


def keys_change_in_running_machines_and_no_handshake_is_lost():
    master = os.path.join(folder.name, "master")
    estab("keys", master, "new", "--shared")
    copies = [shutil.copy2(master, os.path.join(folder.name, device))
              for device in DEVICES]
    machines = [machine(*both, ahead=ahead)
                for *both, ahead in zip(DEVICES, copies, (0, 5))]
    divert(4)
    callers = Callers()
    callers.goes_on()
    for turn, action in enumerate(("add", "promote", "remove") * 2, 1):
        estab("keys", master, action)
        for path, tool in zip(copies, machines):
            shutil.copy2(master, path + ".new")
            os.rename(path + ".new", path)
            tool.process.send_signal(signal.SIGHUP)
            wait(lambda: tool.said().count("read again") == turn, tool.said)
            callers.goes_on()
    callers.over = True
    callers.join()
    assert not callers.bad, (callers.good, callers.bad)
    # A file with another stamp, or that others may read, changes nothing.
    os.unlink(copies[1])
    estab("keys", copies[1], "new", "--shared")
    machines[1].process.send_signal(signal.SIGHUP)
    wait(lambda: "stay as they were" in machines[1].said(), machines[1].said)
    os.chmod(copies[1], 0o644)
    machines[1].process.send_signal(signal.SIGHUP)
    wait(lambda: "chmod 600" in machines[1].said(), machines[1].said)
    with connect(V4, 7) as peer:
        peer.sendall(b"?")
        assert peer.recv(1) == b"?"
    undivert(4)
    for tool in machines:
        tool.end()


run(the_other_machine_completes_the_handshake,
    with_its_clock_five_seconds_ahead_or_behind,
    keys_change_one_machine_after_the_other, without_the_key_it_does_not,
    keys_change_in_running_machines_and_no_handshake_is_lost)
