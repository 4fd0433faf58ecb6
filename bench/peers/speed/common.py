"""Imported by the other scripts: folders, threads, memory, the models, and the JSON line. Not a program."""

import json
import os
import resource
import sys
from pathlib import Path

ROOT = Path(os.environ.get("PEERS", os.path.expanduser("~/.cache/fullrank-peers")))
DATA = ROOT / "data"
FULLRANK = Path(os.environ.get("FULLRANK", Path(__file__).resolve().parents[3]))
for name in ("vturrisi+solo-learn", "rbalestr-lab+lejepa", "htdt+self-supervised"):
    sys.path.append(str(ROOT / "official" / name))
# Some machines set these variables for old builds of OpenBLAS. They make a current numpy slow.
os.environ.pop("OPENBLAS_CORETYPE", None)
os.environ.pop("OPENBLAS_L2_SIZE", None)


def use_threads(n):
    """Limits the threads. Call it before you import numpy and torch."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(n)


def rss_mb(children=0):
    """Peak memory of this process in MB, plus `children` times the peak of its largest child that has ended."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return round((own + children * largest) / 1024)


def emit(toolkit, version, what, images_per_s, steps, threads, precision, peak_rss_mb, **more):
    """Prints one JSON line."""
    line = dict(toolkit=toolkit, version=version, what=what, images_per_s=images_per_s and round(images_per_s, 2), steps=steps,
                threads=threads, precision=precision, peak_rss_mb=peak_rss_mb, load_before=LOAD, **more)
    print(json.dumps(line), flush=True)


LOAD = round(os.getloadavg()[0], 2)


def version(name):
    from importlib.metadata import version as of

    return of(name)


def encoder(name, channels):
    """The network and its width: resnet18[:WIDTH] with the stem for CIFAR, or convnet, the encoder of cifar10-simclr."""
    from torch import nn

    kind, _, width = name.partition(":")
    if kind == "convnet":
        layers, inside = [], channels
        for stage, out in enumerate((64, 128, 256)):
            for i in range(2):
                stride = 2 if i == 0 else 1
                layers += [nn.Conv2d(inside, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU(True)]
                inside = out
        for m in layers:
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten()), 256
    base = round(64 * float(width or 1))

    class Block(nn.Module):
        def __init__(self, a, b, stride):
            super().__init__()
            self.path = nn.Sequential(nn.Conv2d(a, b, 3, stride, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU(True),
                                      nn.Conv2d(b, b, 3, 1, 1, bias=False), nn.BatchNorm2d(b))
            self.short = nn.Identity() if stride == 1 and a == b else nn.Sequential(
                nn.Conv2d(a, b, 1, stride, bias=False), nn.BatchNorm2d(b))
            self.relu = nn.ReLU(True)

        def forward(self, x):
            return self.relu(self.path(x) + self.short(x))

    layers = [nn.Conv2d(channels, base, 3, 1, 1, bias=False), nn.BatchNorm2d(base), nn.ReLU(True)]
    inside = base
    for stage in range(4):
        for i in range(2):
            layers.append(Block(inside, base << stage, 2 if stage and not i else 1))
            inside = base << stage
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten()), inside


def projector(inside, widths):
    """The projector of Fullrank: hidden layers with bias, batch norm and ReLU, and a last layer without bias."""
    from torch import nn

    layers = []
    for out in widths[:-1]:
        layers += [nn.Linear(inside, out), nn.BatchNorm1d(out), nn.ReLU(True)]
        inside = out
    return nn.Sequential(*layers, nn.Linear(inside, widths[-1], bias=False))


def groups(model, decay):
    """Two groups: weight decay applies to matrices and filters, but not to biases and norms."""
    return [dict(params=[p for p in model.parameters() if p.ndim > 1], weight_decay=decay),
            dict(params=[p for p in model.parameters() if p.ndim <= 1], weight_decay=0)]
