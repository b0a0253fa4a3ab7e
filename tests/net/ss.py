#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""estab ss and nstat beside the system's ss and counters; the control socket."""

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys

sys.dont_write_bytecode = True
from tool import (CONTROL, KERNEL_V4, V4, V6, Tool, connect, estab, need,
                  raw_segment, run, wait)

need()

# A reader of ss's output: what stands in the columns, and the words below.
ROW = re.compile(r"(\S+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)(.*)$")


with open(os.path.join(os.path.dirname(__file__), "../../man/estab-ss.1"),
          encoding="utf-8") as page:
    UNTOLD = set(re.search(r"does not count:\n(.*?)\.\n", page.read(), re.S)
                 .group(1).replace(".Ql", "").replace(",", "").split())


def table(text):
    """{(local, peer): (state, recv-q, send-q, words)} of an ss -tinom."""
    rows = {}
    key = None
    for line in text.splitlines():
        if line.startswith(("\t", " ")):
            rows[key][3].update(words(line))
            continue
        found = ROW.match(line)
        if not found:
            assert line.split()[:3] == ["State", "Recv-Q", "Send-Q"], line
            continue
        state, received, sent, local, peer, rest = found.groups()
        key = local, peer
        rows[key] = (state, int(received), int(sent), words(rest))
    return rows


def words(text):
    """{"rto": "204", "ts": "", "send": "1bps"} of a line's words."""
    found = {}
    last = None
    for word in text.split():
        name, _, value = word.partition(":")
        if last in ("send", "pacing_rate", "delivery_rate"):
            found[last] = word
        elif not word.startswith("users:"):
            found[name] = value
        last = name
    return found


def kernel_ss(**environment):
    done = subprocess.run(["ss", "-tinoma"], capture_output=True, text=True,
                          check=True, env=dict(os.environ, **environment))
    return done.stdout


def every_record_is_listed_in_the_words_of_ss():
    tool = Tool("echo", "7")
    four, six = connect(V4, 7), connect(V6, 7)
    four.sendall(b"x" * 3000)
    six.sendall(b"x" * 3000)
    select.select([four], [], [])
    raw_segment("10.9.0.77", 4000, 7, 1, "S")
    wait(lambda: "SYN-RECV" in estab("ss"), lambda: estab("ss"))
    ours, kernels = table(estab("ss")), table(kernel_ss())
    for peer in (four, six):
        address = peer.getsockname()
        text = "%s:%d" % (address[:2] if len(address) == 2 else
                          ("[" + address[0] + "]", address[1]))
        there = f"{V4}:7" if peer is four else f"[{V6}]:7"
        mine, theirs = ours[there, text], kernels[text, there]
        assert mine[0] == theirs[0] == "ESTAB", (mine, theirs)
        assert mine[1] == 0 and theirs[1] == 3000, (mine, theirs)
        # No word that the kernel's end would not have, but two: ours probes
        # an idle peer, and calls its congestion control by its name.
        strange = set(mine[3]) - set(theirs[3]) - {"timer", "reno"}
        assert not strange, strange
        # And of the kernel's, estab-ss(1) names those that ours has not.
        missing = set(theirs[3]) - set(mine[3]) - UNTOLD - \
            {"sack", "cubic", "bbr"}
        assert not missing, missing
        assert mine[3]["advmss"] == theirs[3]["advmss"]
        assert int(mine[3]["rcvmss"]) == int(theirs[3]["mss"])
        assert mine[3]["mss"] == theirs[3]["mss"], (mine, theirs)
        assert mine[3]["pmtu"] == theirs[3]["pmtu"]
        shift = theirs[3]["wscale"].split(",")
        assert mine[3]["wscale"].split(",") == shift[::-1]
        assert mine[3]["bytes_received"] == theirs[3]["bytes_sent"] == "3000", \
            (mine, theirs)
        # SYN and SYN+ACK were before there was a TCB to count them.
        assert int(mine[3]["segs_out"]) + 1 == int(theirs[3]["segs_in"])
        assert int(mine[3]["segs_in"]) + 1 == int(theirs[3]["segs_out"])
        assert mine[3]["timer"].startswith("(keepalive,119min,0)")
        assert re.fullmatch(r"\(r0,rb65536,t0,tb65536,f0,w0,o0,bl0,d0\)",
                            mine[3]["skmem"]), mine[3]["skmem"]
        assert float(mine[3]["rtt"].split("/")[0]) < 5000
    half = ours[f"{V4}:7", "10.9.0.77:4000"]
    assert half[0] == "SYN-RECV" and half[3]["timer"].startswith("(on,")
    listener = ours["*:7", "*:*"]
    assert listener[:3] == ("LISTEN", 0, 4096)
    assert listener[3]["half-open"] == "1"
    assert listener[3]["pressure"] == "calm"
    tool.end()


def a_listener_shows_how_syns_press_and_what_is_against_it():
    tool = Tool("echo", "--set", "half_open_max=16", "--set",
                "syn_ack_adaptive=0", "7")
    one = ("echo", "--set", "tcp_syncookies=2", "--set", "source_policy=2",
           "--set", "half_open_evict=0", "--set", "syns_last=0", "--set",
           "syn_acks_per_second=0", "--set", "source_connections_max=9")

    def listener():
        record, = [record for record in
                   map(json.loads, estab("ss", "--json", str(tool.pid))
                       .splitlines()) if record["kind"] == "listener"]
        words = table(estab("ss", str(tool.pid)))["*:7", "*:*"][3]
        assert words["pressure"] == record["pressure"], (words, record)
        assert words["defences"] == ",".join(record["defences"])
        assert words["half-open"] == str(record["half_open_count"])
        return record

    assert listener()["pressure"] == "calm"
    assert listener()["half_open_max"] == 16
    assert listener()["defences"] == ["syncookies", "half-open-evict",
                                      "source-demote", "syn-ack-limit",
                                      "syns-last"]
    for n, pressure in ((5, "pressed"), (40, "flooded")):
        for port in range(n):
            raw_segment("10.9.0.77", 4000 + port, 7, 1, "S")
        wait(lambda: listener()["pressure"] == pressure, listener)
    tool.end()
    tool = Tool(*one, "7")
    assert listener()["defences"] == ["syncookies", "always",
                                      "syn-ack-adaptive", "source-drop",
                                      "source-connections"]
    tool.end()


def time_wait_is_listed():
    server = socket.create_server(("0.0.0.0", 5000))
    tool = Tool("nc", "--linger-time-wait", KERNEL_V4, "5000", ready=None)
    peer, _ = server.accept()
    assert peer.recv(1) == b""
    peer.close()
    wait(lambda: "TIME-WAIT" in estab("ss", str(tool.pid)),
         lambda: estab("ss"))
    rows = table(estab("ss", str(tool.pid)))
    (state, _, _, more), = [row for key, row in rows.items()
                            if key[1] == f"{KERNEL_V4}:5000"]
    assert state == "TIME-WAIT"
    assert re.match(r"\(timewait,[34]min[0-9]*", more["timer"]), more
    server.close()
    tool.end()


def the_system_s_ss_reads_our_dump_as_we_print_it():
    tool = Tool("chargen", "19")
    peers = [connect(V4, 19), connect(V6, 19)]
    raw_segment("10.9.0.77", 4001, 19, 1, "S")
    wait(lambda: estab("ss").count("timer:(persist") == 2 and
         "SYN-RECV" in estab("ss"), lambda: estab("ss"))
    for _ in range(20):  # no packet between the two, as a rule at once
        dump = os.path.join(CONTROL, "..", "dump")
        before = estab("ss")
        estab("ss", "--diag", dump)
        theirs = table(kernel_ss(TCPDIAG_FILE=dump))
        ours = table(before)
        for rows in (ours, theirs):
            for row in rows.values():
                for own in ("half-open", "pressure", "defences"):
                    row[3].pop(own, None)
                if "timer" in row[3]:
                    row[3]["timer"] = re.sub(r",[^,]*,", ",", row[3]["timer"])
                assert int(row[3].pop("lastack", "0")) < 60000
        if ours == theirs:
            break
    assert ours == theirs, f"\n{ours}\n{theirs}"
    assert len(ours) == 4, ours
    assert "notsent" in ours[f"{V4}:19", "%s:%d" % peers[0].getsockname()][3]
    tool.end()


def json_and_control_blocks_say_the_same():
    tool = Tool("echo")
    peer = connect(V4, 7)
    peer.sendall(b"hello")
    assert peer.recv(5) == b"hello"
    rows = [json.loads(line) for line in estab("ss", "--json").splitlines()]
    row, = [row for row in rows if row["kind"] == "tcb"]
    assert row["pid"] == tool.pid and row["command"] == "echo"
    assert row["state"] == "ESTABLISHED" and row["local"] == f"{V4}:7"
    assert row["bytes_received"] == row["bytes_sent"] == 5
    told = table(estab("ss"))[row["local"], row["remote"]][3]
    assert float(told["rto"]) == row["rto_ns"] // 1000 / 1000
    assert told["rtt"].split("/")[0] == f"{row['srtt_ns'] // 1000 / 1000:g}"
    assert int(told["mss"]) == row["mss"]
    assert int(told["cwnd"]) == row["cwnd_bytes"] // row["mss"]
    block = estab("ss", "--tcb", str(tool.pid))
    assert f"ESTABLISHED  TCB  {V4}:7 - " in block, block
    assert str(row["iss"]) in block and str(row["irs"]) in block
    assert row["snd_nxt"] == row["iss"] + 6 & 0xffffffff
    tool.end()


def counters_have_the_kernel_s_names():
    tool = Tool("discard")
    known = set()
    for file in ("snmp", "netstat"):
        with open("/proc/net/" + file, encoding="ascii") as lines:
            for line in lines:
                group, *names = line.replace(":", " ").split()
                known |= {group + name for name in names}
    for _ in range(3):
        connect(V4, 9).close()
    wait(lambda: tool.said().count(": closed;") == 3, tool.said)
    counted = json.loads(estab("nstat", "-z", "--json", str(tool.pid)))
    assert counted.pop("pid") == tool.pid
    assert counted.pop("command") == "discard"
    assert not set(counted) - known, set(counted) - known
    assert counted["TcpPassiveOpens"] == 3, counted
    assert counted["TcpCurrEstab"] == 0, counted
    text = estab("nstat", "all")
    assert re.search(r"^TcpPassiveOpens +3$", text, re.M), text
    assert "Estab" not in text.replace("TcpCurrEstab", "")
    own = json.loads(estab("nstat", "-oz", "--json"))
    assert own["EstabTCPInvariant"] == 0, own
    tool.end()


def processes_are_found_and_the_dead_are_cleared_away():
    assert estab("nstat") == ""
    one, two = Tool("echo"), None
    names = os.listdir(CONTROL)
    assert names == [f"{one.pid}.sock"], names
    assert os.stat(CONTROL).st_mode & 0o777 == 0o700
    one.process.kill()
    one.wait()
    assert os.listdir(CONTROL) == names
    assert "echo" not in estab("ss")
    assert os.listdir(CONTROL) == []
    two = Tool("discard")
    assert f'users:(("discard",pid={two.pid}))' in estab("ss", "all")
    estab("ss", "1", status=1)
    two.end()
    assert os.listdir(CONTROL) == []


def ask(pid, question=b"connections\n"):
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(10)
    peer.connect(os.path.join(CONTROL, f"{pid}.sock"))
    if question:
        peer.sendall(question)
    return peer


def nobody_else_may_ask():
    """Battery F16.  The folder keeps others out; should it be opened, the
    socket knows who they are."""
    tool = Tool("echo")
    path = os.path.join(CONTROL, f"{tool.pid}.sock")
    for there in (os.path.dirname(CONTROL), CONTROL):
        os.chmod(there, 0o755)
    os.chmod(path, 0o777)
    code = ("import os, socket, sys; os.setgid(65534); os.setuid(65534);"
            "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
            "s.settimeout(10)\n"
            "try: s.sendall(b'connections\\n'); print(len(s.recv(1)))\n"
            "except (BrokenPipeError, ConnectionResetError): print(0)")
    done = subprocess.run([sys.executable, "-c", code, path],
                          capture_output=True, text=True, check=False)
    assert done.stdout == "0\n", done
    done = subprocess.run([os.environ["ESTAB_DEBUG"], "ss"], text=True,
                          capture_output=True, check=False)
    assert done.returncode == 1 and "chmod 700" in done.stderr, done
    os.chmod(CONTROL, 0o700)
    assert "LISTEN" in estab("ss")
    tool.end()


def what_is_no_question_gets_no_answer():
    tool = Tool("echo")
    for nonsense in (b"\n", b"help\n", b"x" * 100, b"connections\0\n",
                     b"connections\ncounters\n"):
        peer = ask(tool.pid, nonsense)
        try:
            assert peer.recv(1) == b"", nonsense
        except ConnectionResetError:
            pass
    assert "LISTEN" in estab("ss")
    tool.end()


def clients_that_do_not_read_hold_up_nobody():
    tool = Tool("echo", fast=True)
    peers = [connect(V4, 7) for _ in range(800)]
    silent = [ask(tool.pid, b"") for _ in range(3)]
    deaf = [ask(tool.pid) for _ in range(20)]  # more than have a place
    for peer in peers[:50]:
        peer.sendall(b"ping")
        assert peer.recv(4) == b"ping"
    rows = [json.loads(line) for line in estab("ss", "--json").splitlines()]
    assert sum(row["kind"] == "tcb" for row in rows) == 800
    assert len({row["conn"] for row in rows}) == len(rows)
    # The first were the oldest, and had to go.
    assert silent[0].recv(1) == b"" and deaf
    with open(f"/proc/{tool.pid}/stat", encoding="ascii") as stat:
        before = sum(map(int, stat.read().split()[13:15]))
    select.select([], [], [], 1)
    with open(f"/proc/{tool.pid}/stat", encoding="ascii") as stat:
        used = sum(map(int, stat.read().split()[13:15])) - before
    assert used < os.sysconf("SC_CLK_TCK") / 2, "it does not sleep"
    tool.end()


def ctrl_c_ends_quietly():
    tool = Tool("echo")
    os.kill(tool.pid, signal.SIGSTOP)
    slow = subprocess.Popen([os.environ["ESTAB_DEBUG"], "ss"],
                            stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True)
    try:
        slow.wait(0.5)
        assert False, "nobody answered, and it did not wait"
    except subprocess.TimeoutExpired:
        pass
    slow.send_signal(signal.SIGINT)
    status = slow.wait(5)
    assert status == -signal.SIGINT, status
    assert slow.stderr.read() == ""
    os.kill(tool.pid, signal.SIGCONT)
    tool.end()


def a_stopped_process_is_named():
    tool = Tool("echo")
    os.kill(tool.pid, signal.SIGSTOP)
    done = subprocess.run([os.environ["ESTAB_DEBUG"], "ss"], text=True,
                          capture_output=True, check=False, timeout=30)
    assert done.returncode == 1, done
    assert f"process {tool.pid}: it does not answer" in done.stderr, done
    os.kill(tool.pid, signal.SIGCONT)
    tool.end()


def who_ends_while_it_is_asked_is_no_failure():
    for named, status, says in (
            (False, 0, "no estab process of yours is running"),
            (True, 1, "it ended while it was asked")):
        tool = Tool("echo")
        os.kill(tool.pid, signal.SIGSTOP)
        whom = str(tool.pid) if named else "all"
        asked = subprocess.Popen([os.environ["ESTAB_DEBUG"], "ss", whom],
                                 stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, text=True)
        select.select([], [], [], 0.5)
        tool.end(signal.SIGKILL)
        _, said = asked.communicate(timeout=20)
        assert asked.returncode == status and says in said, said


run(every_record_is_listed_in_the_words_of_ss,
    a_listener_shows_how_syns_press_and_what_is_against_it,
    time_wait_is_listed,
    the_system_s_ss_reads_our_dump_as_we_print_it,
    json_and_control_blocks_say_the_same,
    counters_have_the_kernel_s_names,
    processes_are_found_and_the_dead_are_cleared_away,
    nobody_else_may_ask,
    what_is_no_question_gets_no_answer,
    clients_that_do_not_read_hold_up_nobody,
    ctrl_c_ends_quietly,
    a_stopped_process_is_named,
    who_ends_while_it_is_asked_is_no_failure)
