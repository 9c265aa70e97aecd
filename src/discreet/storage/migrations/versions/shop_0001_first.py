"""The demonstration business, in a database that belongs to it alone."""

from alembic import context, op
from sqlalchemy import inspect

from discreet.storage.migrations import statements

revision = "shop0001"
down_revision = None
branch_labels = ("shop",)
depends_on = ("0001",)


def upgrade() -> None:
    if "shop" in inspect(op.get_bind()).get_schema_names():
        return  # 0001 made it too at first
    role_names = context.config.attributes["role_names"]
    for name in ("shop", "shop_grants"):
        op.get_bind().exec_driver_sql(statements(name, role_names).replace("%", "%%"))
