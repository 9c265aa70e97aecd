"""Sessions of customers who signed in at the host site."""

from alembic import context, op

from discreet.storage.migrations import statements

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    role_names = context.config.attributes["role_names"]
    op.get_bind().exec_driver_sql(statements("sign_in", role_names).replace("%", "%%"))
