#!/usr/bin/env python3
"""Compares the trainer's speed with the same network (DeepFusionLab, EfficientNet-B0 encoder, segmentation) written in
plain PyTorch and run eagerly, on this machine, same batch, same optimiser. Prints JSON.

    training_speed.py PROGRAM [--side 256] [--batch 8] [--steps 3] [--rounds 2] [--precisions fp32 bf16]

PROGRAM is build/.../bin/training_speed (configure with -DGALEN_TRAINING=ON -DGALEN_BENCHMARKS=ON). Run it in a Python
environment with torch 2.13. Both sides take turns, and the fastest step of each counts, so that other load on the machine
falls on both alike. On a busy machine compare the images per second of processor time, on one core (taskset -c 0). A
processor without bf16 instructions imitates them slowly: compare fp32 alone there.
"""
import argparse
import json
import os
import subprocess
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


def conv_norm(inputs, outputs, kernel=1, stride=1, groups=1, act=nn.ReLU, bias=False, eps=1e-5):
    parts = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=bias), nn.BatchNorm2d(outputs, eps)]
    return nn.Sequential(*parts, *([act()] if act else []))


class Squeeze(nn.Module):
    def __init__(self, channels, reduced, act):
        super().__init__()
        self.reduce, self.act, self.expand = nn.Conv2d(channels, reduced, 1), act(), nn.Conv2d(reduced, channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.expand(self.act(self.reduce(F.adaptive_avg_pool2d(x, 1)))))


class Block(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride, expansion):
        super().__init__()
        inner = inputs * expansion
        self.same = stride == 1 and inputs == outputs
        expand = [] if expansion == 1 else [conv_norm(inputs, inner, act=nn.SiLU, eps=1e-3)]
        self.body = nn.Sequential(*expand, conv_norm(inner, inner, kernel, stride, inner, nn.SiLU, eps=1e-3),
                                  Squeeze(inner, max(1, inputs // 4), nn.SiLU),
                                  conv_norm(inner, outputs, act=None, eps=1e-3))

    def forward(self, x):
        return self.body(x) + x if self.same else self.body(x)


class Separable(nn.Module):
    def __init__(self, inputs, outputs, rate=1):
        super().__init__()
        self.depthwise = nn.Conv2d(inputs, inputs, 3, 1, rate, rate, inputs, bias=False)
        self.point = conv_norm(inputs, outputs)

    def forward(self, x):
        return self.point(self.depthwise(x))


class DeepFusionLab(nn.Module):
    STAGES = [(3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3), (5, 1, 6, 112, 3),
              (5, 2, 6, 192, 4), (3, 1, 6, 320, 1)]

    def __init__(self):
        super().__init__()
        self.stem = conv_norm(3, 32, 3, 2, act=nn.SiLU, eps=1e-3)
        self.stages, channels = nn.ModuleList(), 32
        for kernel, stride, expansion, outputs, blocks in self.STAGES:
            stage = []
            for i in range(blocks):
                stage.append(Block(channels, outputs, kernel, stride if i == 0 else 1, expansion))
                channels = outputs
            self.stages.append(nn.Sequential(*stage))
        self.top = conv_norm(320, 1280, act=nn.SiLU, eps=1e-3)
        self.low = conv_norm(24, 48)
        self.branches = nn.ModuleList([conv_norm(1280, 256)] + [Separable(1280, 256, rate) for rate in (6, 12, 18)])
        self.pool, self.project = conv_norm(1280, 256), conv_norm(1280, 256)
        self.fuse_low, self.fuse_context = nn.Conv2d(48, 256, 1, bias=False), nn.Conv2d(256, 256, 1, bias=False)
        self.mix, self.squeeze = conv_norm(256, 256, 3, bias=True), Squeeze(256, 32, nn.ReLU)
        self.narrow = conv_norm(256, 48)
        self.first, self.second = Separable(96, 256), Separable(256, 256)
        self.detail, self.gate = nn.Conv2d(256, 256, 3, 1, 1), nn.Conv2d(256, 256, 1)
        self.head = nn.Conv2d(256, 1, 1)

    def forward(self, x):
        x, features = self.stem(x), []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        high, low = self.top(x), self.low(features[1])
        parts = [branch(high) for branch in self.branches]
        parts.append(F.interpolate(self.pool(F.adaptive_avg_pool2d(high, 1)), high.shape[2:], mode="bilinear"))
        context = F.dropout(self.project(torch.cat(parts, 1)), 0.5, self.training)
        context = F.interpolate(context, scale_factor=8, mode="bilinear")
        fused = self.squeeze(self.mix(self.fuse_low(low) + self.fuse_context(context)))
        x = self.second(self.first(torch.cat([self.narrow(fused), low], 1)))
        x = F.dropout(x, 0.3, self.training)
        x = x + self.detail(context) * torch.sigmoid(self.gate(x))
        return F.interpolate(self.head(x), scale_factor=4, mode="bilinear")


class Eager:
    """Plain PyTorch: default memory layout, as most training scripts are written."""

    def __init__(self, arguments, bf16):
        torch.manual_seed(1)
        self.bf16, self.batch = bf16, arguments.batch
        self.network = DeepFusionLab().train()
        self.optimizer = torch.optim.AdamW(self.network.parameters(), 1e-3)
        self.image = torch.randn(arguments.batch, 3, arguments.side, arguments.side)
        self.target = (torch.rand(arguments.batch, 1, arguments.side, arguments.side) > 0.5).float()

    def step(self):
        """Seconds, and seconds of processor time."""
        start, processor_start = time.perf_counter(), time.process_time()
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            logits = self.network(self.image)
        loss = F.binary_cross_entropy_with_logits(logits.float(), self.target)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return time.perf_counter() - start, time.process_time() - processor_start

    def speeds(self, steps):
        taken = [self.step() for _ in range(steps)]
        return [self.batch / min(times) for times in zip(*taken)]


def galen_speeds(arguments, precision):
    numbers = [str(number) for number in (arguments.side, arguments.batch, arguments.steps)]
    command = [arguments.program, "deepfusionlab", *numbers, precision]
    result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [result["images_per_second"], result["images_per_processor_second"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--precisions", nargs="+", choices=["fp32", "bf16"], default=["fp32", "bf16"])
    arguments = parser.parse_args()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    peers = {precision: Eager(arguments, precision == "bf16") for precision in arguments.precisions}
    best = {}

    def keep(name, speeds):
        best[name] = [max(pair) for pair in zip(speeds, best.get(name, speeds))]
        print(name, *(f"{speed:.3f}" for speed in speeds), file=sys.stderr, flush=True)

    for round_number in range(arguments.rounds):
        for precision, peer in peers.items():
            if round_number == 0:
                peer.step()
            keep("pytorch_eager_" + precision, peer.speeds(arguments.steps))
            keep("galen_" + precision, galen_speeds(arguments, precision))

    def ratios(index):
        ours = max(best["galen_" + precision][index] for precision in peers)
        return {"to_eager_" + precision: round(ours / best["pytorch_eager_" + precision][index], 2) for precision in peers}

    json.dump({"network": "deepfusionlab", "side": arguments.side, "batch": arguments.batch,
               "threads": torch.get_num_threads(), "torch": torch.__version__,
               "images_per_second": {name: round(speeds[0], 3) for name, speeds in best.items()},
               "images_per_processor_second": {name: round(speeds[1], 3) for name, speeds in best.items()},
               "ratio_of_galens_best": ratios(0), "ratio_of_galens_best_in_processor_time": ratios(1)}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
