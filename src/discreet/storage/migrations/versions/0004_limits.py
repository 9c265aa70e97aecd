"""Limits on how fast requests come."""

from alembic import context, op

from discreet.storage.migrations import statements

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    role_names = context.config.attributes["role_names"]
    op.get_bind().exec_driver_sql(statements("limits", role_names).replace("%", "%%"))
