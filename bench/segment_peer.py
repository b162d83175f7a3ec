#!/usr/bin/env python3
"""What `galen segment` does, with PyTorch's data loading and LibTorch eager: films in, masks out, images a second.

    bench/segment_peer.py ZOO segment/lung-cxr OUT FILM…

Worker processes read and resize; the network runs channels-last in fp32 on all processors; the main process writes the
masks. Loading of the network and start of the workers are not counted.
"""
import json
import os
import sys
import time

import numpy
import onnx
import torch
import torch.nn.functional as F
from PIL import Image

from inference_peers import Eager


class Films(torch.utils.data.Dataset):
    def __init__(self, paths, rule):
        self.paths, self.size = paths, (rule["width"], rule["height"])
        self.mean = torch.tensor(rule["mean"]).view(3, 1, 1)
        self.deviation = torch.tensor(rule["deviation"]).view(3, 1, 1)

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        film = Image.open(self.paths[index]).convert("RGB")
        small = numpy.asarray(film.resize(self.size, Image.Resampling.BILINEAR))
        tensor = torch.from_numpy(small.copy()).permute(2, 0, 1).float() / 255
        return (tensor - self.mean) / self.deviation, film.height, film.width, index


def main():
    zoo, task, out, *paths = sys.argv[1:]
    with open(os.path.join(zoo, task, "card.json"), encoding="utf-8") as file:
        card = json.load(file)
    os.makedirs(out, exist_ok=True)
    network = Eager(onnx.load(os.path.join(zoo, task, card["network"]["file"])), channels_last=True)
    films = Films(paths, card["input"])
    loader = torch.utils.data.DataLoader(films, batch_size=1, num_workers=len(os.sched_getaffinity(0)))
    start = None
    with torch.inference_mode():
        for image, height, width, index in loader:
            if start is None:
                network(image.contiguous(memory_format=torch.channels_last), card["output"]["name"])
                start = time.perf_counter()
            logits = network(image.contiguous(memory_format=torch.channels_last), card["output"]["name"])
            logits = F.interpolate(logits, size=(int(height), int(width)), mode="bilinear", align_corners=False)[0]
            mask = torch.zeros(logits.shape[1:], dtype=torch.uint8)
            for label in card["labels"]:
                mask[logits[label["channels"]].amax(0) > 0] = label["value"]
            name = os.path.splitext(os.path.basename(paths[int(index)]))[0]
            Image.fromarray(mask.numpy()).save(os.path.join(out, name + ".png"))
    print(json.dumps({"images_per_second": len(paths) / (time.perf_counter() - start)}))


if __name__ == "__main__":
    main()
