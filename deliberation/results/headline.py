"""The headline of the results, made from numbers: as much as they allow, and no more."""

from deliberation.results import words
from deliberation.results.figures import Headline

_ = words.gettext


def headline_sentence(found: Headline) -> str:
    """One sentence on how many theses most people carry, as far as the numbers allow one."""
    if not found.measured:
        return _("Zu den Thesen gibt es noch zu wenige Haltungen für ein Bild")
    if found.theses == 1:
        if found.carried:
            return _("Die These trägt mehr als die Hälfte ohne Änderung mit")
        return _("Die These trägt höchstens die Hälfte ohne Änderung mit")
    if found.measured < found.theses:
        return _partial_headline(found)
    if found.carried == found.theses:
        return _("Alle %(all)s Thesen trägt mehr als die Hälfte ohne Änderung mit", all=in_words(found.theses))
    return _("%(some)s von %(all)s Thesen trägt mehr als die Hälfte ohne Änderung mit", **_counts(found, found.theses))


def _partial_headline(found: Headline) -> str:
    if found.measured == 1:
        if found.carried:
            return _("Eine These hat schon genug Stimmen: Mehr als die Hälfte trägt sie ohne Änderung mit")
        return _("Eine These hat schon genug Stimmen: Höchstens die Hälfte trägt sie ohne Änderung mit")
    if found.carried == found.measured:
        return _(
            "Alle %(all)s Thesen mit genug Stimmen trägt mehr als die Hälfte ohne Änderung mit",
            all=in_words(found.measured),
        )
    return _(
        "%(some)s von %(all)s Thesen mit genug Stimmen trägt mehr als die Hälfte ohne Änderung mit",
        **_counts(found, found.measured),
    )


def _counts(found: Headline, of: int) -> dict[str, str]:
    some = {0: _("Keine"), 1: _("Eine")}.get(found.carried) or in_words(found.carried)
    return {"some": some[:1].upper() + some[1:], "all": in_words(of)}


def in_words(value: int) -> str:
    """Two to twelve in words, others in figures."""
    named = {
        2: _("zwei"), 3: _("drei"), 4: _("vier"), 5: _("fünf"), 6: _("sechs"), 7: _("sieben"), 8: _("acht"),
        9: _("neun"), 10: _("zehn"), 11: _("elf"), 12: _("zwölf"),
    }  # fmt: skip
    return named.get(value) or words.number(value)
