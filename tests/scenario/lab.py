#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""estab lab as its user meets it: names, pictures, captures, exit statuses.

The program is $ESTAB.
"""

import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import xml.etree.ElementTree

ESTAB = os.environ.get("ESTAB", "build/release/src/estab")
TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
ITEMS = [f"f{n}" for n in range(1, 6)] + ["t1"] + \
    [f"o{n}" for n in range(1, 10)] + \
    [f"c{n}" for n in range(1, 12)] + \
    [f"w{n}" for n in (*range(2, 11), *range(14, 22), 23)]


def lab(*args, env=None):
    """Exit status, what it printed, what it complained."""
    done = subprocess.run(
        [ESTAB, "lab", *args], stdin=subprocess.DEVNULL, capture_output=True,
        env={**os.environ, **(env or {})}, timeout=100, check=False)
    return (done.returncode, done.stdout.decode(), done.stderr.decode())


def on_terminal(*args, env):
    """What it writes to a terminal."""
    master, slave = pty.openpty()
    with subprocess.Popen([ESTAB, "lab", *args], stdin=subprocess.DEVNULL,
                          stdout=slave, stderr=slave, env=env) as process:
        os.close(slave)
        text = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            text += piece
        process.wait(timeout=100)
    os.close(master)
    return text.decode()


def columns(line):
    """A Chinese character is two columns wide."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in line if not unicodedata.combining(c))


def names():
    return [line.split()[0] for line in lab("--list")[1].splitlines()]


def scenario(text):
    """A scenario of the test's own, in a file."""
    with tempfile.NamedTemporaryFile("w", suffix=".scenario",
                                     delete=False) as file:
        file.write(text)
    return file.name


# ---- The tests --------------------------------------------------------------


def list_names_every_scenario():
    status, out, _ = lab("--list")
    files = sorted(name[:-len(".scenario")]
                   for name in os.listdir(os.path.join(TOP, "scenarios"))
                   if name.endswith(".scenario"))
    assert status == 0
    assert sorted(line.split()[0] for line in out.splitlines()) == files
    assert all(len(line.split(None, 1)) == 2 for line in out.splitlines())


def every_item_goes_as_written():
    status, out, err = lab(*ITEMS)
    assert (status, err) == (0, ""), err
    for name in names():
        assert re.search(rf"^{name}  ", out, re.M), name
    assert "Not as written" not in out


def a_prefix_plays_all_of_an_item_and_no_other():
    _, out, _ = lab("c1")
    assert "\nc1-" in "\n" + out and "c10-" not in out and "c11-" not in out
    _, out, _ = lab("c11")
    for name in names():
        assert (f"\n{name}  " in "\n" + out) == name.startswith("c11-"), name
    assert "c7-last-ack-lost  " in lab("c7-l")[1]


def a_world_beside_is_shown_with_the_difference():
    for item in ("o8", "c7", "c8", "c9"):
        _, out, _ = lab(item)
        assert "As it is" in out and "Beside it: " in out, item
        assert "The difference: here " in out, item
    flat = " ".join(lab("c8")[1].split())
    assert "B's program got 8 bytes \"PAY 7...\"" in flat
    assert "B's program got 8 bytes \"PAY 100!\"" in flat


def a_diagram_shows_the_way_each_end_took():
    _, out, _ = lab("--ascii", "--diagram", "c9")
    assert out.count("The way A took") == out.count("The way B took") == 2
    _, alone, _ = lab("--ascii", "--diagram", "c11-simultaneous-close")
    # Entered or not.
    assert "#   CLOSING    #" in alone and "|   LAST-ACK   |" in alone
    assert "The way" not in lab("c9")[1]


def no_line_is_wider_than_100_columns():
    for args in ((), ("--lang", "zh"), ("--ascii",), ("--raw",), ("--tcb",),
                 ("--diagram",), ("--diagram", "--lang", "zh"),
                 ("-6", "--tcb", "--lang", "zh"), ("--all",)):
        for line in lab(*args, *ITEMS)[1].splitlines():
            assert columns(line) <= 100, (args, line)


def ascii_means_ascii():
    _, out, _ = lab("--ascii", "--tcb", *ITEMS)
    assert out.isascii()


KEEP = {
    "cookie",
    # What the protocol calls its things in any language.
    "SYN", "ACK", "FIN", "RST", "PSH", "URG", "seq", "ack", "len", "wnd",
    "mss", "ws", "ts", "sack", "TCP", "TCB", "RFC", "ICMP", "MSL", "MSS", "MTU", "RTO",
    "RTT", "SRTT", "RTTVAR", "ISS", "IRS", "SND", "RCV", "UNA", "NXT", "MAX",
    "WND", "WL", "UP", "CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED",
    "ESTABLISHED", "FIN-WAIT", "CLOSE-WAIT", "CLOSING", "LAST-ACK",
    "TIME-WAIT", "MiB", "MUST", "CLOSE", "cwnd", "ssthresh",
}


def chinese_is_chinese_throughout():
    for args in (("--tcb",), ("-6", "--raw", "--all"), ("--seed", "9")):
        _, out, _ = lab("--lang", "zh", *args, *ITEMS)
        # Names are names, and quotes are quotes.
        for name in sorted(names(), key=len, reverse=True):
            out = out.replace(name, "")
        out = re.sub(r"“[^”\n]*”", "", out)
        left = set(re.findall(r"[A-Za-z][A-Za-z-]*[A-Za-z]", out)) - KEEP
        left = {w for w in left if not re.fullmatch(r"[0-9a-fx-]+", w)}
        assert not left, (args, left)
    titles = lab("--lang", "zh", "--list")[1].splitlines()
    assert all(re.search(r"[一-鿿]", line) for line in titles)


def control_blocks_come_only_when_asked_for():
    plain, blocks = lab("o6")[1], lab("o6", "--tcb")[1]
    assert "SND.UNA" not in plain
    for word in ("SND.UNA", "RCV.NXT", "ISS", "bucket"):
        assert word in blocks, word


def raw_numbers_stand_for_the_names():
    assert "seq=x+1" in lab("c1-first-fin")[1]
    assert "seq=x" not in lab("c1-first-fin", "--raw")[1]


def the_seed_decides_the_numbers():
    assert lab("o2", "--raw")[1] == lab("o2", "--raw", "--seed", "1")[1]
    assert lab("o2", "--raw")[1] != lab("o2", "--raw", "--seed", "2")[1]


def json_is_one_record_a_line():
    status, out, _ = lab("--json", "c7")
    records = [json.loads(line) for line in out.splitlines()]
    assert status == 0 and len(records) > 20
    assert {"state", "in", "out", "wire", "timer"} <= {
        r["type"] for r in records}


def a_capture_holds_damage_only_where_the_scenario_made_it():
    if shutil.which("tshark") is None:
        print("skip a_capture_holds_damage_only_where_the_scenario_made_it: "
              "no tshark")
        return "skipped"
    damaged = [name for name in names() if "corrupted" in name]
    assert damaged
    for v6 in ((), ("-6",)):
        for chosen, wanted in ((names(), None), (damaged, len(damaged))):
            with tempfile.NamedTemporaryFile(suffix=".pcapng") as file:
                rest = [n for n in chosen
                        if wanted is not None or n not in damaged]
                assert lab("--pcap", file.name, *v6, *rest)[0] == 0
                found = subprocess.run(
                    ["tshark", "-r", file.name, "-o",
                     "tcp.check_checksum:TRUE", "-Y",
                     # ICMP quotes no more than the front of a segment.
                     "(_ws.malformed || tcp.checksum.status==0) && "
                     "!icmp && !icmpv6"],
                    capture_output=True, check=True).stdout
                assert len(found.splitlines()) == (wanted or 0), found
                count = subprocess.run(
                    ["tshark", "-r", file.name], capture_output=True,
                    check=True).stdout.splitlines()
                assert len(count) >= len(rest)
    return None


def a_capture_tells_what_each_end_made_of_a_packet():
    if shutil.which("tshark") is None:
        print("skip a_capture_tells_what_each_end_made_of_a_packet: "
              "no tshark")
        return "skipped"
    with tempfile.NamedTemporaryFile(suffix=".pcapng") as file:
        assert lab("--pcap", file.name, "o7-syn-ack-lost")[0] == 0
        said = subprocess.run(
            ["tshark", "-r", file.name, "-T", "fields", "-e",
             "frame.comment"], capture_output=True, check=True,
            text=True).stdout.splitlines()
    syn, syn_ack, again = (line.split("\\n") for line in said[:3])
    assert syn[0].startswith("A: CLOSED -> SYN-SENT: "), syn
    assert syn[-1].startswith("B: LISTEN -> SYN-RECEIVED: SYN taken"), syn
    assert syn_ack[-1] == "lost on the wire", syn_ack
    assert again[0].startswith("A: no answer to the SYN"), again
    assert again[-1].startswith("B: the same SYN again"), again
    return None


def colour_is_for_terminals_that_want_it():
    env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    assert "\033[" not in lab("c1")[1]
    assert "\033[" in on_terminal("c1", env=env)
    assert "\033[" not in on_terminal("c1", env={**env, "NO_COLOR": "1"})


def a_failed_expectation_is_exit_1():
    name = scenario("title t\nB listen\nA connect B\n  A > B SYN seq=7\n")
    status, out, err = lab(name)
    os.unlink(name)
    assert status == 1
    assert f"{os.path.basename(name)}:4: expected" in err, err
    assert "its seq" in err and "Not as written" in out


def wrong_usage_is_exit_2():
    bad = scenario("title t\ngiven A FOO\n")
    for args, word in (((), "NAME"), (("c7x",), "c7x"),
                       (("c5-last-akc",), 'is "c5-last-ack" meant?'),
                       (("o4-thrid",), 'is "o4-third-segment'),
                       (("c99",), 'is "c9-four-or-three" meant?'),
                       (("--lang", "fr", "c7"), "zh or en"),
                       (("--seed", "x", "c7"), "a number"),
                       (("--sed", "c7"), "sed"),
                       ((bad,), ":2:9: expected a state")):
        status, out, err = lab(*args)
        assert status == 2 and out == "" and word in err, (args, status, err)
    os.unlink(bad)


def a_file_that_cannot_be_read_is_exit_1():
    status, out, err = lab("/nowhere/x.scenario")
    assert status == 1 and out == "" and "cannot read /nowhere/x" in err, err


def a_capture_that_cannot_be_written_is_exit_1():
    assert lab("--pcap", "/nowhere/x", "c1")[0] == 1


def a_flood_is_a_table_and_a_picture():
    with tempfile.TemporaryDirectory() as folder:
        for lang, word in (("en", "cookies alone"), ("zh", "仅用 SYN cookie")):
            path = os.path.join(folder, lang + ".svg")
            status, text, _ = lab("--lang", lang, "--svg", path,
                                  "f1-syn-flood-against-each-defence")
            assert status == 0
            rows = re.findall(r"^ *[\d.]+ % .*\d+/128 .*$", text, re.M)
            assert len(rows) == 9, text
            assert any(row.endswith(word) for row in rows), text
            picture = xml.etree.ElementTree.parse(path).getroot()
            lines = [e for e in picture.iter() if e.tag.endswith("polyline")]
            assert len(lines) == 9 and all(e.get("points") for e in lines)
            words = [e.text for e in picture.iter() if e.tag.endswith("text")]
            for axis in ("0 %", "100 %", "0 s", "4 s", "128"):
                assert words.count(axis) == 9, (axis, words)
            assert word in words, words
        path = os.path.join(folder, "both.svg")
        assert lab("--svg", path, "f4-satellite", "f4-order")[0] == 0
        picture = xml.etree.ElementTree.parse(path).getroot()
        tops = [int(e.get("y")) for e in picture.iter()
                if e.tag.endswith("text")]
        assert len([e for e in picture.iter()
                    if e.get("class") == "title"]) == 2
        assert max(tops) < int(picture.get("height"))
        status, _, said = lab("--svg", path, "c7")
        assert status == 1 and "no flood was played" in said, said
    assert lab("--svg", "/nowhere/at/all.svg", "f2-one-source")[0] == 1


def the_manual_knows_every_word():
    """Names in the parser's tables stand in estab-scenario(5)."""
    with open(os.path.join(TOP, "man/estab-scenario.5"),
              encoding="utf-8") as file:
        manual = set(re.findall(r"[A-Za-z][A-Za-z0-9.-]*", file.read()))
    for source, pattern in (
            ("parse_config.c", r'TUNABLE\("([^"]+)"'),
            ("parse_config.c", r'\{ "([^"]+)", VALUE_'),
            ("parse_flood.c", r'cursor_take\(&p->c, "([a-z-]+)"\)'),
            ("parse_call.c", r'= "([a-z-]+)",'),
            ("parse.c", r'\{ "([a-z]+)", [a-z_]+, (?:true|false) \}'),
            ("parse_segment.c", r'cursor_take\(&p->c, "([a-z]+)=?"\)'),
            ("parse_icmp.c", r'\{ "([a-z-]+)"'),
            ("field.c", r'(?:STATUS|MEMORY)\("([^"]+)"')):
        path = os.path.join(TOP, "src/scenario", source)
        with open(path, encoding="utf-8") as file:
            words = re.findall(pattern, file.read())
        assert words, (source, pattern)
        for word in words:
            assert word in manual, (source, word)


def main():
    failed = False
    for name, test in list(globals().items()):
        if not callable(test) or test.__module__ != "__main__" or \
                name in ("lab", "on_terminal", "columns", "names", "scenario",
                         "main"):
            continue
        try:
            if test() is None:
                print(f"ok {name}", flush=True)
        except (AssertionError, subprocess.SubprocessError, OSError) as why:
            failed = True
            print(f"not ok {name}", flush=True)
            print(f"{type(why).__name__}: {why}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
