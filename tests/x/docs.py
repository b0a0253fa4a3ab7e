#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""docs.py - what docs/ name is there: tests, scenarios, commands; and both
languages of docs/mission.md name the same."""

import json
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tools"))
sys.dont_write_bytecode = True
from named import cases, read, tell  # noqa: E402

ITEMS = [f"{letter}{n}" for letter, last in (("O", 9), ("F", 5), ("C", 11))
         for n in range(1, last + 1)]
SCENARIOS = [name[:-len(".scenario")]
             for name in os.listdir(os.path.join(TOP, "scenarios"))]


def rows(name):
    """Item: its cells."""
    found = {}
    for line in read(name).split("\n"):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.match(r"\| [OFC]\d+ \|", line):
            found[cells[0]] = cells
    return found


def named(text):
    """The tests that a text names."""
    return [word for word in re.findall(r"`([^`]+)`", text)
            if re.match(r"scenario |[a-z]+/\w+: \w+$", word)]


def every_item_stands_there_with_a_test():
    for name in ("docs/mission.md", "docs/mission.zh.md"):
        there = rows(name)
        assert list(there) == ITEMS, f"{name}: {list(there)}"
        for item, cells in there.items():
            assert named(cells[-1]), f"{name}: {item} names no test"


def every_test_named_is_there():
    for name in ("docs/mission.md", "docs/mission.zh.md"):
        text = read(name)
        gone = [word for word in named(text) if not cases(word)]
        assert not gone, f"{name}: there is no {', '.join(gone)}"


def the_pictures_are_what_the_lab_draws():
    program = os.environ.get("ESTAB") or os.environ.get("ESTAB_DEBUG")
    for name, language in (("README.md", "en"), ("README.zh.md", "zh")):
        picture = read(name).split("```\n")[1]
        drawn = subprocess.run(
            [program, "lab", "--lang", language, "o1-to-c6"],
            capture_output=True, check=True).stdout.decode()
        drawn = "\n".join(line.rstrip() for line in drawn.split("\n"))
        assert picture in drawn, f"{name}: the lab does not draw this"


def every_command_plays_something():
    for item, cells in rows("docs/mission.md").items():
        for line in re.findall(r"`./x run lab ([^`]+)`", cells[2]):
            word = [part for part in line.split() if part[0] != "-"][0]
            assert any(name.startswith(word + "-") for name in SCENARIOS), \
                f"{item}: no scenario begins with {word}"


def both_languages_name_the_same():
    english, chinese = rows("docs/mission.md"), rows("docs/mission.zh.md")
    for item, cells in english.items():
        assert cells[2:] == chinese[item][2:], item


def every_fault_of_others_has_what_bears_its_number():
    """Or waits for something, which then is not there."""
    row = re.compile(r"\| W(\d+) \|.*\| ([^|]+) \|$", re.M)
    there = row.findall(read("docs/faults.md"))
    assert [int(n) for n, _ in there] == list(range(1, 26)), there
    for n, cell in there:
        gone = [word for word in named(cell) if not cases(word)]
        assert not gone, f"W{n}: there is no {', '.join(gone)}"
        waits = re.match(r"waits for `estab (\w+)`", cell)
        if waits:
            path = os.path.join(TOP, "src/cli", waits.group(1) + ".c")
            assert not os.path.exists(path), f"W{n}: {path} is there"
        else:
            assert re.search(rf"[ :]w{n}[-_]", cell), \
                f"W{n}: nothing is named by its number"
    shown = {word.group(1) for name in SCENARIOS
             if (word := re.match(r"w(\d+)-", name))}
    assert shown <= {n for n, _ in there}, shown


def flood_rows(name):
    """Of the last table there: requirement, places, tests, tunables,
    counters."""
    table = read(name).rsplit("\n\n", 1)[1]
    return [[cell.strip() for cell in line.strip("|").split("|")]
            for line in table.strip().split("\n")[2:]]


def what_must_hold_in_a_flood_is_there_and_tested():
    header = read("include/estab/estab.h")
    rows_here = flood_rows("docs/syn-flood.md")
    assert len(rows_here) >= 24, rows_here
    for requirement, places, tests, tunables, counters in rows_here:
        for place in re.findall(r"`([^`]+)`", places):
            path, _, function = place.partition(": ")
            assert re.search(rf"^(static inline .*)?{function}\(",
                             read(path), re.M), f"{requirement}: no {place}"
        words = re.findall(r"`([^`]+)`", tests)
        assert words and words == named(tests), f"{requirement}: {tests}"
        gone = [word for word in words if not cases(word)]
        assert not gone, f"{requirement}: there is no {', '.join(gone)}"
        for word in re.findall(r"`([^`]+)`", tunables):
            assert re.search(rf"^\t(int32_t|uint32_t|int64_t|"
                             rf"const struct estab_cookie_keys) \*?{word};",
                             header, re.M), f"{requirement}: no {word}"
        for word in re.findall(r"`([^`]+)`", counters):
            assert f"\tX({word}," in header, f"{requirement}: no {word}"


def both_languages_tell_the_same_of_a_flood():
    english = flood_rows("docs/syn-flood.md")
    chinese = flood_rows("docs/syn-flood.zh.md")
    assert [row[1:] for row in english] == [row[1:] for row in chinese]


def every_deviation_is_shown_by_something():
    for line in read("docs/deviations.md").split("\n"):
        if not re.match(r"\| \d+ \|", line):
            continue
        shown = line.strip("| ").split("|")[-1]
        for word in re.findall(r"`([a-z]\d+-[\w-]+)`", shown):
            assert word in SCENARIOS, f"docs/deviations.md: no {word}"
        for path in re.findall(r"(?:tests|docs)/[\w/.]+", shown):
            full = os.path.join(TOP, path)
            assert any(os.path.exists(full + end)
                       for end in ("", ".c", ".sh", ".py")), \
                f"docs/deviations.md: no {path}"
        assert shown.strip(), line


def figures(name):
    """Of README: the figure's name, its value and the peer's, as written."""
    return re.findall(r"^\| `(\w+\.\w+)`[^|]*\| ([\d.]+) \| ([\d.]+) ",
                      read(name), re.M)


def every_figure_of_the_README_was_measured():
    runs = [json.loads(line) for line in read("docs/runs.jsonl").splitlines()]
    english = figures("README.md")
    assert len(english) > 5 and english == figures("README.zh.md"), english
    for name, *written in english:
        digits = [len(value.partition(".")[2]) for value in written]
        measured = [[f"{one[key]:.{n}f}" for key, n in
                     zip(("value", "peer_value"), digits)]
                    for run in runs for one in run["result"]
                    if one["name"] == name]
        assert written in measured, f"{name}: {written} of {measured}"


sys.exit(tell(every_item_stands_there_with_a_test,
              every_test_named_is_there,
              every_command_plays_something,
              the_pictures_are_what_the_lab_draws,
              both_languages_name_the_same,
              every_fault_of_others_has_what_bears_its_number,
              what_must_hold_in_a_flood_is_there_and_tested,
              both_languages_tell_the_same_of_a_flood,
              every_deviation_is_shown_by_something,
              every_figure_of_the_README_was_measured))
