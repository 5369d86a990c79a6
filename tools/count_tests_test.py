# SPDX-License-Identifier: Apache-2.0
import unittest

from count_tests import Counts, count


class CountTests(unittest.TestCase):
    def check(self, text, passed, failed, skipped=0):
        self.assertEqual(count(text.splitlines()), Counts(passed, failed, skipped))

    def test_counts_the_cases_inside_googletest_programs(self):
        self.check("""\
1: [==========] 12 tests from 3 test suites ran. (3 ms total)
1: [  PASSED  ] 12 tests.
1/2 Test #1: unit.base ........................   Passed    0.01 sec
2: [  FAILED  ] Base.first (2 ms)
2: [  SKIPPED ] Base.second (0 ms)
2: [  FAILED  ] All/Base.third/0, where GetParam() = 3 (12 ms)
2: [  PASSED  ] 3 tests.
2: [  FAILED  ] 2 tests, listed below:
2: [  FAILED  ] Base.first
2/2 Test #2: unit.auth ........................***Failed    0.01 sec
""", 15, 2, 1)

    def test_counts_a_ctest_without_googletest_as_one(self):
        self.check("""\
 9/10 Test  #9: layers ..........................   Passed    0.04 sec
10/10 Test #10: docs ............................***Failed    0.04 sec
""", 1, 1)

    def test_counts_a_crash_without_summary_as_one_failure(self):
        self.check("1/1 Test #1: unit.hub ....***Exception: SegFault  0.10 sec\n", 0, 1)

    def test_counts_a_failed_exit_after_passed_cases_as_one_failure(self):
        self.check("""\
3: [  PASSED  ] 5 tests.
1/1 Test #3: unit.net ....***Failed    0.10 sec
""", 5, 1)

    def test_counts_a_timeout_as_a_failure(self):
        self.check("1/1 Test #1: unit.hub ....***Timeout 300.10 sec\n", 0, 1)

    def test_reads_pytest_with_and_without_rule(self):
        self.check("12 passed, 2 skipped in 3.20s\n", 12, 0, 2)
        self.check("==== 1 failed, 3 passed, 1 error in 61.03s (0:01:01) ====\n", 3, 2)

    def test_reads_both_reporters_of_node(self):
        self.check("# pass 7\n# fail 1\n# cancelled 0\n# skipped 2\n", 7, 1, 2)
        self.check("\u2139 pass 7\n\u2139 fail 0\n", 7, 0)

    def test_reads_unittest(self):
        self.check("Ran 9 tests in 0.01s\n\nOK\n", 9, 0)
        self.check("Ran 9 tests in 0.01s\n\nFAILED (failures=1, errors=2, skipped=1)\n", 5, 3, 1)

    def test_reads_a_fuzz_target(self):
        self.check("stat::number_of_executed_units: 5\nfuzz target jwt passed\n", 1, 0)

    def test_finds_nothing_in_other_output(self):
        self.check("[12/30] Building CXX object a.o\nlinking passed tests\n", 0, 0)


if __name__ == "__main__":
    unittest.main()
