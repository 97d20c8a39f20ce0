"""An organiser sends a video in sign language, and people watch it beside the text, with captions, by keyboard alone."""

import base64

import pytest
from playwright.sync_api import expect

from tests.browser.looking import assert_pages_are_fit
from tests.pages import films

RECORD = """async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 })
  const drawing = canvas.getContext('2d')
  const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm;codecs=vp8' })
  const pieces = []
  recorder.ondataavailable = (event) => pieces.push(event.data)
  recorder.start()
  for (let turn = 0; turn < 30; turn += 1) {
    drawing.fillStyle = turn % 2 ? 'teal' : 'white'
    drawing.fillRect(turn * 8, 60, 80, 120)
    await new Promise((done) => setTimeout(done, 40))
  }
  await new Promise((done) => { recorder.onstop = done; recorder.stop() })
  const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer())
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}"""
"""A film as browsers make them: real pictures, of a length that is not known before the end."""


@pytest.fixture(scope="module")
def film(chromium):
    page = chromium.new_page()
    recorded = base64.b64decode(page.evaluate(RECORD))
    page.close()
    assert recorded[:4] == bytes.fromhex("1a45dfa3")
    return recorded


def send(office, key, film, words="Guten Tag."):
    page = office.go(f"/d/musterstadt/office/signs/{key}")
    page.get_by_label("Video in Gebärdensprache").set_input_files({"name": "dgs.webm", "mimeType": "video/webm", "buffer": film})
    captions = f"WEBVTT\n\n00:00.000 --> 00:30.000\n{words}\n".encode()
    page.get_by_label("Untertitel").set_input_files({"name": "dgs.vtt", "mimeType": "text/vtt", "buffer": captions})
    page.get_by_role("button", name="Speichern").click()
    page.wait_for_url("**/office/signs")
    return page


def test_video_is_sent_and_watched(desk, film):
    office = desk()
    office.sign_in("organisation@example.org")
    for key in ("thesis-2", "about"):
        page = send(office, key, film)
    expect(page.get_by_role("listitem").filter(has_text="These 2")).to_contain_text("vollständig")
    reader = desk(width=360, script=False)
    page = reader.go("/d/musterstadt/2")
    page.get_by_role("link", name="In Gebärdensprache").click()
    video = page.locator("video")
    expect(video).to_be_visible()
    assert video.bounding_box()["width"] <= 360
    watcher = desk()
    page = watcher.go("/d/musterstadt/signs/2")
    page.locator("video").focus()
    page.keyboard.press("Space")
    page.locator("video").evaluate(
        "(video) => new Promise((done) => { video.onerror = done; video.ontimeupdate = () => video.currentTime && done();"
        " video.ontimeupdate() })"
    )
    assert page.locator("video").evaluate("(video) => video.error") is None
    assert page.evaluate("document.querySelector('video').textTracks[0].cues[0].text") == "Guten Tag."
    assert watcher.complaints == []
    assert_pages_are_fit(desk(), ["/d/musterstadt/signs", "/d/musterstadt/signs/2"])
    # Once more, so that there is a former one to be seen.
    send(office, "thesis-2", film, "Noch einmal.")
    assert_pages_are_fit(office, [f"/d/musterstadt/office/signs{place}" for place in ("", "/thesis-2", "/about")])


def test_video_that_breaks_off_is_named_at_its_field(desk):
    office = desk(width=360)
    office.sign_in("organisation@example.org")
    page = office.go("/d/musterstadt/office/signs/thesis-3")
    broken = {"name": "x.mp4", "mimeType": "video/mp4", "buffer": films.mp4()[:-1]}
    page.get_by_label("Video in Gebärdensprache").set_input_files(broken)
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("alert")).to_contain_text("beschädigt")
    expect(page.get_by_label("Video in Gebärdensprache")).to_have_attribute("aria-invalid", "true")
