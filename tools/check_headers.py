#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles each header of src/ alone, so that none relies on what its users include before it."""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

COMMAND = ["clang++-19", "-std=c++23", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
           "-Wno-missing-designated-field-initializers", "-Isrc",
           "-DBOOST_ASIO_SEPARATE_COMPILATION", "-DBOOST_BEAST_SEPARATE_COMPILATION",
           "-x", "c++", "/dev/null", "-include"]


def compile_alone(header):
    result = subprocess.run(COMMAND + [str(header)], capture_output=True, text=True, check=False)
    return header, result.returncode, result.stderr


def main():
    headers = sorted(Path("src").rglob("*.hpp"))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failed = [outcome for outcome in pool.map(compile_alone, headers) if outcome[1] != 0]
    for header, _, message in failed:
        print(f"{header} does not compile alone:\n{message}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
