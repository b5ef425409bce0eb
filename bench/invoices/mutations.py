"""Broken files from good ones: bits, cuts, copies, numbers, and the words that parsers act on."""

import random
import re
import zlib

_WORDS = (
    b"/Kids",
    b"/Length 999999999",
    b"/Filter [/FlateDecode /FlateDecode /FlateDecode]",
    b"/Prev 0",
    b"/Parent 1 0 R",
    b"/Count -1",
    b"/EmbeddedFiles",
    b"<<",
    b">>",
    b"1 0 R",
    b"startxref\n0\n",
    b"obj",
    b"endobj",
    b"stream\n",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"&#x0;",
    b"<![CDATA[",
    b"<a>" * 200,
    b"\xff\xfe",
    b"\x00" * 64,
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"../../../",
    b"ustar",
    b"9" * 400,
    b"-1",
    b"1e999",
    b"NaN",
)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def mutate(content: bytes, chance: random.Random) -> bytes:
    """One to eight changes; in a PDF also inside the compressed streams."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        if not data:
            break
        at = chance.randrange(len(data))
        size = chance.randint(1, min(200, len(data)))
        match chance.randrange(8):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                del data[at : at + size]
            case 2:
                data[at:at] = data[at : at + size] * chance.choice((1, 2, 50))
            case 3:
                data[at:at] = chance.choice(_WORDS)
            case 4:
                word = chance.choice(_WORDS)
                data[at : at + len(word)] = word
            case 5:
                data = data[: at + 1]
            case 6:
                data[at : at + size] = chance.randbytes(size)
            case _:
                _change_number(data, chance)
    if content.startswith(b"%PDF") and chance.random() < 0.4:
        return _inside_a_stream(bytes(data), chance)
    return bytes(data)


def _change_number(data: bytearray, chance: random.Random) -> None:
    numbers = list(re.finditer(rb"\d+", data))
    if numbers:
        found = chance.choice(numbers)
        data[found.start() : found.end()] = str(chance.choice((0, 1, -1, 2**31, 2**63, 10**30, chance.randrange(1000)))).encode()


def _inside_a_stream(data: bytes, chance: random.Random) -> bytes:
    streams = list(_STREAM.finditer(data))
    if not streams:
        return data
    found = chance.choice(streams)
    try:
        inner = zlib.decompress(found.group(1))
    except zlib.error:
        return data
    changed = zlib.compress(mutate(inner, chance) if len(inner) < 200_000 else inner[: len(inner) // 2])
    return data[: found.start(1)] + changed + data[found.end(1) :]
