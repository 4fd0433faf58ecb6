"""usage: make_data.py

Writes two arrays of images without labels into the folder data of $PEERS, if they are missing:
cifar-unlabeled/x_train.npy and fmnist-unlabeled/x_train.npy. The other scripts read them. Without labels, Fullrank trains
but does not evaluate.
"""

import gzip
import os
from pathlib import Path

import numpy as np
from PIL import Image

DATA = Path(os.environ.get("PEERS", os.path.expanduser("~/.cache/fullrank-peers"))) / "data"


def save(path, make):
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        np.save(path, make())


def cifar():
    files = sorted((DATA / "cifar-10-images/train").glob("*/*.jpg"))
    return np.stack([np.asarray(Image.open(f).convert("RGB")) for f in files])


def fmnist():
    with gzip.open(DATA / "fashion-mnist/train-images-idx3-ubyte.gz") as f:
        return np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 28, 28)


save(DATA / "cifar-unlabeled/x_train.npy", cifar)
save(DATA / "fmnist-unlabeled/x_train.npy", fmnist)
