#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# test-timeout: 900
"""Many connections through estab forward, one after another and at once, and
iperf3: every attempt is counted, at both ends."""

import json
import selectors
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from tool import connect, estab, need, read_all, run, wait
from wired import LONG, SMALL, WAYS, Nginx, Way, need_programs

need()
need_programs()

IN_TURN = 20_000 if LONG else 2_000
AT_ONCE = 2_000
ASK = b"GET / HTTP/1.0\r\n\r\n"
SECONDS = 3 if LONG else 1


def kernel_counts():
    with open("/proc/net/snmp", encoding="ascii") as file:
        names, values = [line.split()[1:] for line in file
                         if line.startswith("Tcp:")]
    return dict(zip(names, map(int, values)))


class Counts:
    """What was attempted at either stack since it was made."""

    def __init__(self, way):
        self.way = way
        self.kernel = kernel_counts()
        self.estab = self.of_estab()

    @staticmethod
    def of_estab():
        return json.loads(estab("nstat", "-oz", "--json"))

    def check(self, n):
        """n connections were opened, each through both stacks, none failed;
        and in the end there is none."""
        opens = "TcpPassiveOpens" if self.way.inward else "TcpActiveOpens"
        wait(lambda: self.of_estab()["TcpCurrEstab"] == 0,
             lambda: f"{self.way}: {estab('ss')}")
        kernel, own = kernel_counts(), self.of_estab()
        made = own[opens] - self.estab[opens]
        failed = own["TcpAttemptFails"] - self.estab["TcpAttemptFails"]
        assert (made, failed) == (n, 0), f"{self.way}: {made}, {failed}"
        # The client's and the forwarder's, or the client's and the server's.
        for name in ("ActiveOpens", "PassiveOpens"):
            made = kernel[name] - self.kernel[name]
            want = {("ActiveOpens", True): 2, ("PassiveOpens", True): 1,
                    ("ActiveOpens", False): 1, ("PassiveOpens", False): 2}
            assert made == n * want[name, self.way.inward], \
                f"{self.way}: {name} {made}"
        assert kernel["AttemptFails"] == self.kernel["AttemptFails"]
        assert own["EstabTCPInvariant"] == 0


def one_after_another(way, n):
    for i in range(n):
        peer = connect(way.address, way.port)
        peer.sendall(ASK)
        got = read_all(peer)
        peer.close()
        assert got.endswith(b"\r\n\r\n" + SMALL), f"{way}: number {i}: {got}"


def wait_all(peers, event, take, seconds=60):
    """take(peer) until it says that this one is done, for all."""
    until = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        for peer in peers:
            selector.register(peer, event)
        while selector.get_map():
            left = until - time.monotonic()
            assert left > 0, f"{len(selector.get_map())} are left"
            for key, _ in selector.select(left):
                if take(key.fileobj):
                    selector.unregister(key.fileobj)


def opened(peer):
    error = peer.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    assert error == 0, error
    return True


def all_at_once(way, n):
    family = socket.AF_INET6 if ":" in way.address else socket.AF_INET
    peers = [socket.socket(family) for _ in range(n)]
    for peer in peers:
        peer.setblocking(False)
        peer.connect_ex((way.address, way.port))
    wait_all(peers, selectors.EVENT_WRITE, opened)
    wait(lambda: Counts.of_estab()["TcpCurrEstab"] == n,
         lambda: f"{way}: {Counts.of_estab()['TcpCurrEstab']} of {n}")
    got = {peer: b"" for peer in peers}

    def take(peer):
        piece = peer.recv(65536)
        got[peer] += piece
        return piece == b""

    for peer in peers:
        peer.sendall(ASK)
    wait_all(peers, selectors.EVENT_READ, take)
    for peer, text in got.items():
        peer.close()
        assert text.endswith(b"\r\n\r\n" + SMALL), f"{way}: {text}"


def counted(ways, use, n):
    nginx = Nginx()
    try:
        for words in ways:
            way = Way(*words)
            counts = Counts(way)
            use(way, n)
            counts.check(n)
            way.end()
    finally:
        nginx.end()


def one_after_another_none_is_lost():
    counted(WAYS, one_after_another, IN_TURN)


def two_thousand_at_once_none_is_lost():
    counted(WAYS, all_at_once, AT_ONCE)


def iperf3(way, *words):
    server = subprocess.Popen(["iperf3", "-s", "-1", "-p", "5201"],
                              stdout=subprocess.DEVNULL)
    try:
        wait(lambda: b"5201" in subprocess.run(
            ["ss", "-Hltn"], capture_output=True, check=True).stdout,
            "iperf3 does not listen")
        done = subprocess.run(
            ["iperf3", "-J", "-c", way.address, "-p", str(way.port), "-t",
             str(SECONDS), *words], capture_output=True, text=True,
            timeout=SECONDS + 60, check=False)
        said = json.loads(done.stdout)
        assert done.returncode == 0 and "error" not in said, \
            f"{way} {words}: {said.get('error')}"
        for end in ("sum_sent", "sum_received"):
            assert said["end"][end]["bytes"] > 1_000_000, f"{way} {words}"
        server.wait(20)
    finally:
        server.kill()
        server.wait()


def iperf3_runs_both_ways_with_one_and_with_many():
    for words in WAYS:
        way = Way(*words, port=5201)
        for options in ((), ("-R",), ("-P", "8")):
            iperf3(way, *options)
        way.end()


run(one_after_another_none_is_lost,
    two_thousand_at_once_none_is_lost,
    iperf3_runs_both_ways_with_one_and_with_many)
