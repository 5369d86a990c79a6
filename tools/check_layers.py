#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the #include lines of src/ against layers.txt; prints each breach and exits with 1.

layers.txt names for each folder the folders it may include, and for each fenced library the only
folders that may include it. CMake cannot do this: every folder shares one include root.
"""
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


@dataclass
class Layers:
    may_include: dict = field(default_factory=dict)  # folder -> set of folders
    fences: dict = field(default_factory=dict)  # include prefix -> set of folders
    problems: list = field(default_factory=list)


def read_layers(text):
    layers = Layers()
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        name, colon, folders = line.partition(":")
        if not colon:
            layers.problems.append(f"layers.txt:{number}: expected `folder: folders`")
            continue
        name = name.strip()
        table = layers.may_include
        if name.startswith("library "):
            table, name = layers.fences, name.removeprefix("library ").strip()
        if name in table:
            layers.problems.append(f"layers.txt:{number}: {name} is listed twice")
        table[name] = set(folders.split())
    layers.problems += unknown_folders(layers) + cycles(layers.may_include)
    return layers


def unknown_folders(layers):
    known = set(layers.may_include)
    return [f"layers.txt: {name} names {folder}, which is not listed as a folder"
            for table in (layers.may_include, layers.fences)
            for name, folders in table.items() for folder in sorted(folders - known)]


def cycles(graph):
    """Each cycle once, as a problem text; depth-first search with the path so far."""
    problems, finished = [], set()

    def visit(folder, path):
        if folder in path:
            circle = path[path.index(folder):] + [folder]
            problems.append("layers.txt: cycle " + " -> ".join(circle))
        elif folder not in finished:
            for below in sorted(graph.get(folder, ())):
                visit(below, path + [folder])
            finished.add(folder)

    for folder in sorted(graph):
        visit(folder, [])
    return problems


def folder_of(path):
    """Of a path relative to src/: its folder, and `main` for main.cpp."""
    return path.parts[0] if len(path.parts) > 1 else path.stem


def room_of(path, layers):
    """`folder/room` of a path relative to src/, when layers.txt lists that room."""
    room = "/".join(path.parts[:2])
    return room if room in layers.may_include else None


def is_test(path):
    return "test" in path.stem.split("_")


def check_include(path, quoted, angled, layers):
    """What is wrong with one include of a file, or nothing."""
    folder = folder_of(path)
    if quoted is not None and "/" not in quoted:
        return f'"{quoted}" is not a path from src/'
    name = quoted if quoted is not None else angled
    for prefix, folders in layers.fences.items():
        if name.startswith(prefix):
            return None if folder in folders else f"{folder} may not include {name}"
    if name.startswith(("gtest/", "gmock/")):
        return None if is_test(path) else f"only tests may include {name}"
    if quoted is None:
        return None
    target = quoted.split("/")[0]
    if target not in layers.may_include:
        return f"{quoted} is in no folder of layers.txt"
    if target != folder and target not in layers.may_include[folder]:
        return f"{folder} may not include {target} ({quoted})"
    room, next_room = room_of(path, layers), room_of(Path(quoted), layers)
    if target == folder and room and next_room not in (None, room) and not is_test(path) \
            and next_room not in layers.may_include[room]:
        return f"{room} may not include {next_room} ({quoted})"
    return None


def check_file(root, path, layers):
    if folder_of(path) not in layers.may_include:
        return [f"src/{path}: folder {folder_of(path)} is not in layers.txt"]
    problems = []
    lines = (root / "src" / path).read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if match := INCLUDE.match(line):
            if problem := check_include(path, match[1], match[2], layers):
                problems.append(f"src/{path}:{number}: {problem}")
    return problems


def check(root):
    layers = read_layers((root / "layers.txt").read_text(encoding="utf-8"))
    problems = list(layers.problems)
    for path in sorted((root / "src").rglob("*.[hc]pp")):
        problems += check_file(root, path.relative_to(root / "src"), layers)
    return problems


if __name__ == "__main__":
    found = check(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found else 0)
