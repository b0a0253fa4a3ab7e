# SPDX-License-Identifier: BSD-2-Clause
"""named.py - tests by the names that docs/ have for them:
`FOLDER/PROGRAM: FUNCTION` below tests/, and `scenario NAME`."""

import os
import re

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def read(*words):
    with open(os.path.join(TOP, *words), encoding="utf-8") as file:
        return file.read()


def scenario_cases(name):
    """Two families, and five choices of the ISS, unless it says otherwise."""
    text = read("scenarios", name + ".scenario")
    line = re.search(r"^cases\s+(.*)", text, re.M)
    words = line.group(1).split() if line else []
    families = len({"v4", "v6"} & set(words)) or 2
    if "own-iss" in words:
        return families
    if "iss" in words:
        return families * (len(words) - words.index("iss") - 1)
    return families * 5


def cases(name, row=None):
    """How many cases this test has, or None when there is no such test."""
    if name.startswith("scenario "):
        word = name[len("scenario "):]
        path = os.path.join(TOP, "scenarios", word + ".scenario")
        return scenario_cases(word) if os.path.exists(path) else None
    program, _, function = name.partition(": ")
    path = os.path.join("tests", program + ".c")
    script = os.path.join("tests", program + ".py")
    if os.path.exists(os.path.join(TOP, script)):
        # Its last statement is run(TEST, TEST...).
        text = read(script)
        listed = re.search(rf"\b{function}\b", text[text.rindex("\nrun("):])
        return 1 if listed and f"\ndef {function}():" in text else None
    if not os.path.exists(os.path.join(TOP, path)):
        return None
    text = read(path)
    listed = rf"\b(?:cmocka_unit_test\w*|twin_test|T)\(\s*{function}\b"
    if not re.search(listed, text):
        return None
    if row is None or f"\n{function}(void" not in text:
        return 1
    body = text[text.index(f"\n{function}(void"):]
    said = re.search(rf'battery_ran\("{row}", .*?, (\d+)\);',
                     body[:body.index("\n}\n")], re.S)
    return int(said.group(1)) if said else 1


def tell(*tests):
    """Run each, print "ok NAME" or why not; returns the exit status."""
    bad = 0
    for test in tests:
        try:
            test()
        except AssertionError as why:
            print(why)
            print(f"not ok {test.__name__}")
            bad = 1
        else:
            print(f"ok {test.__name__}")
    return bad
