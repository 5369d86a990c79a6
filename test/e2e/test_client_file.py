# SPDX-License-Identifier: Apache-2.0
"""`relay session client file` (specification file-client.md): log, play and check, with a test for
each row of the specification's table of defects."""

import asyncio
import base64
import re
import signal
import time

import pytest

import tokens
from client_process import access, client, received, run, wait_joined
from relay_process import DEADLINE, Relay, free_port, scaled, wait_until

LINE = re.compile(rb"\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d))\] (.*)\n")


@pytest.fixture(scope="module")
def relay(tmp_path_factory):
    relay = Relay(tmp_path_factory.mktemp("relay"), local=True).start()
    yield relay
    relay.stop()


@pytest.fixture
def play(tmp_path):
    """Writes a script; its path."""
    def write(text, name="script.play"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


def contents(log):
    """What stands behind the times of a log's lines."""
    lines = log.splitlines(keepends=True)
    matches = [LINE.fullmatch(line) for line in lines]
    assert all(matches), lines
    return [match[4] for match in matches]


# ---- play

async def test_defect_1_five_messages_then_end_are_all_delivered_100_runs_of_100(relay, play):
    script = play("".join(f"message {number}\n" for number in range(5)))
    env = access(relay, "five")
    async with relay.join("five") as reader:
        for _ in range(scaled(100)):
            code, out, err, _ = await run("file", "--play", script, env=env)
            assert (code, out, err) == (0, b"", "")
            assert await received(reader, 5) == [f"message {number}" for number in range(5)]


async def test_everything_of_a_long_script_arrives_in_order_before_it_ends(relay, play):
    lines = [f"{number} " + "x" * (number % 250) for number in range(5000)]
    script = play("\n".join(lines))
    async with relay.join("long") as reader:
        reading = asyncio.create_task(received(reader, len(lines)))
        code, _, err, _ = await run("file", "--play", script, env=access(relay, "long"))
        assert (code, err) == (0, "")
        assert await reading == lines


async def test_defect_2_play_without_a_log_reads_on_and_echoes(relay, play):
    script = play("#+ echo\n" * 50 + "go\n<'tick',100,20s> done\n")
    async with relay.join("nolog") as peer:
        async with client("file", "--play", script, "--strict",
                          env=access(relay, "nolog")) as player:
            assert await received(peer, 1) == ["go"]
            for number in range(100):
                await peer.send(f"tick {number} " + "x" * 10_000)
            assert await received(peer, 1) == ["done"]
            code, _, _, seconds = await player.ended()
    assert code == 0 and seconds < 15


async def test_defect_3_a_condition_times_out_on_time_under_a_heartbeat(relay, play):
    script = play("begin\n<'never',1,2s> end\n")
    async with relay.join("beat") as peer:
        async with client("file", "--play", script, env=access(relay, "beat")) as player:
            assert await received(peer, 1) == ["begin"]
            begin = time.monotonic()
            answer = asyncio.create_task(peer.recv())
            while not answer.done():
                await peer.send("heartbeat")
                await asyncio.wait([answer], timeout=0.05)
            elapsed = time.monotonic() - begin
            assert await answer == "end"
            assert 1.99 < elapsed < 3, elapsed
            assert (await player.ended())[0] == 0


async def test_defect_4_a_missing_script_is_an_error_at_once(relay, tmp_path):
    path = str(tmp_path / "absent.play")
    code, _, err, seconds = await run("file", "--play", path, env=access(relay))
    assert code == 1 and seconds < 5
    assert f"{path}: No such file or directory" in err


async def test_defect_5_conditions_in_a_row_never_expire_early(relay, play):
    script = play("".join(f"ask {n}\n<'answer {n}$',1,20s>\n" for n in range(200)))
    async with relay.join("ask") as peer:
        async with client("file", "--play", script, "--strict",
                          env=access(relay, "ask")) as player:
            for number in range(200):
                assert await received(peer, 1) == [f"ask {number}"]
                await peer.send(f"answer {number}")
            assert (await player.ended())[0] == 0


async def test_defect_6_documented_conditions_mean_what_is_documented(relay, play):
    script = play("go\n<'\\'foo\\'',1,10> {\"a\":\"b>c\"}\n[0.2] slow\n[] [1]\n[true]\n")
    async with relay.join("doc") as peer:
        async with client("file", "--play", script, "--strict",
                          env=access(relay, "doc")) as player:
            assert await received(peer, 1) == ["go"]
            await peer.send("foo")
            await peer.send("'foo'")
            assert await received(peer, 1) == ['{"a":"b>c"}']
            begin = time.monotonic()
            assert await received(peer, 3) == ["slow", "[1]", "[true]"]
            assert time.monotonic() - begin > 0.15
            assert (await player.ended())[0] == 0


async def test_defect_7_the_script_begins_when_the_connection_is_there(tmp_path, play):
    script = play("#+ first\n[100ms] x\n#+ last\n")
    (tmp_path / "late").mkdir()
    late = Relay(tmp_path / "late", local=True)
    async with client("file", "--play", script, "--log", "-", "--log-level", "debug",
                      env=access(late)) as player:
        for _ in range(2):  # it has tried, and failed, more than once
            await asyncio.wait_for(player.process.stderr.readline(), DEADLINE)
        started = time.time()
        late.start()
        code, out, _, _ = await player.ended()
    late.stop()
    assert code == 0 and contents(out) == [b"first", b"last"]
    times = [line[1:].split(b"]")[0].decode() for line in out.splitlines()]
    assert all(seconds_of(text) > started - 1 for text in times), (times, started)


def seconds_of(text):
    """Of a time of the log, in whole seconds and in this machine's zone."""
    return time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT])
async def test_defect_8_a_long_wait_is_cut_short_by_a_signal(relay, play, with_signal):
    topic = f"wait{int(with_signal)}"
    script = play("begin\n[1h]\nend\n")
    async with relay.join(topic) as peer:
        async with client("file", "--play", script, env=access(relay, topic)) as player:
            assert await received(peer, 1) == ["begin"]
            begin = time.monotonic()
            code, _, err, _ = await player.stopped(with_signal)
            assert (code, err) == (0, "") and time.monotonic() - begin < 5


async def test_defect_9_a_full_disk_ends_it_with_a_message(relay):
    async with relay.join("full") as peer:
        async with client("file", "--log", "/dev/full", env=access(relay, "full")) as logger:
            wait_joined(relay, "full", 2)
            await peer.send("x")
            code, _, err, _ = await logger.ended()
    assert code == 1 and "cannot write to /dev/full: No space left on device" in err


async def test_defect_10_documented_names_count_and_the_token_is_never_shown(relay, play):
    script = play("[bad] a\nb\n")
    env = access(relay, "names")
    env = {"SESSION_CLIENT_SESSION": env["RELAY_SESSION"],
           "SESSION_CLIENT_TOKEN": env["RELAY_TOKEN"],
           "SESSION_CLIENT_FILE_PLAY": script, "SESSION_CLIENT_FILE_INTERVAL": "10ms",
           "SESSION_CLIENT_FILE_DEVELOPMENT": "true"}
    code, out, err, _ = await run("file", env={**env, "SESSION_CLIENT_FILE_CHECK_ONLY": "true"})
    assert code == 1 and f"{script}:1: error:" in err
    async with relay.join("names") as peer:
        code, out, err, _ = await run("file", env={**env, "SESSION_CLIENT_FILE_FORCE": "true"})
        assert code == 0 and await received(peer, 1) == ["b"]
    assert out == b"" and "SESSION_CLIENT_FILE_INTERVAL has no effect" in err
    assert all(part not in err for part in env["SESSION_CLIENT_TOKEN"].split("."))
    assert "code=" not in err


async def test_defect_12_long_lines_are_sent(relay, play):
    script = play("a" * 200_000 + "\n" + "b" * (1 << 20) + "\n")
    async with relay.join("wide") as peer:
        code, _, _, _ = await run("file", "--play", script, env=access(relay, "wide"))
        assert code == 0
        assert [len(text) for text in await received(peer, 2)] == [200_000, 1 << 20]


async def test_defect_13_a_signal_before_the_connection_is_a_clean_end(tmp_path):
    env = {"RELAY_SESSION": f"http://127.0.0.1:{free_port()}/session/x", "RELAY_TOKEN": "x"}
    async with client("file", "--log-level", "info", env=env) as logger:
        await asyncio.wait_for(logger.process.stderr.readline(), DEADLINE)  # it has tried
        assert (await logger.stopped(signal.SIGINT))[0] == 0


async def test_a_script_may_come_from_standard_input(relay):
    async with relay.join("stdin") as peer:
        code, _, err, _ = await run("file", "--play", "-", env=access(relay, "stdin"),
                                    stdin=b"a\r\n[10ms] b")
        assert (code, err) == (0, "") and await received(peer, 2) == ["a", "b"]


async def test_what_was_not_sent_waits_for_the_next_connection(start_relay, play):
    relay = start_relay(local=True)
    script = play("one\n<'go',1,20s> two\nthree\n")
    env = access(relay, "again", booking_id="again")
    async with relay.join("again") as peer:
        async with client("file", "--play", script, "--strict", env=env) as player:
            assert await received(peer, 1) == ["one"]
            relay.kill()
            relay.start()
            async with relay.join("again") as second:
                wait_joined(relay, "again", 2)
                await second.send("go")
                assert await received(second, 2) == ["two", "three"]
                code, _, err, _ = await player.ended()
    assert code == 0
    assert "what was sent shortly before may not have arrived" in err and '"1"' in err


async def test_a_signal_while_the_end_waits_for_the_relay_is_a_clean_end(start_relay, play):
    relay = start_relay(local=True)
    script = play("one\n[500ms] two\n#+ last\n")
    async with relay.join("held") as peer:
        async with client("file", "--log", "-", "--play", script,
                          env=access(relay, "held")) as player:
            assert await received(peer, 1) == ["one"]
            relay.process.send_signal(signal.SIGSTOP)  # it confirms nothing any more
            try:
                assert b"last" in await player.line()
                code, _, err, _ = await player.stopped()
            finally:
                relay.process.send_signal(signal.SIGCONT)
    assert (code, err) == (0, "")


async def test_strict_gives_three_when_a_condition_timed_out(relay, play):
    script = play("<'never',1,50ms> a\n<'never',1,50ms> b\n")
    env = access(relay, "strict")
    code, _, err, _ = await run("file", "--play", script, "--strict", env=env)
    assert code == 3
    assert "line 1: the condition timed out" in err and "line 2: " in err
    assert (await run("file", "--play", script, env=env))[0] == 0


async def test_refusal_for_good_gives_two(relay, play):
    script = play("a\n")
    bad = tokens.sign(tokens.claims_of(aud=relay.audience), secret="another secret" * 3)
    code, _, err, seconds = await run("file", "--play", script,
                                      env={**access(relay), "RELAY_TOKEN": bad})
    assert code == 2 and seconds < 5
    assert "access refused with status 401" in err and bad not in err
    relay.deny("denied")
    code, _, err, _ = await run("file", env=access(relay, booking_id="denied"))
    assert code == 2 and "400" in err
    async with client("file", env={**access(relay), "RELAY_SESSION": relay.audience + "/nowhere"}
                      ) as lost:
        assert (await lost.ended())[0] == 2


async def test_usage_and_missing_settings_give_one(relay, tmp_path):
    assert (await run("file", "--no-such-flag"))[0] == 1
    code, _, err, _ = await run("file")
    assert code == 1 and "session: required" in err
    code, _, err, _ = await run("file", "--log", str(tmp_path / "absent" / "log"),
                                env=access(relay))
    assert code == 1 and "cannot open" in err


# ---- check

async def test_check_reports_errors_and_ambiguous_lines_and_connects_to_nothing(play):
    script = play("ok\n[12]\n<'a',1,10> x\n[bad]\n<b>hi</b>\n")
    code, out, err, _ = await run("file", "--play", script, "--check-only")
    assert code == 1 and out == b""
    for text in (":4: error: delay: 'bad' is not a duration", ":5: error: condition",
                 ":2: note: [12] is read as a wait of 12 seconds",
                 ":3: note: time-out 10 is read as 10 seconds"):
        assert script + text in err, err
    assert (await run("file", "--play", script, "--check-only", "--force"))[0] == 0


async def test_a_script_with_errors_is_not_played(relay, play):
    script = play("a\n[bad] b\n")
    code, _, err, _ = await run("file", "--play", script, env=access(relay))
    assert code == 1 and f"{script}:2: error:" in err


# ---- log

async def test_each_message_is_a_line_and_binary_ones_are_base64(relay, tmp_path):
    log = tmp_path / "log"
    log.write_bytes(b"[2025-01-01T00:00:00Z] before\n")
    async with relay.join("log") as peer:
        async with client("file", "--log", str(log), env=access(relay, "log")) as logger:
            wait_joined(relay, "log", 2)
            await peer.send('{"a":1}')
            await peer.send(b"\xff\x00\x01")
            await peer.send("")
            wait_until(lambda: log.read_bytes().count(b"\n") == 4, "four lines")
            code, out, err, _ = await logger.stopped()
    assert (code, out, err) == (0, b"", "")
    assert contents(log.read_bytes()) == [b"before", b'{"a":1}',
                                          base64.b64encode(b"\xff\x00\x01"), b""]


async def test_defect_11_messages_in_quick_succession_are_lines_of_their_own(relay):
    async with relay.join("quick") as peer:
        async with client("file", env=access(relay, "quick")) as logger:
            wait_joined(relay, "quick", 2)
            for number in range(1000):
                await peer.send(f'{{"n":{number}}}')
            lines = b"".join([await logger.line() for _ in range(1000)])
            assert (await logger.stopped())[0] == 0
    assert contents(lines) == [b'{"n":%d}' % number for number in range(1000)]


async def test_sighup_opens_the_log_anew(relay, tmp_path):
    log = tmp_path / "log"
    async with relay.join("hup") as peer:
        async with client("file", "--log", str(log), env=access(relay, "hup")) as logger:
            wait_joined(relay, "hup", 2)
            await peer.send("old")
            wait_until(lambda: log.read_bytes().endswith(b"old\n"), "the first line")
            log.rename(tmp_path / "log.1")
            logger.process.send_signal(signal.SIGHUP)
            wait_until(log.exists, "the new log")
            await peer.send("new")
            wait_until(lambda: log.read_bytes().endswith(b"new\n"), "the second line")
            assert (await logger.stopped(signal.SIGINT))[0] == 0
    assert contents((tmp_path / "log.1").read_bytes()) == [b"old"]
    assert contents(log.read_bytes()) == [b"new"]


async def test_sighup_does_nothing_without_a_file(relay):
    async with relay.join("nohup") as peer:
        async with client("file", "--log", "-", env=access(relay, "nohup")) as logger:
            wait_joined(relay, "nohup", 2)
            logger.process.send_signal(signal.SIGHUP)
            await peer.send("still here")
            assert contents(await logger.line()) == [b"still here"]
            assert (await logger.stopped())[0] == 0


async def test_filters_say_what_is_logged_and_echoes_pass(relay, play):
    script = play("|-> hb\n#+ deny only\nready 1\n<'next',1,20s>\n|r>\n|+> ^a\nready 2\n"
                  "<'last',1,20s>\n")
    async with relay.join("filter") as peer:
        async with client("file", "--log", "-", "--play", script,
                          env=access(relay, "filter")) as player:
            assert await received(peer, 1) == ["ready 1"]
            for text in ("hb 1", "other", "next"):
                await peer.send(text)
            assert await received(peer, 1) == ["ready 2"]
            for text in ("abc", "hb", "xyz", "last"):
                await peer.send(text)
            code, out, _, _ = await player.ended()
    assert code == 0 and contents(out) == [b"deny only", b"other", b"next", b"abc"]


async def test_binary_mode_is_payloads_alone(relay, tmp_path):
    data = tmp_path / "video.ts"
    env = {**access(relay, "raw"), "RELAY_CLIENT_MODE": "Binary", "RELAY_CLIENT_FILE": str(data)}
    async with relay.join("raw") as peer:
        async with client("file", env=env) as logger:
            wait_joined(relay, "raw", 2)
            for payload in (b"\x47\x00\n", "text", b"", b"\xff" * 100_000):
                await peer.send(payload)
            wait_until(lambda: data.stat().st_size == 100_007, "all of it")
            assert (await logger.stopped())[0] == 0
    assert data.read_bytes() == b"\x47\x00\ntext" + b"\xff" * 100_000


async def test_filters_leave_nothing_out_of_binary_mode(relay, play):
    script = play("|-> go\n#+ not a payload\nready\n<'go',1,20s>\n")
    async with relay.join("rawplay") as peer:
        async with client("file", "--log", "-", "--mode", "binary", "--play", script,
                          env=access(relay, "rawplay")) as player:
            assert await received(peer, 1) == ["ready"]
            await peer.send("go")
            code, out, _, _ = await player.ended()
    assert (code, out) == (0, b"go")


async def test_newest_versions_variables_log_to_standard_output(relay):
    env = access(relay, "new")
    env = {"RELAY_CLIENT_SESSION": env["RELAY_SESSION"], "RELAY_CLIENT_TOKEN": env["RELAY_TOKEN"]}
    async with relay.join("new") as peer:
        async with client("file", env=env) as logger:
            wait_joined(relay, "new", 2)
            await peer.send("x")
            assert contents(await logger.line()) == [b"x"]
            assert (await logger.stopped())[0] == 0


async def test_aliases_are_the_same_command(run_command):
    for words in (["client", "file"], ["session", "client", "file"]):
        code, out, _ = run_command(*words, "--help")
        assert code == 0 and "relay session client file" in out
