"""What is said about opinion groups on page and in files."""

from collections.abc import Iterable

from deliberation.results import words
from deliberation.results.opinions import GroupsView, Known, Share, Shared

_ = words.gettext


def share(one: Share) -> str:
    """How many of a group agree: about, and beyond 10 and 90 per cent not even that."""
    if one.is_most:
        return _("über %(n)s %%", n=90)
    if one.is_few:
        return _("unter %(n)s %%", n=10)
    return _("etwa %(n)s %%", n=one.percent)


def shares(groups: GroupsView, shared: Shared) -> str:
    """`A etwa 80 %, B unter 10 %`: never one without the others."""
    return ", ".join(f"{letter} {share(one)}" for letter, one in zip(groups.letters, shared.shares, strict=True))


def sizes(groups: GroupsView) -> list[str]:
    return [
        _("Gruppe %(letter)s: etwa %(n)s Personen", letter=letter, n=words.number(size))
        for letter, size in zip(groups.letters, groups.sizes, strict=True)
    ]


def claim(groups: GroupsView, place: int, known: Known) -> str:
    """What the tests say, in plain words."""
    letter, others = groups.letters[place], len(groups.sizes) > 2
    if known.is_agreement:
        if others:
            return _("Gruppe %(letter)s sieht das deutlich öfter auch so als die anderen Gruppen.", letter=letter)
        return _("Gruppe %(letter)s sieht das deutlich öfter auch so als die andere Gruppe.", letter=letter)
    if others:
        return _("Gruppe %(letter)s sieht das deutlich öfter anders als die anderen Gruppen.", letter=letter)
    return _("Gruppe %(letter)s sieht das deutlich öfter anders als die andere Gruppe.", letter=letter)


def shared_head(groups: GroupsView) -> list[str]:
    """Of a table in a file: the contribution, and the share of each group that agrees."""
    return [_("Anmerkung"), *(_("Gruppe %(letter)s: „Auch so“", letter=letter) for letter in groups.letters)]


def shared_rows(items: Iterable[Shared]) -> list[list[str]]:
    return [[f"{one.item.label}, {words.mention(one.item)}", *map(share, one.shares)] for one in items]


def claims(groups: GroupsView) -> list[str]:
    """What the groups are known by: `A-12: Gruppe A sieht das deutlich öfter …`."""
    return [
        f"{known.shared.item.label}: {claim(groups, place, known)}"
        for place, found in enumerate(groups.known)
        for known in found
    ]


def statistics_head() -> list[str]:
    return [_("Anmerkung"), _("Gruppe"), _("Sagt"), _("Öfter als die anderen (z)"), _("Mehr als die Hälfte (z)")]


def statistics(groups: GroupsView) -> list[list[str]]:
    """One row for each contribution that a group is known by."""
    return [
        [
            known.shared.item.label,
            groups.letters[place],
            _("Auch so") if known.is_agreement else _("Anders"),
            decimal(known.more),
            decimal(known.most),
        ]
        for place, found in enumerate(groups.known)
        for known in found
    ]


def decimal(value: float) -> str:
    """With one digit, as the language writes it."""
    whole, tenth = f"{value:.1f}".split(".")
    # Decimal sign.
    return _("%(whole)s,%(tenth)s", whole=whole, tenth=tenth)
