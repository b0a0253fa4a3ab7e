#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""estab calls the kernel over TUN, and a stranger who has guessed its port
forges a SYN of the kernel's: the kernel, which gets an answer to what it never
sent, resets that, keeps what it knows of the real SYN, and the connection opens
and carries text."""

import re
import socket
import subprocess
import sys

sys.dont_write_bytecode = True
from tool import KERNEL_V4, Tool, estab, need, raw_segment, read_some, run, \
    wait

need()

FORGED = 0xdead0000
SYN = "tcp flags & (syn | ack) == syn"
SYN_ACK = "tcp flags & (syn | ack) == syn | ack"
RESET = "tcp flags & rst == rst"


def hold(*rules):
    """From now on these are dropped, (hook, what), and nothing else is."""
    text = "add table inet t\ndelete table inet t\nadd table inet t\n"
    for hook in ("input", "output"):
        text += (f"add chain inet t {hook} "
                 f"{{ type filter hook {hook} priority 0; }}\n")
    for hook, what in rules:
        text += f"add rule inet t {hook} {what} drop\n"
    subprocess.run(["nft", "-f", "-"], input=text, text=True, check=True)


class Call:
    """The kernel listens, estab calls, each at a port of its own."""
    port = 5000

    def __init__(self):
        Call.port += 1
        self.server = socket.create_server(("", self.port))
        self.server.settimeout(20)
        self.tool = Tool("nc", "--trace", "--set",
                         f"ip_local_port_range={self.port} {self.port}",
                         KERNEL_V4, str(self.port), ready=None,
                         stdin=subprocess.PIPE)
        self.is_in("SYN-SENT")

    def state(self):
        found = re.findall(rf"^(\S+) .*:{self.port}\b", estab("ss"), re.M)
        return found[0] if found else "-"

    def is_in(self, state):
        wait(lambda: self.state() == state,
             lambda: f"{self.state()}, not {state}: {self.tool.said()}")

    def kernel_has(self, state):
        wait(lambda: subprocess.run(
            ["ss", "-Htan", "state", state, f"sport = :{self.port}"],
            capture_output=True, check=True).stdout, f"not {state}")

    def forge(self):
        raw_segment(KERNEL_V4, self.port, self.port, FORGED, "S")
        self.tool.wait_said("simultaneous open")

    def carries_text(self):
        """It has opened by now, or does within the kernel's time-outs."""
        peer, _ = self.server.accept()
        peer.settimeout(20)
        self.tool.wait_said("connected")
        self.tool.process.stdin.write(b"there")
        self.tool.process.stdin.flush()
        assert read_some(peer, 5) == b"there"
        peer.sendall(b"back")
        peer.close()
        wait(lambda: self.tool.printed() == "back", self.tool.said)
        self.tool.process.stdin.close()
        assert self.tool.wait() == 0
        self.server.close()


def its_answer_to_the_real_syn_opens():
    hold(("output", SYN_ACK), ("output", RESET))
    call = Call()
    call.kernel_has("syn-recv")
    call.forge()
    call.is_in("SYN-RECV")
    hold(("output", RESET))
    call.carries_text()
    assert "SYN before it was not the peer's" in call.tool.said(), \
        call.tool.said()


def its_reset_of_the_answer_to_the_forged_one_ends_nothing():
    """It has a record of the real SYN, which outlives that."""
    hold(("output", SYN_ACK))
    call = Call()
    call.kernel_has("syn-recv")
    call.forge()
    call.tool.wait_said("RST without ack=x+1")
    call.is_in("SYN-SENT")
    call.kernel_has("syn-recv")
    hold()
    call.carries_text()


def nor_does_its_reset_where_it_knows_nothing_yet():
    hold(("input", SYN))
    call = Call()
    call.forge()
    call.tool.wait_said("RST without ack=x+1")
    call.is_in("SYN-SENT")
    hold()
    call.carries_text()


run(its_answer_to_the_real_syn_opens,
    its_reset_of_the_answer_to_the_forged_one_ends_nothing,
    nor_does_its_reset_where_it_knows_nothing_yet)
