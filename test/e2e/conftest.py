# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the end-to-end tests: they run the real program and speak to it from outside.

RELAY_BIN names the program (build/bin/relay); RELAY_E2E_SCALE (1) scales counts down for slow
builds.
"""

import asyncio
import contextlib
import inspect
import subprocess

import pytest

import book_database
from book_process import Book, Commands
from openssh import SshServer
from relay_process import BINARY, DEADLINE, Host, Relay, environment
from shell_process import Shell


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Runs tests that are coroutines, each in a loop of its own and not for ever."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    asyncio.run(asyncio.wait_for(pyfuncitem.obj(**arguments), 4 * DEADLINE))
    return True


@pytest.fixture
def start_relay(tmp_path_factory):
    """Starts relays with further flags; at the end of the test each has to stop well."""
    running = []

    def start(*flags, **options):
        folder = options.pop("folder", None) or tmp_path_factory.mktemp("relay")
        relay = Relay(folder, *flags, **options)
        running.append(relay.start())
        return relay

    yield start
    for relay in running:
        if relay.is_running():
            relay.stop()


@pytest.fixture
def start_host(tmp_path_factory):
    """Starts session hosts, likewise."""
    running = []

    def start(*flags):
        host = Host(tmp_path_factory.mktemp("host"), *flags)
        running.append(host.start())
        return host

    yield start
    for host in running:
        if host.is_running():
            host.stop()


@pytest.fixture
def relay(start_relay):
    return start_relay()


@pytest.fixture(scope="module")
def shared_relay(tmp_path_factory):
    """One relay for the tests of a file that leave no trace in it."""
    relay = Relay(tmp_path_factory.mktemp("relay"), "--max-message", "1MiB").start()
    yield relay
    relay.stop()


@contextlib.contextmanager
def book_servers(make_folder):
    """Starts booking servers; each has to stop well and to leave a database without
    contradictions."""
    running = []

    def start(*flags, **options):
        book = Book(options.pop("folder", None) or make_folder("book"), *flags, **options)
        running.append(book.start())
        return book

    yield start
    for book in running:
        if book.is_running():
            book.stop()
        assert book_database.contradictions(book.database) == []


@pytest.fixture
def start_book(tmp_path_factory):
    with book_servers(tmp_path_factory.mktemp) as start:
        yield start


@pytest.fixture
def book(start_book):
    return start_book()


@pytest.fixture(scope="module")
def shared_book(tmp_path_factory):
    """One booking server for the tests of a file that use pools of their own."""
    with book_servers(tmp_path_factory.mktemp) as start:
        yield start()


@pytest.fixture
def shell(tmp_path_factory):
    """Starts relays, hosts and clients of byte streams."""
    with Shell(tmp_path_factory.mktemp) as starter:
        yield starter


@pytest.fixture(scope="module")
def shared_shell(tmp_path_factory):
    """The same for what the tests of a file share."""
    with Shell(tmp_path_factory.mktemp) as starter:
        yield starter


@pytest.fixture(scope="session")
def ssh_server(tmp_path_factory):
    """A private sshd."""
    server = SshServer(tmp_path_factory.mktemp("openssh")).start()
    yield server
    server.stop()


@pytest.fixture
def run_command():
    """Runs a command of the program to its end: status, standard output, standard error."""
    def run(*arguments, **env):
        done = subprocess.run([BINARY, *arguments], env=environment(**env), capture_output=True,
                              text=True, timeout=DEADLINE)
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def commands(book, run_command):
    return Commands(book, run_command)


@pytest.fixture
def write_manifest(tmp_path):
    """Writes a manifest, or any text, to a file; its path."""
    def write(manifest, name="manifest.yaml"):
        path = tmp_path / name
        path.write_text(getattr(manifest, "text", manifest))
        return str(path)

    return write
