"""What most see the same way, what is disputed, what nobody answered."""

from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import Kind, ResponseKind, Status
from deliberation.annotations.responses import respond
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.models import find_declaration
from deliberation.permissions import Guest
from deliberation.results.filters import Filters
from deliberation.results.summary import summarise
from tests import builders
from tests.results.scene import annotate, give_votes, numbers


def _summary(cast, **filters):
    return summarise(Guest(), find_declaration(cast.declaration.slug), Filters(**filters))


def test_many_who_agree_come_before_few_who_all_agree(cast):
    few, many, split, against = (annotate(cast.ada, cast.declaration, f"Text {n}") for n in range(4))
    give_votes(few, 5)
    give_votes(many, 40, 2)
    give_votes(split, 20, 19)
    give_votes(against, 1, 9)
    assert numbers(_summary(cast).agreed) == numbers([many, few, split])


def test_evenly_split_with_many_votes_is_most_disputed(cast):
    even, larger, lopsided, small = (annotate(cast.ada, cast.declaration, f"Text {n}") for n in range(4))
    give_votes(even, 5, 5)
    give_votes(larger, 18, 22)
    give_votes(lopsided, 30, 3)
    give_votes(small, 4, 4, 1)
    assert numbers(_summary(cast).disputed) == numbers([larger, even])


def test_questions_without_answer_are_listed_oldest_first(cast):
    first, replied, responded, second = (
        annotate(cast.ada, cast.declaration, f"Frage {n}?", kind=Kind.QUESTION) for n in range(4)
    )
    annotate(cast.ada, cast.declaration, "Keine Frage.")
    post_reply(cast.ben, replied, Contribution("So ist es."))
    respond(cast.mira, responded, ResponseKind.INFORMATION, "Das steht in Absatz 2.")
    db.session.commit()
    assert numbers(_summary(cast).unanswered) == numbers([first, second])


def test_hidden_reply_answers_nothing(cast):
    question = annotate(cast.ada, cast.declaration, "Wer zahlt?", kind=Kind.QUESTION)
    reply = post_reply(cast.ben, question, Contribution("Nicht zu zeigen."))
    reply.status = Status.HIDDEN
    db.session.commit()
    assert numbers(_summary(cast).unanswered) == [question.number]


def test_an_answer_counts_even_if_the_filters_leave_it_out(cast):
    from datetime import timedelta

    with frozen_at(now() - timedelta(days=30)):
        question = annotate(cast.ada, cast.declaration, "Wer zahlt?", kind=Kind.QUESTION)
    post_reply(cast.ben, question, Contribution("Der Träger."))
    db.session.commit()
    assert _summary(cast, kind=Kind.QUESTION).unanswered == ()


def test_lists_are_the_same_for_everybody(cast):
    give_votes(builders.annotate(cast.ada, cast.declaration), 6, 5)
    annotate(cast.ada, cast.declaration, "Verborgen.", status=Status.HIDDEN)
    declaration = find_declaration(cast.declaration.slug)
    assert summarise(cast.mira, declaration) == summarise(cast.ada, declaration) == summarise(Guest(), declaration)
