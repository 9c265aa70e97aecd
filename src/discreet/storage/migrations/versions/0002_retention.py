"""Retention moves the base of a conversation that goes on."""

from alembic import context, op

from discreet.storage.migrations import statements

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    role_names = context.config.attributes["role_names"]
    op.get_bind().exec_driver_sql(statements("retention", role_names).replace("%", "%%"))
