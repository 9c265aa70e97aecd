"""Schemas, tables and rights that every bot has, whether it takes the store alone or all of Discreet."""

from alembic import context, op

from discreet.storage.migrations import statements

revision = "0001"
down_revision = None
branch_labels = ("library",)


def upgrade() -> None:
    role_names = context.config.attributes["role_names"]
    for name in ("conversation", "key", "vault", "consent", "action", "audit", "grants"):
        op.get_bind().exec_driver_sql(statements(name, role_names).replace("%", "%%"))
