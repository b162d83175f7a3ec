#!/usr/bin/env python3
"""Measures what galen promises of speed and memory, each figure beside its target.

Prints one JSON document (-o FILE writes it as well) and, on stderr, a table. Build with -DGALEN_BENCHMARKS=ON and run on
a machine that does nothing else:

    bench/speed_tables.py --films ../data/cxr_tuberculosis/images -o speed.json

Needs the Python packages numpy and pillow; the rows that compare with peers also torch, onnx and onnxruntime.
"""
import argparse
import atexit
import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
REQUEST = "Segment the lungs and tell me if there is tuberculosis"
LUNG, TUBERCULOSIS, OTHER = "segment/lung-cxr", "classify/tuberculosis-cxr", "segment/retinal-vessel-fundus"
ROWS = ["ask", "process", "plan", "switch", "segment", "memory", "peers", "pytorch"]


class Bench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.folder = tempfile.mkdtemp(prefix="galen-speed-")
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = dict(os.environ, GALEN_CACHE=arguments.cache or os.path.join(self.folder, "cache"))
        self.before = shlex.split(arguments.run_with)
        self.zoo = ["--zoo", arguments.zoo]
        names = sorted(n for n in os.listdir(arguments.films) if n.lower().endswith((".png", ".jpg", ".jpeg")))
        self.films = [os.path.join(arguments.films, name) for name in names]
        self.rows = []

    def program(self, name):
        return os.path.join(self.arguments.bin, name)

    def path(self, name):
        return os.path.join(self.folder, name)

    def add(self, what, figure, unit, target, reached, command, **more):
        shown = " ".join(shlex.quote(word) if len(word) < 90 else "…" for word in command[:8])
        if len(command) > 8:
            shown += " …"
        self.rows.append({"what": what, "figure": round(figure, 5), "unit": unit, "target": target, "reached": bool(reached),
                          "command": shown, **more})
        print(f"{what:62} {figure:9.3f} {unit:4} {target:>9}  {'reached' if reached else 'MISSED'}", file=sys.stderr)

    def run(self, command):
        """Wall seconds and peak resident MiB of a new process."""
        start = time.perf_counter()
        process = subprocess.Popen([*self.before, *command], env=self.environment, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{shlex.join(command)} ended with status {process.returncode}")
        return seconds, usage.ru_maxrss / 1024

    def runs(self, command, count):
        for _ in range(3):
            self.run(command)
        measured = [self.run(command) for _ in range(count)]
        return statistics.median(m[0] for m in measured), max(m[1] for m in measured)

    def document(self, command):
        return json.loads(subprocess.run([*self.before, *command], env=self.environment, stdout=subprocess.PIPE, check=True).stdout)

    def ask(self):
        command = [self.program("galen"), "ask", REQUEST, self.films[0], "-o", self.path("answer"), *self.zoo]
        seconds, mib = self.runs(command, 15)
        self.add("ask, two networks, new process: wall", seconds, "s", "<= 0.6", seconds <= 0.6, command)
        self.add("ask, two networks, new process: peak memory", mib, "MiB", "<= 400", mib <= 400, command)

    def process(self):
        command = [self.program("request_speed"), "ask", self.arguments.zoo, REQUEST, self.path("answers"), *self.films[:40]]
        seconds = statistics.median(self.document(command)["seconds"][5:])
        self.add("the same inside a running process", seconds, "s", "<= 0.12", seconds <= 0.12, command)

    def plan(self):
        command = [self.program("galen"), "plan", REQUEST, *self.zoo]
        milliseconds = 1000 * self.runs(command, 30)[0]
        self.add("plan, new process", milliseconds, "ms", "<= 40", milliseconds <= 40, command)

    def switch(self):
        command = [self.program("request_speed"), "switch", self.arguments.zoo, LUNG, TUBERCULOSIS, OTHER]
        document = self.document(command)
        for key, name, target in [("cached_seconds", "cached", 5), ("from_disk_seconds", "from disk", 150)]:
            milliseconds = 1000 * statistics.median(document[key])
            self.add(f"switch to another task's weights: {name}", milliseconds, "ms", f"<= {target}", milliseconds <= target,
                     command, worst=round(1000 * max(document[key]), 3))

    def segment(self):
        films = self.films[:100]
        speeds = self.document([self.program("request_speed"), "network", self.arguments.zoo, LUNG, "200"])
        speeds = speeds["images_per_second"]
        command = [self.program("galen"), "segment", LUNG, *films, "-o", self.path("masks"), *self.zoo]
        seconds = self.runs(command, 5)[0]
        rate = len(films) / seconds
        for streams, speed in speeds.items():
            ratio = rate / speed
            self.add(f"segment, {len(films)} films: share of the network's speed ({streams})", ratio, "x", ">= 0.85",
                     ratio >= 0.85, command, images_per_second=round(rate, 2), network_images_per_second=round(speed, 2))

    def pytorch(self):
        """Not a target: the same films, network and masks through PyTorch's data loading and eager network."""
        command = [sys.executable, os.path.join(HERE, "segment_peer.py"), self.arguments.zoo, LUNG, self.path("peer-masks")]
        peer = self.document([*command, *self.films[:100]])["images_per_second"]
        seconds = self.runs([self.program("galen"), "segment", LUNG, *self.films[:100], "-o", self.path("masks"), *self.zoo], 3)[0]
        ratio = len(self.films[:100]) / seconds / peer
        self.add("segment, 100 films: times as fast as PyTorch's loader and network", ratio, "x", "> 1", ratio > 1, command,
                 peer_images_per_second=round(peer, 2))

    def memory(self):
        folder = self.path("many")
        os.makedirs(folder)
        random = numpy.random.default_rng(1)
        images = []
        for n in range(self.arguments.images):
            film = numpy.asarray(Image.open(self.films[n % len(self.films)]).convert("L")).astype(numpy.float32)
            height, width = (int(side * random.uniform(0.8, 1)) for side in film.shape)
            top, left = (int(random.integers(0, side - part + 1)) for side, part in zip(film.shape, (height, width)))
            part = film[top:top + height, left:left + width] * random.uniform(0.8, 1)
            images.append(os.path.join(folder, f"{n}.png"))
            Image.fromarray(part.astype(numpy.uint8)).save(images[-1], compress_level=1)
        command = [self.program("request_speed"), "ask", self.arguments.zoo, REQUEST, self.path("many-answers"), *images]
        resident = self.document(command)["resident_kib"]
        early, late = max(resident[:50]) / 1024, max(resident[-50:]) / 1024
        # A percent is what the memory allocator moves without any growth.
        self.add(f"{len(images)} different images in one process: growth after 50", late - early, "MiB", "none",
                 late <= 1.01 * early, command, after_50_mib=round(early, 1), at_the_end_mib=round(late, 1),
                 every_50th_mib=[round(kib / 1024, 1) for kib in resident[49::50]])

    def peers(self):
        command = [sys.executable, os.path.join(HERE, "inference_peers.py"), "--program", self.program("inference_speed")]
        document = self.document(command)
        ratio = document["ratio_to_galen"]
        for who, name, target in [("libtorch_eager_fp32", "LibTorch eager fp32", 4.0),
                                  ("libtorch_channels_last", "LibTorch channels-last, same precision", 1.6),
                                  ("onnxruntime", "ONNX Runtime", 1.0)]:
            self.add(f"DeepFusionLab 256, one image: times as fast as {name}", ratio[who], "x", f">= {target}",
                     ratio[who] >= target, command, milliseconds=document["milliseconds_median"][who],
                     galen_milliseconds=document["milliseconds_median"]["galen"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    root = os.path.dirname(HERE)
    parser.add_argument("--films", required=True, help="folder of at least 100 chest films (PNG or JPEG)")
    parser.add_argument("--bin", default=os.path.join(root, "build", "release", "bin"))
    parser.add_argument("--zoo", default=os.path.join(root, "zoo"))
    parser.add_argument("--cache", help="cache folder; without it a fresh one, so that thread counts are chosen anew")
    parser.add_argument("--run-with", default="", help="words before each command that is measured: 'taskset -c 0,1'")
    parser.add_argument("--images", type=int, default=1000, help="for the memory row")
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=ROWS)
    parser.add_argument("-o", "--output", help="file for the JSON document")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    bench = Bench(arguments)
    for row in arguments.rows:
        getattr(bench, row)()
    machine = bench.document([bench.program("galen"), "doctor", "--json", *bench.zoo])
    document = {"machine": machine, "load_average_before": load, "rows": bench.rows}
    text = json.dumps(document, indent=1, ensure_ascii=False)
    print(text)
    if arguments.output:
        with open(arguments.output, "w", encoding="utf-8") as file:
            file.write(text + "\n")


if __name__ == "__main__":
    main()
