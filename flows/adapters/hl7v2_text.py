"""The text of HL7 v2 messages in one form, whatever the sender: line feeds, no framing, the usual separators."""

from __future__ import annotations

import re

import numpy as np

_STANDARD = b"MSH|^~\\&"
_OTHER_SEPARATORS = re.compile(rb"^MSH(?!\|\^~\\&)", re.MULTILINE)
_MESSAGE = re.compile(rb"^MSH", re.MULTILINE)
_ESCAPES = {"|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "&": "\\T\\", "\\": "\\E\\"}
_RARE_ESCAPES = re.compile(rb"\\(?:X((?:[0-9A-Fa-f]{2})+)|H|N|\.(?:sp|in|ti|sk|fi|nf|ce)[+-]?\d*)\\")
_RARE_ESCAPE_LETTERS = np.frombuffer(b"XHN.", dtype=np.uint8)
_USUAL = "|^~\\&"
_LINE_FEEDS = bytes.maketrans(b"\r", b"\n")
_FRAMING = b"\x0b\x1c"  # MLLP: begin and end of a message on the wire


def after_last_message(text: bytes) -> int:
    """Where the last message begins, 0 if only one does."""
    return max(text.rfind(b"\rMSH") + 1, text.rfind(b"\nMSH") + 1, text.rfind(b"\x0bMSH"), 0)


def plain(piece: bytes) -> bytes:
    """A piece with one line feed after each segment, whatever ended it, without framing and with the usual separators."""
    # searching for a few letters is fast; a regular expression or a translation table is slow
    text = piece.replace(b"\r\n", b"\n")
    if b"\r" in text or any(mark in text for mark in _FRAMING):
        text = text.translate(_LINE_FEEDS, _FRAMING)
    if _has_rare_escapes(text):
        text = _RARE_ESCAPES.sub(_read_escape, text)
    if text.count(b"\nMSH") == text.count(b"\n" + _STANDARD) and not _OTHER_SEPARATORS.match(text):
        return text
    starts = [match.start() for match in _MESSAGE.finditer(text)]
    ends = [*starts[1:], len(text)]
    messages = (text[start:end] for start, end in zip(starts, ends, strict=True))
    return text[: starts[0]] + b"".join(
        message if message.startswith(_STANDARD) else _with_usual_separators(message) for message in messages
    )


def _has_rare_escapes(text: bytes) -> bool:
    letters = np.frombuffer(text, dtype=np.uint8)
    after = np.flatnonzero(letters[:-1] == ord("\\")) + 1
    return bool(np.isin(letters[after], _RARE_ESCAPE_LETTERS).any())


def _read_escape(found: re.Match[bytes]) -> bytes:
    """Characters written in hexadecimal; a command about layout is a blank."""
    if found[1] is None:
        return b" "
    try:
        text = bytes.fromhex(found[1].decode("ascii")).decode("utf-8")
    except UnicodeDecodeError:
        return found[0]
    return "".join(
        _ESCAPES.get(letter, letter) for letter in text.replace("\n", " ").replace("\r", " ")
    ).encode("utf-8")


def _with_usual_separators(message: bytes) -> bytes:
    """A message that names other separators in MSH-1 and MSH-2, with the usual ones."""
    text = message.decode("utf-8")
    own = text[3:4] + text[4:8].split(text[3:4], 1)[0]
    if len(set(own)) < len(own) or any(mark.isalnum() or mark.isspace() for mark in own):
        return message  # these are no separators; the segments will be found broken
    usual = dict(zip(own, _USUAL, strict=False))
    marks: dict[str, str | int | None] = {**_ESCAPES, **usual}
    escape = own[3:4]
    # an escape sequence stands for the message's own mark, which means nothing in the text
    meant = {f"{escape}{letter}{escape}": mark for letter, mark in zip("FSRET", own, strict=False) if escape}
    held = {sequence: chr(0xE000 + place) for place, sequence in enumerate(meant)}
    for sequence, stand_in in held.items():
        text = text.replace(sequence, stand_in)
    text = text.translate(str.maketrans(marks))
    for sequence, stand_in in held.items():
        text = text.replace(stand_in, _ESCAPES.get(meant[sequence], meant[sequence]))
    return text.encode("utf-8")
