#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts the tests in what test runners print: reads standard input, prints `PASSED FAILED SKIPPED`.

Understands CTest (--verbose, with GoogleTest programs inside), pytest, node:test, unittest, and the
line that ./do prints per fuzz target. A program that crashes before its summary counts as one
failure.
"""
import re
import sys
from dataclasses import dataclass

GTEST_PASSED = re.compile(r"^(\d+): \[  PASSED  \] (\d+) tests?\.")
GTEST_OTHER = re.compile(r"^(\d+): \[  (FAILED |SKIPPED) \] .*\(\d+ ms\)$")  # one line each
CTEST = re.compile(r"^\s*\d+/\d+ Test\s+#(\d+): \S+ \.+\s*(\*{3})?(Passed|Skipped|[A-Z]\w+)")
PYTEST_SUMMARY = re.compile(r"^=*\s*\d+ \w+.* in [\d.]+s")
PYTEST_PART = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)\b")
NODE = re.compile(r"^(?:#|\u2139) (pass|fail|cancelled|skipped) (\d+)$")
UNITTEST_RAN = re.compile(r"^Ran (\d+) tests? in ")
UNITTEST_PART = re.compile(r"(failures|errors|skipped)=(\d+)")
FUZZ = re.compile(r"^fuzz target \S+ passed$")


@dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, kind, number):
        name = {"pass": "passed", "fail": "failed", "cancelled": "failed", "error": "failed",
                "errors": "failed", "failures": "failed", "xpassed": "failed",
                "xfailed": "skipped"}.get(kind, kind)
        setattr(self, name, getattr(self, name) + number)


def count(lines):
    total = Counts()
    programs = {}  # CTest's number of a GoogleTest program -> its Counts
    ran = 0  # of unittest, whose verdict is a line of its own
    for line in lines:
        line = line.rstrip("\n")
        if match := GTEST_PASSED.match(line):
            programs.setdefault(match[1], Counts()).passed += int(match[2])
        elif match := GTEST_OTHER.match(line):
            programs.setdefault(match[1], Counts()).add(match[2].strip().lower(), 1)
        elif match := CTEST.match(line):
            add_program(total, programs.pop(match[1], None), match[3])
        elif PYTEST_SUMMARY.match(line):
            for number, kind in PYTEST_PART.findall(line):
                total.add(kind, int(number))
        elif match := NODE.match(line):
            total.add(match[1], int(match[2]))
        elif match := UNITTEST_RAN.match(line):
            ran = int(match[1])
        elif ran and line.startswith(("OK", "FAILED")):
            parts = [(kind, int(number)) for kind, number in UNITTEST_PART.findall(line)]
            for kind, number in parts:
                total.add(kind, number)
            total.passed += ran - sum(number for _, number in parts)
            ran = 0
        elif FUZZ.match(line):
            total.passed += 1
    return total


def add_program(total, inside, verdict):
    if inside is None:
        inside = Counts()
        inside.add({"Passed": "passed", "Skipped": "skipped"}.get(verdict, "failed"), 1)
    elif verdict != "Passed" and inside.failed == 0:
        inside.failed = 1
    total.passed += inside.passed
    total.failed += inside.failed
    total.skipped += inside.skipped


if __name__ == "__main__":
    result = count(open(sys.stdin.fileno(), encoding="utf-8", errors="replace"))
    print(result.passed, result.failed, result.skipped)
