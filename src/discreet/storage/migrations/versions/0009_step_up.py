"""How a customer shows who they are: challenges, authenticators, counters."""

from alembic import context, op

from discreet.storage.migrations import statements

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    role_names = context.config.attributes["role_names"]
    op.get_bind().exec_driver_sql(statements("step_up", role_names).replace("%", "%%"))
