# SPDX-License-Identifier: Apache-2.0
"""Manifests: what `relay book upload` sends into force, and what it refuses, with file and line."""

import json
import re

import pytest

from book_catalogue import Manifest, simulations, stream
from relay_process import ROOT

SAMPLE = ROOT / "docs" / "manifest.yaml"


def test_the_sample_manifest_is_uploaded_and_can_be_booked(book, commands):
    output = commands.well("upload", str(SAMPLE))
    assert "Group: " in output and re.search(r"^  - +\d+x ", output, re.MULTILINE)
    status = json.loads(output[output.index("{"):])
    assert status["groups"] == 2 and status["activities"] >= 4
    groups = re.findall("^Group: (.*?) *$", output, re.MULTILINE)
    user = book.user(*groups)
    assert user.pools
    user.take(duration=600)


def large_manifest():
    """60 rigs, 200 activities, 12 pools; 33 activities are in several pools."""
    manifest = Manifest()
    pools = {f"pool-{number}": [] for number in range(12)}
    for number in range(200):
        key = f"activity-{number}"
        if number < 140:  # ways to use the 60 rigs
            rig = f"rig-{number % 60}"
            manifest.activity(key, stream(f"{rig}-data"), stream(f"{rig}-video", role="video"))
        else:
            manifest.simulation(key)
        pools[f"pool-{number % 12}"].append(key)
        if number < 33:
            pools[f"pool-{(number + 1) % 12}"].append(key)
    for key, activities in pools.items():
        manifest.pool(key, *activities)
    return manifest.group("everyone", *pools).group("half", *list(pools)[:6])


def test_a_large_manifest_is_uploaded_and_each_rig_is_one(book, commands, write_manifest):
    path = write_manifest(large_manifest())
    status = json.loads(commands.well("upload", "--json", path))["status"]
    assert (status["pools"], status["activities"], status["groups"]) == (12, 200, 2)
    user = book.user(max_sessions=1000)
    given = []
    for pool in user.pools:
        while (answer := user.ask(pool)).status == 200:
            given.append(answer.json)
        assert answer.status == 404, answer.body
    rigs = [one["streams"][0]["permission"]["topic"] for one in given if one["streams"]]
    assert len(rigs) == len(set(rigs)) == 60
    assert len(given) == 60 + 60  # and each simulation once
    assert json.loads(commands.well("upload", "--json", path))["changes"] == []
    assert len(user.sessions()) == 120


def test_a_dry_run_tells_what_would_change_and_changes_nothing(book, commands, write_manifest):
    commands.well("upload", write_manifest(simulations(2)))
    before = book.status()
    changed = write_manifest(simulations(1).simulation("new").pool("more", "new")
                    .group("everyone", "simulations", "more"), "changed.yaml")
    output = commands.well("upload", "--dry-run", changed)
    assert re.search(r"^\+ pool more", output, re.MULTILINE), output
    assert re.search(r"^- activity simulation-1", output, re.MULTILINE), output
    assert re.search(r"^~ group everyone", output, re.MULTILINE), output
    assert book.status() == before
    told = json.loads(commands.well("upload", "--dry-run", "--json", changed))
    assert told["applied"] is False and len(told["changes"]) >= 4
    assert json.loads(commands.well("upload", "--json", changed))["applied"] is True
    assert book.status()["pools"] == 2


def test_uploads_do_not_disturb_sessions(book, commands, write_manifest):
    commands.well("upload", write_manifest(simulations(2)))
    user = book.user()
    session = user.take()["session"]
    other = Manifest().simulation("other").pool("p", "other").group("everyone", "p")
    commands.well("upload", write_manifest(other))
    assert user.sessions() == {session}
    commands.well("upload", write_manifest(simulations(2)))
    assert book.available(book.pool("simulations")) in (1, 2)
    assert user.sessions() == {session}


GOOD = """\
groups:
  optics:
    pools: [bench]
pools:
  bench:
    description: {name: Bench, type: pool, short: Rigs}
    minsession: 60
    maxsession: 3600
    activities: [laser]
activities:
  laser:
    description: about-laser
    UISet: pages
    exp: 4000000000
    streams:
      data:
        for: data
        url: https://relay.example/session/laser
        audience: https://relay.example
        ct: session
        topic: laser
        verb: POST
        scopes: [read, write]
uis:
  page:
    description: {name: Page, type: ui}
    url: "https://ui.example/?streams={{streams}}"
    streamsrequired: [data]
UISets:
  pages: [page]
descriptions:
  about-laser: {name: Laser, type: activity}
"""

# What is changed in the good one; the line that is told, where it is certain; words of the message.
MISTAKES = {
    "no YAML": ("groups:", "groups: [", None, ()),
    "unknown key at the top": ("UISets:", "uisets:", 29, ("uisets", "UISets")),
    "unknown key in an entry": ("    minsession: 60", "    min_session: 60", 7,
                                ("min_session", "minsession")),
    "unknown key in a stream": ("verb: POST", "method: POST", 22, ("method",)),
    "group of an unknown pool": ("pools: [bench]", "pools: [bank]", 3, ("bank",)),
    "pool of an unknown activity": ("activities: [laser]", "activities: [lasre]", 9, ("lasre",)),
    "unknown description": ("description: about-laser", "description: about", 12, ("about",)),
    "unknown UI set": ("UISet: pages", "UISet: page", 13, ("page",)),
    "unknown UI": ("pages: [page]", "pages: [pag]", 30, ("pag",)),
    "key given twice": ("  bench:", "  bench: {}\n  bench:", 6, ("bench",)),
    "bad duration": ("minsession: 60", "minsession: soon", 7, ("minsession",)),
    "negative duration": ("minsession: 60", "minsession: -1", 7, ("minsession",)),
    "least above most": ("minsession: 60", "minsession: 3601", None, ("maxsession",)),
    "expired": ("exp: 4000000000", "exp: 1600000000", 14, ("exp",)),
    "exp that is no number": ("exp: 4000000000", "exp: later", 14, ("exp",)),
    "no exp": ("    exp: 4000000000\n", "", None, ("exp",)),
    "no name": ("{name: Laser, type", "{type", 32, ("name",)),
    "no url of a stream": ("        url: https://relay.example/session/laser\n", "", None,
                           ("url",)),
    "no url at all": ("https://relay.example/session/laser", "nowhere", 18, ("url",)),
    "audience that is no URL": ("audience: https://relay.example", "audience: relay", 19,
                                ("audience",)),
    "no topic": ("        topic: laser\n", "", None, ("topic",)),
    "bad connection type": ("ct: session", "ct: video", 20, ("session", "shell")),
    "two streams of one role": ("        scopes: [read, write]\n", """\
        scopes: [read, write]
      again: {for: data, url: "https://relay.example/session/b", ct: session, topic: b,
              audience: "https://relay.example", verb: POST, scopes: [read]}
""", None, ("data",)),
    "UI of a stream that is not there": ("streamsrequired: [data]", "streamsrequired: [video]",
                                         None, ("video",)),
}


def test_the_good_manifest_is_good(commands, write_manifest):
    assert "+ pool bench" in commands.well("upload", write_manifest(GOOD))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_file_and_line_and_nothing_is_sent(
        book, commands, write_manifest, mistake):
    old, new, line, words = MISTAKES[mistake]
    assert GOOD.count(old) == 1, old
    path = write_manifest(GOOD.replace(old, new))
    status, output, log = commands.run("upload", path)
    assert (status, output) == (3, ""), (status, output, log)
    assert re.search(re.escape(path) + r":\d+: ", log), log
    if line:
        assert f"{path}:{line}: " in log, log
    for word in words:
        assert word in log, log
    assert "pools" not in book.status()


def test_all_mistakes_are_told_and_the_server_tells_the_same(book, commands, write_manifest):
    text = GOOD.replace("pools: [bench]", "pools: [bank]").replace("ct: session", "ct: video")
    path = write_manifest(text)
    status, output, log = commands.run("upload", "--json", path)
    assert status == 3
    told = json.loads(output)
    assert told["applied"] is False
    assert [problem["line"] for problem in told["problems"]] == [3, 20]
    answer = book.call("PUT", "/admin/manifest", book.admin(), text,
                       headers={"Content-Type": "application/yaml"})
    assert answer.status == 422 and answer.json["code"] == 422
    assert answer.json["problems"] == told["problems"]


def test_a_change_that_would_disturb_a_session_is_refused_as_a_whole(
        book, commands, write_manifest):
    """Two rigs become one while one of them is in use."""
    apart = Manifest().rig("one").rig("two").pool("rigs", "one", "two").group("everyone", "rigs")
    joined = Manifest().activity("one", stream("one-data"), stream("two-data", role="video"))
    path = write_manifest(joined.pool("rigs", "one").group("everyone", "rigs"))
    book.replace(apart)
    user = book.user()
    session = user.take()["session"]
    before = book.status()
    status, output, log = commands.run("upload", path)
    assert status != 0 and output == "" and log
    assert book.status() == before and user.sessions() == {session}
