"""By keyboard, by screen reader, and with script helping."""

import re

from playwright.sync_api import expect


def test_composer_speaks_to_screen_readers(desk):
    seat = desk()
    seat.sign_in("teilnahme@example.org")
    page = seat.go("/d/musterstadt/2/1")
    tree = page.locator("form.composer").aria_snapshot()
    for part in (
        'heading "Ihre Anmerkung zu Absatz 2.1" [level=2]',
        'group "Was möchten Sie beitragen?"',
        'radio "Aus der Praxis"',
        'radio "Textvorschlag"',
        'textbox "Ihr Text"',
        'button "Anmerkung absenden"',
        'button "Vorschau"',
    ):
        assert part in tree, tree
    order = [tree.index(part) for part in ("radio", 'textbox "Ihr Text"', 'button "Anmerkung absenden"')]
    assert order == sorted(order)


def test_stance_and_votes_say_their_state(desk):
    seat = desk()
    seat.sign_in("teilnahme@example.org")
    page = seat.go("/d/musterstadt/1/1")
    panel = page.locator(".panel").aria_snapshot()
    assert 'group "Wie stehen Sie zu diesem Absatz?"' in panel
    assert re.search(r'group "Wie sehen Sie A-\d+\?"', panel)
    assert re.search(r'button "Auch so"', panel)
    assert 'complementary "Anmerkungen zu Absatz 1.1"' in page.locator("main").aria_snapshot()


def test_annotating_by_keyboard_alone(desk):
    seat = desk()
    seat.sign_in("teilnahme@example.org")
    page = seat.go("/d/musterstadt/7/1")
    page.locator("#kind-0").focus()
    page.keyboard.press("Space")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "body":
            break
    words = f"Mit der Tastatur geschrieben. {id(seat)}"
    page.keyboard.type(words)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "send":
            break
    page.keyboard.press("Enter")
    expect(page.locator(".panel").get_by_text(words)).to_be_visible()


def test_skip_link_comes_first_and_leads_to_the_text(desk):
    page = desk().go("/d/musterstadt/2/1")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#inhalt")


def test_opening_a_paragraph_keeps_the_page_and_moves_the_focus(desk):
    page = desk().go("/d/musterstadt/2")
    page.evaluate("window.mark = 1")
    page.locator("#absatz-2-1").get_by_role("link", name=re.compile("Anmerkungen")).click()
    expect(page.locator("#panel-h")).to_be_focused()
    assert page.evaluate("window.mark") == 1
    assert "/d/musterstadt/2/1" in page.url
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_have_count(0)
    page.go_back()
    expect(page.locator(".panel")).to_be_visible()


def test_voting_keeps_the_page_and_is_announced(desk):
    seat = desk()
    seat.sign_in("teilnahme@example.org")
    page = seat.go("/d/musterstadt/3/1?order=oldest")
    page.evaluate("window.mark = 1")
    page.locator(".votes button").nth(2).click()
    expect(page.locator("[data-live]")).to_have_text("Stimme gespeichert")
    assert page.evaluate("window.mark") == 1


def test_vote_that_does_not_arrive_says_so(desk):
    seat = desk()
    seat.sign_in("teilnahme@example.org")
    page = seat.go("/d/musterstadt/3/1?order=oldest")
    seat.context.set_offline(True)
    page.locator(".votes button").first.click()
    expect(page.locator("[data-live]")).to_have_text("Nicht gespeichert. Noch einmal")


def test_selected_words_become_the_quote(desk):
    seat = desk()
    seat.sign_in("teilnahme@example.org")
    page = seat.go("/d/musterstadt/6/2")
    page.locator("#s-6-2-1").evaluate(
        "node => { const text = node.firstChild; const range = document.createRange(); range.setStart(text, 0);"
        " range.setEnd(text, 12); const s = getSelection(); s.removeAllRanges(); s.addRange(range); }"
    )
    expect(page.locator("[data-quote]")).to_be_visible()
    expect(page.locator("input[name=sentence][value='1']")).to_be_checked()
    assert page.locator("input[name=quote]").input_value()


def test_text_is_saved_while_writing_and_survives_a_new_page(desk):
    seat = desk()
    seat.sign_in("teilnahme@example.org")
    page = seat.go("/d/musterstadt/8/2")
    page.get_by_label("Ihr Text").fill("Ein angefangener Satz")
    page.get_by_label("Ihr Text").blur()
    expect(page.locator("[data-savestate]")).to_contain_text("Entwurf gespeichert")
    page.goto(seat.site.url("/d/musterstadt/8/2"))
    expect(page.get_by_label("Ihr Text")).to_have_value("Ein angefangener Satz")


def test_guest_text_stays_in_the_tab(desk):
    seat = desk()
    page = seat.go("/d/musterstadt/8/2/annotations")
    page.get_by_label("Ihr Text").fill("Noch ohne Konto")
    page.get_by_label("Ihr Text").blur()
    expect(page.locator("[data-savestate]")).to_contain_text("Nur in diesem Fenster")
    page.goto(seat.site.url("/d/musterstadt/8/2/annotations"))
    expect(page.get_by_label("Ihr Text")).to_have_value("Noch ohne Konto")


def test_proposal_starts_from_the_sentence_it_is_about(desk):
    seat = desk()
    seat.sign_in("teilnahme@example.org")
    page = seat.go("/d/musterstadt/6/1")
    expect(page.get_by_label(re.compile("So soll es heißen"))).to_be_hidden()
    page.locator("[data-sentences] summary").click()
    page.locator("input[name=sentence][value='1']").check()
    page.get_by_role("radio", name="Textvorschlag").check()
    expect(page.get_by_label(re.compile("So soll es heißen"))).to_have_value(
        page.locator("#s-6-1-1").inner_text().strip()
    )
