#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# test-timeout: 900
"""nginx, fetched by curl and wrk through estab forward, both ways round."""

import hashlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
from tool import estab, need, run, wait
from wired import ALL, LARGE, LONG, SMALL, WAYS, Nginx, Way, need_programs

need()
need_programs()

SECONDS = 30 if LONG else 3


def through(ways, use):
    """Use a forwarder each of these ways, nginx behind it."""
    nginx = Nginx()
    try:
        for words in ways:
            way = Way(*words)
            try:
                use(way)
            except AssertionError:
                way.end()
                raise
            wait(lambda: "ESTAB" not in estab("ss").split(),
                 lambda: str(way) + estab("ss"))
            way.end()
    finally:
        nginx.end()


def curl(way, *words):
    done = subprocess.run(["curl", "-sS", "-m", "30", *words],
                          capture_output=True, check=False)
    assert done.returncode == 0, f"{way}: {done.stderr.decode()}"
    return done.stdout


def fetch(way):
    for close in ((), ("-H", "Connection: close")):
        got = curl(way, *close, *[way.url] * 5, way.url + "large",
                   way.url)
        assert got == SMALL * 5 + LARGE + SMALL, \
            f"{way}: {len(got)} bytes, {hashlib.sha256(got).hexdigest()}"
    # Kept alive: one connection for three; closed: one each.
    count = ["-o", "/dev/null", "-w", "%{num_connects}"]
    three = [word for _ in range(3) for word in (*count[:2], way.url)]
    assert curl(way, *count[2:], *three) == b"100", way
    assert curl(way, *count[2:], "-H", "Connection: close", *three) == b"111"


def curl_fetches_kept_alive_and_closed():
    through(ALL, fetch)


def load(way, *words):
    """wrk reports an error only if there is one; a request that took longer
    than 2 s is one."""
    done = subprocess.run(
        ["wrk", "-t", "2", "-c", "100", "-d", f"{SECONDS}s", *words, way.url],
        capture_output=True, text=True, check=False)
    text = f"{way}: {done.stdout}{done.stderr}"
    assert done.returncode == 0, text
    assert "Socket errors" not in text and "Non-2xx" not in text, text
    found = re.search(r"(\d+) requests in", text)
    assert found and int(found.group(1)) > 100 * SECONDS, text


def wrk_finds_no_error_kept_alive():
    through(WAYS, load)


def wrk_finds_no_error_closing_each_time():
    through(WAYS, lambda way: load(way, "-H", "Connection: close"))


run(curl_fetches_kept_alive_and_closed,
    wrk_finds_no_error_kept_alive,
    wrk_finds_no_error_closing_each_time)
