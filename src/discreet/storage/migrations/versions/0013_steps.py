"""How far an action's call has come: a call that comes again goes on behind what it has done."""

from alembic import context, op

from discreet.storage.migrations import statements

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    role_names = context.config.attributes["role_names"]
    op.get_bind().exec_driver_sql(statements("steps", role_names).replace("%", "%%"))
