# SPDX-License-Identifier: Apache-2.0
import unittest

from check_lockfile import gaps


class Lockfile(unittest.TestCase):
    def test_complete_lock_has_no_gaps(self):
        lock = {"packages": {"": {"devDependencies": {"a": "1"}}, "node_modules/a": {}}}
        self.assertEqual(gaps(lock), [])

    def test_missing_optional_package_is_named(self):
        lock = {"packages": {"node_modules/a": {"optionalDependencies": {"@b/c": "1"}}}}
        self.assertEqual(gaps(lock), ["node_modules/a names @b/c, which has no entry"])


if __name__ == "__main__":
    unittest.main()
