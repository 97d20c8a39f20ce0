"""Putting ready words into an answer, with and without script."""

import pytest

QUESTION = "Wen trifft das außerdem?"


@pytest.mark.parametrize("script", [True, False])
def test_a_moderator_puts_a_good_question_into_an_answer(desk, script):
    seat = desk(width=360, script=script)
    seat.sign_in("moderation@example.org")
    page = seat.go("/d/musterstadt/moderation?tab=unanswered")
    page.fill("#body", "Danke. Ende")
    if script:
        page.evaluate("document.getElementById('body').setSelectionRange(6, 6)")
    page.locator("details.blocks > summary").click()
    if script:
        page.get_by_role("button", name="Nach anderen").click()
        assert page.input_value("#body") == f"Danke. {QUESTION} Ende"
        assert page.locator("[data-live]").inner_text() == "Eingefügt: Nach anderen"
        assert page.evaluate("document.activeElement.id") == "body"
    else:
        with page.expect_navigation():
            page.get_by_role("button", name="Nach anderen").click()
        assert page.input_value("#body") == f"Danke. Ende\n{QUESTION}"
    assert seat.complaints == []
