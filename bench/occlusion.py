#!/usr/bin/env python3
"""What a classifier looks at: its AUC on pictures of which a part is painted over with the picture's mean grey.

    bench/occlusion.py TASK CASES.csv [--galen PATH] [--split val] [--zoo DIR] [--margin 0.05]

Of the cases that have a mask (lungs, lesion, ...) four versions are judged: as they are; only what the mask covers, grown by
a margin of the picture's larger side; everything but that; and without an outer border of a tenth of each side, where burnt-in
marks and collimator edges lie. An AUC that stays high without the masked part says that the network reads something else.
Prints one JSON document. Needs numpy and Pillow.
"""
import argparse
import csv
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter


def grown(mask, margin):
    """The mask with everything within `margin` pixels (square neighbourhood)."""
    side = 2 * margin + 1
    return np.array(Image.fromarray(mask.astype(np.uint8) * 255).filter(ImageFilter.MaxFilter(side))) > 0 if margin else mask


def versions(picture, mask, margin):
    """Name and the pixels that stay, for each version."""
    height, width = picture.shape[:2]
    inside = grown(mask, round(margin * max(height, width)))
    middle = np.zeros(mask.shape, bool)
    middle[height // 10:height - height // 10, width // 10:width - width // 10] = True
    return {"whole": np.ones(mask.shape, bool), "only_mask": inside, "without_mask": ~inside, "without_border": middle}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task")
    parser.add_argument("cases", type=Path)
    parser.add_argument("--galen", default=str(Path(__file__).resolve().parent.parent / "build/release/bin/galen"))
    parser.add_argument("--split", default="val")
    parser.add_argument("--zoo")
    parser.add_argument("--margin", type=float, default=0.05)
    options = parser.parse_args()

    with options.cases.open() as table:
        rows = [row for row in csv.DictReader(table) if row.get("mask")]
    # Sets that are split by files of ids leave this column empty; galen leaves out their other cases then.
    rows = [row for row in rows if row.get("split") == options.split] or rows
    folder = options.cases.resolve().parent
    answer = {"task": options.task, "images": 0, "auc": {}}
    with tempfile.TemporaryDirectory() as scratch:
        tables = {}
        for row in rows:
            mask = np.array(Image.open(folder / row["mask"])) > 0
            if not mask.any():
                continue
            picture = Image.open(folder / row["image"])
            picture = np.array(picture.convert("L" if picture.mode in ("L", "I", "I;16") else "RGB"))
            if mask.shape != picture.shape[:2]:
                mask = np.array(Image.fromarray(mask).resize(picture.shape[1::-1], Image.NEAREST))
            for name, stays in versions(picture, mask, options.margin).items():
                changed = picture.copy()
                changed[~stays] = picture.mean(axis=(0, 1)).astype(np.uint8)
                file = Path(scratch) / name / folder.name / (row["id"] + ".png")
                file.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(changed).save(file)
                tables.setdefault(name, []).append({**row, "image": str(file), "mask": str(folder / row["mask"])})
        for name, changed_rows in tables.items():
            table = Path(scratch) / name / folder.name / "cases.csv"
            with table.open("w", newline="") as out:
                writer = csv.DictWriter(out, fieldnames=list(changed_rows[0]))
                writer.writeheader()
                writer.writerows(changed_rows)
            if (folder / "splits").is_dir():
                shutil.copytree(folder / "splits", table.parent / "splits")
            command = [options.galen, "eval", options.task, str(table), "--split", options.split, "--json"]
            if options.zoo:
                command += ["--zoo", options.zoo]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, env=os.environ)
            summary = json.loads(done.stdout)["summary"]
            answer["images"] = summary["images"]
            answer["auc"][name] = summary["auc"]
    print(json.dumps(answer, indent=1))


if __name__ == "__main__":
    main()
