"""Requests of persons about their own data, and what erasing them needs."""

from alembic import context, op

from discreet.storage.migrations import statements

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    role_names = context.config.attributes["role_names"]
    op.get_bind().exec_driver_sql(statements("rights", role_names).replace("%", "%%"))
