"""BMP, GIF and WebP files."""

import struct

import numpy as np
from PIL import Image

import writers
from files import ADOBE_RGB, ALPHA, GRAY, RGB, WIDE, File, exif, gray, on_white, saved, xmp

H, W = GRAY.shape


def lines(rows):
    """From the bottom up, each padded to four bytes."""
    return b"".join(row + b"\0" * (-len(row) % 4) for row in reversed(list(rows)))


def bmps():
    for mode in ("1", "L", "P", "RGB", "RGBA"):
        image = Image.fromarray(RGB).convert(mode)
        if mode == "RGBA":
            image.putalpha(Image.fromarray(ALPHA))
        yield File("BMP", f"{mode}.bmp", saved(image, format="BMP"))
    size = (W, H)
    five = RGB.astype(np.uint16) >> 3
    green = RGB.astype(np.uint16)[..., 1] >> 2
    x555 = (five[..., 0] << 10 | five[..., 1] << 5 | five[..., 2]).astype("<u2")
    x565 = (five[..., 0] << 11 | green << 5 | five[..., 2]).astype("<u2")
    yield File("BMP", "555.bmp", writers.bmp(lines(r.tobytes() for r in x555), 16, size=size))
    masks = struct.pack("<III", 0xF800, 0x7E0, 0x1F)
    yield File("BMP", "565.bmp", writers.bmp(lines(r.tobytes() for r in x565), 16, 3, masks=masks, size=size))
    bgrx = np.concatenate([RGB[..., ::-1], np.zeros((H, W, 1), np.uint8)], -1)
    yield File("BMP", "32.bmp", writers.bmp(lines(r.tobytes() for r in bgrx), 32, size=size), RGB)
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    bgra = np.concatenate([RGB[..., ::-1], ALPHA[..., None]], -1)
    yield File("BMP", "32-alpha.bmp",
               writers.bmp(lines(r.tobytes() for r in bgra), 32, 3, masks=masks, header=108, size=size),
               on_white(RGB, ALPHA))
    bgr = RGB[..., ::-1]
    yield File("BMP", "down.bmp", writers.bmp(lines(r.tobytes() for r in bgr[::-1]), 24, height=-H, size=size), RGB)
    yield File("BMP", "core.bmp", writers.bmp(lines(r.tobytes() for r in bgr), 24, header=12, size=size), RGB)
    ramp = b"".join(bytes((i, i, i, 0)) for i in range(256))
    runs = b"".join(b"".join(bytes((1, v)) for v in row) + b"\0\0" for row in GRAY[::-1]) + b"\0\1"
    yield File("BMP", "rle8.bmp", writers.bmp(runs, 8, 1, palette=ramp, size=size), gray(GRAY))
    four = GRAY >> 4
    ramp = b"".join(bytes((17 * i, 17 * i, 17 * i, 0)) for i in range(16))
    rows = (np.append(r, [0] * (W % 2)) for r in four)
    packed = lines((r[::2] << 4 | r[1::2]).astype(np.uint8).tobytes() for r in rows)
    yield File("BMP", "4.bmp", writers.bmp(packed, 4, palette=ramp, size=size), gray(four * 17))
    runs = b"".join(b"".join(bytes((1, v << 4)) for v in row) + b"\0\0" for row in four[::-1]) + b"\0\1"
    yield File("BMP", "rle4.bmp", writers.bmp(runs, 4, 2, palette=ramp, size=size), gray(four * 17))


def moved(gif, left, top, width, height):
    """The first picture elsewhere, on another screen."""
    at = 13 + (3 << (gif[10] & 7) + 1 if gif[10] & 0x80 else 0)
    while gif[at] != 0x2C:
        at += 2
        while gif[at]:
            at += 1 + gif[at]
        at += 1
    data = bytearray(gif)
    data[6:10] = struct.pack("<HH", width, height)
    data[at + 1:at + 5] = struct.pack("<HH", left, top)
    return bytes(data)


def gifs():
    for colors in (2, 4, 16, 64, 256):
        image = Image.fromarray(RGB).quantize(colors)
        for interlace in (0, 1):
            yield File("GIF", f"{colors}-{interlace}.gif", saved(image, format="GIF", interlace=interlace),
                       np.array(image.convert("RGB")))
    yield File("GIF", "gray.gif", saved(GRAY, format="GIF"), gray(GRAY))
    palette = Image.fromarray(RGB).quantize(64)
    shown = np.array(palette.convert("RGB"))
    content = saved(palette, format="GIF")
    key = int(np.array(palette)[20, 17])
    hole = np.where(np.array(palette) == key, 0, 255)
    clear = saved(palette, format="GIF", transparency=key)
    yield File("GIF", "transparent.gif", clear, on_white(shown, hole))
    two = saved(palette, format="GIF", save_all=True, append_images=[palette.transpose(Image.Transpose.ROTATE_180)])
    yield File("GIF", "two.gif", two, shown)
    for name, gif, alpha in (("plain", content, np.full((H, W), 255)), ("transparent", clear, hole)):
        for left, top, width, height in ((0, 0, 60, 50), (7, 5, 60, 50), (3, 0, 48, 37), (15, 13, 60, 50)):
            truth = np.full((height, width, 3), 255, np.uint8)
            truth[top:top + H, left:left + W] = on_white(shown, alpha)
            yield File("GIF, frame smaller than screen", f"{name}-{left}-{top}-{width}.gif",
                       moved(gif, left, top, width, height), truth, references=["truth"])
    yield File("GIF, frame smaller than screen", "no-screen.gif", moved(content, 0, 0, 0, 0), shown,
               references=["truth"])


def webps():
    rgba = Image.fromarray(np.concatenate([RGB, ALPHA[..., None]], -1))
    for quality in (20, 75, 95):
        for method in (0, 6):
            yield File("WebP, lossy", f"q{quality}-m{method}.webp",
                       saved(RGB, format="WEBP", quality=quality, method=method))
        yield File("WebP, transparency", f"q{quality}-alpha.webp", saved(rgba, format="WEBP", quality=quality))
        yield File("WebP, transparency", f"q{quality}-alpha-lossy.webp",
                   saved(rgba, format="WEBP", quality=quality, alpha_quality=40))
    yield File("WebP, lossless", "lossless.webp", saved(RGB, format="WEBP", lossless=True), RGB)
    yield File("WebP, lossless", "lossless-gray.webp", saved(GRAY, format="WEBP", lossless=True), gray(GRAY))
    yield File("WebP, lossless", "lossless-palette.webp",
               saved(Image.fromarray(RGB).quantize(16).convert("RGB"), format="WEBP", lossless=True))
    yield File("WebP, transparency", "lossless-alpha.webp",
               saved(rgba, format="WEBP", lossless=True, exact=True), on_white(RGB, ALPHA))
    for orientation in range(1, 9):
        yield File("WebP, orientation", f"exif-{orientation}.webp",
                   saved(RGB, format="WEBP", lossless=True, exif=b"Exif\0\0" + exif(orientation)))
    yield File("WebP, orientation", "xmp-6.webp", saved(RGB, format="WEBP", lossless=True, xmp=xmp(6)),
               references=["Pillow"])
    for name, primaries in (("adobe", ADOBE_RGB), ("wide", WIDE)):
        profile = writers.profile(b"RGB ", 2.2, primaries)
        yield File("WebP, profile", f"icc-{name}.webp",
                   saved(RGB, format="WEBP", lossless=True, icc_profile=profile))
    for lossless in (False, True):
        frames = [rgba, rgba.transpose(Image.Transpose.ROTATE_180)]
        yield File("WebP, animated", f"animated-{int(lossless)}.webp",
                   saved(frames[0], format="WEBP", lossless=lossless, save_all=True, append_images=frames[1:],
                         minimize_size=False))
    ground = Image.new("RGBA", (80, 60), (0, 0, 0, 0))
    ground.paste(rgba, (20, 10))
    yield File("WebP, animated", "offset.webp",
               saved(ground, format="WEBP", lossless=True, save_all=True, append_images=[rgba.resize((80, 60))]))
