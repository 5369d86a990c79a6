# SPDX-License-Identifier: Apache-2.0
import tempfile
import unittest
from pathlib import Path

from check_layers import check

LAYERS = """\
# a comment
base:
net: base
app: base net
main: base app
library boost/: net app
library sqlite3.h: app
"""


class CheckLayers(unittest.TestCase):
    def problems(self, files, layers=LAYERS):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "layers.txt").write_text(layers)
            (root / "src").mkdir()
            for name, text in files.items():
                path = root / "src" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return check(root)

    def test_accepts_listed_edges_own_folder_and_the_standard_library(self):
        self.assertEqual(self.problems({
            "net/a.hpp": '#include "base/b.hpp"\n#include "net/c.hpp"\n#include <vector>\n',
            "net/a.cpp": "#include <sys/socket.h>\n#  include <boost/asio/awaitable.hpp>\n",
            "main.cpp": '#include "app/run.hpp"\n',
        }), [])

    def test_rooms_of_a_folder_may_include_only_those_listed(self):
        layers = LAYERS + "app/low:\napp/high: app/low\n"
        self.assertEqual(self.problems({
            "app/high/a.hpp": '#include "app/low/b.hpp"\n#include "app/config.hpp"\n',
            "app/low/b.hpp": '#include "app/high/a.hpp"\n#include "net/c.hpp"\n',
            "app/run.cpp": '#include "app/high/a.hpp"\n',
        }, layers), ["src/app/low/b.hpp:1: app/low may not include app/high (app/high/a.hpp)"])

    def test_refuses_an_edge_that_is_not_listed(self):
        self.assertEqual(self.problems({"base/a.hpp": '\n#include "net/b.hpp"\n'}),
                         ["src/base/a.hpp:2: base may not include net (net/b.hpp)"])

    def test_main_may_include_only_what_main_lists(self):
        self.assertEqual(self.problems({"main.cpp": '#include "net/b.hpp"\n'}),
                         ["src/main.cpp:1: main may not include net (net/b.hpp)"])

    def test_edges_are_not_transitive(self):
        layers = "base:\nnet: base\napp: net\n"
        self.assertEqual(self.problems({"app/a.cpp": '#include "base/b.hpp"\n'}, layers),
                         ["src/app/a.cpp:1: app may not include base (base/b.hpp)"])

    def test_refuses_a_fenced_library_elsewhere(self):
        self.assertEqual(self.problems({
            "base/a.cpp": "#include <boost/url.hpp>\n",
            "net/b.cpp": "#include <sqlite3.h>\n",
        }), ["src/base/a.cpp:1: base may not include boost/url.hpp",
             "src/net/b.cpp:1: net may not include sqlite3.h"])

    def test_a_fence_holds_for_quoted_includes_too(self):
        self.assertEqual(self.problems({"base/a.cpp": '#include "boost/url.hpp"\n'}),
                         ["src/base/a.cpp:1: base may not include boost/url.hpp"])

    def test_only_tests_may_include_googletest(self):
        self.assertEqual(self.problems({
            "base/a_test.cpp": "#include <gtest/gtest.h>\n",
            "base/latest.cpp": "#include <gmock/gmock.h>\n",
        }), ["src/base/latest.cpp:1: only tests may include gmock/gmock.h"])

    def test_refuses_a_path_that_does_not_begin_at_src(self):
        self.assertEqual(self.problems({"base/a.cpp": '#include "b.hpp"\n'}),
                         ['src/base/a.cpp:1: "b.hpp" is not a path from src/'])

    def test_refuses_a_folder_that_is_not_listed(self):
        self.assertEqual(self.problems({"extra/a.cpp": "", "base/b.cpp": '#include "far/c.hpp"\n'}),
                         ["src/base/b.cpp:1: far/c.hpp is in no folder of layers.txt",
                          "src/extra/a.cpp: folder extra is not in layers.txt"])

    def test_ignores_includes_inside_comments(self):
        self.assertEqual(self.problems({"base/a.cpp": '// #include "net/b.hpp"\n'}), [])

    def test_finds_a_cycle_in_the_table_once(self):
        self.assertEqual(self.problems({}, "a: b\nb: c\nc: a\nd: a\n"),
                         ["layers.txt: cycle a -> b -> c -> a"])

    def test_finds_misspelt_and_doubled_folders_in_the_table(self):
        self.assertEqual(self.problems({}, "a: bb\na:\nlibrary x/: z\nwords\n"),
                         ["layers.txt:2: a is listed twice",
                          "layers.txt:4: expected `folder: folders`",
                          "layers.txt: x/ names z, which is not listed as a folder"])


if __name__ == "__main__":
    unittest.main()
