"""What keeps harm out: the door for files."""

from discreet.defence.door import MAX_SIZE, Admitted, Door

__all__ = ["MAX_SIZE", "Admitted", "Door"]
