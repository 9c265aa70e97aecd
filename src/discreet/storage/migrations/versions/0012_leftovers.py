"""Wrong codes until a right one, letters about an account, a person's part of the log, whom a filed erasure covers."""

from alembic import context, op

from discreet.storage.migrations import statements

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    role_names = context.config.attributes["role_names"]
    for part in ("guesses", "person_log", "covered", "shown_passkey"):
        op.get_bind().exec_driver_sql(statements(part, role_names).replace("%", "%%"))
