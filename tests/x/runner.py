#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""runner.py - tools/run-tests counts what happened, whatever a program does.

Each row is a test tree of one file: a shell script that prints what a cmocka
program would, or a script of tests/, and what the runner must say of it.  Beside a program stands its
optimized twin, which passes one test.
"""

import os
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))

RUN, OK, BAD, SKIP = ("[ RUN      ] ", "[       OK ] ", "[  FAILED  ] ",
                      "[  SKIPPED ] ")


def cmocka(*lines, code=0):
    """A program that prints these lines."""
    return "#!/bin/sh\n" + "".join(
        line[1:] + "\n" if line.startswith("!") else f"echo '{line}'\n"
        for line in lines) + f"exit {code}\n"


# name: (path below tests/, the program, the last line, and what else is said)
ROWS = {
    "each_function_counts": (
        "a/b.c", cmocka(RUN + "one", OK + "one", RUN + "two", OK + "two"),
        "3 passed, 0 failed, 0 skipped", "2 tests"),
    "a_failure_is_shown_with_its_text": (
        "a/b.c", cmocka(RUN + "one", "0x1 != 0x2", BAD + "one", code=1),
        "1 passed, 1 failed, 0 skipped", "0x1 != 0x2"),
    "the_summary_is_not_counted_again": (
        "a/b.c", cmocka("[==========] Running 1 test(s).", RUN + "one",
                        BAD + "one", "[==========] 1 test(s) run.",
                        "[  FAILED  ] 1 test(s), listed below:", BAD + "one",
                        code=1),
        "1 passed, 1 failed, 0 skipped", "a/b: one"),
    "a_skip_tells_its_reason": (
        "a/b.c", cmocka(RUN + "zero", OK + "zero", RUN + "one",
                        "SKIP: no such device", SKIP + "one"),
        "2 passed, 0 failed, 1 skipped", "a/b: one: no such device"),
    "a_skip_without_a_reason_fails": (
        "a/b.c", cmocka(RUN + "one", SKIP + "one"),
        "1 passed, 1 failed, 0 skipped", "skipped without a reason"),
    "a_crash_fails_the_function_that_ran": (
        "a/b.c", cmocka(RUN + "one", OK + "one", RUN + "two", "!kill -9 $$"),
        "2 passed, 1 failed, 0 skipped", "not ok two"),
    "a_sanitizer_at_the_end_fails": (
        "a/b.c", cmocka(RUN + "one", OK + "one", "leaked", code=23),
        "2 passed, 1 failed, 0 skipped", "exit code 23"),
    "what_hangs_is_stopped": (
        "a/b.c", cmocka(RUN + "one", "!sleep 60 # test-timeout: 1"),
        "1 passed, 1 failed, 0 skipped", "stopped after 1 s"),
    "a_failed_set_up_fails_its_test": (
        "a/b.c", cmocka(RUN + "one", RUN + "two", OK + "two", code=1),
        "2 passed, 1 failed, 0 skipped", "not ok one"),
    "a_program_without_tests_fails": (
        "a/b.c", cmocka("hello"),
        "1 passed, 1 failed, 0 skipped", "no test was run"),
    "a_program_that_was_not_built_fails": (
        "a/b.c", None, "1 passed, 1 failed, 0 skipped", "was not built"),
    "a_script_has_a_line_a_test": (
        "a/b.sh", cmocka("ok one", "not ok two", "skip three: no luck"),
        "1 passed, 1 failed, 1 skipped", "three: no luck"),
    "a_script_without_lines_is_one_test": (
        "a/b.sh", cmocka("hello"),
        "1 passed, 0 failed, 0 skipped", "(whole)"),
    "a_script_that_only_skips_passes_nothing": (
        "a/b.sh", cmocka("SKIP: not today", code=77),
        "0 passed, 0 failed, 1 skipped", "not today"),
    "a_skipped_network_test_fails_for_root": (
        "net/b.sh", cmocka("ok one", "skip two: no tun"),
        "1 passed, 1 failed, 0 skipped" if os.geteuid() == 0 else
        "1 passed, 0 failed, 1 skipped", "two: "),
}


def run(folder, path, program, *words):
    """Make a tree with this one test and run it."""
    shutil.copytree(os.path.join(TOP, "tools"),
                    os.path.join(folder, "tools"))
    source = os.path.join(folder, "tests", path)
    os.makedirs(os.path.dirname(source))
    if path.endswith(".c"):
        target = os.path.join(
            folder, "build/debug/tests", "tests_" +
            path.replace("/", "_").replace(".", "_"))
        os.makedirs(os.path.dirname(target))
        twin = target.replace("/debug/", "/gcc/")
        os.makedirs(os.path.dirname(twin))
        with open(twin, "w", encoding="utf-8") as file:
            file.write(cmocka(RUN + "one", OK + "one"))
        os.chmod(twin, 0o755)
        with open(source, "w", encoding="utf-8") as file:
            # The quote makes it a test of the inside: it runs once.
            file.write('#include "x.h"\nint main(void) { }\n' +
                       (program or ""))
    else:
        target = source
    if program:
        with open(target, "w", encoding="utf-8") as file:
            file.write(program)
        os.chmod(target, 0o755)
    done = subprocess.run(
        [os.path.join(folder, "tools/run-tests"),
         os.path.join(folder, "build"), *words],
        capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


# The second of three rounds fails; the first alone is long.
ROUNDS = """#!/bin/sh
echo "long '$ESTAB_TEST_LONG'" >>seen
test "$(wc -l <seen)" != 2
"""


def rounds_are_counted_and_the_failed_named():
    with tempfile.TemporaryDirectory() as folder:
        code, text = run(folder, "a/interop.sh", ROUNDS, "interop",
                         "--repeat", "3")
        with open(os.path.join(folder, "seen"), encoding="ascii") as file:
            seen = file.read()
    assert code == 1, text
    assert text.endswith("\n2 of 3 rounds passed, failed: 2\n"), text
    assert seen == "long '1'\n" + "long ''\n" * 2, seen


def only_who_asks_gets_it_long():
    for words, long in (((), ""), (("a/",), ""), (("--long",), "1"),
                        (("interop",), "1")):
        with tempfile.TemporaryDirectory() as folder:
            run(folder, "a/interop.sh", ROUNDS, *words)
            with open(os.path.join(folder, "seen"), encoding="ascii") as file:
                assert file.read() == f"long '{long}'\n", words


def a_repeat_without_a_number_is_an_error():
    for words in (("--repeat",), ("--repeat", "0"), ("--repeat", "x")):
        with tempfile.TemporaryDirectory() as folder:
            code, text = run(folder, "a/b.sh", ROUNDS, *words)
        assert code == 2 and "a number is wanted" in text, text


def judged(test):
    try:
        test()
    except AssertionError as why:
        print(f"{why}\nnot ok {test.__name__}")
        return 1
    print("ok " + test.__name__)
    return 0


def main():
    bad = 0
    for test in (rounds_are_counted_and_the_failed_named,
                 only_who_asks_gets_it_long,
                 a_repeat_without_a_number_is_an_error):
        bad |= judged(test)
    for name, (path, program, last, said) in ROWS.items():
        with tempfile.TemporaryDirectory() as folder:
            code, text = run(folder, path, program)
        good = text.rstrip().endswith("\n" + last) and said in text and \
            (code == 0) == (" 0 failed" in last)
        if not good:
            print(f"exit code {code}, expected '{last}' and '{said}':")
            print("\n".join("| " + line for line in text.splitlines()))
            bad = 1
        print(("ok " if good else "not ok ") + name)
    return bad


sys.exit(main())
