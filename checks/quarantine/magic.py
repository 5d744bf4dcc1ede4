"""The format of a file by its first and last bytes, whatever its name says. Pure."""

from __future__ import annotations

import re

from checks.quarantine.tally import CannotReadError

GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UNPACK = "unpack it, or pack it with gzip"
_AS_ROWS = "write CSV, Parquet or JSON lines"
#: Beginnings that no text has: pattern, format, and advice.
_KNOWN = (
    (rb"\x1f\x8b", "is packed with gzip twice", "pack it once"),
    (rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18", "is packed with zstd", _UNPACK),
    (rb"BZh[1-9](1AY&SY|\x17rE8P\x90)", "is packed with bzip2", _UNPACK),
    (rb"\xfd7zXZ\0", "is packed with xz", _UNPACK),
    (rb"\x04\x22\x4d\x18", "is packed with lz4", _UNPACK),
    (rb"\xff\x06\0\0sNaPpY", "is packed with snappy", _UNPACK),
    (rb"7z\xbc\xaf\x27\x1c", "is packed with 7-Zip", _UNPACK),
    (rb"PK(\x03\x04|\x05\x06|\x07\x08)", "is a zip file or an Excel workbook", _AS_ROWS),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an Excel workbook", _AS_ROWS),
    (rb"Obj\x01", "is Avro", _AS_ROWS),
    (rb"ARROW1", "is Arrow", _AS_ROWS),
    (rb"SQLite format 3\0", "is an SQLite database", _AS_ROWS),
    (rb"%PDF-", "is a PDF", _AS_ROWS),
)
_SIGNATURES = tuple((re.compile(start, re.DOTALL), what, todo) for start, what, todo in _KNOWN)
#: Control characters that no text has, without the separators of fields and records.
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x7f]")


def is_parquet(beginning: bytes, end: bytes) -> bool:
    """Whether the bytes are those of a Parquet file."""
    return beginning.startswith(_PARQUET) and end.endswith(_PARQUET)


def require_text(beginning: bytes, end: bytes) -> None:
    """Raise CannotReadError, with the format and advice, for bytes that are not UTF-8 text.

    Single bytes that are not UTF-8 are reported with their lines.
    """
    if beginning.startswith(_UTF16):
        raise CannotReadError("is UTF-16 text; UTF-8 is needed")
    for signature, what, todo in _SIGNATURES:
        if signature.match(beginning):
            raise CannotReadError(f"{what}; {todo}")
    if is_parquet(beginning, end):
        raise CannotReadError("is Parquet packed with gzip; write it unpacked")
    if beginning.startswith(b"ORC") and end[-4:-1] == b"ORC":
        raise CannotReadError(f"is ORC; {_AS_ROWS}")
    if b"\0" in beginning or b"\0" in end:
        raise CannotReadError("holds NUL bytes, so that it is no UTF-8 text")
    if _CONTROL.search(beginning) and not _is_utf8(beginning):
        raise CannotReadError(f"is no text; {_AS_ROWS}")


def _is_utf8(beginning: bytes) -> bool:
    """Whether the bytes are UTF-8; the last letter may be cut."""
    try:
        beginning.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return True
