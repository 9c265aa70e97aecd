"""Schemas, tables and roles of the first assistant."""

from alembic import context, op

from discreet.storage.migrations import statements

revision = "0001"
down_revision = None


def upgrade() -> None:
    role_names = context.config.attributes["role_names"]
    for name in ("conversation", "key", "vault", "consent", "action", "audit", "shop", "grants"):
        op.get_bind().exec_driver_sql(statements(name, role_names).replace("%", "%%"))
