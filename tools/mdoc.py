# SPDX-License-Identifier: BSD-2-Clause
"""mdoc.py - plain text as lines of mdoc(7)."""

import re
import textwrap

# A sentence ends; the next begins with a capital, a quote or a bracket.
SENTENCE = re.compile(r"(?<=[A-Za-z0-9)\"'][.!?]) +(?=[A-Z\"(*])|(?<=[.!?:])  +")


def escape(text):
    text = text.replace("\\", "\\e").replace("\0", "\\")
    return "\\&" + text if text.startswith((".", "'")) else text


def quoted(text):
    return '"' + escape(text) + '"' if " " in text else escape(text)


def markdown(text):
    """`code` stands out; the rest is as it is."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"`([^`]*)`", "\0fB\\1\0fR", text)


def sentences(text):
    """Each sentence begins a line."""
    for sentence in SENTENCE.split(" ".join(text.split())):
        for line in textwrap.wrap(sentence, 78, break_long_words=False,
                                  break_on_hyphens=False):
            yield escape(line)


def literal(texts):
    if texts:
        yield ".Bd -literal -offset indent"
        for text in texts:
            yield from (escape(line) for line in text.split("\n"))
        yield ".Ed"


def listed(pairs):
    """A list of words, each with what it means; none of it is mdoc yet."""
    yield ".Bl -tag -width Ds"
    for word, text in pairs:
        yield ".It " + escape(word)
        yield from sentences(text)
    yield ".El"


def kind(line):
    if not line:
        return "gap"
    if line.startswith("  - "):
        return "point"
    if line.startswith("    "):
        return "literal"
    return "text"


def blocks(lines):
    """(kind, lines) of what stands together in a comment."""
    block, of = [], "gap"
    for line in lines:
        now = kind(line)
        if of == "point" and now == "literal":
            now = "text"  # a point that goes on
        if now != of and not (of == "point" and now == "text") or \
                now == "point":
            if block:
                yield of, block
            block, of = [], now
        block.append(line)
    if block:
        yield of, block


def prose(lines):
    """A comment: its paragraphs, points, and what is indented as it is."""
    listing, any_yet, gap = False, False, False
    for of, block in blocks(lines):
        if of == "gap":
            gap = True
            continue
        if listing and of != "point":
            yield ".El"
            listing = False
        if of == "point":
            if not listing:
                yield ".Bl -bullet"
                listing = True
            yield ".It"
            block[0] = block[0][len("  - "):]
        elif gap and any_yet and of == "text":
            yield ".Pp"
        if of == "literal":
            yield from literal([textwrap.dedent("\n".join(block))])
        else:
            yield from sentences(" ".join(block))
        any_yet, gap = True, False
    if listing:
        yield ".El"
