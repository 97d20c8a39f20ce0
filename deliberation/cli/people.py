"""Commands about people: accounts and roles."""

import sys
from typing import TYPE_CHECKING

import click

from deliberation.cli.terminal import N_, Group, Mistake, OneOf, _, say, site
from deliberation.cli.texts import declaration_called
from deliberation.permissions import Operator, Role

if TYPE_CHECKING:
    from deliberation.accounts.models import User


@click.group("user", cls=Group, help=N_("Menschen: Konten anlegen, Rollen vergeben, Konten löschen."))
def user_group() -> None:
    pass


@user_group.command("create", help=N_("Ein Konto anlegen. Ohne Passwort meldet man sich mit einem Code per Mail an."))
@click.argument("email")
@click.option("--pseudonym", required=True, help=N_("Name, unter dem die Person schreibt"))
@click.option("--password-stdin", is_flag=True, help=N_("Das Passwort in der ersten Zeile der Eingabe lesen"))
@click.option("--operator", is_flag=True, help=N_("Die Person betreibt diese Seite"))
def user_create(email: str, pseudonym: str, password_stdin: bool, operator: bool) -> None:
    from deliberation.accounts import actions, addresses

    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else ""
    if password_stdin and not password:
        raise Mistake(_("In der Eingabe steht kein Passwort."))
    with site():
        try:
            user = actions.create_user(Operator(), email, pseudonym, password, operator)
        except addresses.AddressInvalid:
            raise Mistake(_("„%(email)s“ ist keine Mailadresse.", email=email)) from None
        except actions.EmailTaken:
            raise Mistake(_("Für %(email)s gibt es schon ein Konto.", email=email)) from None
        except actions.PasswordRefused:
            raise Mistake(_("Das Passwort braucht 12 bis 128 Zeichen und darf nicht leicht zu erraten sein.")) from None
        except actions.PseudonymUnfit:
            message = _(
                "Der Name „%(name)s“ geht nicht: zu kurz, zu lang, ein Amt oder schon vergeben.", name=pseudonym
            )
            raise Mistake(message) from None
        say(_("Konto angelegt: %(email)s", email=user.email))


@user_group.command("grant", help=N_("Einer Person eine Rolle in einer Erklärung geben."))
@click.argument("email")
@click.argument("role", type=OneOf(Role))
@click.argument("slug")
@click.option("--signing-name", default="", help=N_("Name, mit dem die Moderation unterschreibt"))
def user_grant(email: str, role: Role, slug: str, signing_name: str) -> None:
    from deliberation.declarations.actions import grant_role

    with site():
        user = _user(email)
        grant_role(user, role, declaration_called(slug), signing_name)
        say(_("%(email)s hat jetzt die Rolle %(role)s in %(slug)s.", email=user.email, role=role.value, slug=slug))


@user_group.command("erase", help=N_("Ein Konto löschen. Was gesagt wurde, bleibt stehen, ohne Namen."))
@click.argument("email")
def user_erase(email: str) -> None:
    from deliberation.accounts.actions import erase_user
    from deliberation.notifications.actions import forget_recipient

    with site():
        user = _user(email)
        address = user.email
        erase_user(Operator(), user)
        forget_recipient(address)
        say(_("Das Konto %(email)s ist gelöscht.", email=address))


def _user(email: str) -> "User":
    from deliberation.accounts.addresses import AddressInvalid, clean_address
    from deliberation.accounts.models import find_user_by_email

    try:
        user = find_user_by_email(clean_address(email))
    except AddressInvalid:
        raise Mistake(_("„%(email)s“ ist keine Mailadresse.", email=email)) from None
    if user is None:
        raise Mistake(_("Ein Konto für %(email)s gibt es nicht.", email=email))
    return user
