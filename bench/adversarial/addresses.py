"""Street addresses with a postcode, as twenty countries write them."""

from __future__ import annotations

from random import Random

from bench.adversarial.wording import Family, Parts, filled, framed

LOCATION = "LOCATION"
_TEMPLATES = {
    "gb": (
        "(#|##|1##)(||a) (Orchard Lane|Mill Road|St. Giles Street|The Crescent)",
        "(Leeds|York) (SW1|NE4|LS12|YO10) #@@",
    ),
    "gb_flat": ("Flat (#|1#), (#|##) (Kings Road|Park Street|Abbey Close)", "(EH3|BS8|OX4|CF24) #@@"),
    "us": ("(##|###|####) (Maple St|N Oak Avenue|W 42nd St|Sunset Blvd)", "(Portland, OR|Austin, TX|Boise, ID) #####"),
    "us_unit": (
        "(##|####) (Pine Drive|Lake Court|Cedar Lane) (Apt|Unit|Suite) ##",
        "(Denver, CO|Miami, FL) #####-####",
    ),
    "ca": ("(##|###) (Queen Street West|Rue Sainte-Anne)", "(Toronto, ON|Québec, QC) (K|L|M|V)#(A|B|C) #(J|K|M)#"),
    "de": (
        "(Lindenstraße|Hauptstr.|Am Alten Markt|Birkenweg|Marktplatz) (#|##)(||a)",
        "(1|3|5|8)#### (Leipzig|Köln|Bad Homburg)",
    ),
    "at": ("(Ringstraße|Mariahilfer Straße|Kirchengasse) (#|##)", "(1|4|6|8)##0 (Wien|Graz|Linz)"),
    "ch": ("(Bahnhofstrasse|Seeweg|Rue du Lac) (#|##)", "(1|3|8)### (Zürich|Genève|Bern)"),
    "fr": (
        "(#|##|1##)(|| bis)(|,) (rue des Lilas|avenue Victor Hugo|place de la Mairie)",
        "(13|44|69)### (Lyon|Saint-Étienne)",
    ),
    "es": (
        "(Calle Mayor|Avenida de América|C/ San Juan|Plaza del Sol)(|,) (#|##)(|, 2º B|, 3-1)",
        "(28|41|33)### (Madrid|Gijón)",
    ),
    "it": (
        "(Via Garibaldi|Via Dante Alighieri|Piazza Duomo|Corso Italia)(|,) (#|##)",
        "(10|20|70)### (Roma|Torino|Bari)",
    ),
    "nl": ("(Kerkstraat|Lange Voorhout|Molenweg|Prinsengracht) (#|##|1##)(||a)", "(1|2|3)### @@ (Utrecht|Den Haag)"),
    "be": ("(Grote Markt|Rue Haute|Kerkstraat|Avenue Louise) (#|##)", "(1|5|9)### (Gent|Bruxelles|Namur)"),
    "dk": ("(Nørregade|Strandvejen|Havnegade) (#|##)(|, 2. tv)", "(2|5|7)### (Odense|Vejle)"),
    "se": ("(Storgatan|Drottninggatan|Kungsvägen) (#|##)", "(2|4|7)## ## (Uppsala|Malmö)"),
    "pl": ("ul. (Długa|Mickiewicza|Kwiatowa) (#|##)/##", "(0|3|8)#-### (Kraków|Gdańsk)"),
    "pt": ("(Rua das Flores|Avenida da Liberdade|Travessa do Forno)(|,) (#|##)", "(1|2|4)###-### (Lisboa|Porto)"),
    "au": ("(#|##|1##) (George Street|Wattle Road|Beach Parade)", "(Hobart TAS|Perth WA|Cairns QLD) (4|6|7)###"),
    "ie": ("(#|##) (Main Street|Harbour View|Church Road)", "(Cork|Galway|Dublin 8), (T12|H91|D08) (A|C|X|Y)#(F|K|R)#"),
    "br": ("Rua (Augusta|das Acácias), (##|###)", "(São Paulo - SP|Recife - PE), (0|5)####-###"),
}
"""Street and town; see ``wording.filled``."""
_LEADS = (
    "my address is ", "please send it to ", "deliver to ", "I moved to ", "I live at ", "address: ", "new address: ",
    "ship to ", "", "the parcel should go to ", "billing address ", "meine Adresse: ", "mon adresse est ",
)  # fmt: skip


def _any(rng: Random) -> str:
    return filled(rng, ", ".join(rng.choice(list(_TEMPLATES.values()))))


def _over_lines(rng: Random) -> Parts:
    lines = _any(rng).replace(", ", rng.choice(["\n", ",\n"]))
    return "my address:\n", (LOCATION, lines), rng.choice(["", "\nthanks"])


def _of(street: str, town: str) -> Family:
    return framed(LOCATION, _LEADS, lambda rng: filled(rng, f"{street}, {town}"))


FAMILIES: dict[str, Family] = {
    **{f"address_{country}": _of(*parts) for country, parts in _TEMPLATES.items()},
    "address_lower": framed(LOCATION, _LEADS[:8], lambda rng: _any(rng).lower()),
    "address_lines": _over_lines,
}
