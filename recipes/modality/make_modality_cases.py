#!/usr/bin/env python3
"""Makes the image collection that the modality recogniser is trained on.

Draws from every labelled folder of the data (their own train / val splits), cuts slices of the volumes, and adds
everyday pictures, drawings and figures as "none of these". Writes OUT/images/*.png|jpg and OUT/cases.csv.

usage: make_modality_cases.py --data DATA --everyday FOLDER [FOLDER ...] -o OUT

Needs the Python packages numpy, pillow and nibabel. The everyday folders are the unpacked Debian packages that
README.md in this folder lists.
"""
import argparse, csv, hashlib, pathlib, random

import nibabel
import numpy as np
from PIL import Image

SIDE = 256  # The longest side of what is written; the recogniser sees less.

# class -> [(folder, images of train, images of val, filter on the row)]
FLAT = {
    "cxr": [("cxr_tuberculosis", 320, 60, None), ("cxr_jsrt", 110, 25, None), ("modality_mednist", 120, 25, "CXR")],
    "ct": [("ct_covid", 170, 40, None), ("ct_lung_cancer_survival", 120, 30, None), ("modality_mednist", 60, 20, "AbdomenCT"),
           ("modality_mednist", 60, 20, "ChestCT"), ("modality_mednist", 60, 20, "HeadCT")],
    "mri": [("mri_brain_tumour_type", 220, 50, None), ("modality_mednist", 80, 25, "BreastMRI")],
    "ultrasound": [("ultrasound_busi", 230, 50, None), ("ultrasound_fetal_head", 170, 40, None)],
    "dermoscopy": [("dermoscopy_isic2017", 300, 60, None), ("dermoscopy_ph2", 70, 20, None)],
    "endoscopy": [("endoscopy_kvasir", 260, 60, None), ("endoscopy_clinicdb", 120, 30, None)],
    "fundus": [("fundus_vessels", 31, 9, None), ("fundus_drishti", 43, 7, None)],
    "histology": [("histology_monuseg", 30, 30, None)],
    "none of these": [("modality_mednist", 90, 25, "Hand")],
}
# Few pictures, so several crops of each: (crops of a train image, of a val image).
CROPS = {"fundus": (5, 1), "histology": (12, 8)}
VOLUMES = {
    "ct": [("petctmr_sarcoma", "ct"), ("ct_lung_demo", None)],
    "mri": [("mri_cardiac_acdc", None), ("mri_hippocampus", None), ("mri_left_atrium", None), ("petctmr_sarcoma", "t1")],
    "pet": [("petctmr_sarcoma", "pet")],
}
SLICES = {"ct": 60, "mri": 60, "pet": 300}  # Of train, a folder; a fifth of it of val
# Medical pictures that the everyday packages carry.
NOT_EVERYDAY = ("retina", "brain", "cell", "mitosis", "immuno", "microaneurysms", "kidney", "lily", "skin", "lfw", "no_time_for_that",
                "medic", "xray", "blood", "anatomy", "skull", "skeleton", "body", "tooth", "eye")


def rows_of(folder):
    with open(folder / "cases.csv", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    if rows and not any(row.get("split") for row in rows):  # ultrasound_busi: its first published split
        sides = {side: set((folder / "splits" / f"{side}1.txt").read_text().split()) for side in ("train", "val")}
        for row in rows:
            row["split"] = next((side for side, ids in sides.items() if row["id"] in ids), "")
    return rows


def take(rows, count, rng):
    rows = list(rows)
    rng.shuffle(rows)
    return rows[:count]


def shrink(image):
    image.thumbnail((SIDE, SIDE), Image.BOX if max(image.size) > 2 * SIDE else Image.LANCZOS)
    return image


def crop_of(image, rng, low=0.5):
    side = rng.uniform(low, 1.0)
    width, height = int(image.width * side), int(image.height * side)
    x, y = rng.randint(0, image.width - width), rng.randint(0, image.height - height)
    return image.crop((x, y, x + width, y + height))


def slice_of(path, modality, rng):
    volume = nibabel.load(path)
    data = np.asanyarray(volume.dataobj).squeeze()
    if data.ndim != 3:
        return None
    axis = 2 if min(data.shape) == data.shape[2] or rng.random() < 0.6 else rng.randrange(3)
    index = int(data.shape[axis] * rng.uniform(0.2, 0.8))
    plane = np.rot90(np.take(data, index, axis=axis).astype(np.float32))
    if min(plane.shape) < 16 or plane.max() <= plane.min():
        return None
    if modality == "ct":
        centre, width = rng.choice([(40, 400), (-500, 1500), (50, 350), (300, 1800)])
        low, high = (centre - width / 2, centre + width / 2) if data.min() < -200 else np.percentile(plane, (0.5, 99.5))
    else:
        low, high = np.percentile(plane, (0.5, rng.uniform(98, 99.9)))
    plane = np.clip((plane - low) / max(high - low, 1e-3), 0, 1)
    if modality == "pet" and rng.random() < 0.5:
        plane = 1 - plane
    image = Image.fromarray((255 * plane).astype(np.uint8))
    zooms = [z for i, z in enumerate(volume.header.get_zooms()[:3]) if i != axis]
    image = image.resize((image.width, max(8, round(image.height * zooms[1] / max(zooms[0], 1e-3)))) if 0.2 < zooms[1] / max(zooms[0], 1e-3) < 8
                         else image.size)
    return image


def everyday_of(path, rng):
    image = Image.open(path)
    if max(image.size) > 8000:
        return None
    image = image.convert("RGBA")
    back = Image.new("RGBA", image.size, rng.choice([(255, 255, 255, 255), (0, 0, 0, 255), tuple(rng.randrange(256) for _ in range(3)) + (255,)]))
    image = Image.alpha_composite(back, image).convert("RGB")
    return image if min(image.size) >= 24 else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--everyday", type=pathlib.Path, nargs="+", required=True)
    parser.add_argument("-o", type=pathlib.Path, required=True)
    args = parser.parse_args()
    rng = random.Random(1)
    (args.o / "images").mkdir(parents=True, exist_ok=True)
    table = []

    def keep(image, name, kind, split):
        image = shrink(image)
        file = f"images/{name}.jpg"
        image.save(args.o / file, quality=rng.choice([80, 90, 95]))
        table.append({"id": name, "image": file, "mask": "", "split": split, "class": kind})

    for kind, sources in FLAT.items():
        for folder, train, val, wanted in sources:
            rows = [row for row in rows_of(args.data / folder) if wanted is None or row.get("class") == wanted]
            for split, count in (("train", train), ("val", val)):
                for row in take((row for row in rows if row["split"] == split), count, rng):
                    image = Image.open(args.data / folder / row["image"].split()[0])
                    image = image.convert("L" if image.mode in ("L", "1", "I;16", "I") else "RGB")
                    crops = CROPS.get(kind, (1, 1))[split == "val"]
                    for n in range(crops):
                        piece = crop_of(image, rng, 0.25 if kind == "histology" else 0.6) if n or kind == "histology" else image.copy()
                        keep(piece, f"{folder}-{wanted or ''}-{row['id']}-{n}".replace("/", "_"), kind, split)

    for kind, sources in VOLUMES.items():
        for folder, column in sources:
            rows = rows_of(args.data / folder)
            for split, count in (("train", SLICES[kind]), ("val", SLICES[kind] // 5)):
                cases = [row for row in rows if row["split"] == split]
                for n in range(count if cases else 0):
                    row = cases[n % len(cases)]
                    path = args.data / folder / (row[column] if column and row.get(column) else row["image"])
                    image = slice_of(path, kind, rng)
                    if image:
                        keep(image, f"{folder}-{column or ''}-{row['id']}-{n}".replace("/", "_"), kind, split)

    pictures = sorted(path for root in args.everyday for path in root.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png")
                      and not any(word in str(path).lower() for word in NOT_EVERYDAY) and path.is_file())
    for path in pictures:
        # One side a file name, so that a picture and its variants stay together.
        split = "val" if int(hashlib.sha256(path.stem.encode()).hexdigest(), 16) % 6 == 0 else "train"
        try:
            image = everyday_of(path, rng)
        except Exception as error:  # Damaged or exotic files of the packages
            print(f"left out {path}: {error}")
            continue
        if image is None:
            continue
        photo = path.suffix.lower() in (".jpg", ".jpeg") and min(image.size) > 200
        for n in range(3 if photo and split == "train" else 1):
            piece = crop_of(image, rng, 0.3) if n else image.copy()
            if rng.random() < 0.35:
                piece = piece.convert("L")
            name = hashlib.sha256(str(path).encode()).hexdigest()[:12]
            keep(piece, f"everyday-{name}-{n}", "none of these", split)

    with open(args.o / "cases.csv", "w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, ["id", "image", "mask", "split", "class"])
        writer.writeheader()
        writer.writerows(table)
    counts = {}
    for row in table:
        counts[row["class"], row["split"]] = counts.get((row["class"], row["split"]), 0) + 1
    for key in sorted(counts):
        print(*key, counts[key])


main()
