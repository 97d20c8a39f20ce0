"""Files that nobody waits for: ordered, made, fetched by one person, and thrown away in time."""

import errno
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select

from deliberation.annotations.models import Annotation, find_annotation
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.actions import grant_role
from deliberation.declarations.models import find_declaration
from deliberation.jobs import Jobs, exporting
from deliberation.moderation import actions as moderation
from deliberation.moderation.models import Rule
from deliberation.notifications.models import Mail
from deliberation.permissions import NotAllowed, Operator, Role
from deliberation.results import export_jobs
from deliberation.results.exports import export
from deliberation.results.filters import Filters
from deliberation.results.models import ExportJob, JobState
from deliberation.results.writers import WRITERS
from tests import builders
from tests.results import scene

EXPORT = "/d/erklaerung/export"


@pytest.fixture(autouse=True)
def short_patience(monkeypatch):
    """Three annotations are many."""
    for name, writer in list(WRITERS.items()):
        monkeypatch.setitem(WRITERS, name, replace(writer, long_from=3))


@pytest.fixture
def lively(cast):
    return scene.lively(cast)


@pytest.fixture
def folder(app):
    found = Path(app.instance_path) / "exports"
    yield found
    for path in found.glob("*"):
        path.unlink()


def the_job():
    db.session.expire_all()
    return db.session.scalars(select(ExportJob)).one()


def order(client, cast, query="csv?names=none"):
    answer = client.sign_in(cast.otto).get(f"{EXPORT}.{query}")
    assert answer.status_code == 303
    return answer.location


def status(client, address):
    with client.get(f"{address}/file") as answer:
        return answer.status_code


class TestOrdering:
    def test_few_annotations_come_at_once_and_many_lead_to_a_page(self, cast, client, folder):
        otto = client.sign_in(cast.otto)
        builders.annotate(cast.ada, cast.declaration)
        assert otto.get(f"{EXPORT}.csv").status_code == 200
        scene.lively(cast)
        address = order(client, cast)
        assert re.fullmatch(r"/d/erklaerung/exports/[\w-]{22}", address)
        assert "Die Datei wartet darauf, erstellt zu werden." in otto.get(address).text
        assert otto.get(f"{EXPORT}.csv?thesis=1").status_code == 200

    def test_asking_again_leads_to_the_same_page(self, cast, client, lively):
        assert order(client, cast) == order(client, cast)
        assert len(db.session.scalars(select(ExportJob)).all()) == 1

    def test_nobody_waits_for_more_than_three(self, cast, client, lively):
        for kind in ("csv", "json", "xlsx"):
            order(client, cast, f"{kind}?names=none")
        answer = client.get(f"{EXPORT}.jsonl?names=none")
        assert answer.status_code == 409
        assert "Sie warten schon auf 3 Dateien." in answer.text
        assert answer.text.count("wartet") == 3

    def test_participant_cannot_order(self, cast, lively):
        with pytest.raises(NotAllowed):
            export_jobs.order(cast.ada, lively, "csv", Filters())


class TestMaking:
    @pytest.mark.parametrize("kind", ["csv", "json", "jsonl", "jsonld", "xlsx", "polis", "md"])
    def test_file_is_the_one_that_would_have_come_at_once(self, cast, client, app, folder, lively, kind):
        address = order(client, cast, f"{kind}?names=none&thesis=3")
        assert exporting.make_next(app)
        assert not exporting.make_next(app)
        page = client.get(address).text
        assert "Die Datei ist fertig." in page
        assert "data-poll" not in page
        wanted = export(
            Operator(), find_declaration("erklaerung"), kind, Filters(names="none", thesis="3"), "http://localhost"
        )
        with client.get(f"{address}/file") as answer:
            assert answer.data == wanted.content
        assert wanted.name in answer.headers["Content-Disposition"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Last-Modified" not in answer.headers

    def test_person_is_told_by_a_mail_that_says_nothing(self, cast, client, app, folder, lively):
        address = order(client, cast)
        exporting.make_next(app)
        [mail] = db.session.scalars(select(Mail).where(Mail.template == export_jobs.READY)).all()
        assert mail.recipient == cast.otto.email
        with frozen_at(now() + timedelta(minutes=1)):
            from deliberation.notifications.mailer import to_message

            text = to_message(mail).get_body(("plain",)).get_content()
        assert "erklaerung" not in text.casefold()
        link = re.search(r"http://localhost(/exports/[\w-]+)", text)[1]
        assert client.get(link).location == address

    def test_progress_is_written_down_and_a_cancelled_file_is_not_finished(
        self, cast, client, app, folder, lively, monkeypatch
    ):
        monkeypatch.setattr(exporting, "REPORT_SECONDS", 0)
        address = order(client, cast)
        seen = []

        def note(job_id, tries, percent):
            seen.append(percent)
            export_jobs.cancel(cast.otto, db.session.get(ExportJob, job_id))
            db.session.commit()
            noted(job_id, tries, percent)

        noted = export_jobs.note_percent
        monkeypatch.setattr(export_jobs, "note_percent", note)
        exporting.make_next(app)
        assert seen == [99]
        assert the_job().state is JobState.CANCELLED
        assert scene.lying(folder) == []
        assert "Abgebrochen." in client.get(address).text
        assert not db.session.scalars(select(Mail).where(Mail.template == export_jobs.READY)).all()

    def test_page_has_a_button_that_cancels(self, cast, client, app, folder, lively):
        address = order(client, cast)
        assert f'action="{address}/cancel"' in client.get(address).text
        assert client.post(f"{address}/cancel").status_code == 303
        assert not exporting.make_next(app)
        assert the_job().state is JobState.CANCELLED

    def test_full_disk_is_told_in_one_sentence(self, cast, client, app, folder, lively, monkeypatch):
        def full(*_args, **_more):
            raise OSError(errno.ENOSPC, "No space left on device")

        address = order(client, cast)
        monkeypatch.setattr("deliberation.results.exports.Prepared.write", full)
        exporting.make_next(app)
        assert "Auf dem Server ist kein Platz mehr für die Datei." in client.get(address).text
        assert scene.lying(folder) == []

    def test_role_that_was_taken_ends_the_job(self, cast, client, app, folder, lively):
        order(client, cast)
        grant_role(cast.otto, Role.PARTICIPANT, cast.declaration)
        membership = builders.membership(cast.otto, cast.declaration)
        for grant in list(membership.grants):
            if grant.role is Role.ORGANISER:
                db.session.delete(grant)
        db.session.commit()
        db.session.expunge_all()
        exporting.make_next(app)
        assert (the_job().state, the_job().fault) == (JobState.FAILED, "gone")

    def test_process_that_ends_leaves_it_to_the_next(self, cast, client, app, folder, lively):
        order(client, cast)
        assert exporting.make_next(app, should_stop=lambda: True)
        assert (the_job().state, the_job().tries) == (JobState.WAITING, 0)
        assert scene.lying(folder) == []

    def test_process_that_was_killed_leaves_it_to_the_next_three_times_at_most(self, cast, client, app, folder, lively):
        order(client, cast)
        for tries in (1, 2, 3):
            assert export_jobs.claim() == (the_job().id, tries)
            (folder / f"{the_job().key}.{tries}.part").write_text("angefangen")
            db.session.commit()
            following = exporting.Exporting(app, Event())
            following._run = lambda: None
            following.look()
            following.join(5)
            assert scene.lying(folder) == []
        assert (the_job().state, the_job().fault) == (JobState.FAILED, "fault")

    def test_jobs_begin_it_by_themselves(self, cast, client, app, folder, lively, monkeypatch):
        begun = []
        monkeypatch.setattr(exporting.Exporting, "_run", lambda self: begun.append(self))
        jobs = Jobs(app)
        assert jobs.run_once()
        assert begun == []
        order(client, cast)
        assert jobs.run_once()
        jobs.exporting.join(5)
        assert begun == [jobs.exporting]
        jobs.lock.release()


class TestFetching:
    @pytest.fixture
    def made(self, cast, client, app, folder, lively):
        address = order(client, cast, "csv?names=pseudonyms")
        exporting.make_next(app)
        return address

    def test_nobody_else_finds_it(self, cast, client, made):
        other = builders.make_member(find_declaration("erklaerung"), "olga", Role.ORGANISER)
        for person in (other, cast.ada, cast.mira):
            client.sign_in(person)
            assert client.get(made).status_code in (403, 404)
            assert client.get(f"{made}/file").status_code in (403, 404)
            assert client.post(f"{made}/cancel").status_code in (403, 404)
            assert client.get(f"/exports/{made.rpartition('/')[2]}").status_code == 404
        assert the_job().is_done

    def test_who_lost_the_role_does_not_get_it_any_more(self, cast, client, made):
        membership = builders.membership(cast.otto, cast.declaration)
        for grant in list(membership.grants):
            db.session.delete(grant)
        db.session.commit()
        assert client.get(f"{made}/file").status_code in (403, 404)

    def test_with_pseudonyms_asks_again_who_it_is(self, client, made):
        with frozen_at(now() + timedelta(minutes=31)):
            assert client.get(f"{made}/file").location.startswith("/login/again")
        assert status(client, made) == 200

    @pytest.mark.parametrize("deed", ["hide", "withdraw", "leave"])
    def test_is_not_handed_out_any_more_once_something_in_it_may_not_be_read(
        self, cast, client, app, folder, made, deed
    ):
        wanted = Annotation.body == "Hier gehen die Meinungen auseinander."
        annotation = find_annotation(db.session.scalars(select(Annotation.number).where(wanted)).one())
        if deed == "hide":
            moderation.hide(cast.mira, annotation, Rule.RESPECT, "Das verletzt jemanden.", annotation.version)
        elif deed == "withdraw":
            from deliberation.annotations.actions import withdraw

            withdraw(cast.ben, annotation)
        else:
            builders.membership(cast.ben, cast.declaration).user_id = None
        db.session.commit()
        assert client.get(f"{made}/file").location == made
        page = client.get(made).text
        assert "Die Datei wird nicht mehr herausgegeben." in page
        assert "Neu erstellen" in page
        export_jobs.forget_exports(now())
        db.session.commit()
        exporting.tidy(app)
        assert scene.lying(folder) == []

    def test_what_is_new_does_not_make_it_out_of_date(self, cast, client, made):
        builders.annotate(cast.ada, find_declaration("erklaerung"), body="Später dazu.")
        assert status(client, made) == 200

    def test_goes_after_three_days(self, client, app, folder, made):
        assert len(scene.lying(folder)) == 1
        with frozen_at(now() + timedelta(days=3, minutes=1)):
            assert client.get(f"{made}/file").status_code in (303, 404)
            export_jobs.forget_exports(now())
            db.session.commit()
            exporting.tidy(app)
        assert scene.lying(folder) == []
        assert db.session.scalars(select(ExportJob)).all() == []

    def test_goes_with_the_person_who_ordered_it(self, cast, app, folder, made):
        from deliberation.privacy.leaving import erase

        erase(Operator(), cast.otto)
        db.session.commit()
        exporting.tidy(app)
        assert scene.lying(folder) == []

    def test_goes_with_the_declaration(self, cast, app, folder, made):
        from deliberation.privacy import deletion

        deletion.remove(find_declaration("erklaerung"))
        db.session.commit()
        exporting.tidy(app)
        assert scene.lying(folder) == []

    def test_can_be_thrown_away_at_once(self, client, app, folder, made):
        client.post(f"{made}/cancel")
        exporting.tidy(app)
        assert scene.lying(folder) == []

    def test_is_readable_for_its_owner_alone(self, folder, made):
        assert scene.lying(folder) == [the_job().key]
        assert oct(folder.stat().st_mode)[-3:] == "700"
        for path in folder.iterdir():
            assert oct(path.stat().st_mode)[-3:] == "600"

    def test_list_has_ones_own(self, cast, client, made):
        page = client.get("/d/erklaerung/exports").text
        assert "Tabelle (CSV)" in page
        assert "fertig" in page
        other = builders.make_member(find_declaration("erklaerung"), "olga", Role.ORGANISER)
        assert "Hier liegt keine Datei." in client.sign_in(other).get("/d/erklaerung/exports").text
