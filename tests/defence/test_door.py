"""The door for files: what comes in, what it loses on the way, and what stays outside; against a real clamd."""

from __future__ import annotations

import asyncio
import io
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from discreet.defence import MAX_SIZE, Admitted, Door
from discreet.defence.clamd import Clamd
from discreet.errors import BadInput, Unscanned
from tests.defence import files
from tests.defence.scanner import KNOWN_FILE, PATTERN, Scanner, clamd

PNG, JPEG, PDF = files.picture("PNG"), files.picture("JPEG"), files.pdf()


@pytest.fixture(scope="module")
def scanner() -> Iterator[Scanner]:
    with clamd() as started:
        yield started


@pytest.fixture
def door(scanner: Scanner) -> Door:
    return Door(Clamd(scanner.socket))


def _admit(door: Door, content: bytes, kind: str = "", name: str = "") -> Admitted:
    return asyncio.run(door.admit(content, claimed_type=kind, claimed_name=name))


IN: list[tuple[str, bytes, str, str, str]] = [
    ("a photo", JPEG, "image/jpeg", "IMG_1.JPG", "image/jpeg"),
    ("a photo without claims", JPEG, "", "", "image/jpeg"),
    ("a photo of unknown type", JPEG, "application/octet-stream", "photo", "image/jpeg"),
    ("another word for it", JPEG, "image/jpg", "a.jpeg", "image/jpeg"),
    ("a progressive photo", files.picture("JPEG", progressive=True), "image/jpeg", "a.jpg", "image/jpeg"),
    ("a photo with restarts", files.picture("JPEG", (300, 200), restart_marker_rows=1), "", "", "image/jpeg"),
    ("a photo and its preview", JPEG + files.picture("JPEG", (8, 8)), "", "", "image/jpeg"),
    ("a photo and padding", JPEG + bytes(512), "", "", "image/jpeg"),
    ("a picture", PNG, "image/png", "a.png", "image/png"),
    ("a document", PDF, "application/pdf", "invoice.pdf", "application/pdf"),
]


@pytest.mark.parametrize(("name", "content", "kind", "file", "is_"), IN, ids=[row[0] for row in IN])
def test_it_comes_in_and_shows_the_same(door: Door, name: str, content: bytes, kind: str, file: str, is_: str) -> None:
    admitted = _admit(door, content, kind, file)
    assert admitted.media_type == is_
    if is_.startswith("image/"):
        assert files.pixels(admitted.content) == files.pixels(content)
    else:
        assert admitted.content == content


OUT: list[tuple[str, bytes, str, str]] = [
    ("nothing", b"", "", ""),
    ("too large", JPEG + bytes(MAX_SIZE), "image/jpeg", ""),
    ("a page", b"<html><script>alert(1)</script>", "text/html", "a.html"),
    ("a page that claims to be a picture", b"<html>", "image/png", "a.png"),
    ("a drawing with script", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", "image/svg+xml", "a.svg"),
    ("a program", b"\x7fELF" + bytes(100), "", "a"),
    ("a program for Windows", b"MZ" + bytes(100), "image/jpeg", "a.jpg"),
    ("an archive", files.archive(), "application/zip", "a.zip"),
    ("an animation", b"GIF89a" + bytes(100), "image/gif", "a.gif"),
    ("a picture that claims to be a document", PNG, "application/pdf", ""),
    ("a picture named a program", JPEG, "image/jpeg", "holiday.jpg.exe"),
    ("a photo named a picture", JPEG, "", "a.png"),
    ("a picture and an archive", PNG + files.archive(), "image/png", "a.png"),
    ("a photo and an archive", JPEG + files.archive(), "image/jpeg", "a.jpg"),
    ("a photo with an archive inside", JPEG[:2] + b"\xff\xfe" + (len(files.archive()) + 2).to_bytes(2, "big")
     + files.archive() + JPEG[2:], "image/jpeg", "a.jpg"),
    ("a document and an archive", PDF + files.archive(), "application/pdf", "a.pdf"),
    ("a document inside a photo", JPEG[:2] + b"\xff\xfe\x00\x0c%PDF-1.7\n " + JPEG[2:], "image/jpeg", "a.jpg"),
    ("a page after a photo", JPEG + b"<script>alert(1)</script>", "image/jpeg", "a.jpg"),
    ("a page after a picture", PNG + b"<?php system($_GET['x']);", "image/png", "a.png"),
    ("a page after a document", PDF + b"<script>", "application/pdf", "a.pdf"),
    ("half a photo", JPEG[: len(JPEG) // 2], "image/jpeg", "a.jpg"),
    ("half a picture", PNG[:-20], "image/png", "a.png"),
    ("a picture with a wrong sum", PNG[:40] + bytes([PNG[40] ^ 1]) + PNG[41:], "image/png", "a.png"),
    ("a picture of nothing", PNG[:8] + files.chunk(b"IHDR", bytes(13)) + files.chunk(b"IEND", b""), "", ""),
    ("a picture of 2^31 by 2^31", PNG[:8] + files.chunk(b"IHDR", b"\x7f\xff\xff\xff" * 2 + bytes(5))
     + files.chunk(b"IDAT", b"x") + files.chunk(b"IEND", b""), "", ""),
    ("an unknown critical chunk", PNG[:33] + files.chunk(b"EVIL", b"x") + PNG[33:], "", ""),
    ("a length beyond the end", PNG[:33] + b"\x7f\xff\xff\xffIDAT" + PNG[41:], "", ""),
    ("a photo of no frame", b"\xff\xd8\xff\xfe\x00\x04ab\xff\xd9", "", ""),
    ("a segment of no length", b"\xff\xd8\xff\xe0\x00\x00\xff\xd9", "", ""),
    # What is small for its sender and long work for us (CWE-407).
    ("a photo of segments alone", JPEG[:2] + b"\xff\xfe\x00\x02" * 25_000 + JPEG[2:], "image/jpeg", "a.jpg"),
    ("a picture of chunks alone", PNG[:33] + files.chunk(b"tEXt", b"") * 25_000 + PNG[33:], "image/png", "a.png"),
    ("a photo that ends in filling", JPEG[:-2] + b"\xff" * 25_000, "image/jpeg", "a.jpg"),
    ("a document of escapes alone", files.pdf(b"#41" * 60_000), "application/pdf", "a.pdf"),
    ("a document without an end", PDF[:-7], "", ""),
    ("a document with a script", files.pdf(b"<</S /JavaScript /JS (app.alert(1))>>"), "", ""),
    ("a document with an escaped script", files.pdf(b"<</S /J#61vaScript>>"), "", ""),
    ("a document that starts something", files.pdf(b"<</S /Launch /F (cmd.exe)>>"), "", ""),
    ("a document with a file", files.pdf(b"<</Type /EmbeddedFile>>"), "", ""),
    ("a locked document", files.pdf(b"<</Encrypt 5 0 R>>"), "", ""),
    ("what the scanner knows by a pattern", files.pdf(PATTERN), "application/pdf", "a.pdf"),
    ("the same inside a photo's comment", JPEG[:2] + b"\xff\xfe" + (len(PATTERN) + 2).to_bytes(2, "big") + PATTERN
     + JPEG[2:], "image/jpeg", "a.jpg"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "kind", "file"), OUT, ids=[row[0] for row in OUT])
def test_it_stays_outside(door: Door, name: str, content: bytes, kind: str, file: str) -> None:
    with pytest.raises(BadInput) as refused:
        _admit(door, content, kind, file)
    assert refused.value.code in ("attachment_refused", "too_long")
    assert "Discreet" not in refused.value.sentence  # whose signature it was
    assert refused.value.sentence.endswith(".")


def test_the_scanner_itself_finds_what_is_ours(scanner: Scanner) -> None:
    ask = Clamd(scanner.socket)
    assert asyncio.run(ask.is_clean(b"nothing"))
    assert not asyncio.run(ask.is_clean(b"x" * 300_000 + PATTERN))
    assert not asyncio.run(ask.is_clean(KNOWN_FILE))
    assert asyncio.run(ask.is_clean(b""))


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_where_when_and_by_what_it_was_taken_is_gone(door: Door, kind: str) -> None:
    taken = files.with_metadata(kind)
    assert files.MAKER.encode() in taken
    assert Image.open(io.BytesIO(taken)).getexif().get_ifd(files.GPS)
    kept = _admit(door, taken).content
    assert files.MAKER.encode() not in kept
    assert dict(Image.open(io.BytesIO(kept)).getexif()) == {}
    assert set(Image.open(io.BytesIO(kept)).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert files.pixels(kept) == files.pixels(taken)


@given(st.sampled_from([PNG, JPEG, files.with_metadata("PNG"), files.with_metadata("JPEG")]), st.data())
def test_a_damaged_file_is_refused_or_cleaned_and_nothing_else(content: bytes, data: st.DataObject) -> None:
    from discreet.defence.door import _examined

    place = data.draw(st.integers(0, len(content) - 1))
    damaged = content[:place] + data.draw(st.binary(max_size=8)) + content[place + data.draw(st.integers(0, 8)) :]
    try:
        kept = _examined(damaged, "", "").content
    except BadInput:
        return
    assert len(kept) <= len(damaged) + 4
    assert _examined(kept, "", "").content == kept


def test_without_a_scanner_nothing_comes_in(tmp_path: Path) -> None:
    with pytest.raises(Unscanned):
        _admit(Door(Clamd(tmp_path / "nobody.ctl")), JPEG)


def test_a_scanner_that_dies_lets_nothing_in() -> None:
    with clamd() as started:
        door = Door(Clamd(started.socket))
        assert _admit(door, JPEG).media_type == "image/jpeg"
        started.kill()
        with pytest.raises(Unscanned):
            _admit(door, JPEG)


def test_a_scanner_that_takes_less_lets_nothing_larger_in() -> None:
    with clamd(most="10K") as started:
        door = Door(Clamd(started.socket))
        assert _admit(door, JPEG)
        with pytest.raises(Unscanned):
            _admit(door, files.picture("JPEG", (600, 400), quality=100))


ANSWERS = {
    "nothing": b"", "half": b"stream: O", "without an end": b"stream: OK", "an error": b"stream: x ERROR\0",
    "another command's": b"PONG\0", "OK and more": b"stream: OK?\0", "no stream": b"OK\0", "silence": None,
    "endless": b"x" * 10_000,
}  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_that_is_not_clear_lets_nothing_in(tmp_path: Path, answer: str) -> None:
    path, said, stop = tmp_path / "s", ANSWERS[answer], threading.Event()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(100_000)
            if said is None:
                stop.wait(10)
            else:
                connection.sendall(said)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with pytest.raises(Unscanned):
            asyncio.run(Clamd(path, seconds=0.5 if said is None else 10).is_clean(b"x"))
    finally:
        stop.set()
        thread.join()
        listener.close()
