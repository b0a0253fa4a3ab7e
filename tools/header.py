# SPDX-License-Identifier: BSD-2-Clause
"""header.py - a public header read as what it is, the manual.

A header is a preface and groups; a group begins at a line "/* ---- Title" and
holds items: a comment, the declarations that follow it, or both.
"""

import os
import re

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(TOP, "include/estab")

GROUP = re.compile(r"/\* ---- (.*?) -+ \*/$")
COMMENT = re.compile(r"/\*.*?\*/", re.S)
FUNCTION = re.compile(r"^([^(){}=#]*?[\s*])(estab_\w+)\s*\(([^{}]*)\)\s*;$",
                      re.S)
# The first argument of an X, and its strings.
ROW = re.compile(r'X\(\s*(\w+)\s*(?:,\s*\d+\s*)?((?:,?\s*"(?:[^"\\]|\\.)*")*)'
                 r'\s*\)')
FRAME = re.compile(r"#if|#endif|#include|#define ESTAB_\w+_H$|extern \"C\"|}$")


class Function:
    def __init__(self, result, name, arguments):
        self.result = result
        self.name = name
        self.arguments = arguments


class Item:
    def __init__(self):
        self.comment = []  # lines, without the frame
        self.statements = []  # declarations and preprocessor lines, as text
        self.begun = ""  # a declaration that has not ended

    def add(self, line):
        self.begun += line + "\n"
        bare = COMMENT.sub("", self.begun).strip()
        if bare.startswith("#"):
            done = not bare.endswith("\\")
        else:
            done = bare.count("{") == bare.count("}") and \
                bare.endswith((";", "}"))
        if done:
            self.statements.append(self.begun.rstrip("\n"))
            self.begun = ""

    def functions(self):
        return [made for made in map(function, self.statements) if made]


class Group:
    def __init__(self, header, title):
        self.header = header  # "sim.h"
        self.title = title
        self.items = []

    def functions(self):
        return [made for item in self.items for made in item.functions()]

    def page(self):
        """estab_sim for the group of a header that has no title, else
        estab_sim_world: the word before a title's colon, or its last one; of
        estab.h without the header's name."""
        title = re.sub(r"\(.*", "", self.title.lower())
        words = re.findall(r"^[a-z]+(?=:)", title) or \
            re.findall(r"[a-z]+", title)[-1:]
        if self.header != "estab.h" or not words:
            words.insert(0, self.header[:-len(".h")])
        return "_".join(["estab", *words])


def function(statement):
    """The function a declaration declares, or None."""
    bare = " ".join(COMMENT.sub("", statement).split())
    bare = re.sub(r"\s*__attribute__\s*\(\(.*\)\)", "", bare)
    found = FUNCTION.match(bare)
    if not found or bare.startswith("typedef"):
        return None
    arguments = re.split(r",\s*(?![^()]*\))", found.group(3))
    return Function(found.group(1).strip(), found.group(2), arguments)


def rows(statement):
    """The rows of an X table: its names, and the strings of each."""
    text = re.sub(r"\\\n", " ", COMMENT.sub("", statement))
    for found in ROW.finditer(text[text.index(")") + 1:]):
        joined = re.sub(r'"\s+"', "", found.group(2))
        yield found.group(1), re.findall(r'"((?:[^"\\]|\\.)*)"', joined)


def without_frame(lines):
    """A comment's text, its lines without the stars."""
    text = "\n".join(lines).strip()
    text = re.sub(r"^/\*+ ?|\s*\*/$", "", text)
    return [re.sub(r"^ \* ?", "", line).rstrip() for line in text.split("\n")]


class Header:
    def __init__(self, name):
        self.name = name
        self.preface = []
        self.groups = [Group(name, "")]
        with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
            self.read(file.read().split("\n"))
        self.groups = [group for group in self.groups if group.items]

    def read(self, lines):
        end = next(n for n, line in enumerate(lines) if "*/" in line)
        self.preface = without_frame(lines[:end + 1])[2:]
        item, comment = Item(), None
        for line in lines[end + 1:]:
            if comment is not None or \
                    line.startswith("/*") and not item.begun:
                if comment is None:
                    item, comment = self.keep(item), []
                comment.append(line)
                if "*/" in line:
                    item = self.commented(item, comment)
                    comment = None
            elif item.begun:
                item.add(line)
            elif not line or FRAME.match(line):
                item = self.keep(item)
            else:
                item.add(line)
        self.keep(item)

    def commented(self, item, comment):
        found = GROUP.match(comment[0])
        if found:
            self.groups.append(Group(self.name, found.group(1)))
        else:
            item.comment = without_frame(comment)
        return item

    def keep(self, item):
        if item.statements or item.comment:
            self.groups[-1].items.append(item)
        return Item()

    def table(self, name):
        """The rows of the X table so called."""
        for group in self.groups:
            for item in group.items:
                for statement in item.statements:
                    if statement.startswith(f"#define {name}(X)"):
                        return list(rows(statement))
        raise KeyError(name)

    def functions(self):
        return [made for group in self.groups for made in group.functions()]


def headers():
    return [Header(name) for name in sorted(os.listdir(FOLDER))
            if name.endswith(".h")]
