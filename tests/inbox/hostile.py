"""Mails that were written to break their reader."""

import base64
import io
import random
import zipfile
from collections.abc import Iterator

HEAD = b"From: Priya Raman <priya.raman@nwit.example>\r\nTo: care@probax.io\r\nSubject: %s\r\nMessage-ID: <%s@h>\r\n"


def plain(name: str, more: bytes = b"", body: bytes = b"Hello.\r\n") -> bytes:
    return HEAD % (name.encode(), name.encode()) + more + b"\r\n" + body


def nested(depth: int) -> bytes:
    """Return parts within parts within parts."""
    inner = b"Content-Type: text/plain\r\n\r\nDeep.\r\n"
    for level in range(depth):
        mark = b"b%d" % level
        inner = (
            b'Content-Type: multipart/mixed; boundary="'
            + mark
            + b'"\r\n\r\n--'
            + mark
            + b"\r\n"
            + inner
            + b"\r\n--"
            + mark
            + b"--\r\n"
        )
    return HEAD % (b"nested", b"nested%d" % depth) + b"MIME-Version: 1.0\r\n" + inner


def many_parts(count: int) -> bytes:
    """Return a mail of many parts."""
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    return (
        HEAD % (b"parts", b"parts%d" % count)
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + part * count
        + b"--b--\r\n"
    )


def letters_in_letters(depth: int) -> bytes:
    """Return mails attached to mails."""
    inner = plain("inner")
    for level in range(depth):
        inner = HEAD % (b"outer", b"outer%d" % level) + b"Content-Type: message/rfc822\r\n\r\n" + inner
    return inner


def split_boundary() -> bytes:
    """Return a boundary in pieces, which a search for boundaries does not see."""
    part = b"--ab\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    return (
        HEAD % (b"split", b"split")
        + b'Content-Type: multipart/mixed; boundary*0="a"; boundary*1="b"\r\n\r\n'
        + part * 500
        + b"--ab--\r\n"
    )


def zipped(content: bytes) -> bytes:
    """Return a small file that holds a large one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("a.txt", content)
    return file.getvalue()


ZIP = b'Content-Type: application/zip; name="a.zip"\r\nContent-Transfer-Encoding: base64\r\n'


# ruff: noqa: E501 - a mail is written on its own line
NAMED: dict[str, bytes] = {
    "nothing": b"",
    "one byte": b"\0",
    "no header": b"\r\n\r\nhello",
    "header alone": HEAD % (b"head", b"head"),
    "nul in body": plain("nul", body=b"a\0b\0c"),
    "nul in header": plain("nul\0subject"),
    "latin bytes as utf-8": plain("latin", b"Content-Type: text/plain; charset=utf-8\r\n", b"caf\xe9 \xff\xfe"),
    "a charset that is none": plain("charset", b"Content-Type: text/plain; charset=x-evil\r\n", b"\x81\x82"),
    "a charset with a nul": plain("nulset", b"Content-Type: text/plain; charset=\"us\0ascii\"\r\n", b"caf\xe9"),
    "a charset that runs code elsewhere": plain("codec", b"Content-Type: text/plain; charset=zlib_codec\r\n", b"x"),
    "utf-7": plain("utf7", b"Content-Type: text/plain; charset=utf-7\r\n", b"+ADw-script+AD4-"),
    "half surrogates": plain("half", b"Content-Type: text/plain; charset=utf-16\r\n", b"\xff\xfe\x00\xd8\x41\x00"),
    "base64 that is none": plain("base64", b"Content-Transfer-Encoding: base64\r\n", b"!!!!%%%%=\r\n=="),
    "quoted-printable that is none": plain("qp", b"Content-Transfer-Encoding: quoted-printable\r\n", b"=ZZ=\r\n=0"),
    "uuencoded": plain("uu", b"Content-Transfer-Encoding: x-uuencode\r\n", b"begin 644 x\r\n\xff\r\nend"),
    "an encoding that is none": plain("cte", b"Content-Transfer-Encoding: \xff\xfe\r\n"),
    "encoded words without end": plain("=?utf-8?B?" + "A" * 5000),
    "broken encoded word": plain("=?utf-8?B?!!!?= =?x-none?Q?=FF?="),
    "an injected header": plain("=?utf-8?Q?a=0D=0ABcc:_evil@else.example?="),
    "turned around": plain("=?utf-8?B?4oCu4oCuZ3Bq?=", body="gpj.\u202eexe\u2066".encode()),
    "a subject of a megabyte": plain("s" * 1_000_000),
    "many header lines": plain("lines", b"X-A: b\r\n" * 20_000),
    "one long line": plain("line", body=b"x" * 2_000_000),
    "many short lines": plain("short", body=b">\r\n" * 200_000),
    "on on on": plain("on", body=b"On " * 30_000),
    "from from from": plain("from", body=b"From: x\r\n" * 20_000),
    "two senders": b"From: a@x.example\r\n" + plain("two"),
    "a sender of brackets": plain("x").replace(b"Priya Raman <priya.raman@nwit.example>", b"<<<<>>>>@@,,;;\"\\"),
    "a group": plain("g").replace(b"Priya Raman <priya.raman@nwit.example>", b"undisclosed-recipients:;"),
    "comments nested": plain("c").replace(b"Priya Raman", b"(" * 5000),
    "an impossible date": plain("date", b"Date: Fri, 99 Feb 99999 99:99:99 +9999\r\n"),
    "references without end": plain("refs", b"References: " + b"<a@b> " * 20_000 + b"\r\n"),
    "html with scripts": plain("html", b"Content-Type: text/html\r\n", b"<img src=x onerror=alert(1)><script>alert(1)</script>"),
    "html nested": plain("tags", b"Content-Type: text/html\r\n", b"<div>" * 50_000),
    "html open brackets": plain("brackets", b"Content-Type: text/html\r\n", b"<" * 200_000),
    "html comments": plain("comments", b"Content-Type: text/html\r\n", b"<!--" * 50_000),
    "a boundary that never comes": plain("b", b"Content-Type: multipart/mixed; boundary=never\r\n"),
    "a boundary that is empty": plain("e", b'Content-Type: multipart/mixed; boundary=""\r\n', b"--\r\n\r\nx\r\n----\r\n"),
    "a boundary in pieces": split_boundary(),
    "multipart without boundary": plain("nb", b"Content-Type: multipart/mixed\r\n", b"--x\r\n\r\nhello\r\n"),
    "a type that is none": plain("t", b"Content-Type: \xff/\xff; name*=utf-8''%FF%FE; charset*=\xff''x\r\n"),
    "a file name of dots": plain("d", b'Content-Disposition: attachment; filename="../../.."\r\n'),
    "a file name of a path": plain("p", b'Content-Disposition: attachment; filename="C:\\\\..\\\\evil\0.txt"\r\n', b"x"),
    "a name in pieces": plain("n", b"Content-Disposition: attachment; filename*0*=utf-8''%e2%80; filename*1*=%ae.txt\r\n"),
    "nested 100 deep": nested(100),
    "nested 25 deep": nested(25),
    "nested 10 deep": nested(10),
    "10,000 parts": many_parts(10_000),
    "99 parts": many_parts(98),
    "mails in mails": letters_in_letters(60),
    "a zip that swells": plain("zip", b'Content-Type: application/zip; name="a.zip"\r\nContent-Transfer-Encoding: base64\r\n', b"UEsDBBQAAAAIAAAAIQ" + b"A" * 5000),
    "a report of nothing": plain("dsn", b"Content-Type: multipart/report; report-type=delivery-status; boundary=r\r\n", b"--r\r\nContent-Type: message/delivery-status\r\n\r\n\xff\xfe\r\n--r--\r\n"),
    "50 MB": plain("large", body=b"x" * (50 * 1024 * 1024)),
    "a zip bomb": plain("bomb", ZIP, base64.encodebytes(zipped(b"\0" * 20_000_000))),
    "a zip in a zip": plain("zipzip", ZIP, base64.encodebytes(zipped(zipped(b"\0" * 1_000_000)))),
    "a file name turned around": plain("rtl", b'Content-Disposition: attachment; filename="=?utf-8?B?4oCuZ3BqLmV4ZQ==?="\r\n', b"MZ"),
}  # fmt: skip


def mutated(seed: int, seeds: list[bytes], count: int) -> Iterator[bytes]:
    """Yield mails that were honest once: bytes flipped, pieces doubled, moved, cut, and mixed with others."""
    chance = random.Random(seed)  # noqa: S311 - to be the same again
    for _number in range(count):
        mail = bytearray(chance.choice(seeds))
        for _change in range(chance.randint(1, 12)):
            at, length = chance.randrange(len(mail) + 1), chance.randint(1, 60)
            kind = chance.randrange(6)
            if kind == 0:
                mail[at : at + 1] = bytes([chance.randrange(256)])
            elif kind == 1:
                mail[at : at + length] = b""
            elif kind == 2:
                mail[at:at] = mail[at : at + length] * chance.randint(1, 4)
            elif kind == 3:
                mail[at:at] = chance.choice(TOKENS)
            elif kind == 4:
                other = chance.choice(seeds)
                begins = chance.randrange(len(other) + 1)
                mail[at:at] = other[begins : begins + length * 5]
            else:
                mail[at : at + length] = bytes(chance.randrange(256) for _byte in range(length))
            del mail[200_000:]
        yield bytes(mail)


TOKENS = [
    b"\r\n",
    b"\r\n\r\n",
    b"\0",
    b"--b\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"=?utf-8?B?",
    b"?=",
    b"Auto-Submitted: auto-replied\r\n",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"\xe2\x80\xae",
    b"\xed\xa0\x80",
    b"> ",
    b"<",
    b"@",
]
