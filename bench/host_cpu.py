#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a session host costs: processor time for one camera of 1 Mbit/s, filmed by ffmpeg in real
time, with one destination; and how often it wakes up when there is nothing to do.

Needs ffmpeg, and python3-websockets as the end-to-end tests do, whose parts it uses.
"""

import argparse
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CAMERA = ["-re", "-f", "lavfi", "-i", "testsrc=size=640x480:rate=25", "-c:v", "mpeg1video",
          "-b:v", "1M", "-minrate", "1M", "-maxrate", "1M", "-bufsize", "200k", "-bf", "0",
          "-f", "mpegts"]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "bin",
                        help="folder with relay")
    parser.add_argument("--seconds", type=float, default=30, help="of each measurement")
    parser.add_argument("--limit", type=float, default=0.5,
                        help="most percent of one core for the camera")
    return parser.parse_args()


def measure(host, seconds):
    """Percent of one core, and waits per second."""
    before, begin = feeding.processor_nanoseconds(host.pid), time.monotonic()
    switches = feeding.switches_per_second(host, seconds)
    spent = (feeding.processor_nanoseconds(host.pid) - before) / 1e9
    return 100 * spent / (time.monotonic() - begin), switches


def show(what, percent, switches):
    print(f"{what:<52}{percent:>9.3f} %{switches:>12.2f}", flush=True)


def film(host, options):
    camera = feeding.start_ffmpeg(*CAMERA, f"http://127.0.0.1:{host.port}/ts/video")
    try:
        feeding.wait_publishing(host, "video")
        before = host.destination()["sent"]["bytes"]
        percent, switches = measure(host, options.seconds)
        sent = host.destination()["sent"]["bytes"] - before
    finally:
        camera.terminate()
        camera.communicate()
    show(f"one camera, {sent * 8 / options.seconds / 1e6:.2f} Mbit/s, one destination", percent,
         switches)
    return percent


def run(folder, options):
    relay = relay_process.Relay(folder / "relay", local=True).start()
    host = relay_process.Host(folder / "host").start()
    try:
        print(f"{'':<52}{'of a core':>11}{'waits/s':>12}")
        show("idle, no destination", *measure(host, options.seconds))
        feeding.bring(host, relay)
        show("idle, one destination connected", *measure(host, options.seconds))
        percent = film(host, options)
    finally:
        host.stop()
        relay.stop()
    return percent


def main():
    with tempfile.TemporaryDirectory() as name:
        for part in ("relay", "host"):
            (pathlib.Path(name) / part).mkdir()
        percent = run(pathlib.Path(name), OPTIONS)
    return 0 if percent <= OPTIONS.limit else 1


if __name__ == "__main__":
    OPTIONS = parse_arguments()
    os.environ["RELAY_BIN"] = str(OPTIONS.build / "relay")  # read when the parts are imported
    sys.path.insert(0, str(ROOT / "test" / "e2e"))
    import time

    import feeding
    import relay_process

    sys.exit(main())
