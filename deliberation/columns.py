"""Column types that several tables share."""

from enum import Enum as PythonEnum

from sqlalchemy import Enum


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
