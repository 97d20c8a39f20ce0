"""People: sessions as rows, second factors, addresses that only the mailer can read.

Addresses are sealed with the setting ADDRESS_KEY on the way up and opened with it on the way down: both need the key.
"""

import json
import secrets
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from deliberation.sealing import keyed_hash, seal, unseal

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _seal_accounts()
    _seal_mail()
    _seal_flags()
    _name_members()
    _give_codes_a_purpose()
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("proved_at", sa.DateTime(), nullable=False),
        sa.Column("second_at", sa.DateTime(), nullable=True),
        sa.Column("device", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_session_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
        sa.UniqueConstraint("key", name=op.f("uq_session_key")),
    )
    op.create_index(op.f("ix_session_user_id"), "session", ["user_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_recovery_code_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("user_id", "code_hash", name=op.f("uq_recovery_code_user_id_code_hash")),
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_passkey_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("key", name=op.f("uq_passkey_key")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_user_id"), "passkey", ["user_id"], unique=False)


def _seal_accounts() -> None:
    """Everybody signs in anew: sessions used to live in cookies alone."""
    new: dict[str, Any] = {
        "key": sa.String(length=32),
        "address_hash": sa.String(length=64),
        "address_sealed": sa.Text(),
        "seen_at": sa.DateTime(),
        "wants_letters": sa.Boolean(),
        "totp_sealed": sa.Text(),
        "totp_step": sa.Integer(),
    }
    with op.batch_alter_table("user") as batch_op:
        for name, kind in new.items():
            batch_op.add_column(sa.Column(name, kind, nullable=True))
        batch_op.add_column(sa.Column("warned_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("second_factor_at", sa.DateTime(), nullable=True))
    user = _table("user", "email", **new)
    for row in _rows(user):
        _change(
            user, row.id,
            key=_random_key(), address_hash=keyed_hash("address", row.email), address_sealed=seal(row.email),
            seen_at=_now(), wants_letters=True, totp_sealed="", totp_step=0,
        )  # fmt: skip
    with op.batch_alter_table("user") as batch_op:
        for name, kind in new.items():
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        batch_op.drop_constraint(op.f("uq_user_email"), type_="unique")
        batch_op.drop_column("email")
        batch_op.drop_column("session_epoch")
        batch_op.create_unique_constraint(op.f("uq_user_key"), ["key"])
        batch_op.create_unique_constraint(op.f("uq_user_address_hash"), ["address_hash"])


def _seal_mail() -> None:
    new: dict[str, Any] = {"recipient_hash": sa.String(length=64), "sealed": sa.Text()}
    with op.batch_alter_table("mail") as batch_op:
        for name, kind in new.items():
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    mail = _table("mail", "recipient", parameters=sa.JSON(), sent_at=sa.DateTime(), **new)
    for row in _rows(mail):
        words = json.dumps({"recipient": row.recipient, "parameters": row.parameters}, ensure_ascii=False)
        sealed = seal(words) if row.sent_at is None else ""
        _change(mail, row.id, recipient_hash=keyed_hash("address", row.recipient), sealed=sealed)
    with op.batch_alter_table("mail") as batch_op:
        batch_op.drop_index("uq_mail_cause")
        for name, kind in new.items():
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        batch_op.drop_column("recipient")
        batch_op.drop_column("parameters")
        batch_op.create_index("uq_mail_cause", ["recipient_hash", "cause"], unique=True)


def _seal_flags() -> None:
    new: dict[str, Any] = {"name_sealed": sa.Text(), "email_sealed": sa.Text()}
    with op.batch_alter_table("flag") as batch_op:
        for name, kind in new.items():
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    flag = _table("flag", "name", "email", **new)
    for row in _rows(flag):
        _change(flag, row.id, name_sealed=seal(row.name), email_sealed=seal(row.email))
    with op.batch_alter_table("flag") as batch_op:
        for name, kind in new.items():
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        batch_op.drop_column("name")
        batch_op.drop_column("email")


def _name_members() -> None:
    with op.batch_alter_table("membership") as batch_op:
        batch_op.add_column(sa.Column("key", sa.String(length=32), nullable=True))
    membership = _table("membership", "key")
    for row in _rows(membership):
        _change(membership, row.id, key=_random_key())
    with op.batch_alter_table("membership") as batch_op:
        batch_op.alter_column("key", existing_type=sa.String(length=32), nullable=False)
        batch_op.create_unique_constraint(op.f("uq_membership_key"), ["key"])


def _give_codes_a_purpose() -> None:
    """Codes on their way sign in, as they always did."""
    new: dict[str, Any] = {
        "purpose": sa.String(length=24), "address_sealed": sa.Text(), "state": sa.String(length=64),
    }  # fmt: skip
    with op.batch_alter_table("login_code") as batch_op:
        for name, kind in new.items():
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    codes = sa.table("login_code", *(sa.column(name, kind) for name, kind in new.items()))
    op.execute(codes.update().values(purpose="sign_in", address_sealed="", state=""))
    with op.batch_alter_table("login_code") as batch_op:
        for name, kind in new.items():
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        batch_op.create_check_constraint(
            op.f("ck_login_code_purpose"), "purpose IN ('sign_in', 'prove', 'move', 'stop_move')"
        )


def downgrade() -> None:
    """Addresses can be read again; sessions, passkeys and second factors are gone."""
    op.drop_table("passkey")
    op.drop_table("recovery_code")
    op.drop_table("session")

    # A link for moving would sign in there.
    op.execute("DELETE FROM login_code WHERE purpose <> 'sign_in'")
    with op.batch_alter_table("login_code") as batch_op:
        batch_op.drop_constraint(op.f("ck_login_code_purpose"), type_="check")
        for name in ("purpose", "address_sealed", "state"):
            batch_op.drop_column(name)

    with op.batch_alter_table("membership") as batch_op:
        batch_op.drop_constraint(op.f("uq_membership_key"), type_="unique")
        batch_op.drop_column("key")

    old: dict[str, Any] = {"name": sa.String(length=120), "email": sa.String(length=254)}
    _open("flag", old, lambda row: {"name": unseal(row.name_sealed), "email": unseal(row.email_sealed)})
    with op.batch_alter_table("flag") as batch_op:
        batch_op.drop_column("name_sealed")
        batch_op.drop_column("email_sealed")

    _open("mail", {"recipient": sa.String(length=254), "parameters": sa.JSON()}, _opened_mail)
    with op.batch_alter_table("mail") as batch_op:
        batch_op.drop_index("uq_mail_cause")
        batch_op.drop_column("recipient_hash")
        batch_op.drop_column("sealed")
        batch_op.create_index("uq_mail_cause", ["recipient", "cause"], unique=True)

    old = {"email": sa.String(length=254), "session_epoch": sa.Integer()}
    _open("user", old, lambda row: {"email": unseal(row.address_sealed), "session_epoch": 0})
    with op.batch_alter_table("user") as batch_op:
        batch_op.drop_constraint(op.f("uq_user_address_hash"), type_="unique")
        batch_op.drop_constraint(op.f("uq_user_key"), type_="unique")
        for name in (
            "key", "address_hash", "address_sealed", "seen_at", "warned_at", "wants_letters", "second_factor_at",
            "totp_sealed", "totp_step",
        ):  # fmt: skip
            batch_op.drop_column(name)
        batch_op.create_unique_constraint(op.f("uq_user_email"), ["email"])


def _opened_mail(row: Any) -> dict[str, Any]:
    """Of what was sent nobody knows any more to whom: the hash stands for it, so that causes stay unique."""
    opened = json.loads(unseal(row.sealed) or "{}")
    return {"recipient": opened.get("recipient", row.recipient_hash), "parameters": opened.get("parameters", {})}


def _open(name: str, columns: dict[str, Any], opened: Any) -> None:
    """Add the columns, filled from what is sealed."""
    with op.batch_alter_table(name) as batch_op:
        for column, kind in columns.items():
            batch_op.add_column(sa.Column(column, kind, nullable=True))
    sealed = {
        "flag": ("name_sealed", "email_sealed"), "mail": ("recipient_hash", "sealed"), "user": ("address_sealed",),
    }  # fmt: skip
    table = _table(name, *sealed[name], **columns)
    for row in _rows(table):
        _change(table, row.id, **opened(row))
    with op.batch_alter_table(name) as batch_op:
        for column, kind in columns.items():
            batch_op.alter_column(column, existing_type=kind, nullable=False)


def _table(table: str, /, *texts: str, **columns: Any) -> Any:
    others = [sa.column(text, sa.Text()) for text in texts]
    return sa.table(table, sa.column("id", sa.Integer()), *others, *(sa.column(n, kind) for n, kind in columns.items()))


def _rows(table: Any) -> list[Any]:
    return list(op.get_bind().execute(sa.select(table)))


def _change(table: Any, number: int, **values: Any) -> None:
    op.get_bind().execute(table.update().where(table.c.id == number).values(**values))


def _random_key() -> str:
    return secrets.token_urlsafe(16)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
