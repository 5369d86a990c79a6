# SPDX-License-Identifier: Apache-2.0
"""A private OpenSSH server and its users' programs: ssh, scp, sftp, rsync, dropbear's client."""

import contextlib
import os
import pathlib
import pwd
import shlex
import socket
import subprocess
import time

from relay_process import DEADLINE, environment, free_port, wait_until

USER = pwd.getpwuid(os.getuid()).pw_name
ALIAS = "laboratory"  # the name of the one host key, whatever way leads to the server

SERVER = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
PermitRootLogin prohibit-password
AllowTcpForwarding yes
MaxStartups 1000
MaxSessions 1000
PrintMotd no
SetEnv HOME={folder}
UseDNS no
Subsystem sftp internal-sftp
"""

USERS_HOST = """\
Host {name}
    HostName 127.0.0.1
    HostKeyAlias {alias}
    User {user}
    IdentityFile {folder}/user_key
    IdentitiesOnly yes
    UserKnownHostsFile {folder}/known_hosts
    GlobalKnownHostsFile none
    StrictHostKeyChecking yes
    BatchMode yes
    LogLevel ERROR
"""


def quietly(*arguments):
    subprocess.run(arguments, check=True, capture_output=True)


class SshServer:
    """sshd on 127.0.0.1, for whoever runs the tests, with keys of its own; and that user's side."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.config = self.folder / "config"  # of the user; each way to the server is a Host in it
        self.env = environment(HOME=str(self.folder))
        for name in ("host_key", "user_key"):
            quietly("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / name))
        (self.folder / "user_key.pub").rename(self.folder / "authorized_keys")
        public = (self.folder / "host_key.pub").read_text()
        (self.folder / "known_hosts").write_text(f"{ALIAS} {public}")
        (self.folder / "server").write_text(SERVER.format(port=self.port, folder=self.folder))
        self.add_host("direct", Port=self.port)

    def start(self):
        if os.getuid() == 0:
            os.makedirs("/run/sshd", 0o755, exist_ok=True)  # where sshd locks up its children
        self.log = self.folder / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f",
                                             str(self.folder / "server")], stderr=log)
        wait_until(self._greets, "sshd answers")
        wait_until(lambda: not self.sessions(), "sshd has forgotten that")
        return self

    def _greets(self):
        assert self.process.poll() is None, self.log.read_text()
        with contextlib.suppress(OSError):
            with socket.create_connection(("127.0.0.1", self.port), DEADLINE) as connection:
                return connection.recv(4) == b"SSH-"

    def stop(self):
        sessions = self.sessions()
        self.process.terminate()
        self.process.wait(DEADLINE)
        assert not sessions, f"{len(sessions)} sessions were left: {self.log.read_text()[-2000:]}"

    def sessions(self):
        """The processes of its connections."""
        pid = self.process.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in children if _is_alive(child)]

    # ---- the user's side

    def add_host(self, name, **options):
        """A further way to the server, by the name that the user gives it; for example its Port, or
        a ProxyCommand."""
        block = USERS_HOST.format(name=name, alias=ALIAS, user=USER, folder=self.folder)
        with open(self.config, "a", encoding="utf-8") as config:
            config.write(block + "".join(f"    {key} {value}\n" for key, value in options.items()))

    def ssh(self, *arguments, **options):
        return self.run("ssh", "-F", str(self.config), *arguments, **options)

    def scp(self, *arguments, **options):
        return self.run("scp", "-q", "-F", str(self.config), *arguments, **options)

    def sftp(self, host, commands):
        return self.run("sftp", "-q", "-F", str(self.config), "-b", "-", host, stdin=commands)

    def rsync(self, *arguments, **options):
        return self.run(*self.rsync_command(*arguments), **options)

    def rsync_command(self, *arguments):
        remote_shell = shlex.join(["ssh", "-F", str(self.config)])
        return ["rsync", "--archive", "--whole-file", "-e", remote_shell, *arguments]

    def dbclient(self, *arguments, **options):
        key = self.folder / "dropbear_key"
        if not key.exists():
            quietly("dropbearconvert", "openssh", "dropbear", str(self.folder / "user_key"),
                    str(key))
        return self.run("dbclient", "-y", "-y", "-i", str(key), "-l", USER, *arguments, **options)

    def run(self, *command, stdin="", seconds=4 * DEADLINE):
        """What a command of the user's prints; it has to end well."""
        done = subprocess.run(command, env=self.env, input=stdin, capture_output=True, text=True,
                              timeout=seconds)
        assert done.returncode == 0, f"{command}: status {done.returncode}: {done.stderr[-2000:]}"
        return done.stdout

    def start_command(self, *command, **options):
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=self.env,
                                **{"stdin": pipe, "stdout": pipe, "stderr": pipe, **options})

    def start_ssh(self, *arguments, **options):
        return self.start_command("ssh", "-F", str(self.config), *arguments, **options)


def _is_alive(pid):
    with contextlib.suppress(OSError):
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    return False


def seconds_to_end(process, limit):
    """How long a process still ran; it must end within the limit."""
    begin = time.monotonic()
    process.wait(limit)
    return time.monotonic() - begin
