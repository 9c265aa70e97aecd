"""``python -m discreet.cli``: works also where the path of the virtual environment is too long for a script's first line."""

from discreet.cli import app

app(prog_name="discreet")
