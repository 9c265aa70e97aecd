"""The audit log is a chain, and its end is signed."""

from alembic import context, op

from discreet.storage.migrations import statements

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    role_names = context.config.attributes["role_names"]
    op.get_bind().exec_driver_sql(statements("audit_chain", role_names).replace("%", "%%"))
