"""Image files of every kind that a data set may hold, with what they show where that is known."""

import io
import struct
import zlib
from dataclasses import dataclass, field

import imagecodecs
import numpy as np
import pyvips
from PIL import Image

import writers

ADOBE_RGB = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
WIDE = ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001))


@dataclass
class File:
    """truth: uint8 [H, W, 3] where it follows from how the file was made; may_refuse: leaving it out is right;
    source: the original picture, where decoders may differ in how they enlarge chroma."""

    group: str
    name: str
    content: bytes
    truth: np.ndarray | None = None
    may_refuse: bool = False
    references: list = field(default_factory=lambda: ["Pillow", "libvips"])
    source: np.ndarray | None = None


def picture(height=37, width=45, seed=0):
    """Ramps, saturated patches and noise, with sides of odd length."""
    y, x = np.mgrid[:height, :width]
    image = np.stack([255 * x / (width - 1), 255 * y / (height - 1), 255 * (x + y) / (height + width - 2)], -1)
    image[4:12, 4:12] = (255, 0, 0)
    image[4:12, 14:22] = (0, 255, 0)
    image[4:12, 24:32] = (0, 0, 255)
    image[14:22, 4:12] = (255, 255, 255)
    image[14:22, 14:22] = 0
    image[24:32, 20:40] = np.random.default_rng(seed).integers(0, 256, (8, 20, 3))
    return image.astype(np.uint8)


RGB = picture()
GRAY = np.array(Image.fromarray(RGB).convert("L"))
ALPHA = np.linspace(0, 255, RGB.shape[0] * RGB.shape[1]).reshape(GRAY.shape).astype(np.uint8)
WIDE_16 = RGB.astype(np.uint16) * 257


def gray(samples):
    return np.repeat(samples[..., None].astype(np.uint8), 3, -1)


def on_white(rgb, alpha):
    a = alpha[..., None] / 255
    return np.round(rgb * a + 255 * (1 - a)).astype(np.uint8)


TURNS = {
    1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1), 6: lambda a: np.rot90(a, -1), 7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
    8: lambda a: np.rot90(a, 1),
}


def saved(image, **how):
    out = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(out, **how)
    return out.getvalue()


def exif(orientation, order=">"):
    mark = b"MM" if order == ">" else b"II"
    return mark + struct.pack(order + "HIHHHIHHI", 42, 8, 1, 0x112, 3, 1, orientation, 0, 0)


def xmp(orientation):
    return (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="%d"/></rdf:RDF>'
            b"</x:xmpmeta>" % orientation)


def segment(marker, body):
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def with_segments(jpeg, *segments):
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def without_segments(jpeg, *markers):
    out, at = jpeg[:2], 2
    while jpeg[at + 1] != 0xDA:
        length = 2 + struct.unpack(">H", jpeg[at + 2:at + 4])[0]
        out += b"" if jpeg[at + 1] in markers else jpeg[at:at + length]
        at += length
    return out + jpeg[at:]


def renamed(jpeg, names):
    """Other identifiers of the components."""
    data, at = bytearray(jpeg), 2
    while True:
        marker, length = data[at + 1], 2 + struct.unpack(">H", data[at + 2:at + 4])[0]
        if marker in (0xC0, 0xC1, 0xC2):
            for i in range(data[at + 9]):
                data[at + 10 + 3 * i] = names[i]
        if marker == 0xDA:
            for i in range(data[at + 4]):
                data[at + 5 + 2 * i] = names[i]
            return bytes(data)
        at += length


def jpegs():
    for quality in (75, 95):
        for subsampling in (0, 1, 2):
            for progressive in (False, True):
                how = dict(format="JPEG", quality=quality, subsampling=subsampling, progressive=progressive)
                yield File("JPEG, YCbCr", f"q{quality}-s{subsampling}-p{int(progressive)}.jpg", saved(RGB, **how))
    yield File("JPEG, gray", "gray.jpg", saved(GRAY, format="JPEG"))
    yield File("JPEG, gray", "gray-progressive.jpg", saved(GRAY, format="JPEG", progressive=True))
    for sampling in ("440", "411"):
        yield File("JPEG, YCbCr", f"{sampling}.jpg", imagecodecs.jpeg8_encode(RGB, level=90, subsampling=sampling),
                   source=RGB)
    yield File("JPEG, YCbCr", "restarts.jpg", saved(RGB, format="JPEG", restart_marker_blocks=2))
    base = saved(RGB, format="JPEG", quality=95, subsampling=0)
    sub = saved(RGB, format="JPEG", quality=95)
    for name, names in {"012": (0, 1, 2), "123": (1, 2, 3), "567": (5, 6, 7), "ycc": b"YCc"}.items():
        for kind, jpeg in (("full", base), ("sub", sub)):
            bare = without_segments(renamed(jpeg, names), 0xE0)
            yield File("JPEG, no JFIF, odd names", f"ids-{name}-{kind}.jpg", bare)
    rgb = without_segments(imagecodecs.jpeg8_encode(RGB, level=95, colorspace="RGB", outcolorspace="RGB"), 0xE0, 0xEE)
    adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\0")
    yield File("JPEG, RGB", "rgb-ids.jpg", renamed(rgb, b"RGB"), RGB)
    yield File("JPEG, RGB", "rgb-adobe.jpg", with_segments(renamed(rgb, (1, 2, 3)), adobe))
    yield File("JPEG, RGB", "rgb-adobe-ids.jpg", with_segments(renamed(rgb, b"RGB"), adobe))
    cmyk = np.array(Image.fromarray(RGB).convert("CMYK"))
    cmyk[..., 3] = GRAY // 3
    plain = imagecodecs.jpeg8_encode(cmyk, level=95, colorspace="CMYK", outcolorspace="CMYK")
    ycck = imagecodecs.jpeg8_encode(cmyk, level=95, colorspace="CMYK", outcolorspace="YCCK")
    yield File("JPEG, CMYK", "cmyk-pillow.jpg", saved(Image.fromarray(cmyk, "CMYK"), format="JPEG", quality=95))
    yield File("JPEG, CMYK", "cmyk-adobe.jpg", with_segments(without_segments(plain, 0xEE), adobe))
    yield File("JPEG, CMYK", "cmyk-plain.jpg", without_segments(plain, 0xEE))
    yield File("JPEG, CMYK", "ycck.jpg", ycck)
    inks = pyvips.Image.profile_load("cmyk")
    pieces = [inks[i:i + 60000] for i in range(0, len(inks), 60000)]
    icc = [segment(0xE2, b"ICC_PROFILE\0" + bytes((i + 1, len(pieces))) + p) for i, p in enumerate(pieces)]
    yield File("JPEG, CMYK", "cmyk-icc.jpg", with_segments(with_segments(without_segments(plain, 0xEE), adobe), *icc))
    for orientation in range(1, 9):
        yield File("JPEG, orientation", f"exif-{orientation}.jpg",
                   with_segments(base, segment(0xE1, b"Exif\0\0" + exif(orientation))))
        yield File("JPEG, orientation", f"xmp-{orientation}.jpg",
                   with_segments(base, segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(orientation))),
                   references=["Pillow"])
    yield File("JPEG, orientation", "exif-little.jpg", with_segments(base, segment(0xE1, b"Exif\0\0" + exif(8, "<"))))
    yield from jpeg_profiles(base)
    yield File("JPEG, other coding", "lossless.jpg", imagecodecs.ljpeg_encode(GRAY), gray(GRAY), True)
    yield File("JPEG, other coding", "12-bit.jpg",
               imagecodecs.jpeg8_encode(GRAY.astype(np.uint16) * 16, level=95, bitspersample=12), gray(GRAY), True)


def jpeg_profiles(base):
    def piece(number, count, body):
        return segment(0xE2, b"ICC_PROFILE\0" + bytes((number, count)) + body)

    adobe = writers.profile(b"RGB ", 2.2, ADOBE_RGB)
    half = len(adobe) // 2
    for name, profile in {"adobe": adobe, "wide": writers.profile(b"RGB ", 1.8, WIDE),
                          "p3": pyvips.Image.profile_load("p3"), "srgb": pyvips.Image.profile_load("srgb")}.items():
        yield File("JPEG, profile", f"icc-{name}.jpg", with_segments(base, piece(1, 1, profile)))
    yield File("JPEG, profile", "icc-two.jpg",
               with_segments(base, piece(1, 2, adobe[:half]), piece(2, 2, adobe[half:])))
    yield File("JPEG, profile", "icc-swapped.jpg",
               with_segments(base, piece(2, 2, adobe[half:]), piece(1, 2, adobe[:half])))
    plain = np.array(Image.open(io.BytesIO(base)))
    for name, pieces in {"missing": [(1, 2, adobe[:half])], "twice": [(1, 2, adobe[:half]), (1, 2, adobe[half:])],
                         "zero": [(0, 1, adobe)], "counts": [(1, 2, adobe[:half]), (2, 3, adobe[half:])],
                         "garbage": [(1, 1, bytes(range(200)))], "cut": [(1, 1, adobe[:300])],
                         "gray": [(1, 1, writers.profile(b"GRAY", 2.2))]}.items():
        content = with_segments(base, *(piece(*p) for p in pieces))
        yield File("JPEG, damaged profile", f"icc-{name}.jpg", content, plain, references=["truth"])
    yield File("JPEG, profile", "icc-gray.jpg", with_segments(
        saved(GRAY, format="JPEG", quality=95), piece(1, 1, writers.profile(b"GRAY", 1.8))))


def pngs():
    palette = np.random.default_rng(1).integers(0, 256, (256, 3)).astype(np.uint8)
    for interlaced in (False, True):
        mark = "-interlaced" if interlaced else ""
        for bits in (1, 2, 4, 8, 16):
            samples = (GRAY.astype(int) * ((1 << bits) - 1) + 127) // 255
            top = (1 << bits) - 1
            shown = gray(samples * 255 // top if bits < 16 else samples >> 8)
            yield File("PNG, gray", f"gray{bits}{mark}.png", writers.png(samples[..., None], 0, bits, interlaced), shown)
            key = int(samples[20, 17])
            yield File("PNG, transparency", f"gray{bits}-key{mark}.png",
                       writers.png(samples[..., None], 0, bits, interlaced, [(b"tRNS", struct.pack(">H", key))]),
                       on_white(shown, np.where(samples == key, 0, 255)), references=["truth"])
            if bits <= 8:
                index = samples if bits < 8 else np.arange(GRAY.size).reshape(GRAY.shape) % 256
                plte = (b"PLTE", palette[:1 << bits].tobytes())
                yield File("PNG, palette", f"palette{bits}{mark}.png",
                           writers.png(index[..., None], 3, bits, interlaced, [plte]), palette[index])
                alphas = np.array([0, 128, 255, 60] * 64, np.uint8)[:max(1, (1 << bits) - 1)]
                full = np.append(alphas, [255] * 256)
                yield File("PNG, transparency", f"palette{bits}-trns{mark}.png",
                           writers.png(index[..., None], 3, bits, interlaced, [plte, (b"tRNS", alphas.tobytes())]),
                           on_white(palette[index], full[index]))
        for bits in (8, 16):
            scale = 257 if bits == 16 else 1
            rgb, alpha, light = RGB * np.int64(scale), ALPHA[..., None] * np.int64(scale), GRAY[..., None] * np.int64(scale)
            yield File("PNG, RGB", f"rgb{bits}{mark}.png", writers.png(rgb, 2, bits, interlaced), RGB)
            key = struct.pack(">HHH", 255 * scale, 0, 0)
            yield File("PNG, transparency", f"rgb{bits}-key{mark}.png",
                       writers.png(rgb, 2, bits, interlaced, [(b"tRNS", key)]),
                       on_white(RGB, np.where((RGB == (255, 0, 0)).all(-1), 0, 255)), references=["truth"])
            yield File("PNG, transparency", f"rgba{bits}{mark}.png",
                       writers.png(np.concatenate([rgb, alpha], -1), 6, bits, interlaced), on_white(RGB, ALPHA))
            yield File("PNG, transparency", f"la{bits}{mark}.png",
                       writers.png(np.concatenate([light, alpha], -1), 4, bits, interlaced),
                       on_white(gray(GRAY), ALPHA))
    for orientation in range(1, 9):
        yield File("PNG, orientation", f"exif-{orientation}.png",
                   writers.png(RGB, 2, 8, extra=[(b"eXIf", exif(orientation, "<>"[orientation % 2]))]))
    text = b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(6)
    yield File("PNG, orientation", "xmp-6.png", writers.png(RGB, 2, 8, extra=[(b"iTXt", text)]), references=["Pillow"])
    for name, gamma in (("linear", 1.0), ("usual", 0.45455), ("mac", 1 / 1.8)):
        extra = [(b"gAMA", struct.pack(">I", round(gamma * 1e5)))]
        light = (RGB / 255.0) ** (1 / gamma)
        encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
        shown = RGB if name == "usual" else np.round(255 * encoded).astype(np.uint8)
        yield File("PNG, gamma", f"gamma-{name}.png", writers.png(RGB, 2, 8, extra=extra), shown, references=["truth"])
        yield File("PNG, gamma", f"gamma-{name}-srgb.png", writers.png(RGB, 2, 8, extra=[*extra, (b"sRGB", b"\0")]),
                   RGB, references=["truth"])
    for name, profile in {"adobe": writers.profile(b"RGB ", 2.2, ADOBE_RGB),
                          "p3": pyvips.Image.profile_load("p3")}.items():
        body = b"x\0\0" + zlib.compress(profile)
        yield File("PNG, profile", f"icc-{name}.png", writers.png(RGB, 2, 8, extra=[(b"iCCP", body)]))
        yield File("PNG, profile", f"icc-{name}-16.png", writers.png(WIDE_16, 2, 16, extra=[(b"iCCP", body)]))
    yield File("PNG, profile", "icc-gray.png", writers.png(
        GRAY[..., None], 0, 8, extra=[(b"iCCP", b"x\0\0" + zlib.compress(writers.profile(b"GRAY", 1.8)))]))
    yield File("PNG, profile", "icc-garbage.png", writers.png(RGB, 2, 8, extra=[(b"iCCP", b"x\0\0garbage")]), RGB,
               references=["truth"])


def others():
    from tiffs import tiffs
    from webs import bmps, gifs, webps
    yield from bmps()
    yield from gifs()
    yield from webps()
    yield from tiffs()


def everything():
    yield from jpegs()
    yield from pngs()
    yield from others()
