"""Names of persons, each with a cue: words that lead to a name, a title before it, or "speaking" after it.

A candidate ends in the first letter after the cue; the name is read word by word from there. How much the cue says
decides how much the name must show: after "my name is" small letters do, after "I am" it takes two capitalised words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import re2

from discreet.redaction.families.no_names import NO_NAMES, NO_SIGNATURES, PARTICLES, TITLES, is_no_name
from discreet.redaction.recogniser import NO_WORDS, Recogniser, anywhere, as_seen, whole

_AHEAD = 80
_MOST = 5
"""Words of a name, particles included."""
_MOST_SMALL = 3
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_GAP = re.compile(r"\.? |\. ?")
_A_LABEL = re.compile(r"\s?[:=]")
"""Behind a word that says what comes next: "Vorname: Ida Nachname: Vik"."""
_END = re.compile(
    r"\s*(?:[.,;:!?)|\"'”»\n]|- |$)|\s(?:and|from|to|yesterday|today|last|calling|und|aus|et|y|e|en|og|och)\b"
)
_NEXT = re.compile(r"\s(?:\||(?:last|family|sur|middle)[ -]?name\b|surname\b)", re.IGNORECASE)
_SPEAKING = re.compile(r",? (?:speaking|here|calling|writing|am apparat|am telefon|à l'appareil|al habla)\b", re.I)


def _capital(word: str) -> bool:
    """Like a name: a capital, and not only capitals; or an initial."""
    if word[1:2] in ("'", "’") and word[0] in "dlo":
        word = word[2:]
    return word[:1].isupper() and (len(word) == 1 or not word.isupper() or "'" in word)


def _leads_on(text: str, position: int) -> bool:
    """Whether what stands behind a particle at a name's beginning is more of it."""
    following = _WORD.match(text, position + 1)
    return following is not None and (_capital(following[0]) or following[0] in PARTICLES)


def read(text: str, *, small: bool = False) -> tuple[int, int]:
    """(end, words that are no particle and no title) of the name that the text begins with; (0, 0) if with none.

    ``small``: names in small letters, and all in capitals, count too.
    """
    end = seen = count = position = 0
    titled = loose = spelt_out = False
    while seen < _MOST:
        word = _WORD.match(text, position)
        if word is None:
            break
        typed, lower = word[0], word[0].casefold()
        if lower in TITLES and not count:
            titled = True
        elif lower not in PARTICLES or not (count or _leads_on(text, word.end())):
            if not count:
                loose = (small or titled) and not _capital(typed)
            as_typed = _capital(typed) or (loose and (typed == lower or typed.isupper()))
            if count and _A_LABEL.match(text, word.end()):
                break
            if not as_typed or lower in NO_NAMES or (loose and is_no_name(lower)) or (loose and count == _MOST_SMALL):
                break
            count += 1
            end = word.end()
            spelt_out |= len(typed) > 1
            if lower.endswith(("'s", "’s")):
                return end - 2, count
        seen += 1
        gap = _GAP.match(text, word.end())
        if gap is None:
            break
        position = gap.end()
    return (end, count) if spelt_out else (0, 0)


def _strong(candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
    """Hardly anything but a name follows, however it is typed."""
    yield 0, read(candidate, small=True)[0]


def _weak(candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
    """Other things than names follow as well, but in small letters."""
    yield 0, read(candidate)[0]


def _signed(candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
    """Nothing follows a name under a message."""
    end, count = read(candidate)
    if count <= 3 and _END.match(candidate, end):
        yield 0, end


def _spoken_of(candidate: str, near: bool) -> Iterator[tuple[int, int]]:
    """As above, and no department or shop."""
    for start, end in _faint(candidate, near):
        if not _says_more(candidate[start:end]):
            yield start, end


def _thanked(candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
    """Who thanks goes on as often as they sign: two or three words that only names are, and nothing behind them."""
    end, count = read(candidate)
    if 2 <= count <= 3 and not candidate[end:].strip(" .!\n") and not _says_more(candidate[:end]):
        yield 0, end


def _says_more(name: str) -> bool:
    words = [word[0].casefold() for word in _WORD.finditer(name)]
    return any(word in NO_SIGNATURES or is_no_name(word) for word in words)


def _in_capitals(candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
    """As on a card: two to four words in capitals, one letter at most alone, that end there."""
    match = _CAPITALS.match(candidate)
    words = match[0].casefold().split() if match else []
    if match and not any(word in NO_NAMES or is_no_name(word) for word in words) and _END.match(candidate, match.end()):
        yield match.span()


def _here(candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
    """Two or three words that a text begins with."""
    name = candidate.rstrip(" ,")
    end, count = read(name)
    if end == len(name) and count >= 2 and not _says_more(name):
        yield 0, end


def _labelled(candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
    """In a form's row anything may stand: a word that looks like a name beside its label, or two, and no more."""
    end, count = read(candidate)
    certain = count > 1 or (count == 1 and not is_no_name(candidate[:end].casefold()))
    if certain and (_END.match(candidate, end) or _NEXT.match(candidate, end)):
        yield 0, end


def _faint(candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
    """Anything may follow: it takes somebody who speaks, a title, or two capitalised words that end there."""
    end, count = read(candidate)
    first = _WORD.match(candidate)
    titled = first is not None and first[0].casefold() in TITLES
    if titled or _SPEAKING.match(candidate, end) or (count >= 2 and _END.match(candidate, end)):
        yield 0, end


def _to_the_end(candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
    """The candidate is a name and nothing else."""
    name = candidate.rstrip(" ,")
    if read(name, small=True)[0] == len(name):
        yield 0, len(name)


_CAPITALS = re.compile(r"(?:[A-ZÀ-Þ](?:[A-ZÀ-Þ'’-]*\.?) ){1,3}[A-ZÀ-Þ][A-ZÀ-Þ'’-]+(?![^\W_])")
_LINK = r"(?:(?: is| was| ist| war| lautet| est| es| è| e'| é| er| är| on|'?s|’s)[\s:]|\s?[:=])[\s\"'“„«(]{0,3}"
"""From the word "name" to the name."""
_THEN = r"[\s:,\"'“„«(]{1,4}"
_FIRST = r"(\pL)"
_KIN = (
    "wife|husband|partner|colleague|cousin|aunt|uncle|fianc[ée]e?|girlfriend|boyfriend|grand(?:ma|pa|son)"
    "|assistant|son|daughter|mother|father|mum|mom|dad|brother|sister|neighbour|flatmate|friend|boss"
)
_MINE = (
    r"(?:(?:my|his|her|their) (?:(?:full|first|last|given|middle|family|maiden|real|legal|own|new|old) )?"
    r"|(?:full|first|last|given|middle|family|maiden|sur|fore|nick|customer|contact|recipient'?s?|card ?holder'?s?"
    r"|account ?holder'?s?|buyer'?s?)[ _-]?)names?"
)
_MINE_ELSEWHERE = (
    r"mein (?:voller )?name|(?:vor|nach|familien|zu)name|mon (?:pr[ée])?nom(?: complet| de famille)?|pr[ée]nom"
    r"|mi (?:nombre|apellido)(?: completo)?|nombre(?: y apellidos?)?|apellidos?|il mio (?:nome|cognome)"
    r"|cognome|(?:o )?meu nome(?: completo)?|sobrenome|mijn (?:volledige )?naam|(?:voor|achter)naam|mit (?:fulde )?navn"
    r"|mitt (?:fulle )?na[mv]n|(?:for|etter|efter)na[mv]n|imi[ęe] i nazwisko|nazwisko|p[řr][íi]jmen[íi]"
)
_CALLED = (
    r"(?:i am|i'?m|i’m|s?he is|s?he's) called|ich hei(?:ß|ss)e|je m['’ ]?appelle|je me nomme|me llamo|mi chiamo"
    r"|(?:eu )?me chamo|chamo-me|ik heet|jeg hed?der|jeg heter|jag heter|nimeni on|nazywam si[ęe]|mam na imi[ęe]"
    r"|jmenuji se|m[ăa] numesc|numele meu este|benim ad[ıi]m|меня зовут|мене звати|με λ[έε]νε"
    r"|a nevem|казвам се|zovem se|(?:benim )?ad[ıi]m|мо[её] имя|tên (?:tôi|mình|em) là|nama saya(?: adalah)?"
    r"|jina langu ni"
)
_ON_THINGS = (
    r"(?:in|under|on) (?:the )?names?(?: of)?|booked (?:in|under)|registered (?:to|under)|addressed to|on behalf of|c/o"
    r"|care of|attn\.?|for the attention of|recipient|addressee|(?:card|account) ?holder|signed (?:for )?by|placed by"
    r"|name on (?:the|my) (?:card|order|parcel|account|invoice)(?: is)?|consignee|(?:every(?:one|body)"
    r"|people) calls? me"
    r"|(?:man|woman|lady|gentleman|guy|bloke|lad|girl|boy|someone|somebody|person|agent|driver|courier)(?: was| is)?"
    r" (?:called|named)|hier schreibt|the name|call me|they call me|ask for|"
    rf"my (?:{_KIN})(?:'s name)?|auf den namen(?: von)?|z\. ?hd\.|empf[äa]nger(?:in)?|karteninhaber(?:in)?|au nom de"
    r"|destinataire|titulaire|a nombre de|destinatario|titular|a nome di|intestatario|in(?:testato)? a|em nome de"
    r"|op naam van|t\.a\.v\.|i navnet|hier spricht|mein mann|meine frau"
)
_UNDER = (
    r"(?:kind(?:est)?|best|warm|many|with)? ?regards|sincerely(?: yours)?|yours (?:truly|faithfully|sincerely)"
    r"|(?:freundliche|beste|viele|liebe|sch[öo]ne|herzliche)n? gr(?:ü|ue)(?:ß|ss)en?|gru(?:ß|ss)|mfg|cordialement"
    r"|best wishes|s pozdrav(?:em|om)|lep pozdrav|üdvözlettel|terveisin|s[äa]l(?:udos|udações)|sayg[ıi]lar[ıi]mla"
    r"|с уважением|з повагою|с уважение|με εκτίμηση|med v[äa]nliga? h[äa]lsning(?:ar)?|(?:g?lg|vg),|x?oxo"
    r"|bien [àa] vous|(?:un )?saludos?|(?:cordiali )?saluti|groet(?:en|jes)?|mvh|hilsen|h[äa]lsningar|pozdrawiam"
    r"|atenciosamente|cumprimentos|(?:thanks|thank you|cheers|danke|merci|gracias|grazie|best|love)[,.!]?\n"
)
_SPOKEN_OF = (
    r"(?:spoke|spoken|talked|chatted|dealt|speaking|talking) (?:to|with)|belongs? to|bill (?:it )?to|invoice (?:it )?to"
    r"|address (?:it|them) to|(?:change|changed|correct)(?: (?:the|my))? name (?:to|from)|c['’]est|sou [oa]|its under"
)
_THANKING = (
    r"(?:many )?thanks(?: again| a lot| so much| in advance| very much)?|thank you(?: so much| very much| all)?|thx"
    r"|cheers|ta"
    r"|danke(?: sch[öo]n| sehr| im voraus)?|vielen dank|merci(?: beaucoup| d['’]avance)?|(?:muchas )?gracias"
    r"|grazie(?: mille)?|(?:muito )?obrigad[oa]|bedankt|dank je(?: wel)?|tack(?: s[åa] mycket)?|(?:mange )?takk?"
)
_SAYING = r"this is|it is|it['’]?s|i am|i['’]?m|hier ist|ich bin|je suis|ici|soy|sono|ik ben|jag [äa]r|jeg er|aqu[íi]"
_TITLE = (
    r"Mrs?|Ms|Miss|Mx|Dr|Prof(?:essor)?|Herrn?|Frau|Monsieur|Madame|Mme|Mlle|Señora?|Srta|Sra|Signora?|Dott|Senhora?|Dhr"
    r"|Mevr(?:ouw)?"
)
_ADDRESSED = (
    r"(?i:dear|hello|hi|hey|tell|ask|from|for|to|with|by|contact|and|or|called|met|meet|give|gave|gives|as|liebe[rs]?|an|"
    r"f[üu]r|von|mit|pour|para|per)[ ,:]{1,2}"
)
"""Before a title, where a person is spoken to or of; elsewhere it may be part of a thing's name."""
_UPPER = r"[A-Z\x{80}-\x{10FFFF}]"
_THINGS = re2.compile(
    r"(?i)(?:product|brand|file|item|model|company|firm|shop|store|street|road|town|city|domain|host|trade|business|team"
    r"|colou?r|order|app|bank|user|account|display|event|pet|dog|cat|horse|boat|code|what['’]?s|what is)['’]?s?"
    r"[ _-]?(?:the |their |its )?[ _-]?name(?: is|['’]s|\s?[:=])?\s{0,2}$"
)
"""What has a name and is no person."""


def _no_complaint(candidate: str, _near: bool) -> int:
    """ "My name is wrong" is said in every language."""
    return 0 if candidate.split()[0] in NO_NAMES else len(candidate)


def _row(pattern: str, read_name: Callable[[str, bool], Iterator[tuple[int, int]]], ahead: int = _AHEAD) -> Recogniser:
    return Recogniser(
        "person_name",
        re2.compile(pattern),
        whole,
        NO_WORDS,
        group=1,
        stretches=read_name,
        ahead=ahead,
        edges=anywhere,
        against=_THINGS,
    )


def _after(cues: str, over: str, first: str = r"\pL") -> str:
    return rf"(?i)(?:^|[^\pL])(?:{cues})(?:{over})({first})"


_A_CAPITAL = rf"(?-i:{_UPPER})"
_CHINESE = (
    "王李张刘陈杨黄赵周吴徐孙马胡朱郭何罗高林郑梁谢唐许冯宋韩邓彭曹曾田萧潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚"
    "沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万钱严赖覃洪武莫孔陳張"
    "劉楊黃趙吳孫馬羅鄭謝許馮韓鄧蕭葉蘇呂盧鍾譚陸範韋賈鄒"
)
_KOREAN = (
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진나엄원천방공현함변"
    "염여추도소석선설마길연위표명기반라왕금옥육인맹제모탁국"
)
"""The characters that nine surnames in ten begin with."""
_WITHOUT_CAPITALS = (
    rf"(?:我叫|我的名字(?:是|叫)|姓名[:是]?) ?([{_CHINESE}][\p{{Han}}]{{1,3}})",
    r"(?:名前は|氏名は?[: ]?)([\p{Han}\p{Katakana}\p{Hiragana}]{1,8}?[ ]?[\p{Han}\p{Katakana}]{1,6}?)"
    r"(?:です|と申|といい|[。、,.]|$)",
    rf"(?:이름은|성함은|성명[: ]) ?([{_KOREAN}][\p{{Hangul}}]{{1,4}}?)(?: ?입니다|이에요|예요|이고|[ ,.]|$)",
    r"(?:השם שלי(?: הוא)?|קוראים לי) ([\p{Hebrew}]+(?: [\p{Hebrew}]+)?)",
    r"(?:اسمي|انا اسمي|أنا اسمي) (?:هو )?([\p{Arabic}]+(?: [\p{Arabic}]+)?)",
    as_seen(r"(?:मेरा नाम|नाम[: ]) ([\p{Devanagari}]+(?: [\p{Devanagari}]+){0,2}?)(?: है|[,.।]|$)"),
)
"""Scripts that know no capitals: a name is what stands between two words."""

RECOGNISERS = (
    _row(_after(f"{_MINE}|{_MINE_ELSEWHERE}", _LINK), _strong),
    _row(_after("name|navn|namn|naam|nom|nome|nume|név|jm[ée]no|имя|имʼя", r"\"?\s?[:=][\s\"'“„«(]{0,3}"), _strong),
    _row(_after(_CALLED, _THEN), _strong),
    _row(_after(f"{_MINE}|{_MINE_ELSEWHERE}", r"[ |–-]{1,3}", _A_CAPITAL), _labelled),
    _row(_after("name", r"[ |]{1,3}", _A_CAPITAL), _faint),
    _row(_after("(?:card|account) ?holder|karteninhaber(?:in)?|titulaire|titular|intestatario", _LINK), _strong),
    _row(_after(f"(?:my|his|her|the) name is|{_ON_THINGS}", f"{_LINK}|{_THEN}", _A_CAPITAL), _weak),
    _row(_after(_UNDER, r"[\s,.!-]{0,5}", _A_CAPITAL), _signed),
    _row(_after(_THANKING, r"[,.!]{1,3} ", _A_CAPITAL), _thanked),
    _row(_after(_SPOKEN_OF, " ", _A_CAPITAL), _spoken_of),
    _row(
        _after(f"(?:my|his|her|the) name is|{_ON_THINGS}", f"{_LINK}|{_THEN}", r"(?-i:[A-Z\x{C0}-\x{DE}])"),
        _in_capitals,
    ),
    _row(rf"^((?:{_UPPER}[^\s.,;:!?\x01]* ){{2,3}})(?i:here)[,.!]", _here, ahead=0),
    _row(rf"(?:^|[.!?,] )(?i:name(?:'s|’s| is)) ({_UPPER})", _weak),
    _row(_after(_SAYING, _THEN, rf"{_A_CAPITAL}|(?:mr|mrs|ms|dr|herr|frau)\.? \pL"), _faint),
    _row(rf"(?m)(?:^|[.!?] |(?:^|[^\pL]){_ADDRESSED})((?:{_TITLE})\.? {_UPPER})", _weak),
    _row(
        r"(?i)(?:this is|it['’]s|hier ist|^) ?((?:[^\s.,;:!?\x01]+ ){1,4})(?:speaking|am apparat|am telefon)",
        _to_the_end,
        ahead=0,
    ),
    _row(
        rf"((?:{_UPPER}[^\s.,;:!?\x01]* ){{1,3}}{_UPPER}[^\s.,;:!?\x01]*),? \(?"
        r"(?i:d\.?o\.?b|date of birth|born|ssn|geb\.|geboren|née?|nat[oa]|nacid[oa])\b",
        _to_the_end,
        ahead=0,
    ),
    _row(
        rf"((?:{_UPPER}[^\s.,;:!?\x01]* ){{1,4}})(?:is my (?:full )?name|ist mein Name|is the name)",
        _to_the_end,
        ahead=0,
    ),
    *(
        Recogniser("person_name", re2.compile(pattern), _no_complaint, NO_WORDS, group=1, edges=anywhere)
        for pattern in _WITHOUT_CAPITALS
    ),
)
