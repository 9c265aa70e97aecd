"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Project = Annotated[Path, typer.Option(help="Folder with privacy.yml.")]
WholeProject = Annotated[Path, typer.Option(help="Folder with config.yml and privacy.yml.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]
