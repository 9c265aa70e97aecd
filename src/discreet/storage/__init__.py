"""Postgres: connections, transactions, migrations, the embedded server. The driver is imported only here."""
