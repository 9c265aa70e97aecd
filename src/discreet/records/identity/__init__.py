"""Who somebody is, as far as they have shown it."""
