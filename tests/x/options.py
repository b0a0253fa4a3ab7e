#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""options.py - every socket option stands in socket.h and in docs/sockets.md,
there with a test that shows what it does."""

import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tools"))
sys.dont_write_bytecode = True
from named import cases, read, tell  # noqa: E402

OPTION = r"\b(?:SO|TCP|IP|IPV6)_[A-Z0-9_]+\b"


def of_the_code():
    """What setsockopt and getsockopt know."""
    text = read("src/socket/setting.c") + read("src/socket/option.c")
    return set(re.findall(OPTION, text))


def rows():
    """(options, tests) of each row of the table."""
    text = read("docs/sockets.md").split("\n## Options\n")[1].split("\n## ")[0]
    for line in text.split("\n"):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.match(r"\| `", line):
            yield (re.findall(OPTION, cells[0]),
                   re.findall(r"`(\w+/\w+: \w+)`", cells[-1]))


def every_option_stands_in_the_table():
    there = {option for options, _ in rows() for option in options}
    assert there == of_the_code(), sorted(there ^ of_the_code())


def every_option_has_a_test_that_uses_it():
    for options, tests in rows():
        gone = [test for test in tests if not cases(test)]
        assert not gone, f"docs/sockets.md: there is no {gone}"
        used = "".join(read("tests", test.split(": ")[0] + ".c")
                       for test in tests)
        for option in options:
            assert option in used, f"{option}: no test named uses it"


def the_header_names_every_option():
    text = read("include/estab/socket.h").split("---- Options")[1]
    there = set(re.findall(OPTION, text))
    assert there == of_the_code(), sorted(there ^ of_the_code())


sys.exit(tell(every_option_stands_in_the_table,
              every_option_has_a_test_that_uses_it,
              the_header_names_every_option))
