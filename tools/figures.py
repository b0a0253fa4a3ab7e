# SPDX-License-Identifier: BSD-2-Clause
"""Figures that were measured, and where they are kept.

A run is one JSON object a line: commit, date, command, duration, result, where
result is the list of what a program of bench/ printed, each with name, value,
unit, peer, peer_value, ratio.  docs/runs.jsonl holds those worth keeping,
build/runs.jsonl the latest of this machine."""

import json
import os
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KEPT = os.path.join(TOP, "docs/runs.jsonl")
BUILD = os.path.abspath(os.environ.get("ESTAB_BUILD",
                                       os.path.join(TOP, "build")))
LATEST = os.path.join(BUILD, "runs.jsonl")


def git(*words):
    done = subprocess.run(["git", "-c", "safe.directory=*", *words], cwd=TOP,
                          capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def commit():
    """The commit that is built here; "+" behind it: and changes to it."""
    changed = git("status", "--porcelain", "--untracked-files=no", "--",
                  "src", "include", "bench", "meson.build")
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + \
        ("+" if changed else "")


def append(path, run):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(run) + "\n")


def runs(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def number(value):
    if value is None:
        return "-"
    if isinstance(value, (int, float)):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"
    return str(value)


def row(figure):
    peer = ""
    if figure.get("peer"):
        peer = f"{figure['peer']} {number(figure.get('peer_value'))}"
        if figure.get("ratio") is not None:
            peer += f", ratio {number(figure['ratio'])}"
    return (f"{figure['name']:<32} {number(figure['value']):>14} "
            f"{figure.get('unit', ''):<14} {peer}")
