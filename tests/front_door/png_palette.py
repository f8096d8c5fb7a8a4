"""Makes a screenshot small: an 8-bit palette PNG of at most 256 colours, by hand, so that no imaging library is needed."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt

_MAGIC = b"\x89PNG\r\n\x1a\n"
Pixels = npt.NDArray[np.uint8]


def shrink(png: bytes) -> bytes:
    """The same picture with its 256 most used colours, every other one drawn in the nearest of them."""
    pixels = _read(png)
    height, width, _ = pixels.shape
    flat = pixels.reshape(-1, 3).astype(np.int32)
    keys = (flat[:, 0] << 16) | (flat[:, 1] << 8) | flat[:, 2]
    colours, place, count = np.unique(keys, return_inverse=True, return_counts=True)
    kept = colours[np.argsort(-count, kind="stable")[:256]]
    rgb = np.stack([kept >> 16 & 255, kept >> 8 & 255, kept & 255], axis=1)
    asked = np.stack([colours >> 16 & 255, colours >> 8 & 255, colours & 255], axis=1)
    nearest = np.empty(len(colours), dtype=np.uint8)
    for start in range(0, len(colours), 4096):
        part = asked[start : start + 4096]
        nearest[start : start + 4096] = ((part[:, None, :] - rgb[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
    rows = nearest[place].reshape(height, width)
    raw = np.concatenate([np.zeros((height, 1), dtype=np.uint8), rows], axis=1).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"PLTE", rgb.astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(raw, 9)),
        (b"IEND", b""),
    )
    return _MAGIC + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _read(png: bytes) -> Pixels:
    """The pixels of an 8-bit RGB or RGBA PNG, as browsers write them. Raises ValueError for any other kind."""
    at, data, width, height, depth = len(_MAGIC), b"", 0, 0, 0
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + size]
        if kind == b"IHDR":
            width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            depth = {2: 3, 6: 4}.get(colour, 0)
            if bits != 8 or not depth or interlaced:
                raise ValueError("not a plain RGB picture")
        elif kind == b"IDAT":
            data += body
        at += 12 + size
    lines = np.frombuffer(zlib.decompress(data), dtype=np.uint8).reshape(height, 1 + width * depth)
    out = np.zeros((height, width * depth), dtype=np.uint8)
    above = np.zeros(width * depth, dtype=np.uint8)
    for row in range(height):
        above = out[row] = _unfiltered(int(lines[row, 0]), lines[row, 1:], above, depth)
    return out.reshape(height, width, depth)[:, :, :3]


def _unfiltered(kind: int, line: Pixels, above: Pixels, depth: int) -> Pixels:
    """One line without its PNG filter (0 none, 1 left, 2 up, 3 mean of both, 4 Paeth)."""
    if kind == 0:
        return line
    if kind == 1:
        return np.cumsum(line.reshape(-1, depth), axis=0, dtype=np.uint8).reshape(-1)
    if kind == 2:
        return line + above
    found, up = bytearray(line.tobytes()), above.tobytes()
    for at in range(len(found)):
        left = found[at - depth] if at >= depth else 0
        corner = up[at - depth] if at >= depth else 0
        guess = (left + up[at]) // 2 if kind == 3 else _paeth(left, up[at], corner)
        found[at] = (found[at] + guess) & 255
    return np.frombuffer(bytes(found), dtype=np.uint8)


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))
