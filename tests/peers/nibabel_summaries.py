"""What nibabel reads in the NIfTI files of a folder, one JSON object a line, for the test of galen's reader.

usage: nibabel_summaries.py FOLDER
The affine is turned to LPS; sha256 is of the scaled voxels as little-endian float32 in the order k, j, i, channel, with
values that are not finite replaced by the smallest finite one, as galen does.
"""
import hashlib
import json
import pathlib
import sys

import nibabel
import numpy

UNITS = {"meter": 1000.0, "micron": 0.001}


def summary(path):
    image = nibabel.load(path)
    if not isinstance(image, (nibabel.Nifti1Image, nibabel.Nifti2Image)):
        raise ValueError("not NIfTI: " + type(image).__name__)
    raw = numpy.asanyarray(image.dataobj)
    if raw.dtype.names:
        voxels = numpy.stack([raw[name] for name in raw.dtype.names[:3]], axis=-1).astype(numpy.float32)
        order = (2, 1, 0, 3)
    else:
        voxels = image.get_fdata(dtype=numpy.float64).astype(numpy.float32)
        order = (2, 1, 0)
    shape = list(raw.shape) + [1] * max(0, 3 - raw.ndim)
    result = {"shape": shape}
    if numpy.prod(shape[3:]) == 1:
        voxels = voxels.reshape(shape[:3] + ([3] if raw.dtype.names else []))
        finite = numpy.isfinite(voxels)
        if not finite.all():
            voxels[~finite] = voxels[finite].min() if finite.any() else 0
        packed = numpy.ascontiguousarray(voxels.transpose(order)).astype("<f4").tobytes()
        result["sha256"] = hashlib.sha256(packed).hexdigest()
    unit = UNITS.get(image.header.get_xyzt_units()[0], 1.0)
    result["affine"] = (numpy.diag([-unit, -unit, unit, 1.0]) @ image.affine).ravel().tolist()
    return result


def main():
    folder = pathlib.Path(sys.argv[1])
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        line = {"file": str(path.relative_to(folder))}
        try:
            line.update(summary(path))
        except Exception as error:  # Whatever nibabel does not read.
            line["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(line))


main()
