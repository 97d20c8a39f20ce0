"""Whatever editors do to a text, edition after edition: every annotation stays reachable, and sure anchors are true."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import Phase as Part
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from deliberation.annotations.actions import Contribution, post_annotation, post_reply
from deliberation.annotations.models import Anchor, Annotation, Kind, Stance, StanceValue
from deliberation.annotations.positions import take_stance
from deliberation.annotations.tallies import load_stance_counts, settle
from deliberation.database import db
from deliberation.declarations.actions import Particulars, create_declaration
from deliberation.declarations.editions import load_editions, load_text
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.importing import DraftDeclaration
from deliberation.declarations.models import Declaration, Paragraph, Policy, Thesis, load_paragraphs
from deliberation.editions.publishing import NothingChanged
from deliberation.permissions import Operator, Phase
from tests import builders
from tests.editions import scene
from tests.editions.changing import Change, changes, texts

_slugs = count(1)
# An example takes half a second; making a failing one smaller would take an hour.
SLOW_AND_SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
NO_SHRINKING = (Part.explicit, Part.reuse, Part.generate)
several_editions = st.lists(st.lists(changes, min_size=1, max_size=4), min_size=1, max_size=3)


def found(text: DraftDeclaration) -> Declaration:
    """A new declaration with this text, open for everything."""
    slug = f"text-{next(_slugs)}"
    counted = tuple(
        replace(t, paragraphs=tuple(replace(p, number=str(n)) for n, p in enumerate(t.paragraphs, start=1)))
        for t in text.theses
    )
    declaration = create_declaration(Operator(), replace(text, theses=counted), Particulars(slug=slug, title="T"))
    declaration.phase, declaration.policy = Phase.ANNOTATING, Policy.NONE
    db.session.commit()
    return declaration


def annotate_everything(author, reader, declaration: Declaration) -> dict[int, tuple[str, ...]]:
    """An annotation on every sentence, paragraph and thesis; the words each is about, by its number."""
    words: dict[int, tuple[str, ...]] = {}
    for thesis in declaration.theses:
        annotate(author, thesis, None)
        for place in load_paragraphs([thesis.id]):
            sentences = tuple(place.wording.sentences)
            whole = annotate(author, thesis, place)
            post_reply(reader, whole, Contribution(body="So ist es.", form_key=f"r-{whole.number}"))
            words[whole.number] = sentences
            for number, sentence in enumerate(sentences, start=1):
                words[annotate(author, thesis, place, [number]).number] = (sentence,)
            if len(sentences) > 1:
                words[annotate(author, thesis, place, [1, 2]).number] = sentences[:2]
    db.session.commit()
    return words


def annotate(author, thesis: Thesis, place: Paragraph | None, sentences: Sequence[int] = ()) -> Annotation:
    words = Contribution("Dazu habe ich etwas.", Kind.OBJECTION, sentences, form_key=f"k-{next(_slugs)}")
    return post_annotation(author, thesis, place, words)


def publish_all(declaration: Declaration, editions: Sequence[Sequence[Change]]) -> None:
    for some in editions:
        text = scene.text(declaration)
        for change in some:
            text = change(text)
        try:
            scene.publish(declaration, text)
        except NothingChanged:
            continue
        # What the verb wrote is what was asked for, word for word.
        assert [[p.units for p in t.paragraphs] for t in scene.text(declaration).theses] == [
            [p.units for p in t.paragraphs] for t in text.theses
        ]


@settings(
    max_examples=12,
    deadline=None,
    phases=NO_SHRINKING,
    suppress_health_check=SLOW_AND_SHARED,
)
@given(texts, several_editions)
def test_nothing_people_wrote_is_lost_or_put_in_the_wrong_place(cast, client, text, editions):
    declaration = found(text)
    words = annotate_everything(cast.ada, cast.ben, declaration)
    before = db.session.scalar(select(func.count()).where(Annotation.declaration_id == declaration.id))
    publish_all(declaration, editions)
    assert db.session.scalar(select(func.count()).where(Annotation.declaration_id == declaration.id)) == before
    published = len(load_editions(declaration))
    found_again = load_everything(declaration)
    for one in found_again:
        if one.parent_id:
            root = next(other for other in found_again if other.number == one.parent_id)
            assert (one.thesis_id, one.paragraph_id) == (root.thesis_id, root.paragraph_id)
            continue
        anchors = load_anchors(one.number)
        assert len(anchors) == published - 1
        for anchor in anchors:
            assert_anchor_is_true(anchor, words.get(one.number))
        if anchors and anchors[-1].is_sure and one.paragraph_id:
            assert one.paragraph_id == anchors[-1].paragraph_id
    assert_pages_show_all(client, declaration.slug, found_again)


def load_everything(declaration: Declaration):
    """Annotations as plain rows with the address of the place where they are read."""
    query = (
        select(
            Annotation.number, Annotation.parent_id, Annotation.thesis_id, Annotation.paragraph_id,
            Thesis.number.label("thesis"), Paragraph.number.label("paragraph"),
        )
        .join(Thesis, Thesis.id == Annotation.thesis_id)
        .outerjoin(Paragraph, Paragraph.id == Annotation.paragraph_id)
        .where(Annotation.declaration_id == declaration.id)
    )  # fmt: skip
    return db.session.execute(query).all()


def load_anchors(number: int) -> list[Anchor]:
    query = select(Anchor).options(joinedload(Anchor.wording)).where(Anchor.annotation_id == number)
    return list(db.session.scalars(query.order_by(Anchor.edition_id)))


def assert_anchor_is_true(anchor: Anchor, words: tuple[str, ...] | None) -> None:
    if words is None or anchor.state not in (AnchorState.SAME, AnchorState.MOVED):
        return
    all_sentences = anchor.wording.sentences
    now = tuple(all_sentences[n - 1] for n in anchor.sentences) if anchor.sentences else tuple(all_sentences)
    assert now == words


def assert_pages_show_all(client, slug: str, everything) -> None:
    """Each annotation can be read beside the place it belongs to, whether that is in force or not, and on its own."""
    for thesis, paragraph in {(one.thesis, one.paragraph) for one in everything}:
        page = client.get(f"/d/{slug}/{thesis}/{paragraph or 0}?all=1").get_data(as_text=True)
        for one in everything:
            if (one.thesis, one.paragraph) == (thesis, paragraph):
                assert f'id="a-{one.number}"' in page
    for one in everything[::7]:
        assert client.get(f"/a/{one.number}", follow_redirects=True).status_code == 200


@settings(
    max_examples=6,
    deadline=None,
    phases=NO_SHRINKING,
    suppress_health_check=SLOW_AND_SHARED,
)
@given(texts, several_editions)
def test_stances_count_for_exactly_the_editions_in_which_their_words_stand(cast, text, editions):
    declaration = found(text)
    voters = [cast.ada, cast.ben, cast.otto, *(builders.make_user() for _ in range(2))]
    for place in load_paragraphs([thesis.id for thesis in declaration.theses]):
        for person in voters:
            take_stance(person, place.thesis, place, StanceValue.CARRY)
    settle(declaration)
    db.session.commit()
    publish_all(declaration, editions)
    first = {p.origin: p.sentences for t in text.theses for p in t.paragraphs}
    states = load_editions(declaration)
    original = load_text(states[-1])
    ids = [p.origin for t in original.theses for p in t.paragraphs]
    words = dict(zip(ids, first.values(), strict=True))
    unbroken = set(words)
    for edition in reversed(states):
        standing = {p.origin: p.sentences for t in load_text(edition).theses for p in t.paragraphs}
        unbroken = {origin for origin in unbroken if standing.get(origin) == words[origin]}
        counts = load_stance_counts(declaration, edition)
        counted = {paragraph for (_thesis, paragraph), found in counts.items() if paragraph and found.carry == 5}
        assert counted == unbroken
    assert db.session.scalar(select(func.count()).where(Stance.declaration_id == declaration.id)) == 5 * len(words)
