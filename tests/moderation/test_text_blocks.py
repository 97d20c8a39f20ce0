"""Words that moderators use again, and putting them into a form."""

import re

import pytest
from lxml import html
from sqlalchemy import func, select

from deliberation.annotations.models import Kind, Response
from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry
from deliberation.moderation.forms import DecisionForm
from deliberation.moderation.models import BLOCK_MAX, BLOCK_TITLE_MAX, BlockPurpose, Rule, TextBlock
from deliberation.moderation.views.blocks import insert_block
from deliberation.moderation.words.standard_blocks import STANDARD
from deliberation.moderation.words.text_blocks import (
    BLOCKS_MAX,
    BlockInvalid,
    BlockWords,
    add_block,
    change_block,
    load_blocks,
    move_block,
    remove_block,
)
from deliberation.permissions import NotAllowed, Outdated
from deliberation.results.words import speaking
from tests import builders
from tests.counting import count_queries

BLOCKS = "/d/erklaerung/moderation/blocks"
PROMPT, REASON = BlockPurpose.PROMPT, BlockPurpose.REASON
WORDS = BlockWords(PROMPT, "Nach der Zeit", "Seit wann ist das so?")
FORM = {"purpose": "prompt", "rule": "", "title": "Nach der Zeit", "body": "Seit wann ist das so?"}


def titles(cast, purpose=PROMPT):
    return [block.title for block in load_blocks(cast.declaration).of(purpose)]


def count_rows():
    return db.session.scalar(select(func.count(TextBlock.id)))


def log():
    lines = db.session.scalars(select(LogEntry).where(LogEntry.act == Act.BLOCKS).order_by(LogEntry.id)).all()
    return [(line.before, line.after) for line in lines]


def add(cast, words=WORDS):
    block = add_block(cast.mira, cast.declaration, words)
    db.session.commit()
    return block


def key_of(cast, title):
    return next(block.key for block in load_blocks(cast.declaration).all if block.title == title)


@pytest.fixture
def mira(cast, client):
    return client.sign_in(cast.mira)


class TestStandard:
    def test_a_team_begins_with_blocks_for_every_rule_and_good_questions(self, cast):
        blocks = load_blocks(cast.declaration)
        assert blocks.is_standard
        assert {block.rule for block in blocks.of(REASON)} == set(Rule)
        questions = [block.body for block in blocks.of(PROMPT)]
        assert "Wen trifft das außerdem?" in questions
        assert len(questions) >= 8
        assert blocks.of(BlockPurpose.RESPONSE)
        assert count_rows() == 0

    def test_the_words_fit_where_they_go(self):
        for _purpose, _rule, title, body in STANDARD:
            assert len(title) <= BLOCK_TITLE_MAX
            assert len(body) <= BLOCK_MAX
        assert len({(title, body.strip()) for _purpose, _rule, title, body in STANDARD}) == len(STANDARD)

    def test_loading_takes_one_query(self, cast):
        for _ in range(2):
            assert cast.declaration.id
            with count_queries() as queries:
                load_blocks(cast.declaration)
            assert queries.count == 1
            add(cast)

    def test_reasons_come_by_rule(self, cast):
        blocks = load_blocks(cast.declaration)
        assert {block.rule for block in blocks.reasons(Rule.PROTECT)} == {Rule.PROTECT}
        add(cast, BlockWords(REASON, "Immer", "Passt immer."))
        assert {block.rule for block in load_blocks(cast.declaration).reasons(Rule.PROTECT)} == {Rule.PROTECT, None}


class TestChanging:
    def test_with_the_first_change_all_blocks_belong_to_the_team(self, cast):
        before = [(block.title, block.body.strip()) for block in load_blocks(cast.declaration).all]
        add(cast)
        blocks = load_blocks(cast.declaration)
        assert not blocks.is_standard
        assert [(b.title, b.body) for b in blocks.all] == [*before, (WORDS.title, WORDS.body)]
        assert log() == [("", f"prompt:{key_of(cast, WORDS.title)}")]

    def test_a_standard_block_is_changed_by_its_key_and_twice_is_once(self, cast):
        key = next(block.key for block in load_blocks(cast.declaration).of(PROMPT))
        for _ in range(2):
            change_block(cast.mira, cast.declaration, key, WORDS)
            db.session.commit()
        assert titles(cast)[0] == WORDS.title
        assert count_rows() == len(STANDARD)
        assert len(log()) == 1

    def test_of_two_moderators_the_second_is_told(self, cast):
        key = str(add(cast).id)
        seen = load_blocks(cast.declaration).find(key).seen
        change_block(cast.mira, cast.declaration, key, BlockWords(PROMPT, "Nach dem Ort", "Wo ist das so?"), seen)
        db.session.commit()
        with pytest.raises(Outdated):
            change_block(cast.otto, cast.declaration, key, BlockWords(PROMPT, "Anders", "Wie anders?"), seen)
        assert "Nach dem Ort" in titles(cast)

    def test_what_somebody_removed_cannot_be_changed(self, cast):
        key = str(add(cast).id)
        for _ in range(2):
            remove_block(cast.mira, cast.declaration, key)
        with pytest.raises(Outdated):
            change_block(cast.mira, cast.declaration, key, WORDS)
        assert WORDS.title not in titles(cast)
        assert log()[-1] == (f"prompt:{key}", "")

    def test_the_same_block_sent_twice_is_one(self, cast):
        assert add(cast).id == add(cast).id
        assert titles(cast).count(WORDS.title) == 1

    def test_blocks_change_places_within_their_kind_only(self, cast):
        first, second, *_ = titles(cast)
        move_block(cast.mira, cast.declaration, key_of(cast, second), up=True)
        assert titles(cast)[:2] == [second, first]
        for _ in range(2):
            move_block(cast.mira, cast.declaration, key_of(cast, second), up=True)
        assert titles(cast)[:2] == [second, first]
        move_block(cast.mira, cast.declaration, key_of(cast, second), up=False)
        assert titles(cast)[:2] == [first, second]
        with pytest.raises(Outdated):
            move_block(cast.mira, cast.declaration, "987654", up=True)

    def test_without_own_blocks_the_standard_ones_are_back(self, cast):
        add(cast)
        for block in load_blocks(cast.declaration).all:
            remove_block(cast.mira, cast.declaration, block.key)
        db.session.commit()
        assert load_blocks(cast.declaration).is_standard

    @pytest.mark.parametrize(
        ("words", "field"),
        [
            (BlockWords(PROMPT, " ", "x"), "title"), (BlockWords(PROMPT, "x" * (BLOCK_TITLE_MAX + 1), "x"), "title"),
            (BlockWords(PROMPT, "x", "\u200b"), "body"), (BlockWords(PROMPT, "x", "x" * (BLOCK_MAX + 1)), "body"),
        ],
    )  # fmt: skip
    def test_what_is_missing_or_too_long_is_named(self, cast, words, field):
        with pytest.raises(BlockInvalid) as refused:
            add_block(cast.mira, cast.declaration, words)
        assert refused.value.field == field

    def test_there_is_an_end_to_it(self, cast):
        for number in range(BLOCKS_MAX - len(STANDARD)):
            add_block(cast.mira, cast.declaration, BlockWords(PROMPT, f"Nummer {number}", "Wie?"))
        with pytest.raises(BlockInvalid) as refused:
            add_block(cast.mira, cast.declaration, WORDS)
        assert refused.value.field == "number"

    def test_only_reasons_belong_to_a_rule(self, cast):
        assert add(cast, BlockWords(PROMPT, "x", "Wie?", Rule.STAY)).rule is None
        assert add(cast, BlockWords(REASON, "x", "Weil.", Rule.STAY)).rule is Rule.STAY

    def test_blocks_of_another_declaration_are_out_of_reach(self, cast):
        other = builders.make_declaration("andere")
        add(cast)
        key = key_of(cast, WORDS.title)
        builders.make_member(other, "rosa")
        assert load_blocks(other).find(key) is None
        with pytest.raises(NotAllowed):
            change_block(cast.mira, other, key, WORDS)

    def test_participants_and_guests_have_no_part_in_it(self, cast, client):
        for act in (
            lambda: add_block(cast.ada, cast.declaration, WORDS),
            lambda: change_block(cast.ada, cast.declaration, "s0", WORDS),
            lambda: remove_block(cast.ada, cast.declaration, "s0"),
            lambda: move_block(cast.ada, cast.declaration, "s0", up=True),
        ):
            with pytest.raises(NotAllowed):
                act()
        assert client.get(BLOCKS).location.startswith("/login")
        ada = client.sign_in(cast.ada)
        for path in (BLOCKS, f"{BLOCKS}/new", f"{BLOCKS}/s0"):
            assert ada.get(path).status_code == 403
        for path in (f"{BLOCKS}/new", f"{BLOCKS}/s0", f"{BLOCKS}/s0/place", f"{BLOCKS}/s0/remove"):
            assert ada.post(path, data=FORM | {"to": "up"}).status_code == 403
        assert count_rows() == 0


class TestPages:
    @pytest.mark.parametrize("name", ["mira", "otto"])
    def test_the_team_sees_all_blocks_by_purpose(self, cast, client, name):
        tree = html.fromstring(client.sign_in(getattr(cast, name)).get(BLOCKS).text)
        assert len(tree.xpath("//ul[@class='blocklist']/li")) == len(STANDARD)
        assert [h.strip() for h in tree.xpath("//section/h2/text()")] == [
            "Begründungen", "Antworten der Moderation", "Fragen, die weiterhelfen",
        ]  # fmt: skip

    def test_a_new_block_is_written_and_changed_on_pages(self, cast, mira):
        assert mira.get(f"{BLOCKS}/new?purpose=prompt").status_code == 200
        assert mira.post(f"{BLOCKS}/new", data=FORM).location == BLOCKS
        key = key_of(cast, WORDS.title)
        tree = html.fromstring(mira.get(f"{BLOCKS}/{key}").text)
        seen = tree.xpath("string(//input[@name='seen']/@value)")
        changed = FORM | {"body": "Wie lange schon?", "seen": seen}
        assert mira.post(f"{BLOCKS}/{key}", data=changed).location == BLOCKS
        assert "Wie lange schon?" in mira.get(BLOCKS).text
        answer = mira.post(f"{BLOCKS}/{key}", data=FORM | {"seen": seen, "body": "Zu spät geschrieben."})
        assert answer.status_code == 409
        assert "Zu spät geschrieben." in answer.text

    @pytest.mark.parametrize(
        "wrong",
        [{"purpose": ""}, {"purpose": "x"}, {"title": ""}, {"body": ""}, {"title": "x" * 81}, {"body": "x" * 601}],
    )
    def test_a_wrong_form_is_shown_again_with_its_words(self, cast, mira, wrong):
        answer = mira.post(f"{BLOCKS}/new", data=FORM | wrong)
        assert answer.status_code == 422
        assert "<title>Fehler:" in answer.text
        assert (FORM | wrong)["body"] in answer.text
        assert count_rows() == 0

    def test_buttons_move_and_remove(self, cast, mira):
        first, second, *_ = titles(cast)
        mira.post(f"{BLOCKS}/{key_of(cast, first)}/place", data={"to": "down"})
        assert titles(cast)[:2] == [second, first]
        mira.post(f"{BLOCKS}/{key_of(cast, first)}/remove")
        assert first not in titles(cast)
        assert mira.post(f"{BLOCKS}/{key_of(cast, second)}/place", data={"to": "left"}).status_code == 400

    def test_a_block_that_is_not_there_has_no_page(self, cast, mira):
        for key in ("s999", "17", "x", "²"):
            assert mira.get(f"{BLOCKS}/{key}").status_code == 404

    def test_markup_stays_text(self, cast, mira):
        mira.post(f"{BLOCKS}/new", data=FORM | {"title": "<b>x</b>", "body": '"><script>alert(1)</script>'})
        annotation = builders.annotate(cast.ada, cast.declaration)
        for path in (BLOCKS, f"/a/{annotation.number}/response"):
            assert "<script>alert" not in mira.get(path).text


class TestUsing:
    @pytest.fixture
    def address(self, cast):
        return f"/a/{builders.annotate(cast.ada, cast.declaration, kind=Kind.QUESTION).number}/response"

    def test_without_script_a_button_puts_the_words_behind_what_stands_there(self, cast, mira, address):
        buttons = html.fromstring(mira.get(address).text).xpath("//button[@name='block']")
        button = next(one for one in buttons if "Nach anderen" in one.text_content())
        assert button.get("formnovalidate") is not None
        written = {"kind": "inquiry", "body": "Danke.", "block": button.get("value"), "form_key": "k"}
        answer = mira.post(address, data=written)
        assert answer.status_code == 200
        tree = html.fromstring(answer.text)
        assert tree.xpath("string(//textarea[@id='body'])") == "Danke.\nWen trifft das außerdem?"
        assert tree.xpath("//input[@name='kind'][@checked]/@value") == ["inquiry"]
        assert tree.xpath("//input[@name='form_key']/@value") == ["k"]
        assert "Fehler" not in answer.text
        assert db.session.scalars(select(Response)).all() == []

    def test_enter_still_publishes(self, cast, mira, address):
        form = html.fromstring(mira.get(address).text).xpath("//form[contains(@action, 'response')]")[0]
        assert form.xpath(".//button")[0].get("name") != "block"

    def test_a_block_that_is_gone_does_not_swallow_the_answer(self, cast, mira, address):
        answer = mira.post(address, data={"kind": "inquiry", "body": "Danke.", "block": "987", "form_key": "k"})
        assert answer.status_code == 303

    def test_own_words_are_offered(self, cast, mira, address):
        add(cast)
        assert WORDS.body in mira.get(address).text

    def test_questions_are_offered_at_the_desk_too(self, cast, mira, address):
        page = mira.get("/d/erklaerung/moderation?tab=unanswered").text
        assert re.search(r'<button[^>]+name="block"[^>]+data-block="body"', page)

    def test_a_reason_brings_its_rule_along_unless_one_is_chosen(self, cast, app):
        blocks = load_blocks(cast.declaration)
        block = blocks.reasons(Rule.PROTECT)[0]
        for chosen, rule in (("", Rule.PROTECT.value), (Rule.LAW.value, Rule.LAW.value)):
            data = {"block": block.key, "rule": chosen, "reason": ""}
            with app.test_request_context(method="POST", data=data), speaking("de"):
                form = DecisionForm()
                assert insert_block(form, form.reason, blocks) == block
                assert (form.rule.data, form.reason.data) == (rule, block.body)
        with app.test_request_context(method="POST", data={"reason": "Eigenes"}), speaking("de"):
            form = DecisionForm()
            assert insert_block(form, form.reason, blocks) is None
            assert form.reason.data == "Eigenes"


def test_blocks_know_their_neighbours(cast):
    blocks = load_blocks(cast.declaration)
    prompts = blocks.of(PROMPT)
    assert [blocks.can_go_up(one) for one in prompts] == [False, *[True] * (len(prompts) - 1)]
    assert [blocks.can_go_down(one) for one in prompts] == [*[True] * (len(prompts) - 1), False]
    assert blocks.find("s0").rule is Rule.STAY
