"""Finding personal data in what people type, and the tokens and masks that take its place.

``redact`` decides what happens to each finding; ``find`` finds; ``tokens`` names what was found; ``splice`` moves
offsets. Pure functions of text and policy: no database, no model, no Rasa.
"""
