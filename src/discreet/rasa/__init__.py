"""The Rasa seam: the only package that imports rasa.

A message enters by a channel (``web``, or one of ``channels``), becomes a turn in the ``guard``, passes Rasa, and is
committed by the guard through the ``tracker_store``; ``lock_store`` keeps turns of one conversation apart,
``action_endpoint`` signs what leaves for the action server, ``startup`` refuses to serve unless all of them are in
place.
"""
