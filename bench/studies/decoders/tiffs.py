"""TIFF files: color models, sample types, compressions, planes, strips and tiles, orientations."""

import io

import imagecodecs
import numpy as np
import pyvips
import tifffile
from PIL import Image, ImageCms

import writers
from files import ADOBE_RGB, ALPHA, GRAY, RGB, WIDE_16, File, gray, on_white, picture, saved

H, W = GRAY.shape
TALL = picture(150, 70)
TALL_GRAY = np.array(Image.fromarray(TALL).convert("L"))


def made(data, **how):
    out = io.BytesIO()
    tifffile.imwrite(out, data, **how)
    return out.getvalue()


def tiffs():
    yield from layouts()
    yield from bits()
    yield from numbers()
    yield from models()
    yield from extras()
    yield from jpeg()
    yield from other()


def layouts():
    for compression in (None, "lzw", "zlib", "packbits"):
        for predictor in (None, 2) if compression in ("lzw", "zlib") else (None,):
            for planar in ("contig", "separate"):
                for tile in (None, (32, 48)):
                    for kind, scale in ((np.uint8, 1), (np.uint16, 257)):
                        data = TALL.astype(kind) * kind(scale)
                        data = data if planar == "contig" else np.moveaxis(data, -1, 0)
                        how = dict(rowsperstrip=17) if tile is None else dict(tile=tile)
                        name = f"{compression}-{predictor}-{planar}-{'strip' if tile is None else 'tile'}-{kind.__name__}"
                        yield File("TIFF, RGB", name + ".tif",
                                   made(data, photometric="rgb", planarconfig=planar, compression=compression,
                                        predictor=predictor, byteorder="<>"[planar == "separate"], **how), TALL)
    for byteorder in "<>":
        for big in (False, True):
            yield File("TIFF, RGB", f"order-{ord(byteorder)}-{big}.tif",
                       made(WIDE_16, photometric="rgb", byteorder=byteorder, bigtiff=big, compression="zlib",
                            predictor=2), RGB)
    reversed_bits = np.packbits(np.unpackbits(RGB.reshape(-1, 1), axis=1)[:, ::-1], axis=1).reshape(RGB.shape)
    yield File("TIFF, RGB", "fill-order.tif", writers.tiff(reversed_bits, 2, 8, extra_tags=[(266, 3, [2])]), RGB)


def bits():
    for photometric in (0, 1):
        for depth in (1, 2, 4, 6, 8, 10, 12, 14, 16):
            samples = (GRAY.astype(int) * ((1 << depth) - 1) + 127) // 255
            shown = samples * 255 // ((1 << depth) - 1) if depth < 8 else samples >> depth - 8
            stored = samples if photometric == 1 else ((1 << depth) - 1) - samples
            stored = stored.astype(np.uint16 if depth > 8 else np.uint8)
            yield File("TIFF, gray", f"gray{depth}-{photometric}.tif",
                       writers.tiff(stored[..., None], photometric, depth, "<>"[photometric], strip_rows=10),
                       gray(shown))
    for depth in (2, 4, 10, 12):
        samples = (RGB.astype(int) * ((1 << depth) - 1) + 127) // 255
        shown = samples * 255 // ((1 << depth) - 1) if depth < 8 else samples >> depth - 8
        yield File("TIFF, RGB", f"rgb{depth}.tif", writers.tiff(samples, 2, depth), shown.astype(np.uint8))
    table = np.random.default_rng(2).integers(0, 256, (3, 256))
    for depth in (1, 2, 4, 8):
        index = GRAY >> 8 - depth
        colors = table[:, :1 << depth]
        for name, scale in (("16", 257), ("8", 1)):
            yield File("TIFF, palette", f"palette{depth}-{name}.tif",
                       writers.tiff(index[..., None], 3, depth, extra_tags=[(320, 3, (colors * scale).ravel().tolist())]),
                       colors.T[index].astype(np.uint8), references=["Pillow", "libvips"] if scale > 1 else ["truth"])
    black = np.array(Image.fromarray(GRAY).convert("1"))
    shown = gray(black * 255)
    for compression in ("group3", "group4", "tiff_ccitt", "packbits", "tiff_lzw", "tiff_adobe_deflate", "raw"):
        yield File("TIFF, fax and black-and-white", f"fax-{compression}.tif",
                   saved(Image.fromarray(black), format="TIFF", compression=compression), shown)
        yield File("TIFF, fax and black-and-white", f"fax-{compression}-white.tif",
                   saved(Image.fromarray(black), format="TIFF", compression=compression, tiffinfo={262: 0}))
    reverse = bytes(int(f"{i:08b}"[::-1], 2) for i in range(256))
    for name, code, option in (("3", 3, 0), ("3-2d", 3, 1), ("3-aligned", 3, 4), ("4", 4, 0), ("runs", 2, 0)):
        kind = "group4" if code == 4 else "group3" if code == 3 else "tiff_ccitt"
        fax = saved(Image.fromarray(black), format="TIFF", compression=kind, tiffinfo={292: option} if code == 3 else {})
        page = tifffile.TiffFile(io.BytesIO(fax)).pages[0]
        data = [fax[o:o + n] for o, n in zip(page.dataoffsets, page.databytecounts)]
        tags = [(259, 3, [code]), (292, 4, [page.tags[292].value if 292 in page.tags else 0])]
        for order, flip in ((1, False), (2, True)):
            yield File("TIFF, fax and black-and-white", f"fax-own-{name}-{order}.tif",
                       writers.tiff(black[..., None].astype(np.uint8), page.photometric, 1, strip_rows=page.rowsperstrip,
                                    extra_tags=[*tags, (266, 3, [order])],
                                    data=[d.translate(reverse) if flip else d for d in data]), shown)


def numbers():
    light = RGB / 255.0
    for kind in (np.float16, np.float32, np.float64):
        for compression, predictor in ((None, None), ("lzw", None), ("zlib", 3)):
            for name, data in (("rgb", light), ("gray", light[..., 1])):
                shown = RGB if name == "rgb" else gray(RGB[..., 1])
                yield File("TIFF, float 0 to 1", f"{kind.__name__}-{compression}-{name}.tif",
                           made(data.astype(kind), photometric="rgb" if name == "rgb" else "minisblack",
                                compression=compression, predictor=predictor), shown, references=["truth"])
        for name, data in (("255", light * 255), ("minus", light - 0.5), ("nan", np.where(light > 0.9, np.nan, light))):
            yield File("TIFF, float beyond 0 to 1", f"{kind.__name__}-{name}.tif",
                       made(data.astype(kind), photometric="rgb"), None, True, [])
    for kind in (np.int8, np.int16, np.int32, np.uint32, np.int64, np.uint64, np.complex64):
        yield File("TIFF, other integers and complex", f"{np.dtype(kind).name}.tif",
                   made((GRAY.astype(np.int64) // 2).astype(kind), photometric="minisblack"), None, True, [])


def models():
    cmyk = np.array(Image.fromarray(RGB).convert("CMYK"))
    cmyk[..., 3] = GRAY // 3
    ideal = np.round((255 - cmyk[..., :3].astype(int)) * (255 - cmyk[..., 3:].astype(int)) / 255).astype(np.uint8)
    for depth, kind, scale in ((8, np.uint8, 1), (16, np.uint16, 257)):
        for planar in ("contig", "separate"):
            data = cmyk.astype(kind) * kind(scale)
            data = data if planar == "contig" else np.moveaxis(data, -1, 0)
            for compression in (None, "lzw"):
                yield File("TIFF, CMYK", f"cmyk{depth}-{planar}-{compression}.tif",
                           made(data, photometric="separated", planarconfig=planar, compression=compression), ideal)
    yield File("TIFF, CMYK", "cmyk-icc.tif", made(cmyk, photometric="separated",
                                                  iccprofile=pyvips.Image.profile_load("cmyk")))
    yield File("TIFF, CMYK", "not-cmyk.tif", writers.tiff(cmyk, 5, 8, extra_tags=[(332, 3, [2])]), None, True, [])
    lab = ImageCms.applyTransform(Image.fromarray(RGB), ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB", flags=ImageCms.Flags.NOOPTIMIZE))
    stored = np.array(lab)
    back = np.array(ImageCms.applyTransform(lab, ImageCms.buildTransform(
        ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB",
        flags=ImageCms.Flags.NOOPTIMIZE | ImageCms.Flags.HIGHRESPRECALC)))
    signed = stored ^ np.array([0, 128, 128], np.uint8) if stored[14, 4, 1] > 100 else stored
    unsigned = signed ^ np.array([0, 128, 128], np.uint8)
    wide = np.stack([signed[..., 0].astype(int) * 257, signed[..., 1].astype(int) * 256,
                     signed[..., 2].astype(int) * 256], -1).astype(np.uint16)
    icc = np.stack([unsigned[..., 0].astype(int) * 256, unsigned[..., 1].astype(int) * 256,
                    unsigned[..., 2].astype(int) * 256], -1).astype(np.uint16)
    for planar in (1, 2):
        yield File("TIFF, Lab", f"cielab8-{planar}.tif", writers.tiff(signed, 8, 8, planar=planar), back)
        yield File("TIFF, Lab", f"cielab16-{planar}.tif", writers.tiff(wide, 8, 16, planar=planar), back)
        yield File("TIFF, Lab", f"icclab8-{planar}.tif", writers.tiff(unsigned, 9, 8, planar=planar), back)
        yield File("TIFF, Lab", f"icclab16-{planar}.tif", writers.tiff(icc, 9, 16, planar=planar), back)
    yield from luma()
    for name in ("rgb", "gray"):
        profile = writers.profile(b"RGB ", 2.2, ADOBE_RGB) if name == "rgb" else writers.profile(b"GRAY", 1.8)
        data = RGB if name == "rgb" else GRAY
        yield File("TIFF, profile", f"icc-{name}.tif",
                   made(data, photometric="rgb" if name == "rgb" else "minisblack", iccprofile=profile))
    yield File("TIFF, profile", "icc-rgb16.tif",
               made(WIDE_16, photometric="rgb", iccprofile=writers.profile(b"RGB ", 2.2, ADOBE_RGB)))


def luma():
    ycc = np.array(Image.fromarray(RGB).convert("YCbCr"))
    for h, v in ((1, 1), (2, 1), (2, 2), (4, 1), (4, 2)):
        tall, wide = -(-H // v) * v, -(-W // h) * h
        padded = np.pad(ycc, ((0, tall - H), (0, wide - W), (0, 0)), mode="edge")
        blocks = padded.reshape(tall // v, v, wide // h, h, 3).swapaxes(1, 2)
        chroma = blocks[..., 1:].mean((2, 3)).round().astype(np.uint8)
        units = np.concatenate([blocks[..., 0].reshape(*blocks.shape[:2], -1), chroma], -1)
        shown = np.concatenate([padded[..., :1], chroma.repeat(v, 0).repeat(h, 1)], -1)[:H, :W]
        tags = [(530, 3, [h, v])]
        yield File("TIFF, YCbCr", f"ycc-{h}{v}.tif", writers.tiff(ycc, 6, 8, extra_tags=tags, data=[units.tobytes()]),
                   np.array(Image.fromarray(shown, "YCbCr").convert("RGB")))
    coefficients = [(530, 3, [1, 1]), (529, 5, [2126, 10000, 7152, 10000, 722, 10000])]
    red, green, blue = np.moveaxis(RGB.astype(float), -1, 0)
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    other = np.stack([y, (blue - y) / 1.8556 + 128, (red - y) / 1.5748 + 128], -1).round().clip(0, 255).astype(np.uint8)
    yield File("TIFF, YCbCr", "ycc-709.tif", writers.tiff(other, 6, 8, extra_tags=coefficients), RGB,
               references=["truth"])


def extras():
    for depth, kind, scale in ((8, np.uint8, 1), (16, np.uint16, 257)):
        rgb, alpha, light = (a.astype(kind) * kind(scale) for a in (RGB, ALPHA[..., None], GRAY[..., None]))
        share = alpha / (255 * scale)
        for planar in (1, 2):
            for name, kinds, color, truth in (
                    ("unassociated", [2], rgb, on_white(RGB, ALPHA)), ("unknown", [0], rgb, RGB),
                    ("associated", [1], np.round(rgb * share).astype(kind), on_white(RGB, ALPHA))):
                yield File("TIFF, extra samples", f"rgb{depth}-{name}-{planar}.tif",
                           writers.tiff(np.concatenate([color, alpha], -1), 2, depth, planar=planar,
                                        extra_tags=[(338, 3, kinds)]), truth, references=["truth"])
            for name, kinds, truth in (("unassociated", [2], on_white(gray(GRAY), ALPHA)), ("unknown", [0], gray(GRAY))):
                yield File("TIFF, extra samples", f"gray{depth}-{name}-{planar}.tif",
                           writers.tiff(np.concatenate([light, alpha], -1), 1, depth, planar=planar,
                                        extra_tags=[(338, 3, kinds)]), truth, references=["truth"])
            five = np.concatenate([rgb, alpha, light], -1)
            yield File("TIFF, extra samples", f"five{depth}-{planar}.tif",
                       writers.tiff(five, 2, depth, planar=planar, extra_tags=[(338, 3, [0, 0])]), RGB,
                       references=["truth"])
    yield File("TIFF, extra samples", "no-tag.tif", writers.tiff(np.concatenate([RGB, ALPHA[..., None]], -1), 2, 8),
               RGB, references=["truth"])
    yield File("TIFF, extra samples", "channels.tif",
               writers.tiff(np.concatenate([RGB, RGB], -1), 1, 8, extra_tags=[(338, 3, [0] * 5)]), None, True, [])


def jpeg():
    for photometric in ("ycbcr", "rgb", "minisblack"):
        for tile in (None, (32, 48)):
            data = TALL_GRAY if photometric == "minisblack" else TALL
            how = dict(rowsperstrip=16) if tile is None else dict(tile=tile)
            for level in (75, 95):
                args = dict(level=level, outcolorspace="YCBCR" if photometric == "ycbcr" else "RGB")
                args = dict(level=level) if photometric == "minisblack" else args
                yield File("TIFF, JPEG", f"jpeg-{photometric}-{'strip' if tile is None else 'tile'}-{level}.tif",
                           made(data, photometric=photometric, compression="jpeg", compressionargs=args, **how))
    for quality in (60, 90):
        yield File("TIFF, JPEG", f"jpeg-libtiff-{quality}.tif",
                   saved(TALL, format="TIFF", compression="jpeg", quality=quality))
        vips = pyvips.Image.new_from_array(TALL)
        yield File("TIFF, JPEG", f"jpeg-vips-{quality}.tif",
                   vips.tiffsave_buffer(compression="jpeg", Q=quality, tile=True, tile_width=64, tile_height=64))
    cmyk = np.array(Image.fromarray(RGB).convert("CMYK"))
    cmyk[..., 3] = GRAY // 3
    yield File("TIFF, JPEG", "jpeg-cmyk.tif", saved(Image.fromarray(cmyk, "CMYK"), format="TIFF", compression="jpeg",
                                                    quality=95))
    yield File("TIFF, JPEG", "jpeg-separate.tif",
               made(np.moveaxis(TALL, -1, 0), photometric="rgb", planarconfig="separate", compression="jpeg",
                    compressionargs=dict(level=95), rowsperstrip=16))


def other():
    from files import TURNS
    for orientation in range(1, 9):
        for compression in (None, "lzw"):
            yield File("TIFF, orientation", f"turned-{orientation}-{compression}.tif",
                       made(RGB, photometric="rgb", compression=compression, extratags=[(274, 3, 1, orientation, True)]),
                       TURNS[orientation](RGB), references=["Pillow"])
    for compression in ("zstd", "lzma", "webp", "jpeg2000", "lerc"):
        yield File("TIFF, other compressions", f"{compression}.tif", made(RGB, photometric="rgb", compression=compression),
                   RGB, True)
    yield File("TIFF, other meanings", "mask.tif", writers.tiff((GRAY > 99).astype(np.uint8)[..., None], 4, 1), None, True, [])
    yield File("TIFF, other meanings", "raw.tif", writers.tiff(GRAY[..., None], 32803, 8), None, True, [])
    yield File("TIFF, other meanings", "preview.tif", writers.tiff(RGB, 2, 8, extra_tags=[(254, 4, [1])]), None, True, [])
    yield File("TIFF, two pages", "pages.tif",
               saved(Image.fromarray(RGB), format="TIFF", save_all=True, append_images=[Image.fromarray(RGB[::-1])]), RGB)
    yield File("AVIF", "picture.avif", saved(RGB, format="AVIF"), None, True)
    yield File("JPEG 2000", "picture.jp2", saved(RGB, format="JPEG2000"), None, True)
    yield File("JPEG XL", "picture.jxl", imagecodecs.jpegxl_encode(RGB), None, True)
