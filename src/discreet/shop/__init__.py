"""The demonstration business behind a port: orders, returns, feedback, refunds. A company puts its own here."""
