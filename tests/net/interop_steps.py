#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Every state, at leisure: a segment that is held back keeps both ends where
it finds them, and the kernel's ss and estab ss show the pair of states that
RFC 9293 has for that moment.  What was held comes again, and the connection
goes on.
test-timeout: 300
"""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import termios
import time

sys.dont_write_bytecode = True
from tool import (KERNEL_V4, KERNEL_V6, LINK, V4, V6, Tool, estab, need,
                  read_all, run, wait)
from wired import VETH, make_pair

STATES = {"-", "LISTEN", "SYN-SENT", "SYN-RECV", "ESTAB", "FIN-WAIT-1",
          "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT"}

# What may be held back.
SYN = "tcp flags & (syn | ack) == syn"
SYN_ACK = "tcp flags & (syn | ack) == syn | ack"
FIN = "tcp flags & fin == fin"
ACK = "tcp flags & (fin | syn | rst) == 0x0"
ANSWER = "tcp flags & ack == ack"
ALL = "meta l4proto tcp"

# Who opens together needs segments that cross: estab's end of the wire takes
# its time, and tries again every second.
CROSSING = ["--impair", "delay=300ms", "--set", "tcp_rto_max_ms=1000"]
DUE = 1.2


def hold(*rules, counted=ALL):
    """From now on these are dropped, (sender, what), and nothing else is."""
    rules = [(sender, what + " drop") for sender, what in rules]
    # What came of estab, held or not; what the kernel sent and was not held.
    rules = [("estab", counted + " counter"), *rules,
             ("kernel", counted + " counter")]
    text = "add table inet t\ndelete table inet t\nadd table inet t\n"
    for sender, hook in (("estab", "input"), ("kernel", "output")):
        text += (f"add chain inet t {sender} {{ type filter hook {hook} "
                 "priority 0; }\n")
    for sender, rule in rules:
        text += f"add rule inet t {sender} {rule}\n"
    subprocess.run(["nft", "-f", "-"], input=text, text=True, check=True)


def sent(sender):
    """Whether it has sent what hold() counts."""
    text = subprocess.run(["nft", "-j", "list", "table", "inet", "t"],
                          capture_output=True, text=True, check=True).stdout
    rules = [item["rule"] for item in json.loads(text)["nftables"]
             if "rule" in item]
    return any(part["counter"]["packets"] > 0
               for rule in rules if rule["chain"] == sender
               for part in rule["expr"] if "counter" in part)


class Kernel:
    name = "kernel"

    def __init__(self, case):
        self.case = case
        self.listener = None
        self.peer = self.socket()

    def socket(self):
        made = socket.socket(self.case.family)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.settimeout(20)
        return made

    def listen(self):
        self.listener = self.socket()
        self.listener.bind(("", self.case.port))
        self.listener.listen(1)

    def call(self, bound=False):
        if bound:
            self.peer.bind(("", self.case.port))
        self.peer.setblocking(False)
        self.peer.connect_ex((self.case.own_at, self.case.port))

    def opened(self):
        if self.listener:
            self.peer.close()
            self.peer, _ = self.listener.accept()
            self.listener.close()
        self.peer.settimeout(20)

    def say(self):
        self.peer.sendall(b"x")

    def hear(self):
        assert self.peer.recv(1) == b"x"

    def all_acknowledged(self):
        waits = fcntl.ioctl(self.peer, termios.TIOCOUTQ, bytes(4))
        return not any(waits)

    def close(self):
        self.peer.shutdown(socket.SHUT_WR)

    def state(self):
        return state(subprocess.run(
            ["ss", "-Htan"], capture_output=True, text=True,
            check=True).stdout, self.case.port)

    def end(self):
        assert read_all(self.peer) == b""
        self.peer.close()


class Estab:
    name = "estab"

    def __init__(self, case):
        self.case = case
        self.tool = None

    def start(self, *words, ready=None):
        self.tool = Tool("nc", "--linger-time-wait", *words, ready=ready,
                         link=self.case.link, stdin=subprocess.PIPE)

    def listen(self):
        self.start("-l", str(self.case.port), ready="listening")

    def call(self, bound=False):
        port = self.case.port
        own = [*CROSSING, "--set", f"ip_local_port_range={port} {port}"] \
            if bound else []
        self.start(*own, self.case.kernel_at, str(port))

    def opened(self):
        self.tool.wait_said("connected")

    def say(self):
        self.tool.process.stdin.write(b"x")
        self.tool.process.stdin.flush()

    def hear(self):
        wait(lambda: self.tool.printed() == "x", "nothing was heard")

    def all_acknowledged(self):
        return self.record()["send_queued_bytes"] == 0

    def close(self):
        self.tool.process.stdin.close()

    def state(self):
        """Who ends while it is asked has told nothing."""
        asked = subprocess.run([os.environ["ESTAB_DEBUG"], "ss"],
                               capture_output=True, text=True, timeout=60)
        assert asked.returncode in (0, 1), asked.stderr
        return state(asked.stdout, self.case.port)

    def record(self):
        return json.loads(estab("ss", "--json").splitlines()[0])

    def end(self):
        """Who is in TIME-WAIT leaves it by hand."""
        waits = self.state() == "TIME-WAIT"
        status = self.tool.end() if waits else self.tool.wait()
        assert status == 0, status


def state(lines, port):
    """Of the one connection at this port of either end, else of the listener,
    else -."""
    rows = [line.split() for line in lines.splitlines()
            if not line.startswith("\t")]
    words = [row[0] for row in rows if len(row) > 4 and str(port) in
             (row[3].rpartition(":")[2], row[4].rpartition(":")[2])]
    words = [word for word in words if word != "LISTEN"] or words
    return " ".join(words) or "-"


class Case:
    """One connection, at a port of its own."""
    port = 4000
    seen = {"estab": set(), "kernel": set()}

    def __init__(self, wire, v6):
        Case.port += 1
        self.wire, self.v6 = wire, v6
        self.family = socket.AF_INET6 if v6 else socket.AF_INET
        self.own_at = V6 if v6 else V4
        self.kernel_at = KERNEL_V6 if v6 else KERNEL_V4
        self.link = VETH if wire == "veth" else LINK
        self.estab, self.kernel = Estab(self), Kernel(self)

    def ends(self, first):
        order = 1 if first == "estab" else -1
        return (self.estab, self.kernel)[::order]

    def are(self, end, state_of_end, other, state_of_other):
        """Both come to these states, and each is seen by its own ss."""
        expected = {end.name: state_of_end, other.name: state_of_other}

        def seen():
            return {side.name: side.state() for side in (end, other)}
        wait(lambda: seen() == expected,
             lambda: f"{self.wire}, IPv{6 if self.v6 else 4}, port "
             f"{self.port}: {seen()}, not {expected}")
        for name, word in expected.items():
            self.seen[name].add(word)

    def cross(self, what, *rules):
        """Each sends this anew before it has the other's."""
        process = self.estab.tool.process
        process.send_signal(signal.SIGSTOP)
        hold(*rules, counted=what)
        time.sleep(DUE)
        wait(lambda: sent("kernel"), "the kernel did not try again")
        process.send_signal(signal.SIGCONT)


# ---- Opening ------------------------------------------------------------

def opens(case, a, b):
    """Figure 6; a is active."""
    b.listen()
    case.are(a, "-", b, "LISTEN")
    hold((a.name, SYN))
    a.call()
    case.are(a, "SYN-SENT", b, "LISTEN")
    hold((b.name, SYN_ACK))
    case.are(a, "SYN-SENT", b, "SYN-RECV")
    hold((a.name, ACK))
    case.are(a, "ESTAB", b, "SYN-RECV")
    hold()
    case.are(a, "ESTAB", b, "ESTAB")


def opens_at_once(case, a, b):
    hold()
    b.listen()
    a.call()
    case.are(a, "ESTAB", b, "ESTAB")


def both_open(case, own, kernel):
    """Figure 7."""
    hold((own.name, SYN), (kernel.name, SYN))
    own.call(bound=True)
    case.are(own, "SYN-SENT", kernel, "-")
    wait(lambda: sent("estab"), "estab's SYN did not come")
    kernel.call(bound=True)
    case.are(own, "SYN-SENT", kernel, "SYN-SENT")
    case.cross(SYN, (own.name, ANSWER), (kernel.name, ANSWER))
    case.are(own, "SYN-RECV", kernel, "SYN-RECV")
    hold((kernel.name, ALL))
    case.are(own, "SYN-RECV", kernel, "ESTAB")
    hold()
    case.are(own, "ESTAB", kernel, "ESTAB")


# ---- Closing ------------------------------------------------------------

def closes(case, a, b):
    """Figure 12; a is first."""
    hold((a.name, FIN))
    a.close()
    case.are(a, "FIN-WAIT-1", b, "ESTAB")
    hold((b.name, ACK))
    case.are(a, "FIN-WAIT-1", b, "CLOSE-WAIT")
    hold()
    case.are(a, "FIN-WAIT-2", b, "CLOSE-WAIT")
    hold((b.name, FIN))
    b.close()
    case.are(a, "FIN-WAIT-2", b, "LAST-ACK")
    hold((a.name, ACK))
    case.are(a, "TIME-WAIT", b, "LAST-ACK")
    hold()
    case.are(a, "TIME-WAIT", b, "-")


def closes_at_once(case, a, b):
    """Figure 5, note 2: b's FIN acknowledges a's."""
    hold((b.name, ACK))
    a.close()
    case.are(a, "FIN-WAIT-1", b, "CLOSE-WAIT")
    hold((b.name, ALL))
    b.close()
    case.are(a, "FIN-WAIT-1", b, "LAST-ACK")
    hold((a.name, ACK))
    case.are(a, "TIME-WAIT", b, "LAST-ACK")
    hold()
    case.are(a, "TIME-WAIT", b, "-")


def closes_while_the_other_does(case, a, b):
    """Figure 13, but a's FIN is late."""
    hold((a.name, ALL))
    a.close()
    case.are(a, "FIN-WAIT-1", b, "ESTAB")
    b.close()
    case.are(a, "CLOSING", b, "FIN-WAIT-1")
    hold((b.name, ALL))
    case.are(a, "CLOSING", b, "TIME-WAIT")
    hold()
    case.are(a, "TIME-WAIT", b, "TIME-WAIT")


def both_close(case, own, kernel):
    """Figure 13.  What goes again acknowledges the other's FIN, and is held."""
    record = own.record()
    beyond = {name: (record[first] + 1) % 2**32
              for name, first in (("own", "snd_nxt"), ("kernel", "rcv_nxt"))}
    hold((own.name, FIN), (kernel.name, FIN))
    own.close()
    kernel.close()
    case.are(own, "FIN-WAIT-1", kernel, "FIN-WAIT-1")
    case.cross(FIN, (own.name, f"tcp ackseq {beyond['kernel']}"),
               (kernel.name, f"tcp ackseq {beyond['own']}"))
    case.are(own, "CLOSING", kernel, "CLOSING")
    hold((kernel.name, ALL))
    case.are(own, "CLOSING", kernel, "TIME-WAIT")
    hold()
    case.are(own, "TIME-WAIT", kernel, "TIME-WAIT")


# ---- Each wire and family -----------------------------------------------

# The opening and who is active in it, the closing and who is first in it.
LIVES = [
    (opens, "estab", closes, "estab"),
    (opens, "kernel", closes, "kernel"),
    (opens_at_once, "estab", closes_at_once, "kernel"),
    (opens_at_once, "kernel", closes_at_once, "estab"),
    (opens_at_once, "estab", closes_while_the_other_does, "estab"),
    (opens_at_once, "kernel", closes_while_the_other_does, "kernel"),
    (both_open, "estab", both_close, "estab"),
]


def talk(a, b):
    """A round trip measured: from now on a time-out is short again (RFC 6298
    5.7)."""
    for says, hears in ((a, b), (b, a)):
        says.say()
        hears.hear()
        wait(says.all_acknowledged, "what was said is not acknowledged")


def live(wire, v6):
    for opening, active, closing, first in LIVES:
        case = Case(wire, v6)
        opening(case, *case.ends(active))
        case.kernel.opened()
        case.estab.opened()
        talk(*case.ends(active))
        closing(case, *case.ends(first))
        case.estab.end()
        case.kernel.end()
    for name, seen in Case.seen.items():
        assert seen == STATES, f"{name}: never {STATES - seen}"


def one(wire, family):
    """In a namespace of its own."""
    need()
    if wire == "veth":
        make_pair()

    def both_say_what_the_figures_say():
        live(wire, family == "6")
    run(both_say_what_the_figures_say)


def all_ways():
    ways = [(wire, family) for wire in ("tun", "veth") for family in "46"]
    asked = [(way, subprocess.Popen([sys.executable, *sys.argv, *way],
                                    stdout=subprocess.PIPE, text=True))
             for way in ways]
    failed = 0
    for (wire, family), process in asked:
        text, _ = process.communicate()
        if process.returncode == 77:
            print(text, end="")
            sys.exit(77)
        print(text.replace("say\n", f"say over {wire}, IPv{family}\n"),
              end="", flush=True)
        failed += process.returncode != 0
    sys.exit(failed != 0)


if len(sys.argv) == 3:
    one(*sys.argv[1:])
all_ways()
