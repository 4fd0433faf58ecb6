"""Small writers of PNG, BMP, TIFF and ICC profiles, for variants that no library writes."""

import struct
import zlib

import numpy as np


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def pack_bits(row, bits):
    """Samples of a row, any number of bits, the most significant first."""
    if bits == 8:
        return row.astype(np.uint8).tobytes()
    if bits == 16:
        return row.astype(">u2").tobytes()
    shifts = np.arange(bits - 1, -1, -1)
    return np.packbits((row.reshape(-1, 1).astype(np.int64) >> shifts & 1).astype(np.uint8).ravel()).tobytes()


def png(samples, color_type, bits, interlaced=False, extra=()):
    """samples [H, W, channels]; extra: chunks before the image data."""
    height, width, _ = samples.shape
    passes = [(0, 0, 1, 1)]
    if interlaced:
        passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    data = b""
    for top, left, down, right in passes:
        part = samples[top::down, left::right]
        if part.size:
            data += b"".join(b"\0" + pack_bits(row.ravel(), bits) for row in part)
    header = struct.pack(">IIBBBBB", width, height, bits, color_type, 0, 0, int(interlaced))
    body = b"".join(chunk(name, content) for name, content in extra)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IDAT", zlib.compress(data))
            + chunk(b"IEND", b""))


def tiff(samples, photometric, bits, order="<", extra_tags=(), planar=1, strip_rows=None, data=None):
    """An uncompressed TIFF; samples [H, W, channels]; extra_tags (tag, type, values); data replaces the strips."""
    height, width, channels = samples.shape
    rows = strip_rows or height
    planes = [samples] if planar == 1 else [samples[..., c:c + 1] for c in range(channels)]
    strips = data or []
    for plane in planes if data is None else ():
        for top in range(0, height, rows):
            strip = b""
            for row in plane[top:top + rows]:
                if row.dtype.kind == "f" or bits in (16, 32, 64):
                    strip += row.astype(row.dtype.newbyteorder(order)).tobytes()
                else:
                    strip += pack_bits(row.ravel(), bits)
            strips.append(strip)
    tags = {256: (4, [width]), 257: (4, [height]), 258: (3, [bits] * channels), 259: (3, [1]),
            262: (3, [photometric]), 277: (3, [channels]), 278: (4, [rows]), 284: (3, [planar])}
    for tag, kind, values in extra_tags:
        tags[tag] = (kind, values)
    out = struct.pack(order + "2sHI", b"II" if order == "<" else b"MM", 42, 0)
    offsets = []
    for strip in strips:
        offsets.append(len(out))
        out += strip + b"\0" * (len(strip) & 1)
    tags[273] = (4, offsets)
    tags[279] = (4, [len(strip) for strip in strips])
    entries = b""
    formats = {1: "B", 2: "B", 3: "H", 4: "I", 5: "I", 7: "B"}
    for tag in sorted(tags):
        kind, values = tags[tag]
        values = list(values)
        body = struct.pack(order + formats[kind] * len(values), *values)
        count = len(values) // 2 if kind == 5 else len(values)
        if len(body) > 4:
            place = struct.pack(order + "I", len(out))
            out += body + b"\0" * (len(body) & 1)
        else:
            place = body.ljust(4, b"\0")
        entries += struct.pack(order + "HHI", tag, kind, count) + place
    directory = len(out)
    out += struct.pack(order + "H", len(tags)) + entries + b"\0\0\0\0"
    return out[:4] + struct.pack(order + "I", directory) + out[8:]


def bmp(rows, bits, compression=0, palette=b"", masks=b"", header=40, height=None, size=(0, 0)):
    """rows: the encoded pixel data; size is width and height."""
    width, tall = size
    if header == 12:
        info = struct.pack("<IHHHH", 12, width, tall, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", header, width, height or tall, 1, bits, compression, len(rows), 2835, 2835,
                           0 if bits > 8 else len(palette) // 4, 0)
        if header == 108:
            info += masks.ljust(16, b"\0") + b"BGRs" + b"\0" * 48
            masks = b""
    offset = 14 + len(info) + len(masks) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(rows), 0, 0, offset) + info + masks + palette + rows


def profile(space, gamma, primaries=None):
    """A matrix profile for RGB with xy primaries and the white D65, or a curve for gray."""
    def fixed(value):
        return struct.pack(">i", round(value * 65536))

    def xyz(values):
        return b"XYZ \0\0\0\0" + b"".join(map(fixed, values))

    white = np.array([0.9642, 1, 0.8249])
    curve = (b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))).ljust(16, b"\0")
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"made\0" + b"\0" * 78
    tags = [(b"desc", text), (b"wtpt", xyz(white)), (b"cprt", b"text\0\0\0\0none\0")]
    if space == b"GRAY":
        tags.append((b"kTRC", curve))
    else:
        bradford = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
        d65 = np.array([0.95047, 1, 1.08883])
        adapt = np.linalg.inv(bradford) @ np.diag((bradford @ white) / (bradford @ d65)) @ bradford
        columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
        columns = adapt @ (columns * np.linalg.solve(columns, d65))
        for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns.T):
            tags.append((name, xyz(column)))
        tags += [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")]
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags:
        content = content.ljust(-(-len(content) // 4) * 4, b"\0")
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content
    head = struct.pack(">III", 0, 0, 0x02400000) + b"mntr" + space + b"XYZ "
    head = head.ljust(36, b"\0") + b"acsp" + b"\0" * 28 + b"".join(map(fixed, white))
    head = head.ljust(128, b"\0")
    whole = head + table + body
    return struct.pack(">I", len(whole)) + whole[4:]
