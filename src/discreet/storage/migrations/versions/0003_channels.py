"""Messaging channels: sealed addresses, the outbox, receipts, references of buttons."""

from alembic import context, op

from discreet.storage.migrations import statements

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    role_names = context.config.attributes["role_names"]
    op.get_bind().exec_driver_sql(statements("channel", role_names).replace("%", "%%"))
