"""What alembic runs to connect: the owner's URL comes from ``migrate``, never from a file."""

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

_engine = create_engine(context.config.attributes["owner_url"], poolclass=NullPool, hide_parameters=True)

with _engine.connect() as _connection:
    context.configure(connection=_connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
