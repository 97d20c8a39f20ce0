"""Which mails one gets, and how often."""

from collections.abc import Mapping

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from deliberation.accounts import actions
from deliberation.accounts.models import User
from deliberation.accounts.views import accounts, known_person
from deliberation.config import LOCALES
from deliberation.notifications.bounces import believe_again, is_unreachable
from deliberation.notifications.interests import PACES, choose, load_interests
from deliberation.notifications.models import Pace, Topic
from deliberation.permissions import Role

GROUPS = (
    (_l("Zu meinen Beiträgen"), (Topic.DECISIONS, Topic.REPLIES, Topic.RESPONSES, Topic.OUTCOMES)),
    (_l("Zur Beratung"), (Topic.ANNOTATIONS, Topic.EDITIONS, Topic.PHASES, Topic.REPORTS)),
)
OWN = (Topic.REPLIES, Topic.RESPONSES, Topic.OUTCOMES)
NEWS = (*OWN, Topic.ANNOTATIONS, Topic.EDITIONS, Topic.PHASES, Topic.REPORTS)
QUICK: Mapping[str, Mapping[Topic, Pace]] = {
    "weekly": dict.fromkeys(NEWS, Pace.WEEKLY),
    "mine": {**dict.fromkeys(NEWS, Pace.WEEKLY), **dict.fromkeys(OWN, Pace.AT_ONCE)},
    "nothing": dict.fromkeys(NEWS, Pace.NEVER),
}
"""Choices for everything at once; what waits for moderators and decisions stay as they are."""


@accounts.route("/me/mail", methods=["GET", "POST"])
def mail_settings() -> Response:
    """What is always sent is said beside it."""
    user = known_person()
    if request.method == "GET":
        return _page(user)
    act = request.form.get("act", "")
    if act == "believe":
        believe_again(user.address_hash)
        flash(_("Danke. Wir schreiben wieder an diese Adresse."), "done")
    elif act in QUICK:
        for topic, pace in QUICK[act].items():
            choose(user, topic, pace)
        flash(_("Gespeichert."), "done")
    elif not _save(user):
        return _page(user, 422)
    return redirect(url_for("accounts.mail_settings"), 303)


def _page(user: User, status: int = 200) -> Response:
    moderates = any(Role.MODERATOR in membership.roles for membership in user.memberships)
    groups = (*GROUPS, (_l("Für die Moderation"), (Topic.WAITING,))) if moderates else GROUPS
    html = render_template(
        "accounts/mail_settings.html", user=user, here="me", groups=groups, interests=load_interests(user), paces=PACES,
        is_unreachable=is_unreachable(user.address_hash), is_refused=status == 422, waiting=Topic.WAITING, chosen=request.form,
    )  # fmt: skip
    return make_response(html, status)


def _save(user: User) -> bool:
    """Everything that the form says, or nothing if it says something that cannot be chosen."""
    present = load_interests(user)
    wanted = {topic: _wanted(topic, *present[topic]) for topic in Topic if topic.value in request.form}
    if None in wanted.values():
        return False
    for topic, found in wanted.items():
        if found is not None:
            choose(user, topic, *found)
    language = request.form.get("lang", "")
    actions.choose_language(user, language if language in LOCALES else "")
    actions.choose_dates(user, request.form.get("dates") == "y")
    flash(_("Gespeichert."), "done")
    return True


def _wanted(topic: Topic, present: Pace, hour: int) -> tuple[Pace, int] | None:
    pace = next((one for one in PACES[topic] if one.value == request.form.get(topic.value)), None)
    given = request.form.get(f"{topic.value}-hour")
    if given is not None:
        hour = int(given) if given.isascii() and given.isdigit() and int(given) < 24 else -1
    return None if pace is None or hour < 0 else (pace, hour)
