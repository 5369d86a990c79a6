# SPDX-License-Identifier: Apache-2.0
"""The commands that call a booking server, run as their users run them."""

import base64
import csv
import io
import json
import os
import pathlib
import re
import subprocess
import time

import pytest

import tokens
from book_catalogue import simulations
from book_tokens import AUDIENCE, RELAY_SECRET, claims_in, class_token
from relay_process import BINARY, DEADLINE, environment

FILE_MODE = 0o777


# ---- token

def test_the_token_is_one_line_and_logs_in(book, run_command):
    status, output, _ = run_command(
        "book", "token", BOOKTOKEN_SECRET=tokens.SECRET, BOOKTOKEN_AUDIENCE=AUDIENCE,
        BOOKTOKEN_GROUPS="optics heat", BOOKTOKEN_LIFETIME="3600", BOOKTOKEN_ADDSCOPE="extra")
    assert status == 0 and output.count("\n") == 1
    claims = claims_in(output.strip(), tokens.SECRET)
    assert claims["groups"] == ["optics", "heat"] and claims["aud"] == [AUDIENCE]
    assert sorted(claims["scopes"]) == ["extra", "login:user"]
    assert 3600 <= claims["exp"] - claims["nbf"] <= 3601 and claims["iat"] == claims["nbf"]
    assert abs(claims["nbf"] - time.time()) < 30
    assert book.login(output.strip()).json["groups"] == ["optics", "heat"]


def test_the_defaults_of_a_token_are_those_of_the_reference(run_command):
    _, output, _ = run_command("book", "token", BOOKTOKEN_SECRET=tokens.SECRET)
    claims = claims_in(output.strip(), tokens.SECRET)
    assert claims["groups"] == ["everyone"] and claims["scopes"] == ["login:user"]
    assert claims["aud"] == ["https://book.practable.io"]
    assert 600 <= claims["exp"] - claims["nbf"] <= 601


def test_a_token_for_administrators_with_a_number_of_sessions(run_command):
    _, output, _ = run_command(
        "book", "token", "--admin", "--max-sessions", "5", "--groups", "staff", "--nbf",
        "2040-01-01T00:00:00Z", "--lifetime", "1h", RELAY_SECRET=tokens.SECRET,
        RELAY_AUDIENCE=AUDIENCE)
    claims = claims_in(output.strip(), tokens.SECRET)
    assert claims["scopes"] == ["login:admin"] and claims["max_sessions"] == 5
    assert claims["nbf"] == 2208988800 and claims["exp"] == 2208988800 + 3600


def test_what_a_token_lacks_is_named(run_command):
    status, output, log = run_command("book", "token")
    assert (status, output) == (3, "") and "secret" in log
    status, output, log = run_command("book", "token", BOOKTOKEN_SECRET=tokens.SECRET,
                                      BOOKTOKEN_NBF="next week")
    assert (status, output) == (3, "") and "BOOKTOKEN_NBF" in log


# ---- whom they call, and as whom

def test_a_server_that_is_not_there_is_told(commands, write_manifest):
    status, output, log = commands.run("upload", write_manifest(simulations(2)),
                                       RELAY_HOST="127.0.0.1:1")
    assert (status, output) == (4, "") and "127.0.0.1:1" in log


def test_a_token_of_a_student_administers_nothing(book, commands, write_manifest):
    status, output, log = commands.run("upload", write_manifest(simulations(2)),
                                  RELAY_TOKEN=class_token("organisers"))
    assert status != 0 and output == "" and "admin" in log
    assert "pools" not in book.status()


def test_the_original_names_work(book, run_command, write_manifest):
    token, host = class_token("o", admin=True), f"127.0.0.1:{book.port}"
    manifest = write_manifest(simulations(2))
    status, _, log = run_command("book", "upload", manifest, BOOKUPLOAD_TOKEN=token,
                                 BOOKUPLOAD_HOST=host, BOOKUPLOAD_SCHEME="http",
                                 BOOKUPLOAD_BASE="/api/v1")
    assert status == 0, log
    status, output, _ = run_command("book", "getstatus", BOOKSTATUS_TOKEN=token,
                                    BOOKSTATUS_HOST=host, BOOKSTATUS_SCHEME="http")
    assert status == 0 and json.loads(output)["pools"] == 1
    status, output, _ = run_command("book", "reset", "--yes", BOOKRESET_TOKEN=token,
                                    BOOKRESET_HOST=host)
    assert status == 0 and "reset complete" in output


# ---- status, reset

def test_the_status_is_indented_for_people_and_one_line_for_programs(book, commands):
    book.replace(simulations(2))
    output = commands.well("getstatus")
    assert '\n\t"pools": 1' in output and json.loads(output) == book.status()
    assert commands.well("getstatus", "--json").count("\n") == 1


def test_locking_stops_sessions_until_unlocking(book, commands):
    book.replace(simulations(2))
    assert json.loads(commands.well("setstatus", "lock", "Back at noon"))["locked"] is True
    assert book.status()["msg"] == "Back at noon"
    assert book.user().ask().status == 402
    assert "locked" not in json.loads(commands.well("setstatus", "unlock", "Welcome: ä & ö?"))
    assert book.status()["msg"] == "Welcome: ä & ö?"
    book.user().take()


def test_an_empty_message_removes_the_old_one_and_no_message_keeps_it(book, commands):
    commands.well("setstatus", "unlock", "Back at noon")
    assert json.loads(commands.well("setstatus", "unlock"))["msg"] == "Back at noon"
    assert "msg" not in json.loads(commands.well("setstatus", "unlock", ""))
    assert "msg" not in book.status()


def test_setstatus_wants_lock_or_unlock(commands):
    status, output, log = commands.run("setstatus", "close", "message")
    assert status in (2, 3) and output == "" and "unlock" in log


@pytest.mark.parametrize("answer", ["no\n", "", "YES\n", "y\n"])
def test_a_reset_without_a_clear_yes_does_nothing(book, answer):
    book.replace(simulations(2))
    done = subprocess.run([BINARY, "book", "reset"], input=answer, capture_output=True, text=True,
                          timeout=DEADLINE, check=False, env=environment(
                              BOOKRESET_TOKEN=class_token("o", admin=True),
                              BOOKRESET_HOST=f"127.0.0.1:{book.port}"))
    assert done.returncode != 0 and "[yes/NO]" in done.stdout
    assert book.status()["pools"] == 1


# ---- export, import

def test_an_export_is_imported_elsewhere_with_sessions_and_without_secrets(
        book, start_book, commands, tmp_path):
    book.replace(simulations(3))
    user = book.user(max_sessions=1)
    session = user.take()["session"]
    file = tmp_path / "export.json"
    commands.well("export", str(file))
    assert os.stat(file).st_mode & FILE_MODE == 0o600
    assert_no_secrets(file.read_text(), user.token)
    assert json.loads(commands.well("export")).keys() == {"pool", "booking"}
    other = start_book()
    status = json.loads(commands.well("import", str(file),
                                      RELAY_HOST=f"127.0.0.1:{other.port}"))
    assert (status["pools"], status["bookings"]) == (1, 1)
    answer = other.call("GET", "/login", user.token).json
    assert [one["session"] for one in answer["activities"]] == [session]
    assert other.call("POST", f"/pools/{user.pools[0]}/sessions?duration=60",
                      user.token).status == 402


def assert_no_secrets(text, token):
    everything = text + "".join(base64.b64decode(part).decode(errors="replace")
                                for part in json.loads(text).values())
    for secret in (tokens.SECRET, RELAY_SECRET):
        for form in (secret, base64.b64encode(secret.encode()).decode(),
                     tokens.base64url(secret.encode()), secret.encode().hex()):
            assert form not in everything
    assert token not in everything and ".eyJ" not in everything


def test_what_is_no_export_is_not_sent(book, commands, tmp_path):
    book.replace(simulations(1))
    file = tmp_path / "export.json"
    for text in ("", "[]", '{"pool": "e30="}', "groups: {}"):
        file.write_text(text)
        status, _, log = commands.run("import", str(file))
        assert status == 3 and "export.json" in log
    assert book.status()["pools"] == 1


# ---- statistics

def an_hour_on():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))


@pytest.fixture
def used(book):
    """A server with a past: two sessions, one of them ended early, and a refusal."""
    book.replace(simulations(1))
    first, second = book.user(), book.user()
    session = first.take(duration=600)["session"]
    assert second.ask().status == 404
    assert first.cancel(session).status == 204
    second.take(duration=600)
    return book


def test_statistics_as_a_table(used, commands):
    output = commands.well("stats", "--to", an_hour_on())
    assert re.search(r"simulation-0 +2\b", output), output
    assert re.search(r"none available.* 1\b", output), output
    assert re.search(r"^everyone +2 +2\b", output, re.MULTILINE), output


def test_statistics_as_csv(used, commands):
    output = commands.well("stats", "--format", "csv", "--to", an_hour_on())
    rows = list(csv.DictReader(io.StringIO(output, newline="")))
    kinds = [row["kind"] for row in rows]
    assert {"resource", "hour", "refusal", "group"} <= set(kinds)
    (resource,) = [row for row in rows if row["kind"] == "resource"]
    assert resource["sessions"] == "2"
    hours = [row for row in rows if row["kind"] == "hour"]
    assert sum(int(row["booked_s"]) for row in hours) == int(resource["booked_s"])


def test_statistics_as_json(used, commands):
    told = json.loads(commands.well("stats", "--json", "--to", an_hour_on()))
    assert told.keys() == {"from", "to", "resources", "refusals", "groups"}
    (refusal,) = told["refusals"]
    assert (refusal["reason"], refusal["count"]) == ("none available", 1)
    (group,) = told["groups"]
    assert (group["group"], group["sessions"], group["users"]) == ("everyone", 2, 2)
    begin, end = "2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z"
    empty = json.loads(commands.well("stats", "--json", "--from", begin, "--to", end))
    assert empty["groups"] == empty["refusals"] == []


def test_a_time_that_makes_no_sense_is_named(commands):
    status, output, log = commands.run("stats", "--from", "yesterday")
    assert (status, output) == (3, "") and "from" in log


def test_the_audit_tells_who_did_what(used):
    entries = used.administer("GET", "/admin/audit")
    text = json.dumps(entries)
    for action in ("session booked", "manifest replaced"):
        assert action in text, text
    assert "eyJ" not in text


# ---- serve

def test_what_the_server_lacks_is_named(run_command, tmp_path):
    for lacking in ("BOOK_FQDN", "BOOK_SECRET"):
        env = {"BOOK_FQDN": AUDIENCE, "BOOK_SECRET": tokens.SECRET}
        del env[lacking]
        status, output, log = run_command("book", "serve", "--port", "0", "--state-dir",
                                          str(tmp_path), **env)
        assert (status, output) == (3, "")
        assert {"BOOK_FQDN": "audience", "BOOK_SECRET": "secret"}[lacking] in log


def test_a_port_that_is_taken_is_named(book, run_command, tmp_path):
    status, output, log = run_command(
        "book", "serve", "--listen", "127.0.0.1", "--port", str(book.port), "--state-dir",
        str(tmp_path), BOOK_FQDN=AUDIENCE, BOOK_SECRET=tokens.SECRET)
    assert (status, output) == (4, "") and str(book.port) in log


def test_check_tells_of_a_state_directory_that_cannot_be_used(run_command, tmp_path):
    (tmp_path / "file").write_text("")
    folder = str(pathlib.Path(tmp_path / "file" / "state"))
    status, _, log = run_command("book", "serve", "--check", "--state-dir", folder,
                                 BOOK_FQDN=AUDIENCE, BOOK_SECRET=tokens.SECRET)
    assert status != 0 and "state" in log
