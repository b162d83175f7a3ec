#!/usr/bin/env python3
"""Writes foreign.onnx: a small network as PyTorch's own exporter gives it, for the test that galen fine-tunes networks
which it did not write. Needs torch and onnx: python make_foreign.py"""
import pathlib

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.GroupNorm(2, channels)
        self.mix = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, groups=2), nn.GELU())
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, channels, 1), nn.Hardsigmoid())

    def forward(self, x):
        y = self.mix(self.norm(x))
        return x + y * self.gate(y)


class Foreign(nn.Module):
    """An encoder and decoder with self-attention in between; the parts that people use and galen's own nets do not."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 12, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(12), nn.SiLU())
        self.block = Block(12)
        self.down = nn.Conv2d(12, 16, 2, stride=2)
        self.norm = nn.LayerNorm(16)
        self.attention = nn.MultiheadAttention(16, 2, batch_first=True)
        self.up = nn.ConvTranspose2d(16, 12, 2, stride=2)
        self.head = nn.Sequential(nn.Conv2d(24, 8, 3, padding=1), nn.LeakyReLU(0.1), nn.Conv2d(8, 1, 1))

    def forward(self, image):
        fine = self.block(self.stem(image))
        coarse = self.down(fine)
        n, c, h, w = coarse.shape
        tokens = coarse.flatten(2).transpose(1, 2)
        normed = self.norm(tokens)
        tokens = tokens + self.attention(normed, normed, normed, need_weights=False)[0]
        coarse = tokens.transpose(1, 2).reshape(n, c, h, w)
        joined = torch.cat([self.up(coarse), fine], 1)
        return nn.functional.interpolate(self.head(joined), scale_factor=2.0, mode="bilinear", align_corners=False)


torch.manual_seed(1)
path = pathlib.Path(__file__).with_name("foreign.onnx")
torch.onnx.export(Foreign().train(), (torch.randn(2, 1, 32, 32),), str(path), opset_version=17, dynamo=False,
                  training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
                  input_names=["image"], output_names=["segmentation"],
                  dynamic_axes={"image": {0: "n"}, "segmentation": {0: "n"}})
print(path, path.stat().st_size, "bytes")
