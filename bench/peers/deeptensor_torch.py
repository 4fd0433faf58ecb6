"""The recipe of DeepTensor in PyTorch, to compare the time of an iteration with `fullrank decompose`.

    pip install torch==2.10.0 numpy==2.4.6
    python bench/peers/deeptensor_torch.py make DIR                 # noisy.npy and clean.npy, 64 x 64
    python bench/peers/deeptensor_torch.py make DIR --cube 512 31   # the same names, 512 x 512 x 31
    python bench/peers/deeptensor_torch.py fit DIR [--rank 32] [--width 128] [--iterations 1000] [--rate 1e-4]

The recipe of figure 6 in the official code, written from its description: one skip network (deep image prior, 5 scales,
4 channels that skip) for each factor, its input trained too, Adam with a rate of 1e-4, the mean squared error of all
entries, 1000 iterations. A cube [H, W, B] is R pictures of a 2-D network times R lines of a 1-D network. It prints one
JSON line: milliseconds per iteration (the median), seconds in all, PSNR of the last iterate, and the largest memory.
The command of fullrank with the same settings, whose "seconds" divided by "steps" compares with it:

    ./fullrank decompose DIR/noisy.npy --truth DIR/clean.npy --rank 32 --width 128 --iterations 1000 --patience 1000 \
        --learning-rate 1e-4 --input-noise 0 --json

fullrank also computes the averaged factors and their held-out loss in each step. Set OMP_NUM_THREADS to the same number
for both.
"""

import argparse
import json
import resource
import statistics
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn


def unit(dims, inputs, outputs, kernel, stride):
    conv = nn.Conv1d if dims == 1 else nn.Conv2d
    norm = nn.BatchNorm1d if dims == 1 else nn.BatchNorm2d
    layer = conv(inputs, outputs, kernel, stride, kernel // 2, padding_mode="reflect" if kernel > 1 else "zeros")
    return nn.Sequential(layer, norm(outputs), nn.LeakyReLU(0.2))


class Scale(nn.Module):
    """A scale of the hourglass and all coarser ones."""

    def __init__(self, dims, inputs, width, skip, scales):
        super().__init__()
        self.mode = "linear" if dims == 1 else "bilinear"
        self.around = unit(dims, inputs, skip, 1, 1)
        self.down = nn.Sequential(unit(dims, inputs, width, 3, 2), unit(dims, width, width, 3, 1))
        self.deeper = Scale(dims, width, width, skip, scales - 1) if scales > 1 else nn.Identity()
        norm = nn.BatchNorm1d if dims == 1 else nn.BatchNorm2d
        self.up = nn.Sequential(norm(skip + width), unit(dims, skip + width, width, 3, 1), unit(dims, width, width, 1, 1))

    def forward(self, x):
        coarse = nn.functional.interpolate(self.deeper(self.down(x)), scale_factor=2, mode=self.mode)
        fine = coarse[(..., *[slice(side) for side in x.shape[2:]])]
        return self.up(torch.cat([self.around(x), fine], 1))


class Factor(nn.Module):
    """A factor [positions, rank]."""

    def __init__(self, shape, rank, width, scales):
        super().__init__()
        dims = len(shape)
        scales = min(scales, *[int(np.log2(side - 1)) for side in shape])
        self.input = nn.Parameter(torch.rand(1, rank, *shape) / 10)
        self.body = Scale(dims, rank, width, 4, scales)
        self.out = (nn.Conv1d if dims == 1 else nn.Conv2d)(width, rank, 1)

    def forward(self):
        return self.out(self.body(self.input)).flatten(2)[0].T


def make(folder, cube, seed=1):
    rng = np.random.default_rng(seed)
    shape = (64, 64) if cube is None else (cube[0] * cube[0], cube[1])

    def piecewise(length, rank):
        steps = np.zeros((length, rank))
        for r in range(rank):
            np.add.at(steps, (rng.integers(0, length, 10), r), rng.standard_normal(10))
        return np.cumsum(steps, 0)

    clean = piecewise(shape[0], 32) @ piecewise(shape[1], 32).T
    clean = (clean - clean.min()) / (clean.max() - clean.min())
    noisy = clean + 0.2 * rng.standard_normal(clean.shape)
    final = shape if cube is None else (cube[0], cube[0], cube[1])
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "clean.npy", clean.reshape(final).astype(np.float32))
    np.save(folder / "noisy.npy", noisy.reshape(final).astype(np.float32))


def fit(folder, rank, width, scales, iterations, rate):
    torch.manual_seed(0)
    noisy = torch.from_numpy(np.load(folder / "noisy.npy"))
    clean = np.load(folder / "clean.npy")
    shapes = [noisy.shape[:-1], noisy.shape[-1:]]
    target = noisy.reshape(-1, noisy.shape[-1])
    u, v = (Factor(shape, rank, width, scales) for shape in shapes)
    adam = torch.optim.Adam([*u.parameters(), *v.parameters()], lr=rate)
    times = []
    start = time.perf_counter()
    for _ in range(iterations):
        begin = time.perf_counter()
        adam.zero_grad()
        product = u() @ v().T
        (product - target).square().mean().backward()
        adam.step()
        times.append(time.perf_counter() - begin)
    error = product.detach().numpy().reshape(clean.shape) - clean
    print(json.dumps({
        "torch": torch.__version__, "threads": torch.get_num_threads(), "rank": rank, "iterations": iterations,
        "msPerIteration": round(1e3 * statistics.median(times), 3), "seconds": round(time.perf_counter() - start, 2),
        "psnr": round(10 * float(np.log10(np.max(np.abs(clean)) ** 2 / np.mean(error**2))), 3),
        "largestMebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["make", "fit"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cube", type=int, nargs=2, metavar=("SIDE", "BANDS"))
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--scales", type=int, default=5)
    parser.add_argument("--iterations", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=1e-4)
    chosen = parser.parse_args()
    if chosen.what == "make":
        make(chosen.folder, chosen.cube)
    else:
        fit(chosen.folder, chosen.rank, chosen.width, chosen.scales, chosen.iterations, chosen.rate)
