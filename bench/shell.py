#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What it costs to go through client, relay and host instead of directly to the machine: scp's
throughput, the round trip of one byte, the throughput of a bare stream, processor time.

All in one run, in turn and repeated: read ratios and differences, not times. Needs openssh-server
and openssh-client, and python3-websockets as the end-to-end tests do, whose parts it uses.
"""

import argparse
import json
import os
import pathlib
import statistics
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
GIB = 1 << 30
CIPHERS = "aes128-gcm@openssh.com,chacha20-poly1305@openssh.com"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "bin",
                        help="folder with relay")
    parser.add_argument("--bytes", type=int, default=GIB, help="of each transfer")
    parser.add_argument("--rounds", type=int, default=3, help="of everything")
    parser.add_argument("--ciphers", default=CIPHERS, help="of scp, with commas between them")
    parser.add_argument("--echoes", type=int, default=3000, help="round trips in each round")
    parser.add_argument("--resume", choices=["true", "false"], default="true",
                        help="relay.resume.v1, or the plain form")
    parser.add_argument("--least-ratio", type=float, default=0.85,
                        help="of the throughput of scp, to that of scp without a tunnel")
    parser.add_argument("--most-added", type=float, default=150,
                        help="microseconds added to the median round trip")
    parser.add_argument("--json", type=pathlib.Path, help="file for all figures")
    return parser.parse_args()


# ---- what is measured

class Bench:
    """sshd and an echo, each with a tunnel in front of it."""

    def __init__(self, shell, folder):
        self.shell, self.folder = shell, folder
        (folder / "openssh").mkdir()
        self.sshd = openssh.SshServer(folder / "openssh").start()
        self.plain = shell.listener()
        self.relay = shell.relay()
        self.host = shell.host(self.relay, "--local-port", str(self.sshd.port), "--target",
                               f"plain=127.0.0.1:{self.plain.port}")
        resume = f"--resume={OPTIONS.resume}"
        self.client = shell.client(self.relay, resume)
        self.plain_client = shell.client(self.relay, resume, "--target", "plain")
        self.sshd.add_host("port", Port=self.client.port)
        self.sshd.add_host("stdio", ProxyCommand=shell.proxy_command(self.relay, resume))
        self.source, self.copy = folder / "source", folder / "copy"
        with open(self.source, "wb") as file:
            for begin in range(0, OPTIONS.bytes, 1 << 20):
                file.write(os.urandom(min(1 << 20, OPTIONS.bytes - begin)))

    def scp(self, way, cipher):
        """Bytes per second to the machine."""
        begin = time.monotonic()
        self.sshd.scp("-c", cipher, str(self.source), f"{way}:{self.copy}", seconds=3600)
        return OPTIONS.bytes / (time.monotonic() - begin)

    def connect(self, through):
        if through:
            near = self.plain_client.connect()
        else:
            near = socket.create_connection(("127.0.0.1", self.plain.port), 30)
            near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return near, self.plain.accept()

    def round_trips(self, through):
        """Microseconds of each."""
        near, far = self.connect(through)
        with near, far:
            echo = threading.Thread(target=send_back, args=(far,))
            echo.start()
            times = [round_trip(near) for _ in range(OPTIONS.echoes + 100)][100:]
            near.shutdown(socket.SHUT_WR)
            echo.join()
        return times

    def stream(self, through, towards_host):
        """Bytes per second."""
        near, far = self.connect(through)
        source, sink = (near, far) if towards_host else (far, near)
        with near, far:
            begin = time.monotonic()
            sender = threading.Thread(target=send_all, args=(source, OPTIONS.bytes))
            sender.start()
            read_to_the_end(sink)
            speed = OPTIONS.bytes / (time.monotonic() - begin)
            sender.join()
        return speed

    def processor_seconds(self):
        return {"relay": self.relay.processor_seconds(), "host": self.host.processor_seconds(),
                "client": self.client.processor_seconds() + self.plain_client.processor_seconds()}


def round_trip(near):
    begin = time.perf_counter_ns()
    near.send(b"x")
    near.recv(1)
    return (time.perf_counter_ns() - begin) / 1000


def send_back(far):
    while piece := far.recv(1):
        far.send(piece)
    far.shutdown(socket.SHUT_WR)


def send_all(source, count):
    piece = os.urandom(256 * 1024)
    for begin in range(0, count, len(piece)):
        source.sendall(piece[:count - begin])
    source.shutdown(socket.SHUT_WR)


def read_to_the_end(sink):
    buffer = bytearray(256 * 1024)
    while sink.recv_into(buffer):
        pass


# ---- the run

def measure(bench):
    """Lists of figures by name; `cpu` holds, for each kind of transfer, those of each process."""
    found, cpu = {}, {}

    def note(name, figure):
        found.setdefault(name, []).append(figure)

    def timed(kind, call):
        before = bench.processor_seconds()
        figure = call()
        for process, after in bench.processor_seconds().items():
            spent = (after - before[process]) * GIB / OPTIONS.bytes
            cpu.setdefault(kind, {}).setdefault(process, []).append(spent)
        return figure

    for number in range(OPTIONS.rounds):
        print(f"round {number + 1} of {OPTIONS.rounds}", file=sys.stderr, flush=True)
        for cipher in OPTIONS.ciphers.split(","):
            note(f"scp {cipher} direct", bench.scp("direct", cipher))
            note(f"scp {cipher} port", timed(f"scp {cipher}", lambda: bench.scp("port", cipher)))
            note(f"scp {cipher} stdio", bench.scp("stdio", cipher))
        for way in ("to host", "to client"):
            towards_host = way == "to host"
            note(f"stream {way} direct", bench.stream(False, towards_host))
            note(f"stream {way} port",
                 timed(f"stream {way}", lambda: bench.stream(True, towards_host)))
        for _ in range(4):
            found.setdefault("echo direct", []).extend(bench.round_trips(False))
            found.setdefault("echo port", []).extend(bench.round_trips(True))
    return found, cpu


def summarize(found, cpu):
    echo = {}
    for way in ("direct", "port"):
        times = sorted(found.pop(f"echo {way}"))
        echo[way] = {"median": statistics.median(times), "p99": times[len(times) * 99 // 100]}
    echo["added"] = {name: echo["port"][name] - echo["direct"][name] for name in ("median", "p99")}
    speeds = {name: statistics.median(figures) / (1 << 20) for name, figures in found.items()}
    ratios = {name: speed / speeds[f"{name.rpartition(' ')[0]} direct"]
              for name, speed in speeds.items() if not name.endswith(" direct")}
    processors = {kind: {process: statistics.median(figures)
                         for process, figures in processes.items()}
                  for kind, processes in cpu.items()}
    return {"cores": os.cpu_count(), "load_before": LOAD[0], "bytes": OPTIONS.bytes,
            "rounds": OPTIONS.rounds, "resume": OPTIONS.resume,
            "MiB_per_second": speeds, "ratios": ratios, "round_trip_microseconds": echo,
            "processor_seconds_per_GiB": processors}


def show(summary):
    print(f"{summary['cores']} cores, load before the run {summary['load_before']:.1f}\n")
    print(f"{'median throughput':<48}{'MiB/s':>10}{'ratio':>9}")
    for name, speed in summary["MiB_per_second"].items():
        ratio = summary["ratios"].get(name)
        print(f"{name:<48}{speed:>10.0f}" + (f"{ratio:>9.2f}" if ratio else ""))
    print(f"\n{'round trip of one byte':<48}{'median us':>10}{'p99 us':>9}")
    for name, times in summary["round_trip_microseconds"].items():
        print(f"{name:<48}{times['median']:>10.1f}{times['p99']:>9.1f}")
    print(f"\n{'processor seconds per GiB, by the port':<48}{'relay':>10}{'host':>9}{'client':>9}")
    for kind, spent in summary["processor_seconds_per_GiB"].items():
        print(f"{kind:<48}{spent['relay']:>10.2f}{spent['host']:>9.2f}{spent['client']:>9.2f}")


def failures(summary):
    for name, ratio in summary["ratios"].items():
        if name.startswith("scp ") and ratio < OPTIONS.least_ratio:
            yield f"{name}: {ratio:.2f} of the direct throughput, less than {OPTIONS.least_ratio}"
    added = summary["round_trip_microseconds"]["added"]["median"]
    if added > OPTIONS.most_added:
        yield f"round trip: {added:.0f} us more, limit {OPTIONS.most_added:.0f} us"


def main():
    # In memory where possible: the disk is not what is measured.
    memory = pathlib.Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        def make_folder(kind):
            return pathlib.Path(tempfile.mkdtemp(prefix=kind, dir=name))

        with shell_process.Shell(make_folder) as shell:
            bench = Bench(shell, pathlib.Path(name))
            summary = summarize(*measure(bench))
        bench.sshd.stop()
    show(summary)
    if OPTIONS.json:
        OPTIONS.json.write_text(json.dumps(summary, indent=2) + "\n")
    problems = list(failures(summary))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    OPTIONS = parse_arguments()
    LOAD = os.getloadavg()  # what else runs here makes ratios worse: relay needs cores of its own
    os.environ["RELAY_BIN"] = str(OPTIONS.build / "relay")  # read when the parts are imported
    sys.path.insert(0, str(ROOT / "test" / "e2e"))
    import socket
    import threading
    import time

    import openssh
    import shell_process

    sys.exit(main())
