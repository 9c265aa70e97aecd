"""Addresses of Japan, China, Taiwan, Hong Kong and Korea: from the largest place down to a house, with few gaps.

What each part is says its last character, and only an address has them in this order and a number at its end.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import re2

from discreet.redaction.recogniser import NO_WORDS, Recogniser, anywhere, whole

# Ranges instead of scripts: Unicode classes under repeats do not fit RE2's automaton.
_C = r"[\x{3005}\x{3040}-\x{30ff}\x{3400}-\x{9fff}]"
_IDEOGRAM = r"[\x{30a0}-\x{30ff}\x{3400}-\x{9fff}]"
_H = r"[\x{ac00}-\x{d7a3}]"
_HOUSE = r"[0-9]{1,4}(?:(?:丁目|番地|番|号|-)[0-9]{0,4}){1,4}"
_JAPAN = (
    rf"(?:〒? ?[0-9]{{3}}-?[0-9]{{4}} ?)?(?:(?:東京都|北海道|京都府|大阪府"
    rf"|{_IDEOGRAM}{{2,3}}県) ?{_C}{{1,8}}?[市区町村郡]"
    rf"{_C}{{0,15}}{_IDEOGRAM} ?{_HOUSE}|{_C}{{1,6}}[市区]{_C}{{0,11}}{_IDEOGRAM} ?[0-9]{{1,2}}(?:丁目"
    rf"|-)[0-9]{{1,3}}(?:番地?|-)[0-9]{{1,3}}号?)"
)
_STREET = (
    rf"{_C}{{2,24}}(?:[路街道巷弄]|大道[中西東])(?:[一二三四五六]段)?[0-9]{{1,5}}(?:[之-][0-9]{{1,3}})?[号號]"
    r"(?:[0-9A-Za-z]{1,5}(?:号楼|[楼樓层層室栋棟幢座])){0,4}"
)
_KOREA = (
    rf"(?:{_H}{{2,4}}(?:특별자치|특별|광역)?[시도]|서울|부산|대구|인천|광주|대전|울산|세종) {_H}{{1,5}}[시군구] "
    rf"(?:{_H}{{1,5}}[구읍면동] )?{_H}[0-9]{{0,2}}{_H}{{0,8}}(?:[로길동]"
    rf"|로[0-9]{{1,3}}번?길) ?[0-9]{{1,4}}(?:-[0-9]{{1,4}})?"
    r"(?:,? ?[0-9]{1,4}[동층호]){0,3}"
)
_JAPANESE_LEAD = re.compile(r".*?[はを]")
_CHINESE_LEAD = re.compile(r".*(?:住在|地址[是为為]?|寄到|送到|寄往|送往|搬到|住址[是为為]?|[在到是])")
_LARGER = re.compile(r"[省市区區县縣州]|香港|澳門|澳门|九龍|九龙|新界")


def _chinese(candidate: str, _near: bool) -> list[tuple[int, int]]:
    """Without the words that lead to it, which no gap divides from it. A street without a town may be on any sign."""
    lead = _CHINESE_LEAD.match(candidate)
    start = lead.end() if lead else 0
    return [(start, len(candidate))] if _LARGER.search(candidate, start) else []


def _japanese(candidate: str, _near: bool) -> list[tuple[int, int]]:
    """The second form may begin in the middle of a sentence: behind its particle."""
    lead = _JAPANESE_LEAD.match(candidate)
    return [(lead.end() if lead else 0, len(candidate))]


def _row(pattern: str, stretches: Callable[[str, bool], list[tuple[int, int]]] | None) -> Recogniser:
    return Recogniser(
        "delivery_address",
        re2.compile(pattern),
        whole,
        NO_WORDS,
        stretches=stretches,
        edges=anywhere,
        digits=True,
    )


RECOGNISERS = (_row(_JAPAN, _japanese), _row(_STREET, _chinese), _row(_KOREA, None))
