"""Commands about people: accounts and roles."""

import sys
from typing import TYPE_CHECKING

import click

from deliberation.cli.terminal import N_, Command, Group, Mistake, OneOf, _, say, site
from deliberation.cli.texts import declaration_called
from deliberation.permissions import Access, Operator, Role

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


@click.command(cls=Command, help=N_("Festlegen, wer lesen und schreiben darf."))
@click.argument("slug")
@click.argument("who", type=OneOf(Access))
def access(slug: str, who: Access) -> None:
    from deliberation.declarations.invitations import change_access

    with site():
        change_access(Operator(), declaration_called(slug), who)
        say(_("Der Zugang zu %(slug)s ist jetzt: %(access)s.", slug=slug, access=who.value))


@user_group.command("revoke", help=N_("Einer Person eine Rolle in einer Erklärung nehmen."))
@click.argument("email")
@click.argument("role", type=OneOf(Role))
@click.argument("slug")
def user_revoke(email: str, role: Role, slug: str) -> None:
    from deliberation.declarations.actions import take_role

    with site():
        user = _user(email)
        if not take_role(user, role, declaration_called(slug)):
            raise Mistake(_("%(email)s hat die Rolle %(role)s dort nicht.", email=user.email, role=role.value))
        say(_("%(email)s hat die Rolle %(role)s in %(slug)s nicht mehr.", email=user.email, role=role.value, slug=slug))


@user_group.command("reset-second", help=N_("Den zweiten Nachweis einer Person löschen, die ihr Gerät verloren hat."))
@click.argument("email")
def user_reset_second(email: str) -> None:
    from deliberation.accounts import second_factor, sessions
    from deliberation.accounts.models import random_key
    from deliberation.notifications.actions import queue_mail
    from deliberation.settings import setting

    with site():
        user = _user(email)
        second_factor.reset(user)
        sessions.end_all(user)
        locale = user.locale or setting("DEFAULT_LOCALE")
        queue_mail(user.email, f"second-{random_key()}", "second_factor_removed", {}, locale)
        say(_("Der zweite Nachweis von %(email)s ist gelöscht; die Person hat eine Mail bekommen.", email=user.email))


@user_group.command("erase", help=N_("Ein Konto löschen. Was gesagt wurde, bleibt stehen, ohne Namen."))
@click.argument("email")
@click.option("--take-texts", is_flag=True, help=N_("Auch die Texte wegnehmen; ohne das bleiben sie ohne Namen stehen"))
def user_erase(email: str, take_texts: bool) -> None:
    from deliberation.database import db
    from deliberation.privacy import erasures
    from deliberation.privacy.leaving import erase
    from deliberation.privacy.models import Parting

    with site() as app:
        user = _user(email)
        address = user.email
        erase(Operator(), user, Parting.TAKEN if take_texts else Parting.KEPT, app.config["SECRET_KEY"])
        db.session.commit()
        erasures.write_list()
        erasures.sweep()
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
