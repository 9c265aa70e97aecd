"""The fixed phrases of notices, by language. What a designer writes (purposes, labels) comes from privacy.yml."""

from __future__ import annotations

from datetime import timedelta

_EN = {
    "ask": (
        "May I use your {data} to {purpose}? {controller} keeps it for at most {keep}, and you can take a yes back at "
        "any time: write “I withdraw my consent”. Without it I can still help with everything else."
    ),
    "told": "To {purpose}, I use your {data}: {because}. It is kept for at most {keep}.",
    "contract": "what you ordered cannot be handled without it",
    "legal_obligation": "the law asks for it",
    "legitimate_interest": "the shop has a legitimate interest in it, and you can object",
    "and": " and ",
    "yes": "Yes, you may",
    "no": "No, thank you",
    "details": "Tell me more",
    "d_purpose": "What for: to {purpose}.",
    "d_data": "Data: {data}.",
    "d_why": "Why: {why}",
    "d_basis": "Legal basis: {basis}.",
    "b_consent": "your consent (GDPR art. 6(1)(a)); you are free to say no",
    "b_contract": "a contract with you (GDPR art. 6(1)(b))",
    "b_legal_obligation": "a legal obligation (GDPR art. 6(1)(c))",
    "b_legitimate_interest": "a legitimate interest (GDPR art. 6(1)(f)); you can object",
    "d_keep": "How long: at most {keep}.",
    "d_recipients": "Who gets it: {recipients}.",
    "nobody": "nobody but the shop",
    "d_withdraw": "Taking a yes back: write “I withdraw my consent” at any time. {then}",
    "erase": "What was kept for this alone is then destroyed.",
    "stop": "It is then no longer used, and destroyed when its time is over.",
    "d_rights": "Your rights: see, correct, take away and erase your data, restrict its use, object, and complain.",
    "d_controller": "Responsible: {name}, {address}, {contact}.",
    "d_dpo": "Data protection officer: {dpo}.",
    "d_authority": "Supervisory authority: {authority}.",
    "changed": "Since you said yes on {date}, something has changed. {what}",
    "c_data_added": "It now covers your {data} too.",
    "c_data_removed": "It no longer covers your {data}.",
    "c_keep": "It is kept for at most {new} instead of {old}.",
    "c_recipients_added": "{names} gets it too.",
    "c_recipients_removed": "{names} no longer gets it.",
    "c_purpose": "It is now used to {purpose}.",
    "c_controller": "Responsible is now {name}.",
    "c_withdrawal": "A withdrawal now means: {then}",
    "c_words": "Only the wording is new.",
    "said_no": "You said no to this before: to {purpose}. I leave it at that; start again if you want me to ask.",
    "withdrawn": "You have withdrawn your consent to: {purposes}. From now on I do not use that data. {then}",
    "t_erase": "What I kept for it alone is destroyed.",
    "t_stop": "What I kept for it stays sealed, is opened for nobody, and is destroyed when its time is over.",
    "nothing_to_withdraw": ("You have not given any consent that could be withdrawn, so I use nothing that needs one."),
    "still": "You still agree to: {purposes}.",
    "which": "Which consent do you want to take back?",
    "not_given": "You have not agreed to that. You have agreed to: {purposes}.",
    "withdraw_all": "Withdraw everything",
    "receipt": "You have told me, {count} times in all:",
    "receipt_web": "The signed receipt is ready: press “Your consent” at the top of this page, then “Receipt”.",
    "receipt_text": "The shop's data protection officer sends you the signed receipt on request: {contact}.",
    "receipt_none": "I have not asked you for any consent yet, so there is nothing to give a receipt for.",
    "s_requested": "asked",
    "s_given": "yes",
    "s_refused": "no",
    "s_withdrawn": "withdrawn",
    "s_expired": "expired",
    "year": "one year",
    "years": "{n} years",
    "day": "one day",
    "days": "{n} days",
    "minutes": "{n} minutes",
}
_DE = {
    "ask": (
        "Darf ich Ihre Angaben ({data}) verwenden, um {purpose}? {controller} bewahrt sie höchstens {keep} auf. Ein "
        "Ja können Sie jederzeit zurücknehmen: Schreiben Sie „Ich widerrufe meine Einwilligung“. Auch ohne sie helfe "
        "ich Ihnen bei allem anderen."
    ),
    "told": "Um {purpose}, verwende ich Ihre Angaben ({data}): {because}. Ich bewahre sie höchstens {keep} auf.",
    "contract": "Ihre Bestellung lässt sich sonst nicht bearbeiten",
    "legal_obligation": "das Gesetz verlangt es",
    "legitimate_interest": "der Händler hat ein berechtigtes Interesse daran, und Sie können widersprechen",
    "and": " und ",
    "yes": "Ja, gerne",
    "no": "Nein, danke",
    "details": "Mehr dazu",
    "d_purpose": "Wozu: um {purpose}.",
    "d_data": "Daten: {data}.",
    "d_why": "Warum: {why}",
    "d_basis": "Rechtsgrundlage: {basis}.",
    "b_consent": "Ihre Einwilligung (Art. 6 Abs. 1 lit. a DSGVO); Sie dürfen ablehnen",
    "b_contract": "ein Vertrag mit Ihnen (Art. 6 Abs. 1 lit. b DSGVO)",
    "b_legal_obligation": "eine rechtliche Pflicht (Art. 6 Abs. 1 lit. c DSGVO)",
    "b_legitimate_interest": "ein berechtigtes Interesse (Art. 6 Abs. 1 lit. f DSGVO); Sie können widersprechen",
    "d_keep": "Wie lange: höchstens {keep}.",
    "d_recipients": "Wer sie bekommt: {recipients}.",
    "nobody": "niemand außer dem Händler",
    "d_withdraw": "Ein Ja zurücknehmen: Schreiben Sie jederzeit „Ich widerrufe meine Einwilligung“. {then}",
    "erase": "Was nur dafür aufbewahrt wurde, wird dann vernichtet.",
    "stop": "Es wird dann nicht mehr verwendet und nach Ablauf seiner Frist vernichtet.",
    "d_rights": (
        "Ihre Rechte: Auskunft, Berichtigung, Datenübertragbarkeit, Löschung, Einschränkung der Verarbeitung, "
        "Widerspruch und Beschwerde."
    ),
    "d_controller": "Verantwortlich: {name}, {address}, {contact}.",
    "d_dpo": "Datenschutzbeauftragte: {dpo}.",
    "d_authority": "Aufsichtsbehörde: {authority}.",
    "changed": "Seit Ihrem Ja vom {date} hat sich etwas geändert. {what}",
    "c_data_added": "Es umfasst jetzt auch: {data}.",
    "c_data_removed": "Es umfasst nicht mehr: {data}.",
    "c_keep": "Es wird höchstens {new} statt {old} aufbewahrt.",
    "c_recipients_added": "Auch {names} bekommt es.",
    "c_recipients_removed": "{names} bekommt es nicht mehr.",
    "c_purpose": "Es wird jetzt verwendet, um {purpose}.",
    "c_controller": "Verantwortlich ist jetzt {name}.",
    "c_withdrawal": "Ein Widerruf bedeutet jetzt: {then}",
    "c_words": "Nur die Worte sind neu.",
    "said_no": "Dazu haben Sie Nein gesagt: um {purpose}. Dabei bleibt es; beginnen Sie neu, wenn ich fragen soll.",
    "withdrawn": "Ihre Einwilligung ist widerrufen: {purposes}. Ab jetzt verwende ich diese Daten nicht mehr. {then}",
    "t_erase": "Was ich nur dafür aufbewahrt habe, wird vernichtet.",
    "t_stop": "Was ich dafür habe, bleibt versiegelt, wird für niemanden geöffnet und nach seiner Frist vernichtet.",
    "nothing_to_withdraw": (
        "Sie haben keine Einwilligung gegeben, die Sie widerrufen könnten; ich verwende also nichts, was eine braucht."
    ),
    "still": "Weiterhin gilt Ihr Ja zu: {purposes}.",
    "which": "Welche Einwilligung möchten Sie zurücknehmen?",
    "not_given": "Dem haben Sie nicht zugestimmt. Zugestimmt haben Sie: {purposes}.",
    "withdraw_all": "Alles widerrufen",
    "receipt": "Sie haben mir insgesamt {count} Mal geantwortet:",
    "receipt_web": "Der signierte Beleg ist fertig: „Your consent“ oben auf dieser Seite, dann „Receipt“.",
    "receipt_text": "Den signierten Beleg schickt Ihnen auf Wunsch: {contact}.",
    "receipt_none": "Ich habe Sie noch um keine Einwilligung gebeten; es gibt nichts zu belegen.",
    "s_requested": "gefragt",
    "s_given": "Ja",
    "s_refused": "Nein",
    "s_withdrawn": "widerrufen",
    "s_expired": "abgelaufen",
    "year": "ein Jahr",
    "years": "{n} Jahre",
    "day": "einen Tag",
    "days": "{n} Tage",
    "minutes": "{n} Minuten",
}
PHRASES = {"en": _EN, "de": _DE}


def phrase(language: str, name: str, /, **fields: object) -> str:
    """A phrase with its fields filled; English where a language has none yet."""
    return PHRASES.get(language, _EN)[name].format(**fields)


def listed(language: str, names: list[str]) -> str:
    """Names as a sentence lists them."""
    if len(names) <= 1:
        return "".join(names)
    return f"{', '.join(names[:-1])}{phrase(language, 'and')}{names[-1]}"


def in_words(duration: timedelta, language: str = "en") -> str:
    """A duration of the policy in plain words."""
    days = duration.days
    if days and days % 365 == 0:
        return phrase(language, "year") if days == 365 else phrase(language, "years", n=days // 365)
    if days:
        return phrase(language, "day") if days == 1 else phrase(language, "days", n=days)
    return phrase(language, "minutes", n=int(duration.total_seconds() // 60))
