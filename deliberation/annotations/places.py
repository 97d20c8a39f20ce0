"""How many annotations everybody reads at each place, kept beside them by triggers of the database.

Counting them anew at each view would cost as much as there are annotations. A trigger counts in the transaction of the
change, whatever made it: a verb, a bulk statement, somebody at the database's own prompt. `deliberation check` recounts.
"""

from sqlalchemy import Connection, ForeignKey, MetaData, and_, event, func, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column

from deliberation import schema
from deliberation.annotations.models import Annotation, Status
from deliberation.database import Model, db


class PlaceCount(Model):
    """Visible annotations and replies at one place. `paragraph_key` is 0 for the thesis as a whole; `changes` grows with
    everything that is written or altered there, shown or not."""

    __tablename__ = "place_count"

    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id", ondelete="CASCADE"), primary_key=True)
    thesis_id: Mapped[int] = mapped_column(ForeignKey("thesis.id", ondelete="CASCADE"), primary_key=True)
    paragraph_key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    visible: Mapped[int]
    changes: Mapped[int]


COME = """INSERT INTO place_count (declaration_id, thesis_id, paragraph_key, visible, changes)
VALUES (NEW.declaration_id, NEW.thesis_id, coalesce(NEW.paragraph_id, 0), CASE NEW.status WHEN 'visible' THEN 1 ELSE 0 END, 1)
ON CONFLICT (declaration_id, thesis_id, paragraph_key)
DO UPDATE SET visible = place_count.visible + excluded.visible, changes = place_count.changes + 1;"""
GO = """UPDATE place_count
SET visible = visible - CASE OLD.status WHEN 'visible' THEN 1 ELSE 0 END, changes = changes + 1
WHERE declaration_id = OLD.declaration_id AND thesis_id = OLD.thesis_id AND paragraph_key = coalesce(OLD.paragraph_id, 0);"""
ACTS = {"come": ("INSERT", COME), "go": ("DELETE", GO), "change": ("UPDATE", f"{GO}\n{COME}")}


def _put(connection: Connection) -> None:
    for name, (act, words) in ACTS.items():
        if connection.dialect.name == "sqlite":
            trigger = f"CREATE TRIGGER IF NOT EXISTS place_{name} AFTER {act} ON annotation FOR EACH ROW BEGIN\n{words}\nEND"
            connection.exec_driver_sql(trigger)
            continue
        made = text("SELECT count(*) FROM pg_trigger WHERE tgname = :name AND tgrelid = to_regclass('annotation')")
        if not connection.scalar(made, {"name": f"place_{name}"}):
            function = f"CREATE OR REPLACE FUNCTION place_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\n{words}\n"
            connection.exec_driver_sql(f"{function}RETURN NULL; END $$")
            connection.exec_driver_sql(
                f"CREATE TRIGGER place_{name} AFTER {act} ON annotation FOR EACH ROW EXECUTE FUNCTION place_{name}()"
            )


schema.TRIGGERS["place_count"] = _put


@event.listens_for(db.metadata, "after_create")
def _put_with_tables(_metadata: MetaData, connection: Connection, **_more: object) -> None:
    schema.put_triggers(connection)


def count_miscounted() -> int:
    """Places whose kept number is not what counting says; for the self-check."""
    counted = (
        select(
            Annotation.declaration_id, Annotation.thesis_id, func.coalesce(Annotation.paragraph_id, 0).label("place"),
            func.count().label("n"),
        )
        .where(Annotation.status == Status.VISIBLE)
        .group_by(Annotation.declaration_id, Annotation.thesis_id, Annotation.paragraph_id)
        .subquery()
    )  # fmt: skip
    same = and_(PlaceCount.thesis_id == counted.c.thesis_id, PlaceCount.paragraph_key == counted.c.place)
    both = and_(same, PlaceCount.declaration_id == counted.c.declaration_id)
    missing = select(func.count()).select_from(counted.outerjoin(PlaceCount, both))
    wrong = missing.where(or_(PlaceCount.visible.is_(None), PlaceCount.visible != counted.c.n))
    ours = select(func.count()).select_from(PlaceCount).outerjoin(counted, both)
    empty = ours.where(PlaceCount.visible != 0, counted.c.n.is_(None))
    return (db.session.scalar(wrong) or 0) + (db.session.scalar(empty) or 0)
