"""The ledger of consent: chained events, notices by their hash, rights of each role."""

from alembic import context, op

from discreet.storage.migrations import statements

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    role_names = context.config.attributes["role_names"]
    op.get_bind().exec_driver_sql(statements("consent_ledger", role_names).replace("%", "%%"))
