"""The table of recognisers: one family of values a file, the stronger families first.

A finding of an earlier row wins over one of a later row that overlaps it.
"""

from __future__ import annotations

from discreet.redaction.families import (
    bank,
    card_details,
    cards,
    codes,
    dates,
    east_asia,
    ids,
    keys,
    mail,
    network,
    papers,
    people,
    phones,
    places,
    secrets,
    wallets,
)
from discreet.redaction.recogniser import Recogniser

RECOGNISERS: tuple[Recogniser, ...] = (
    *keys.RECOGNISERS,
    *wallets.RECOGNISERS,
    *codes.RECOGNISERS,
    *secrets.RECOGNISERS,
    *network.LOGINS,
    *mail.RECOGNISERS,
    *bank.RECOGNISERS,
    *cards.RECOGNISERS,
    *card_details.RECOGNISERS,
    *papers.RECOGNISERS,
    *ids.RECOGNISERS,
    *network.RECOGNISERS,
    *dates.RECOGNISERS,
    *people.RECOGNISERS,
    *places.RECOGNISERS,
    *east_asia.RECOGNISERS,
    *phones.RECOGNISERS,
)
