"""Bytes of a feed as text: unpacked, never more than the limit, in whatever encoding they turn out to be."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from service_catalogue.feeds.limits import FeedError, Limits

_CHUNK = 256 * 1024
_GZIP = b"\x1f\x8b"
_WINDOWS = "feed-windows-1252"


def _windows_bytes(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 are nearly always Windows-1252 ("£", curly quotes)."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_WINDOWS, _windows_bytes)


def too_large(limits: Limits) -> FeedError:
    return FeedError(f"the feed is larger than {limits.body_bytes // 1_000_000} MB and was not read")


def file_chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, a piece at a time. Raises FeedError when it cannot be opened."""
    try:
        with path.open("rb") as file:
            yield from file_pieces(file)
    except OSError as error:
        raise FeedError(f"the file {path} cannot be read: {error.strerror or error}") from None


def file_pieces(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def unpacked(chunks: Iterable[bytes], limits: Limits, packed: bool | None = None) -> Iterator[bytes]:
    """`chunks` unpacked when they are gzip (`packed` None: look), a piece at a time so that a bomb never unfolds.

    Raises FeedError past the size limit and for a broken archive.
    """
    unpack: zlib._Decompress | None = None
    total, first = 0, True
    for chunk in chunks:
        if first and chunk:
            first = False
            if packed or (packed is None and chunk.startswith(_GZIP)):
                unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
        for piece in _pieces(unpack, chunk) if unpack else (chunk,):
            total += len(piece)
            if total >= limits.body_bytes:
                raise too_large(limits)
            yield piece


def _pieces(unpack: zlib._Decompress, chunk: bytes) -> Iterator[bytes]:
    while chunk:
        try:
            yield unpack.decompress(chunk, _CHUNK)
        except zlib.error:
            raise FeedError("the packed feed is damaged") from None
        chunk = unpack.unconsumed_tail


def as_text(chunks: Iterable[bytes]) -> Iterator[str]:
    """Bytes as text, by their byte-order mark, else as UTF-8 with stray Windows-1252 bytes taken for what they are."""
    decoder: codecs.IncrementalDecoder | None = None
    head = b""
    for chunk in chunks:
        if decoder is None:
            head += chunk
            if len(head) < 4:
                continue
            decoder, chunk = _decoder(head), head
        yield decoder.decode(chunk)
    decoder = decoder or _decoder(head)
    yield decoder.decode(head if len(head) < 4 else b"", final=True)


def _decoder(head: bytes) -> codecs.IncrementalDecoder:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return codecs.getincrementaldecoder("utf-16")("replace")
    return codecs.getincrementaldecoder("utf-8-sig")(_WINDOWS)
