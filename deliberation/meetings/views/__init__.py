"""Rooms and paper: what whoever leads a table enters, what a room sees, sheets to print, and contributions from paper."""

from flask import Blueprint

meetings = Blueprint("meetings", __name__)

from deliberation.meetings.views import paper, rooms, tables  # noqa: E402, F401 (their routes)
