"""The same build without its Guard: our store, locks, model and patches behind a channel that lets all through."""
