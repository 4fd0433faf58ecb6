"""Compares what Fullrank decoded with Pillow, libvips and what is known of each file; prints a Markdown table.

    python compare.py make FOLDER       writes the files to FOLDER
    python compare.py table FOLDER OUT  compares FOLDER with the decoded images in OUT; exit code 1 when one is wrong
"""

import io
import pathlib
import sys
import warnings

import numpy as np
import pyvips
from PIL import Image, ImageCms, ImageOps

import files

EQUAL = 2  # levels of 255, at every pixel: rounding
NEAR_MEAN, NEAR_MAX = 2.0, 24  # another rounding in profiles
NEAR_SOURCE = 1.1  # or, where chroma is enlarged in another way, as far from the original as the other decoder

warnings.filterwarnings("ignore")
SRGB = ImageCms.createProfile("sRGB")


def by_pillow(content):
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
    if image.mode in ("I;16", "I;16B", "I;16L"):
        image = Image.fromarray((np.array(image) >> 8).astype(np.uint8))
    profile, alpha = image.info.get("icc_profile"), None
    if "A" in image.getbands() or "transparency" in image.info:
        rgba = image.convert("RGBA")
        alpha, image = np.array(rgba)[..., 3], rgba.convert("RGB")
    image = image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")
    if profile:
        image = ImageCms.profileToProfile(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), SRGB,
                                          outputMode="RGB")
    rgb = np.array(image.convert("RGB"))
    return rgb if alpha is None else files.on_white(rgb, alpha)


def by_libvips(content):
    image = pyvips.Image.new_from_buffer(content, "").autorot()
    if image.get_typeof("icc-profile-data"):
        image = image.icc_transform("srgb", embedded=True, intent="relative")
    elif image.interpretation == "cmyk":
        inks = image.numpy().astype(int)
        return np.round((255 - inks[..., :3]) * (255 - inks[..., 3:4]) / 255).astype(np.uint8)
    image = image.colourspace("srgb")
    if image.hasalpha():
        image = image.flatten(background=255)
    return image.cast("uchar").numpy()[..., :3]


def references(file):
    found = [("truth", file.truth)] if file.truth is not None else []
    for name, decode in (("Pillow", by_pillow), ("libvips", by_libvips)):
        if name in file.references:
            try:
                found.append((name, decode(file.content)))
            except Exception:  # whatever they cannot read is no reference
                pass
    return found


def difference(ours, theirs):
    if ours.shape != theirs.shape:
        return 255, 255.0
    error = np.abs(ours.astype(int) - theirs.astype(int))
    return int(error.max()), float(error.mean())


def kind(file, ours, left_out):
    """What became of a file, and a line about it."""
    if ours is None:
        return "left out", left_out if file.may_refuse else "UNEXPECTED: " + left_out
    found = [(name, *difference(ours, theirs)) for name, theirs in references(file)]
    text = ", ".join(f"{name} max {most} mean {mean:.2f}" for name, most, mean in found)
    if not found:
        return "wrong", "read although nothing says what it shows"
    most, mean = min((most, mean) for _, most, mean in found)
    if most <= EQUAL:
        return "equal", text
    if mean <= NEAR_MEAN and most <= NEAR_MAX:
        return "near", text
    if file.source is not None:
        errors = [difference(image, file.source)[1] for image in (ours, references(file)[-1][1])]
        text += ", from the original mean {:.2f}, theirs {:.2f}".format(*errors)
        return "near" if errors[0] <= NEAR_SOURCE * errors[1] else "wrong", text
    return "wrong", text


def named():
    for i, file in enumerate(files.everything()):
        yield f"{i:04d}-{file.name}", file


def main():
    folder = pathlib.Path(sys.argv[2])
    if sys.argv[1] == "make":
        folder.mkdir(parents=True, exist_ok=True)
        for name, file in named():
            (folder / name).write_bytes(file.content)
        return
    out = pathlib.Path(sys.argv[3])
    left_out = dict(line.split("\t") for line in (out / "left-out.tsv").read_text().splitlines())
    rows, columns = {}, ("equal", "near", "left out", "wrong")
    for name, file in named():
        decoded = out / (name + ".ppm")
        ours = np.array(Image.open(decoded)) if decoded.exists() else None
        verdict, text = kind(file, ours, left_out.get(name, "not seen"))
        row = rows.setdefault(file.group, dict.fromkeys(columns, 0))
        row[verdict] += 1
        if verdict in ("wrong", "near", "left out"):
            print(f"{verdict}: {name}: {text}", file=sys.stderr)
    print("| group | files | " + " | ".join(columns) + " |")
    print("| --- |" + " ---: |" * (len(columns) + 1))
    for group, row in rows.items():
        print(f"| {group} | {sum(row.values())} | " + " | ".join(str(row[c]) for c in columns) + " |")
    total = {c: sum(row[c] for row in rows.values()) for c in columns}
    print(f"| all | {sum(total.values())} | " + " | ".join(str(total[c]) for c in columns) + " |")
    sys.exit(1 if total["wrong"] else 0)


main()
