#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""At each step of opening and closing the kernel's ss and estab ss show the
two ends of one connection in states that fit."""

import socket
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
from tool import V4, V6, connect, estab, need, read_all, run, wait
from wired import HTTP, WAYS, Way, need_programs

need()
need_programs()


def state(lines, address, old=0):
    """Of the one connection with this address at its other end, or -; so many
    of TIME-WAIT are older."""
    found = [line.split() for line in lines.splitlines()]
    words = [line[0] for line in found if line and line[0] != "LISTEN" and
             len(line) > 4 and line[4].rpartition(":")[0].strip("[]")
             == address]
    for _ in range(old):
        words.remove("TIME-WAIT")
    return " ".join(words) or "-"


class Ends:
    """What both name the connection between the kernel and estab."""

    def __init__(self, kernel, own):
        self.kernel, self.own = kernel, own
        # Of connections before there may be TIME-WAITs.
        self.kernel_old = self.own_old = 0
        self.kernel_old = self.seen()[0].count("TIME-WAIT")

    def seen(self):
        ss = subprocess.run(["ss", "-tan"], capture_output=True, text=True,
                            check=True).stdout
        return state(ss, self.own, self.kernel_old), \
            state(estab("ss"), self.kernel, self.own_old)

    def are(self, kernel, own):
        wait(lambda: self.seen() == (kernel, own),
             lambda: f"{self.seen()}, not {(kernel, own)}")


def reset(peer):
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    peer.close()


def new(server, way, ends):
    client = connect(way.address, way.port)
    peer, _ = server.accept()
    ends.are("ESTAB", "ESTAB")
    return client, peer


def listen(way):
    family = socket.AF_INET6 if ":" in way.address else socket.AF_INET
    server = socket.socket(family)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("", HTTP))
    server.listen(8)
    server.settimeout(20)
    return server


def steps(way):
    """The kernel's end of the wire is near's: the client's where the way goes
    in, the server's where it goes out."""
    v6 = ":" in way.address
    ends = Ends("fd00:9::1" if v6 else "10.9.0.1", V6 if v6 else V4)
    server = listen(way)
    order = 1 if way.inward else -1

    near, far = new(server, way, ends)[::order]
    far.shutdown(socket.SHUT_WR)
    ends.are("CLOSE-WAIT", "FIN-WAIT-2")
    assert read_all(near) == b""
    near.close()
    ends.are("-", "TIME-WAIT")
    far.close()
    ends.own_old += 1

    near, far = new(server, way, ends)[::order]
    reset(near)
    ends.are("-", "-")
    far.close()
    near, far = new(server, way, ends)[::order]
    reset(far)
    ends.are("-", "-")
    near.close()

    near, far = new(server, way, ends)[::order]
    near.shutdown(socket.SHUT_WR)
    ends.are("FIN-WAIT-2", "CLOSE-WAIT")
    far.close()
    assert read_all(near) == b""
    near.close()
    ends.are("TIME-WAIT", "-")
    server.close()


def both_name_each_step_alike():
    for words in WAYS:
        way = Way(*words)
        steps(way)
        way.end()


run(both_name_each_step_alike)
