"""What the shop forgets of an erased person, and what it must keep."""

from alembic import context, op

from discreet.storage.migrations import statements

revision = "shop0002"
down_revision = "shop0001"
depends_on = ("0010",)


def upgrade() -> None:
    role_names = context.config.attributes["role_names"]
    op.get_bind().exec_driver_sql(statements("shop_rights", role_names).replace("%", "%%"))
