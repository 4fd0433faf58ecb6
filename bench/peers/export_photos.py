"""Compares exported encoders with `embed` on photographs of unlike sizes, in Python.

    python bench/peers/export_photos.py make PHOTOS peers/photos    # 200 PNG files of unlike sizes, in a folder per class
    bench/studies/export peers/photos                               # trains, embeds and exports an encoder of each kind
    python bench/peers/export_photos.py compare peers/photos

PHOTOS is a folder with a folder of images for each class. PNG files have the same pixels in every program. JPEG files do
not: decoders differ by a level or two. Written for onnx 1.23.2, onnxruntime 1.32.0, pillow 13.0.0, numpy 2.3.5.
"""

import pathlib
import random
import sys

import numpy as np
from PIL import Image


def make(source, folder):
    random.seed(1)
    classes = sorted(path for path in source.iterdir() if path.is_dir())[:10]
    for kind in classes:
        photos = sorted(path for path in kind.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
        for i, path in enumerate(random.sample(photos, 200 // len(classes))):
            image = Image.open(path).convert("RGB")
            factor = random.uniform(0.4, 3)
            image = image.resize((round(image.width * factor), round(image.height * random.uniform(0.7, 1.3) * factor)))
            (folder / "data" / kind.name).mkdir(parents=True, exist_ok=True)
            image.save(folder / "data" / kind.name / f"{i:02d}.png")


def knn(z, labels):
    """Share of rows whose 20 nearest other rows vote for their class, as Fullrank votes."""
    z = z / np.linalg.norm(z, axis=1, keepdims=True)
    similarity = z @ z.T
    np.fill_diagonal(similarity, -np.inf)
    right = 0
    for i, row in enumerate(similarity):
        nearest = np.argsort(-row, kind="stable")[:20]
        votes = np.bincount(labels[nearest], np.exp(row[nearest] / 0.07), labels.max() + 1)
        right += votes.argmax() == labels[i]
    return right / len(z)


def compare(folder):
    import onnx
    import onnxruntime

    worst = 0
    for model in sorted(folder.glob("*.onnx")):
        onnx.checker.check_model(onnx.load(model), full_check=True)
        session = onnxruntime.InferenceSession(model)
        ours = np.load(folder / f"{model.stem}.npy")
        labels = np.load(folder / f"{model.stem}_labels.npy")
        names = (folder / f"{model.stem}_names.txt").read_text().splitlines()
        rows = []
        for name in names:
            pixels = np.asarray(Image.open(folder / "data" / name))
            batch = np.stack([pixels] * 7)
            z = session.run(None, {"input": batch[:1]})[0]
            if len(rows) < 5:
                seven = session.run(None, {"input": batch})[0]
                assert np.abs(seven - z).max() <= 1e-5 * np.abs(z).max(), name
            rows.append(z[0])
        theirs = np.stack(rows)
        difference = np.abs(theirs - ours).max() / np.abs(ours).max()
        worst = max(worst, difference)
        print(f"{model.stem:9} {len(names)} photos, largest difference {difference:.1e} of the largest entry,", end=" ")
        print(f"kNN {knn(ours, labels):.4f} embed, {knn(theirs, labels):.4f} onnxruntime")
    sys.exit(0 if worst < 1e-4 else 1)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
    else:
        compare(pathlib.Path(sys.argv[2]))
