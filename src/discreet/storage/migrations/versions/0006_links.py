"""Conversations linked to the customer who showed who they are."""

from alembic import context, op

from discreet.storage.migrations import statements

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    role_names = context.config.attributes["role_names"]
    op.get_bind().exec_driver_sql(statements("links", role_names).replace("%", "%%"))
