#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that web/package-lock.json has an entry for every package that its packages name.

npm writes a lock without the optional packages that its registry does not have at that moment;
npm 9 installs from such a lock, npm 11 refuses it. Prints each gap and exits with 1.
"""
import json
import sys
from pathlib import Path


def gaps(lock):
    present = {path.rsplit("node_modules/", 1)[-1] for path in lock["packages"]}
    return [
        f"{path or 'package.json'} names {name}, which has no entry"
        for path, package in lock["packages"].items()
        for kind in ("dependencies", "devDependencies", "optionalDependencies")
        for name in package.get(kind, {})
        if name not in present
    ]


def main():
    found = gaps(json.loads(Path("web/package-lock.json").read_text()))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
