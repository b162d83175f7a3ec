#!/usr/bin/env python3
"""Time of one network in galen's session, LibTorch eager (plain and channels-last) and ONNX Runtime, taking turns.

The peers run the very same ONNX file, LibTorch channels-last in the precision that galen chose. Prints one JSON document: medians in milliseconds and the ratios peer / galen.
Needs Python packages torch, onnx, onnxruntime and numpy (only here; galen itself runs without Python).

    bench/inference_peers.py --program build/release/bin/inference_speed
"""
import argparse
import atexit
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import onnx
import onnx.numpy_helper
import onnxruntime
import torch
import torch.nn.functional as F


class Eager:
    """Runs an ONNX graph operator by operator with torch."""

    def __init__(self, model, channels_last):
        self.model = model
        self.nodes = [(node, {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}) for node in model.graph.node]
        self.constants = {}
        for tensor in model.graph.initializer:
            value = torch.from_numpy(onnx.numpy_helper.to_array(tensor).copy())
            self.constants[tensor.name] = value
        # What depends on no input (weights stored as int8) is computed once.
        for node, attributes in self.nodes:
            if all(name in self.constants for name in node.input if name):
                inputs = [self.constants[name] if name else None for name in node.input]
                self.constants[node.output[0]] = self.run(node.op_type, inputs, attributes)
        self.nodes = [(node, attributes) for node, attributes in self.nodes if node.output[0] not in self.constants]
        if channels_last:
            for name, value in self.constants.items():
                if value.dim() == 4:
                    self.constants[name] = value.contiguous(memory_format=torch.channels_last)

    def __call__(self, image, output=None):
        values = dict(self.constants)
        values[self.model.graph.input[0].name] = image
        for node, attributes in self.nodes:
            inputs = [values[name] if name else None for name in node.input]
            values[node.output[0]] = self.run(node.op_type, inputs, attributes)
        return values[output or self.model.graph.output[0].name]

    def run(self, op, x, a):
        if op == "Conv":
            pads = a.get("pads", [0, 0, 0, 0])
            if pads[:2] == pads[2:]:
                padding = pads[:2]
            else:
                x[0] = F.pad(x[0], (pads[1], pads[3], pads[0], pads[2]))
                padding = 0
            return F.conv2d(x[0], x[1], x[2] if len(x) > 2 else None, a.get("strides", 1), padding, a.get("dilations", 1), a.get("group", 1))
        if op == "ConvTranspose":
            return F.conv_transpose2d(x[0], x[1], x[2] if len(x) > 2 else None, a.get("strides", 1), a.get("pads", [0, 0])[:2],
                                      a.get("output_padding", 0), a.get("group", 1), a.get("dilations", 1))
        if op == "BatchNormalization":
            return F.batch_norm(x[0], x[3], x[4], x[1], x[2], False, 0.0, a.get("epsilon", 1e-5))
        if op == "Clip":
            return torch.clamp(x[0], x[1].item() if len(x) > 1 and x[1] is not None else None,
                               x[2].item() if len(x) > 2 and x[2] is not None else None)
        if op == "MaxPool":
            return F.max_pool2d(x[0], a["kernel_shape"], a.get("strides", 1), a.get("pads", [0, 0])[:2])
        if op == "AveragePool":
            return F.avg_pool2d(x[0], a["kernel_shape"], a.get("strides", 1), a.get("pads", [0, 0])[:2])
        if op == "GlobalAveragePool":
            return x[0].mean((2, 3), keepdim=True)
        if op == "Resize":
            size = [int(v) for v in x[3][2:]] if len(x) > 3 and x[3] is not None and x[3].numel() else None
            scale = None if size else [float(v) for v in x[2][2:]]
            if a.get("mode", b"nearest") == b"nearest":
                return F.interpolate(x[0], size=size, scale_factor=scale, mode="nearest")
            corners = a.get("coordinate_transformation_mode", b"half_pixel") == b"align_corners"
            return F.interpolate(x[0], size=size, scale_factor=scale, mode="bilinear", align_corners=corners)
        if op == "Gemm":
            weight = x[1].t() if a.get("transB", 0) else x[1]
            return torch.addmm(x[2], x[0], weight)
        if op == "ReduceMean":
            return x[0].mean(tuple(a["axes"]), keepdim=bool(a.get("keepdims", 1)))
        if op == "Softmax":
            return torch.softmax(x[0], a.get("axis", -1))
        if op == "Concat":
            return torch.cat(x, a["axis"])
        if op == "Shape":
            return torch.tensor(x[0].shape[a.get("start", 0):a.get("end")])
        if op == "Slice":
            index = [slice(None)] * x[0].dim()
            axes = x[3].tolist() if len(x) > 3 and x[3] is not None else range(x[1].numel())
            steps = x[4].tolist() if len(x) > 4 else [1] * x[1].numel()
            for start, end, axis, step in zip(x[1].tolist(), x[2].tolist(), axes, steps):
                index[axis] = slice(start, end, step)
            return x[0][tuple(index)]
        if op == "DequantizeLinear":
            shape = [-1 if axis == a.get("axis", 1) % x[0].dim() else 1 for axis in range(x[0].dim())]
            zero = x[2].reshape(shape).float() if len(x) > 2 and x[2] is not None and x[2].dim() else 0.0
            return (x[0].float() - zero) * (x[1].reshape(shape) if x[1].dim() else x[1])
        if op == "Cast":
            return x[0].to({1: torch.float32, 6: torch.int32, 7: torch.int64}[a["to"]])
        simple = {"Relu": F.relu, "Sigmoid": torch.sigmoid, "Add": torch.add, "Mul": torch.mul, "Sub": torch.sub, "Div": torch.div,
                  "MatMul": torch.matmul, "Flatten": lambda v: torch.flatten(v, a.get("axis", 1)), "Identity": lambda v: v,
                  "Dropout": lambda v, *rest: v, "HardSwish": F.hardswish}
        if op not in simple:
            sys.exit(f"inference_peers.py lacks the operator {op}")
        return simple[op](*x)


def timed(run, count):
    seconds = []
    for _ in range(count):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="the built bench/inference_speed")
    parser.add_argument("--architecture", default="deepfusionlab")
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=8, help="turns that each takes")
    parser.add_argument("--runs", type=int, default=10, help="runs in a turn")
    arguments = parser.parse_args()

    threads = len(os.sched_getaffinity(0))
    torch.set_num_threads(threads)
    folder = tempfile.mkdtemp(prefix="galen-bench-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = os.path.join(folder, "network.onnx")
    subprocess.run([arguments.program, "write", arguments.architecture, path], check=True)
    model = onnx.load(path)
    pixels = (numpy.arange(3 * arguments.side * arguments.side) % 255 / 255).astype(numpy.float32)
    image = pixels.reshape(1, 3, arguments.side, arguments.side)

    galen = subprocess.Popen([arguments.program, "serve", path, str(arguments.side)], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True)
    loading = json.loads(galen.stdout.readline())

    def galen_turn(count):
        galen.stdin.write(f"{count}\n")
        galen.stdin.flush()
        return json.loads(galen.stdout.readline())

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    # Idle threads must not spin while the others have their turn.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    ort = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = ort.get_inputs()[0].name
    plain, last = Eager(model, False), Eager(model, True)
    tensor = torch.from_numpy(image)
    tensor_last = tensor.contiguous(memory_format=torch.channels_last)

    def run_last():
        with torch.autocast("cpu", torch.bfloat16, enabled=loading["precision"] == "bf16"):
            return last(tensor_last)

    turns = {"galen": galen_turn,
             "onnxruntime": lambda count: timed(lambda: ort.run(None, {name: image}), count),
             "libtorch_eager_fp32": lambda count: timed(lambda: plain(tensor), count),
             "libtorch_channels_last": lambda count: timed(run_last, count)}
    with torch.inference_mode():
        difference = float(numpy.abs(plain(tensor).numpy() - ort.run(None, {name: image})[0]).max())
        seconds = {who: [] for who in turns}
        for who, turn in turns.items():
            turn(3)
        for _ in range(arguments.rounds):
            for who, turn in turns.items():
                seconds[who] += turn(arguments.runs)
    galen.stdin.close()
    galen.wait()
    median = {who: 1000 * statistics.median(values) for who, values in seconds.items()}
    best = {who: 1000 * min(values) for who, values in seconds.items()}
    print(json.dumps({"network": arguments.architecture, "side": arguments.side, "threads": threads, "galen": loading,
                      "milliseconds_median": {k: round(v, 2) for k, v in median.items()},
                      "milliseconds_best": {k: round(v, 2) for k, v in best.items()},
                      "ratio_to_galen": {k: round(v / median["galen"], 2) for k, v in median.items()},
                      "largest_difference_torch_onnxruntime": difference}, indent=1))


if __name__ == "__main__":
    main()
