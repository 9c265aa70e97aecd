"""``python -m discreet.cli``: works also where the environment's path is too long for a script's first line."""

from discreet.cli import app

app(prog_name="discreet")
