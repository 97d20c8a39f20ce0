"""How Alembic reaches the database: one transaction for the whole way, checked before it is kept."""

from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.operations.ops import CreateTableOp

from deliberation.connecting import take_time
from deliberation.database import UtcDateTime, db, set_reading
from deliberation.revisions import COUNTED
from deliberation.schema import TELL, put_triggers

# Any number will do, as long as every process asks for the same one.
MIGRATION_LOCK = 7_204_001


def render_item(kind: str, thing: Any, _autogen: Any) -> Any:
    """A migration must not change with the code: it names plain column types only."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime()"
    if kind == "type" and isinstance(thing, sa.Enum):
        return f"sa.String(length={thing.length})"
    return False


def write_out_checks(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Give new tables the CHECK constraints of their enumerations: Alembic leaves those to the type."""
    if not directives or directives[0].upgrade_ops is None:
        return
    for operation in directives[0].upgrade_ops.ops:
        if isinstance(operation, CreateTableOp):
            table = db.metadata.tables[operation.table_name]
            checks = [
                check for check in table.constraints if isinstance(check, sa.CheckConstraint) and check._type_bound
            ]
            for check in sorted(checks, key=lambda check: str(check.name)):
                words = check.sqltext.compile(compile_kwargs={"literal_binds": True, "include_table": False})
                operation.columns = [*operation.columns, sa.CheckConstraint(str(words), name=check.name)]


def tell_step(ctx: Any, step: Any, heads: Any, run_args: Any) -> None:
    """For whoever watches a long way."""
    if tell := context.config.attributes.get(TELL):
        tell(step.up_revision_id if step.is_upgrade else (step.down_revision_ids or ("-",))[0])


def run() -> None:
    """Migrate inside one transaction, so that a crash on the way leaves the old schema.

    SQLite runs with foreign keys off: rebuilding a table would otherwise delete the rows that refer to it.
    """
    set_reading(False)
    engine: sa.Engine = context.config.attributes["engine"]
    with engine.connect().execution_options(**{COUNTED: False}) as connection:
        if connection.dialect.name == "sqlite":
            raw: Any = connection.connection.dbapi_connection
            raw.execute("PRAGMA foreign_keys=OFF")
        _migrate(connection)


def _migrate(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        transactional_ddl=True,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        process_revision_directives=write_out_checks,
        on_version_apply=tell_step,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            take_time(connection)
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        context.run_migrations()
        put_triggers(connection)
        if connection.dialect.name == "sqlite":
            _refuse_orphans(connection)


def _refuse_orphans(connection: sa.Connection) -> None:
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        tables = ", ".join(sorted({str(row[0]) for row in orphans}))
        raise RuntimeError(f"the migration would leave rows in {tables} that refer to nothing")


run()
