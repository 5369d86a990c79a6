# SPDX-License-Identifier: Apache-2.0
"""`relay shell ssh-config`: what it prints means to ssh, and to the shell that ssh starts, what was
meant."""

import os
import subprocess

import pytest

from relay_process import BINARY, DEADLINE, environment

SESSION = "https://relay.example.org/shell/{machine}"


@pytest.fixture
def configuration(run_command, tmp_path):
    """Prints a configuration into a file; its path."""
    def make(*flags):
        status, output, log = run_command("shell", "ssh-config", *flags)
        assert (status, log) == (0, "")
        path = tmp_path / "ssh.conf"
        path.write_text(output)
        return path

    return make


def ssh_options(path, host):
    """Every option as ssh has read it, by name in lower case."""
    done = subprocess.run(["ssh", "-F", path, "-G", host], capture_output=True, text=True,
                          timeout=DEADLINE, check=True)
    return dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)


def test_ssh_reads_a_block_for_each_machine(configuration):
    path = configuration("--session", SESSION, "--token-file", "~/.config/relay/{machine}.token",
                         "--machine", "spin30", "--machine", "spin31", "--user", "pi",
                         "--prefix", "lab-")
    for machine in ("spin30", "spin31"):
        options = ssh_options(path, f"lab-{machine}")
        assert options["hostname"] == machine
        assert options["hostkeyalias"] == f"lab-{machine}"
        assert options["user"] == "pi"
        assert options["proxycommand"] == (
            f"{os.path.realpath(BINARY)} shell client --stdio --session https://relay.example.org/shell/{machine}"
            f" --token-file ~/.config/relay/{machine}.token")
        patience = int(options["serveraliveinterval"]) * int(options["serveralivecountmax"])
        assert patience >= 300, "ssh must not give up before the client does"
    assert "proxycommand" not in ssh_options(path, "elsewhere")


def test_awkward_paths_reach_the_client_as_they_are(configuration, tmp_path):
    """Through ssh's own expansion and quoting, and through the shell."""
    folder = tmp_path / "it's 100% a \"dir\" of $HOME;`id` #1 (é) *"
    folder.mkdir()
    program = folder / "relay %h"
    program.write_text(f'#!/bin/sh\nprintf "%s\\0" "$@" > "{tmp_path}/arguments"\n')
    program.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    path = configuration("--session", "https://a/shell/{machine} https://b/x%20y/{machine}",
                         "--token-file", f"{folder}/{{machine}}.token", "--machine", "spin30",
                         "--client-config", "~/my client's.toml", "--program", program,
                         "--target", "camera")
    subprocess.run(["ssh", "-F", path, "spin30"], env=environment(HOME=str(home), SHELL="/bin/sh"),
                   capture_output=True, timeout=DEADLINE)
    arguments = (tmp_path / "arguments").read_text().split("\0")[:-1]
    assert arguments == [
        "shell", "client", "--stdio", "--session", "https://a/shell/spin30 https://b/x%20y/spin30",
        "--token-file", f"{folder}/spin30.token", "--target", "camera",
        "--config", f"{home}/my client's.toml"]


def test_settings_may_come_from_a_file(configuration, tmp_path):
    file = tmp_path / "lab.toml"
    file.write_text(f'[shell-ssh-config]\nsession = "{SESSION}"\ntoken-file = "~/{{machine}}"\n'
                    'machine = ["spin30", "spin31"]\nuser = "pi"\n')
    path = configuration("--config", str(file))
    assert ssh_options(path, "spin31")["proxycommand"].endswith("--token-file ~/spin31")


@pytest.mark.parametrize("flag", ["--machine=a b*", "--prefix=x y", "--user=a b", "--token-file=a\nb",
                                  "--session=wss://a/{machine}", "--program=a\\b"])
def test_what_ssh_would_misread_is_refused(run_command, flag):
    flags = {"--session": SESSION, "--token-file": "/t/{machine}", "--machine": "spin30"}
    name, value = flag.split("=", 1)
    arguments = [f"{key}={given}" for key, given in {**flags, name: value}.items()]
    status, output, log = run_command("shell", "ssh-config", *arguments)
    assert (status, output) == (3, "")
    assert f"{name.strip('-')}: " in log
