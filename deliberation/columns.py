"""Column types that several tables share, and how their relations are read."""

from enum import Enum as PythonEnum
from typing import Any

from sqlalchemy import Enum

ALWAYS: Any = "unnested"
"""Of a relation that is read along and never empty. As an inner join within an outer one SQLite would put all of both tables
together before it looks for a row."""


def named_values(kind: type[PythonEnum], column: str = "") -> Enum:
    """A text column holding the members' values, checked by the database as well.

    `column` names the constraint where one table has two columns of the same kind.
    """
    return Enum(
        kind,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=24,
        name=column or kind.__name__.lower(),
    )
