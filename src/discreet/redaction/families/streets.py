"""What streets are called, and how much of a text is one street's name."""

from __future__ import annotations

import re

from discreet.redaction.families.postcodes import NO_TOWNS
from discreet.redaction.recogniser import listed

CERTAIN = (
    r"street|road|avenue|lane|boulevard|terrace|crescent|drive|rd|ave|blvd|ln|pkwy|parkway|gardens|cl|cres|highway|hwy"
)
POSSIBLE = (
    r"st|dr|close|court|ct|way|place|pl|square|sq|parade|walk|row|rise|hill|view|park|green|grove|mews|yard|wharf|quay"
    r"|gate|end|cross|circle|cir|trail|loop|path|pass|ridge|bridge|fields?|meadows?|vale|heights|esplanade|embankment"
    r"|broadway|circus|estate|villas|cottages|common|drove|brae|wynd|strand|crossing|point|terr|ter|alley"
)
"""Words for a street behind its name: the second of them mean other things just as often."""
FRENCH = (
    r"rue|r\.|avenue|av\.?|boulevard|bd\.?|blvd|place|pl\.|all[ée]es?|chemin|ch\.|impasse|quai|route|cours|passage|square"
    r"|faubourg|fbg|sentier|villa|cit[ée]|esplanade|promenade|rond-point|ruelle|venelle|lotissement|chauss[ée]e"
)
"""Before the name, and behind or before the number."""
BEFORE = (
    rf"{FRENCH}|via|viale|v\.le|piazza|p\.za|piazzale|corso|c\.so|largo|vicolo|strada|lungomare|contrada|calle|c/|cl\."
    r"|avenida|avda\.?|av\.|plaza|pza\.?|paseo|pº|camino|ronda|carrer|carretera|ctra\.?|traves[íi]a|urbanizaci[óo]n"
    r"|glorieta|rua|r\.|travessa|pra[çc]a|alameda|estrada|rodovia|beco|cal[çc]ada|ul\.?|ulica|al\.|aleja|aleje|os\."
    r"|plac|str\.|strada|bulevardul|calea|улица|ул\.|проспект|пр-т|просп\.|переулок|пер\.|бульвар|бул\.|шоссе|площадь"
    r"|набережная|вул\.|вулиця|jl\.|jalan|am|an der|auf der|auf dem|im|zum|zur"
)
JOINED = (
    r"stra(?:ß|ss)en?|str\.?|weg|gasse|gässchen|platz|allee|damm|ufer|stieg|steig|chaussee|gade|vej|vejen|gata|gatan|gaten"
    r"|v[äa]gen|v[äa]g|veien|vei|gr[äa]nd|torget|torg|plass|stra?æde|allé(?:en)?|straat|laan|plein|gracht|kade|dreef|dijk"
    r"|singel|steenweg|baan|caddesi|cad\.|soka[kğ][ıi]?|bulvar[ıi]|katu|kuja|intie|polku|utca|[úu]tja|k[öo]r[úu]t|t[ée]r"
)
"""The end of a word that is the name of a street: German, Dutch, the Nordic languages, Hungarian."""
_ALONE = re.compile(
    rf"(?:{JOINED}|gate|{CERTAIN}|u|t[ée]r|[úu]t|caddesi|cad|sokak|soka[ğg][ıi]|sok|bulvar[ıi]|wall|markt|ring|plads|brygge|plass)\.?",
    re.IGNORECASE,
)
_JOINED = re.compile(rf"[^\W\d_][^\W\d_'’.-]*(?:-[^\W\d_]+)*-?(?:{JOINED}|torv)\.?", re.IGNORECASE)
_KINDS = re.compile(
    rf"{POSSIBLE}|flat|apt|apartment|unit|suite|floor|box|po|bis|ter|north|south|east|west", re.IGNORECASE
)
_SUFFIX = re.compile(rf"[^\W\d_]{{2,}}?({JOINED})", re.IGNORECASE)
_BEFORE = re.compile(rf"(?:{BEFORE})\.?", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’./-]{1,2}[^\W\d_]+)*\.?")
_PARTICLES = listed(
    """
    de des du la las los le les l' d' del della delle dei degli di da do dos das e y the of and upon der den dem van
    von zum zur am an im auf unter ten ter op 's al alla san santa sant st st. saint sainte
    """
)
_OTHERWISE = listed(
    """
    via place pl pl. route am im zum zur cours passage square villa esplanade promenade plaza largo corso
    """
)
"""Words before a street's name that mean other things in other languages."""
_DESCRIBES = re.compile(r"[^\W\d_]+(?:e|er|en|el|em|ra|la)|van|sint|prins|st\.?", re.IGNORECASE)
_ARTICLES = listed("der dem den de in im am zum zur auf te van")
_LEADS = listed(
    """
    address adresse anschrift lieferadresse rechnungsadresse indirizzo dirección direccion morada endereço adres
    deliver delivered send ship shipped live lives living moved move wohne woon abito vivo moro bor bo bei mieszkam
    asun lakom size page chapter room table seat line model version art nr no größe seite raum zimmer article januar
    january februar february march märz april mai june juni july juli august september october oktober november
    december dezember enero febrero marzo mayo junio julio agosto janvier février mars avril juin juillet août
    monday friday hours days weeks months minutes miles km kg cm stück tisch reihe paket rechnung bestellung artikel
    auftrag pass watt volt liter sitzplatz stellplatz parkplatz zeltplatz campingplatz arbeitsplatz schlafplatz
    hinweg rückweg ausweg umweg radweg wanderweg
    """
)


def is_stop(word: str) -> bool:
    """Whether a word belongs to the sentence and not to a street."""
    lower = word.casefold().strip(".'’")
    if len(lower) <= 2 and word.isupper():
        return False
    return lower in _LEADS or (lower in NO_TOWNS and lower not in _PARTICLES)


def is_generic(word: str) -> bool:
    """Whether a word says street, or joins others, and names nothing."""
    lower = word.casefold()
    return lower in _PARTICLES or any(kind.fullmatch(word) is not None for kind in (_ALONE, _BEFORE, _KINDS))


def suffix_of(word: str) -> str:
    """The end of a street's name that says street; empty where it has none."""
    joined = _SUFFIX.fullmatch(word)
    return joined[1] if joined else ""


def name_from(text: str, position: int) -> int:
    """Where the name of a street ends that begins here, a blank before it; ``position`` where none begins.

    Capitalised words and what joins them; in small letters up to four words of no sentence.
    """
    end = position
    words, small = 0, False
    while (
        words < 6 and (word := _WORD.match(text, end + 1)) is not None and text[end : end + 1] in (" ", "'", "’", ".")
    ):
        lower = word[0].casefold()
        if lower not in _PARTICLES:
            if is_stop(word[0]) or (words >= 4 and small):
                break
            if word[0][0].islower() and not lower.startswith(("d'", "d’", "l'", "l’")):
                if words and not small and position != end and not _only_particles(text[position:end]):
                    break
                small = True
        words += 1
        end = word.end()
    return position if _only_particles(text[position:end]) else end


def _only_particles(text: str) -> bool:
    return all(word.casefold() in _PARTICLES for word in text.split())


def name_back(words: list[str]) -> tuple[int, int]:
    """(how many of the last words are a street's name, how sure it is that they are).

    3: the last word says street and nothing else; 2: the first does; 1: the first may; 0: any words.
    """
    last = words[-1]
    if is_stop(last):
        return 0, 0
    if _ALONE.fullmatch(last):
        taken = 1
        while taken < min(len(words), 3) and not is_stop(words[-taken - 1]):
            if words[-taken - 1][0].islower() and (taken == 2 or last[0].isupper()):
                break
            taken += 1
        return (taken, 3) if taken > 1 else (0, 0)
    if len(last) > 3 and _JOINED.fullmatch(last):
        more = len(words) > 1 and last[0].isupper() == words[-2][0].isupper() and _DESCRIBES.fullmatch(words[-2])
        return 1 + bool(more and not is_stop(words[-2]) and words[-2] not in _ARTICLES), 3
    for index, word in enumerate(words[:-1]):
        if _BEFORE.fullmatch(word) and not any(is_stop(other) for other in words[index + 1 :]):
            lower = word.casefold()
            both = word[0].isupper() and words[index + 1][0].isupper() and lower not in _ARTICLES
            sure = both or lower not in _OTHERWISE
            return len(words) - index, 2 if sure and word.isupper() == last.isupper() else 1
    taken = 1
    while taken < min(len(words), 4) and _goes_on(words[-taken - 1], words[: -taken - 1], last[0].isupper()):
        taken += 1
    return taken, 0


def _goes_on(word: str, before: list[str], proper: bool) -> bool:
    """Whether a street's name takes this word before it in, too."""
    if is_stop(word):
        return False
    joins = word.casefold() in _PARTICLES and bool(before) and before[-1][0].isupper() and not is_stop(before[-1])
    return word[0].isupper() or joins or not proper
