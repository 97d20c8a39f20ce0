"""A declaration can be the pattern of a new one; nobody and nothing that people wrote goes along."""

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from deliberation.annotations.models import StanceValue
from deliberation.annotations.positions import take_stance
from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations.actions import SlugTaken, Surroundings, change_texts
from deliberation.declarations.editions import load_text
from deliberation.declarations.models import Declaration, Membership, Policy, current_edition, find_declaration
from deliberation.moderation.cloning import clone
from deliberation.moderation.models import BlockPurpose, TextBlock
from deliberation.moderation.words import house_rules, text_blocks
from deliberation.permissions import Access, NotAllowed, Operator, Phase
from tests import builders
from tests.editions import scene

PAGE = "/d/erklaerung/office/clone"


def set_up(cast):
    declaration = cast.declaration
    change_texts(
        cast.otto, declaration, Surroundings("Bündnis", "Darum.", "Ein *Absatz*.", "post@example.org", "CC BY 4.0")
    )
    house_rules.change_rules(cast.otto, declaration, "Kurz.", [("Zur Sache", "So.")], "", 1)
    text_blocks.add_block(cast.mira, declaration, text_blocks.BlockWords(BlockPurpose.PROMPT, "Eigen", "Warum?"))
    declaration.policy, declaration.access, declaration.employers = Policy.ALL, Access.INVITED, ["Amt Nord"]
    place = builders.paragraph(declaration)
    take_stance(cast.ada, place.thesis, place, StanceValue.CARRY)
    builders.annotate(cast.ben, declaration)
    declaration.phase_ends_on = today()
    scene.publish(
        declaration, scene.reworded(scene.text(declaration), "1.2", "Wer plant, fragt zuerst die Fachkräfte.")
    )
    db.session.commit()


def words_of(declaration):
    return [
        (thesis.number, thesis.heading, [(part.number, part.units) for part in thesis.paragraphs])
        for thesis in load_text(current_edition(declaration)).theses
    ]


def test_text_in_force_and_settings_go_along(cast):
    set_up(cast)
    made = clone(cast.otto, cast.declaration, "zweite", "Zweiter Anlauf")
    db.session.commit()
    assert words_of(made) == words_of(cast.declaration)
    assert "Wer plant, fragt zuerst die Fachkräfte." in str(words_of(made))
    assert current_edition(made).number == 1
    for name in ("summary", "publisher", "about", "about_html", "contact", "licence", "policy", "employers", "access"):
        assert getattr(made, name) == getattr(cast.declaration, name), name
    assert house_rules.rules_of(made).rules == house_rules.rules_of(cast.declaration).rules
    assert [one.title for one in text_blocks.load_blocks(made).all] == [
        one.title for one in text_blocks.load_blocks(cast.declaration).all
    ]
    assert (made.title, made.phase, made.plan, made.phase_ends_on, made.rules_version) == (
        "Zweiter Anlauf", Phase.DRAFT, [], None, 1,
    )  # fmt: skip


def test_nobody_but_the_organiser_and_nothing_that_was_written_goes_along(cast):
    set_up(cast)
    made = clone(cast.otto, cast.declaration, "zweite", "Zweiter Anlauf")
    db.session.commit()
    assert list(db.session.scalars(select(Membership.user_id).where(Membership.declaration_id == made.id))) == [
        cast.otto.id
    ]
    of_it = [table for table in db.metadata.sorted_tables if "declaration_id" in table.c]
    filled = {
        table.name
        for table in of_it
        if db.session.scalar(select(sa.func.count()).select_from(table).where(table.c.declaration_id == made.id))
    }
    assert filled == {"edition", "thesis", "membership", "text_block"}
    assert not db.session.scalars(select(TextBlock).where(TextBlock.declaration_id.is_(None))).all()


def test_lists_are_copies(cast):
    set_up(cast)
    made = clone(Operator(), cast.declaration, "zweite", "Zweiter Anlauf")
    made.employers = [*made.employers, "Amt Süd"]
    db.session.flush()
    assert cast.declaration.employers == ["Amt Nord"]


def test_only_organisers_make_one_and_an_address_is_given_once(cast):
    for person in (cast.ada, cast.mira):
        with pytest.raises(NotAllowed):
            clone(person, cast.declaration, "zweite", "Zweite")
    with pytest.raises(SlugTaken):
        clone(cast.otto, cast.declaration, "erklaerung", "Zweite")


def test_form_sent_twice_makes_one_and_says_what_is_wrong(cast, client):
    client.sign_in(cast.otto)
    refused = client.post(PAGE, data={"title": "Zweite", "slug": "erklaerung"})
    assert refused.status_code == 422
    assert "Unter dieser Adresse gibt es schon eine Erklärung." in refused.text
    answers = [client.post(PAGE, data={"title": "Zweite", "slug": "zweite"}) for _time in range(2)]
    assert [(one.status_code, one.headers["Location"]) for one in answers] == [(303, "/d/zweite")] * 2
    assert len(list(db.session.scalars(select(Declaration.id)))) == 2
    assert find_declaration("zweite").is_draft
    assert client.get("/d/zweite/office").status_code == 200
    assert client.sign_in(cast.mira).get("/d/zweite").status_code == 404
