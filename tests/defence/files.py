"""Files as people and attackers send them, made anew."""

from __future__ import annotations

import io
import zipfile
import zlib

from PIL import Image
from PIL.PngImagePlugin import PngInfo

MAKER = "Wilhelminas telephone"
GPS = 0x8825


def picture(kind: str, size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    """A picture without metadata. ``kind``: PNG or JPEG."""
    image = Image.new("RGB", size)
    image.putdata([(x * 5 % 256, y * 7 % 256, (x * y) % 256) for y in range(size[1]) for x in range(size[0])])
    output = io.BytesIO()
    image.save(output, kind, **options)
    return output.getvalue()


def with_metadata(kind: str) -> bytes:
    """The same with a place, a maker, a comment, and XMP."""
    exif = Image.Exif()
    exif[0x010F] = MAKER
    exif[GPS] = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)}
    if kind == "PNG":
        text = PngInfo()
        text.add_text("Author", MAKER)
        text.add_itxt("XML:com.adobe.xmp", f"<x>{MAKER}</x>")
        return picture(kind, exif=exif, pnginfo=text, icc_profile=MAKER.encode())
    return picture(kind, exif=exif, comment=MAKER.encode(), icc_profile=MAKER.encode(), xmp=MAKER.encode())


def pixels(content: bytes) -> bytes:
    """What it shows."""
    return Image.open(io.BytesIO(content)).convert("RGB").tobytes()


def pdf(body: bytes = b"1 0 obj <</Type /Catalog /OpenAction [3 0 R /Fit]>> endobj") -> bytes:
    """A small document."""
    return b"%PDF-1.7\n" + body + b"\ntrailer <</Root 1 0 R>>\n%%EOF\n"


def chunk(name: bytes, data: bytes) -> bytes:
    """A PNG chunk with a valid sum."""
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")


def archive() -> bytes:
    """A ZIP file."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as opened:
        opened.writestr("a.txt", "x" * 100)
    return output.getvalue()
