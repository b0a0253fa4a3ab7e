#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""run.py [SECONDS] - estab and lwIP behind a TUN device, one after the other
and several times over, with the kernel's TCP as the peer.

One JSON object a line.  Everything happens in a network namespace that goes
away at the end.  Bulk: server and load on a core each.  Round trips and
connections: both on one core, because an idle core takes longer to wake than
either stack takes to answer.  Figures are medians of the rounds; a ratio above
1 says that estab is the better one."""

import json
import os
import statistics
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.path.join(os.environ.get("ESTAB_BUILD",
                                    os.path.join(TOP, "build")), "release")
SPACE = f"estab-bench-{os.getpid()}"
DEVICE = "estab0"
KERNEL, STACK, PREFIX = "10.9.0.1", "10.9.0.2", 16
ROUNDS = 3
TICKS = os.sysconf("SC_CLK_TCK")

ESTAB = [os.path.join(BUILD, "src/estab")]
UPLINK = ["--link", f"tun:{DEVICE}", "--addr", f"{STACK}/{PREFIX}",
          "--gateway", KERNEL]
PORTS = {"send": 9, "receive": 19, "echo": 7, "open": 7}
TOOLS = {"send": "discard", "receive": "chargen", "echo": "echo",
         "open": "echo"}


def run(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def inside(*words, core=None):
    pinned = ["taskset", "-c", str(core)] if core is not None else []
    return ["ip", "netns", "exec", SPACE, *pinned, *words]


def cpu(pid):
    """User and system seconds of a process."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[11]) / TICKS, int(fields[12]) / TICKS


class Server:
    """A stack that serves; ended with the block."""

    def __init__(self, stack, what):
        if stack == "estab":
            words = [*ESTAB, TOOLS[what], *UPLINK, str(PORTS[what])]
        else:
            words = [os.path.join(BUILD, "bench/bench_tun_lwip_c"), DEVICE,
                     STACK]
        self.process = subprocess.Popen(
            inside(*words, core=0), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.stack, self.words = stack, words

    def __enter__(self):
        # The device is its creator's; it comes when the server is up.
        for _ in range(200):
            if self.process.poll() is not None:
                sys.exit(f"bench: {' '.join(self.words)}: "
                         f"{self.process.stderr.read()}")
            if subprocess.run(inside("ip", "link", "show", DEVICE),
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL,
                              check=False).returncode == 0:
                break
            time.sleep(0.02)
        time.sleep(0.2)
        if self.stack != "estab":
            run("ip", "-n", SPACE, "addr", "add", f"{KERNEL}/{PREFIX}", "dev",
                DEVICE)
        # Windows above 700 KB would overrun the usual 500 packets.
        run("ip", "-n", SPACE, "link", "set", DEVICE, "up", "txqueuelen",
            "1000")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def measure(stack, what, seconds, conns):
    words = [os.path.join(BUILD, "bench/bench_tun_load_c"), what, STACK,
             str(PORTS[what]), str(seconds)]
    if conns:
        words.append(str(conns))
    with Server(stack, what) as server:
        before = cpu(server.process.pid)
        done = subprocess.run(inside(*words, core=0 if conns else 1),
                              stdout=subprocess.PIPE, text=True, check=False)
        after = cpu(server.process.pid)
    if done.returncode:
        sys.exit(f"bench: {what} with {stack} failed")
    found = json.loads(done.stdout)
    found["user"], found["system"] = (b - a for a, b in zip(before, after))
    return found


def rounds(what, seconds, conns=0):
    """Both stacks in turns: what each round found."""
    found = {"estab": [], "lwip": []}
    for _ in range(ROUNDS):
        for stack, runs in found.items():
            runs.append(measure(stack, what, seconds, conns))
    return found


def line(name, unit, found, value, more=True):
    own, other = (statistics.median(value(run) for run in found[stack])
                  for stack in ("estab", "lwip"))
    ratio = (own / other if more else other / own) if own and other else None
    print(json.dumps({
        "name": name, "value": round(own, 3), "unit": unit, "peer": PEER,
        "peer_value": round(other, 3),
        "ratio": round(ratio, 2) if ratio else None}), flush=True)
    return ratio or 0


def bulk(what, name, seconds):
    found = rounds(what, seconds)
    gigabytes = lambda run: run["bytes"] / 1e9
    faster = line(f"tun.{name}_gbps", "Gbit/s", found,
                  lambda run: gigabytes(run) * 8 / run["seconds"])
    line(f"tun.{name}_cpu_s_per_gb", "s/GB", found,
         lambda run: (run["user"] + run["system"]) / gigabytes(run), False)
    cheaper = line(f"tun.{name}_user_cpu_s_per_gb", "s/GB", found,
                   lambda run: run["user"] / gigabytes(run), False)
    if faster < 1:
        print(f"tun.{name}_gbps: below lwIP's", file=sys.stderr)
    if cheaper < 2:
        print(f"tun.{name}_user_cpu_s_per_gb: more than half of lwIP's",
              file=sys.stderr)


def many(what, name, seconds):
    for conns in (1, 64):
        found = rounds(what, seconds, conns)
        tail = "" if conns == 1 else f"_{conns}"
        line(f"tun.{name}_per_s{tail}", "1/s", found,
             lambda run: run["count"] / run["seconds"])
        for part in ("p50", "p99"):
            line(f"tun.{name}_{part}_us{tail}", "us", found,
                 lambda run, part=part: run[f"{part}_us"], False)
        lost = {stack: sum(run["failed"] for run in runs)
                for stack, runs in found.items()}
        if any(lost.values()):
            print(f"tun.{name}{tail}: failed: {lost}", file=sys.stderr)


def main():
    words = [word for word in sys.argv[1:] if word != "--json"]
    seconds = float(words[0]) if words else 3
    if os.geteuid() != 0 or not os.path.exists("/dev/net/tun"):
        sys.exit("bench: tun needs root and /dev/net/tun")
    run("ip", "netns", "add", SPACE)
    try:
        for name in ("lo", ):
            run("ip", "-n", SPACE, "link", "set", name, "up")
        # Many addresses to open from (load.c).
        run("ip", "-n", SPACE, "route", "add", "local", "10.8.0.0/24", "dev",
            "lo")
        # Two ends of 1 GB/s need windows of more than the usual 6 MB.
        subprocess.run(inside(
            "sysctl", "-qw", "net.ipv4.tcp_rmem=4096 131072 33554432"),
            check=True)
        bulk("send", "receive", seconds)
        bulk("receive", "send", seconds)
        many("echo", "round_trips", seconds)
        many("open", "connections", seconds)
    finally:
        run("ip", "netns", "del", SPACE)


PEER = "lwip " + (subprocess.run(
    ["dpkg-query", "-W", "-f", "${Version}", "liblwip-dev"],
    capture_output=True, text=True, check=False).stdout.split("+")[0] or "?") \
    + " (Debian)"
main()
