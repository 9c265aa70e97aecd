"""The peer: the same bot as stock Rasa runs it, with REST, SQLTrackerStore and an open action server."""
