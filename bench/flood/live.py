#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""live.py [SECONDS] - a flood over real devices: estab over TUN and over veth
(a packet socket), beside the kernel's own listener, with cookies and without,
and nft's synproxy.

One JSON object a line.  Everything happens in network namespaces that go away
at the end, however that comes.  Who answers runs on core 0, generator and
honest clients on core 1.  First as many SYNs come as go, then as many as were
answered: how many are answered, and how many a second of a core that is: over
TUN of the process that does it all, over veth of core 0 and of softirq on
either core.  The better of the two counts.  Then as many come as nine tenths of what the kernel answers with
cookies, and honest clients beside them: open, 64 bytes there and back, close,
within three seconds.

Over TUN the kernel answers within the write that brings a packet in: that is
charged with it, as estab is with its reads and writes.  Answers to addresses at
which nobody lives are dropped where they come out of the device.  A SYN that
is answered twice counts twice; that is to the advantage of the kernel without
cookies."""

import contextlib
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.path.join(os.environ.get("ESTAB_BUILD",
                                    os.path.join(TOP, "build")), "release")
SYN = os.path.join(BUILD, "bench/bench_flood_live_syn_c")
ESTAB = os.path.join(BUILD, "src/estab")

OUTSIDE, SERVER = "10.9.0.1", "10.9.0.2"
SOURCES = 64          # addresses of honest clients, so that ports suffice
PORT = 7
ANSWERING, ASKING = 0, 1  # cores
OPENS_PER_SECOND = 100
PATIENCE = 3.0
BACKLOG = 4096
SIGNALS = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
TICKS = os.sysconf("SC_CLK_TCK")

HOLE = """
table netdev estab {
	chain hole {
		type filter hook ingress device "%s" priority 0;
		ip daddr != 10.0.0.0/8 drop
	}
}
"""
SYNPROXY = """
table ip estab {
	chain raw {
		type filter hook prerouting priority raw;
		tcp dport 7 tcp flags syn notrack
	}
	chain input {
		type filter hook input priority filter;
		tcp dport 7 ct state invalid,untracked \
			synproxy mss 1460 wscale 7 timestamp sack-perm
		ct state invalid drop
	}
}
"""


def run(*words, **how):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True,
                          **how).stdout


# ---- Programs that run inside a namespace ----------------------------------

def echo():
    """A kernel listener that sends back what comes."""
    ready = selectors.DefaultSelector()
    listener = socket.create_server(("", PORT), backlog=BACKLOG)
    listener.setblocking(False)
    ready.register(listener, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in ready.select():
            if key.fileobj is listener:
                with contextlib.suppress(OSError):
                    conn, _ = listener.accept()
                    conn.setblocking(False)
                    ready.register(conn, selectors.EVENT_READ)
                continue
            text = b""
            with contextlib.suppress(OSError):
                text = key.fileobj.recv(4096)
                key.fileobj.sendall(text)
            if not text:
                ready.unregister(key.fileobj)
                key.fileobj.close()


class Visit:
    """One honest client."""

    def __init__(self, number):
        self.began = time.monotonic()
        self.connected = None
        self.socket = socket.socket()
        self.socket.setblocking(False)
        no_port = getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24)
        self.socket.setsockopt(socket.IPPROTO_IP, no_port, 1)
        self.socket.bind((f"10.8.0.{1 + number % SOURCES}", 0))
        self.socket.connect_ex((SERVER, PORT))

    def move(self):
        """True: served; None: not yet."""
        if self.connected is None:
            if self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                return False
            self.connected = time.monotonic() - self.began
            self.socket.send(bytes(64))
            return None
        return len(self.socket.recv(64)) == 64


def visit(seconds):
    """Honest clients: how many came, and how many were served."""
    ready = selectors.DefaultSelector()
    began, visits = time.monotonic(), {}
    tried = served = 0
    took = []

    def leave(one):
        ready.unregister(one.socket)
        one.socket.close()
        del visits[one]

    while (now := time.monotonic() - began) < seconds or visits:
        while now < seconds and tried < now * OPENS_PER_SECOND:
            one = Visit(tried)
            tried += 1
            visits[one] = one
            ready.register(one.socket, selectors.EVENT_WRITE, one)
        for key, _ in ready.select(0.5 / OPENS_PER_SECOND):
            one = key.data
            try:
                done = one.move()
            except OSError:
                done = False
            if done is None:
                ready.modify(one.socket, selectors.EVENT_READ, one)
                continue
            served += done
            if done:
                took.append(one.connected)
            leave(one)
        for one in list(visits):
            if time.monotonic() - one.began < PATIENCE:
                break
            leave(one)
    took.sort()
    print(json.dumps({
        "tried": tried, "served": served,
        "p50_us": round(1e6 * took[len(took) // 2]) if took else None,
        "p99_us": round(1e6 * took[len(took) * 99 // 100]) if took else None,
    }))


# ---- Stages -----------------------------------------------------------------

class Stage(contextlib.ExitStack):
    """Namespaces, devices and processes of one run; all go with the block."""

    def space(self, letter):
        name = f"estab-flood-{letter}-{os.getpid()}"
        run("ip", "netns", "add", name)
        self.callback(run, "ip", "netns", "del", name)
        run("ip", "-n", name, "link", "set", "lo", "up")
        for kind in ("all", "default"):
            self.sysctl(name, f"net.ipv4.conf.{kind}.rp_filter", 0)
        return name

    @staticmethod
    def inside(space, *words, core=None):
        pinned = ["taskset", "-c", str(core)] if core is not None else []
        return ["ip", "netns", "exec", space, *pinned, *words]

    def sysctl(self, space, name, value):
        run(*self.inside(space, "sysctl", "-qw", f"{name}={value}"))

    def start(self, *words, wait_for=None):
        process = subprocess.Popen(words, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.callback(self.stop, process)
        if wait_for and process.stdout.readline().strip() != wait_for:
            sys.exit(f"bench: {' '.join(words)}: {process.stderr.read()}")
        return process

    @staticmethod
    def stop(process):
        process.terminate()
        process.wait()

    def wait_until(self, what, good):
        for _ in range(250):
            if good():
                return
            time.sleep(0.02)
        sys.exit(f"bench: {what} does not come")


class Way:
    """Who answers, over which device."""

    def __init__(self, name, stage):
        self.name, self.stage = name, stage
        self.flood = None      # words of the generator but seconds and rate
        self.flood_tail = []
        self.clients = None    # their namespace
        self.counted = None    # namespace, device and its counters
        # What answering takes, of a flood's process: seconds of cores.
        self.spent = lambda flood: core_seconds

    def charge(self, pid_of):
        """One process does it all, whoever that is."""
        self.spent = lambda flood: lambda: process_seconds(pid_of(flood))

    def answered(self):
        space, device, counters = self.counted
        return sum(int(run(*self.stage.inside(
            space, "cat", f"/sys/class/net/{device}/statistics/{counter}")))
            for counter in counters)

    def shoot(self, seconds, rate):
        return self.stage.start(*self.flood, str(seconds), str(rate),
                                *self.flood_tail)

    def clients_live(self, space, device):
        self.clients = space
        run("ip", "-n", space, "route", "add", "local", "10.8.0.0/24", "dev",
            "lo")
        run(*self.stage.inside(space, "nft", "-f", "-"), input=HOLE % device)

    def pair(self):
        """A veth pair; who answers is behind vS."""
        outside, inside = self.stage.space("g"), self.stage.space("s")
        run("ip", "link", "add", "vG", "netns", outside, "type", "veth",
            "peer", "name", "vS", "netns", inside)
        run("ip", "-n", outside, "addr", "add", f"{OUTSIDE}/16", "dev", "vG")
        run("ip", "-n", outside, "link", "set", "vG", "up")
        run("ip", "-n", inside, "link", "set", "vS", "up")
        mac = run(*self.stage.inside(inside, "cat",
                                     "/sys/class/net/vS/address")).strip()
        self.flood = self.stage.inside(outside, SYN, "packet", "vG", SERVER,
                                       str(PORT), core=ASKING)
        self.flood_tail = [mac]
        self.clients_live(outside, "vG")
        self.counted = outside, "vG", ["rx_packets"]
        return outside, inside

    def reachable(self):
        """Somebody answers an honest client."""
        self.stage.wait_until(
            self.name, lambda: json.loads(run(*self.stage.inside(
                self.clients, sys.executable, __file__, "--visit",
                "0.02")))["served"] > 0)


def estab_tun(way):
    space = way.stage.space("g")
    estab = way.stage.start(*way.stage.inside(
        space, ESTAB, "echo", "--link", "tun:estab0", "--addr",
        f"{SERVER}/16", "--gateway", OUTSIDE, str(PORT), core=ANSWERING))
    way.stage.wait_until("estab0", lambda: subprocess.run(
        way.stage.inside(space, "ip", "link", "show", "estab0"),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        check=False).returncode == 0)
    way.flood = way.stage.inside(space, SYN, "packet", "estab0", SERVER,
                                 str(PORT), core=ASKING)
    way.clients_live(space, "estab0")
    way.counted = space, "estab0", ["rx_packets"]
    way.charge(lambda _: estab.pid)
    way.reachable()


def estab_veth(way):
    _, inside = way.pair()
    way.stage.start(*way.stage.inside(
        inside, ESTAB, "echo", "--link", "packet:vS", "--addr",
        f"{SERVER}/16", "--gateway", OUTSIDE, str(PORT), core=ANSWERING))
    way.reachable()


def kernel_echo(way, space, cookies):
    way.stage.sysctl(space, "net.ipv4.tcp_syncookies", cookies)
    way.stage.sysctl(space, "net.ipv4.tcp_max_syn_backlog", BACKLOG)
    way.stage.sysctl(space, "net.core.somaxconn", BACKLOG)
    way.stage.start(*way.stage.inside(
        space, sys.executable, __file__, "--echo", core=ANSWERING),
        wait_for="ready")


def kernel_veth(cookies):
    def build(way):
        _, inside = way.pair()
        run("ip", "-n", inside, "addr", "add", f"{SERVER}/16", "dev", "vS")
        run("ip", "-n", inside, "route", "add", "default", "via", OUTSIDE)
        kernel_echo(way, inside, cookies)
        way.reachable()
        return inside
    return build


def synproxy(way):
    inside = kernel_veth(1)(way)
    way.stage.sysctl(inside, "net.netfilter.nf_conntrack_tcp_loose", 0)
    run(*way.stage.inside(inside, "nft", "-f", "-"), input=SYNPROXY)
    way.reachable()


def kernel_tun(way):
    """No clients: nothing carries what they send into that device."""
    space = way.stage.space("s")
    run("ip", "-n", space, "tuntap", "add", "dev", "t0", "mode", "tun")
    run("ip", "-n", space, "addr", "add", f"{SERVER}/16", "dev", "t0")
    run("ip", "-n", space, "link", "set", "t0", "up")
    run("ip", "-n", space, "route", "add", "default", "dev", "t0")
    way.charge(lambda flood: flood.pid)
    kernel_echo(way, space, 1)
    way.flood = way.stage.inside(space, SYN, "tun", "t0", SERVER, str(PORT),
                                 core=ASKING)
    way.counted = space, "t0", ["tx_packets", "tx_dropped"]


# ---- What is measured -------------------------------------------------------

def process_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def warn_of_others():
    """Nothing of ours runs yet: what do the cores do?"""
    def work():
        with open("/proc/stat", encoding="ascii") as file:
            words = file.readline().split()[1:8]
        return sum(map(int, words)) - int(words[3]) - int(words[4])

    before = work()
    time.sleep(1)
    busy = (work() - before) / TICKS
    if busy > 0.1:
        print(f"flood: others work on this machine, {100 * busy:.0f} % of a "
              "core: what is measured over devices means little",
              file=sys.stderr)


def core_seconds():
    """What core 0 has worked, and both in softirq."""
    took = 0
    with open("/proc/stat", encoding="ascii") as file:
        for text in file:
            core, *words = text.split()
            if core not in (f"cpu{ANSWERING}", f"cpu{ASKING}"):
                continue
            user, nice, system, _, _, irq, softirq = map(int, words[:7])
            took += irq + softirq
            if core == f"cpu{ANSWERING}":
                took += user + nice + system
    return took / TICKS


def flooded(way, seconds, rate):
    """Answered a second, and a second of a core."""
    flood = way.shoot(seconds + 1.5, rate)
    spent = way.spent(flood)
    time.sleep(0.75)
    began, count, core = time.monotonic(), way.answered(), spent()
    time.sleep(seconds)
    count, core = way.answered() - count, spent() - core
    took = time.monotonic() - began
    offered = json.loads(flood.communicate()[0])["per_second"]
    each = count / max(core, took / 100)
    print(f"flood: {way.name}: {offered:,.0f} SYN/s offered, "
          f"{count / took:,.0f}/s answered, {100 * core / took:.0f} % of a "
          f"core: {each:,.0f}/s a core", file=sys.stderr)
    return count / took, each


def capacity(way, seconds):
    """SYNs answered in a second of a core."""
    answered, flat_out = flooded(way, seconds, 0)
    _, sustained = flooded(way, seconds, max(answered, 1))
    return max(flat_out, sustained)


def honest(way, seconds, rate):
    """Percent of clients that were served beside so many SYNs a second."""
    flood = way.shoot(seconds + PATIENCE + 2, rate)
    time.sleep(1)
    seen = json.loads(run(*way.stage.inside(
        way.clients, sys.executable, __file__, "--visit", str(seconds),
        core=ASKING)))
    way.stage.stop(flood)
    print(f"flood: {way.name}: beside {rate:,.0f} SYN/s {seen['served']} of "
          f"{seen['tried']} clients served, connected after {seen['p50_us']} "
          f"us (99 %: {seen['p99_us']} us)", file=sys.stderr)
    return 100 * seen["served"] / seen["tried"]


def measure(name, build, seconds, rate=None):
    """Answered a second of a core; with a rate, honest success beside it."""
    with Stage() as stage:
        way = Way(name, stage)
        build(way)
        most = capacity(way, seconds)
        if way.clients is None:
            return most, None
        return most, honest(way, seconds, rate or 0.9 * most)


def line(name, value, unit, peer=None, peer_value=None):
    figure = {"name": f"flood.{name}", "value": round(value, 2), "unit": unit}
    if peer:
        figure |= {"peer": peer, "peer_value": round(peer_value, 2),
                   "ratio": round(value / peer_value, 2) if peer_value
                   else None}
    print(json.dumps(figure), flush=True)


def aim(name, reached, what):
    if not reached:
        print(f"flood.{name}: the aim is missed: {what}", file=sys.stderr)


def all_ways(seconds):
    unit = "1/s"
    cookies, cookies_honest = measure("kernel, cookies, veth", kernel_veth(1),
                                      seconds)
    rate = 0.9 * cookies
    over_tun, _ = measure("kernel, cookies, TUN", kernel_tun, seconds)
    tun, tun_honest = measure("estab, TUN", estab_tun, seconds, rate)
    veth, veth_honest = measure("estab, veth", estab_veth, seconds, rate)
    line("tun_syn_per_second", tun, unit, "kernel, cookies, TUN", over_tun)
    line("veth_syn_per_second", veth, unit, "kernel, cookies, veth", cookies)
    line("tun_honest_success", tun_honest, "%", "kernel, cookies, veth",
         cookies_honest)
    line("veth_honest_success", veth_honest, "%", "kernel, cookies, veth",
         cookies_honest)
    aim("tun_syn_per_second", tun >= 2 * over_tun, "twice the kernel's")
    aim("tun_honest_success", tun_honest >= 99, "99 %")
    aim("veth_honest_success", veth_honest >= 99, "99 %")
    others = [("always_cookies", "kernel, cookies always, veth",
               kernel_veth(2)),
              ("no_cookies", "kernel, no cookies, veth", kernel_veth(0)),
              ("synproxy", "nft synproxy, veth", synproxy)]
    for tail, name, build in others:
        most, served = measure(name, build, seconds, rate)
        line(f"veth_syn_per_second_{tail}", veth, unit, name, most)
        line(f"veth_honest_success_{tail}", veth_honest, "%", name, served)


def why_not():
    if os.geteuid() != 0:
        return "it needs root"
    if not os.path.exists("/dev/net/tun"):
        return "there is no /dev/net/tun"
    if not shutil.which("nft"):
        return "nft (nftables) is not installed"
    if (os.cpu_count() or 1) < 2:
        return "it needs two cores"
    return None


def end(*_):
    for number in SIGNALS: # what is being taken down is
        signal.signal(number, signal.SIG_IGN)
    sys.exit("bench: ended by a signal")


def main():
    words = sys.argv[1:]
    if words == ["--echo"]:
        return echo()
    if words[:1] == ["--visit"]:
        return visit(float(words[1]))
    reason = why_not()
    if reason:
        print(f"flood: over real devices nothing is measured: {reason}",
              file=sys.stderr)
        return 0
    for number in SIGNALS:
        signal.signal(number, end)
    warn_of_others()
    return all_ways(float(words[0]) if words else 3)


if __name__ == "__main__":
    sys.exit(main())
