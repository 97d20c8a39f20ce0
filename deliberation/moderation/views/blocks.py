"""Text blocks of the team, and putting one into a form without script."""

from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from deliberation.annotations.views import readable_declaration
from deliberation.declarations.models import Declaration
from deliberation.labels import rule_words
from deliberation.moderation.forms.settings import BlockForm, MoveForm, rule_options
from deliberation.moderation.models import BlockPurpose
from deliberation.moderation.views import moderation
from deliberation.moderation.words import house_rules, text_blocks
from deliberation.moderation.words.text_blocks import Block, BlockInvalid, Blocks, BlockWords
from deliberation.permissions import Permission, require
from deliberation.urls import blocks_url
from deliberation.web import viewer


def insert_block(form: Any, field: Any, blocks: Blocks) -> Block | None:
    """Put the block whose button was pressed behind what stands in a field, and choose its rule if none is chosen.

    None if no such button was pressed. Afterwards the page is shown again with status 200: nothing is sent yet."""
    block = blocks.find(request.form.get("block", ""))
    if block is None:
        return None
    written = (field.data or "").rstrip()
    field.data = f"{written}\n{block.body}" if written else block.body
    if block.rule is not None and "rule" in form and not form.rule.data:
        form.rule.data = block.rule.value
    return block


def _team_declaration(slug: str) -> Declaration:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.WRITE_BLOCKS, declaration)
    return declaration


@moderation.get("/d/<slug>/moderation/blocks")
def blocks(slug: str) -> str:
    declaration = _team_declaration(slug)
    found = text_blocks.load_blocks(declaration)
    return render_template("moderation/blocks.html", declaration=declaration, blocks=found, here="queue")


@moderation.route("/d/<slug>/moderation/blocks/new", methods=["GET", "POST"])
def new_block(slug: str) -> Any:
    declaration = _team_declaration(slug)
    form = _form(declaration, purpose=request.args.get("purpose"), rule=request.args.get("rule", ""))
    if request.method == "POST" and form.validate():
        try:
            text_blocks.add_block(viewer(), declaration, _words(form))
            flash(_("Der Baustein ist gespeichert."), "done")
            return redirect(blocks_url(declaration), 303)
        except BlockInvalid as invalid:
            form.blame(invalid.field)
    return _block_page(declaration, form, None)


@moderation.route("/d/<slug>/moderation/blocks/<key>", methods=["GET", "POST"])
def block(slug: str, key: str) -> Any:
    declaration = _team_declaration(slug)
    found = text_blocks.load_blocks(declaration).find(key)
    if found is None and request.method == "GET":
        abort(404)
    form = _form(declaration, **_fields(found))
    if request.method == "POST" and form.validate():
        try:
            text_blocks.change_block(viewer(), declaration, key, _words(form), form.seen.data or "")
            flash(_("Der Baustein ist gespeichert."), "done")
            return redirect(blocks_url(declaration), 303)
        except BlockInvalid as invalid:
            form.blame(invalid.field)
    return _block_page(declaration, form, found)


@moderation.post("/d/<slug>/moderation/blocks/<key>/place")
def move_block(slug: str, key: str) -> Any:
    declaration = _team_declaration(slug)
    form = MoveForm()
    if not form.validate():
        abort(400)
    text_blocks.move_block(viewer(), declaration, key, up=form.to.data == "up")
    return redirect(blocks_url(declaration), 303)


@moderation.post("/d/<slug>/moderation/blocks/<key>/remove")
def remove_block(slug: str, key: str) -> Any:
    declaration = _team_declaration(slug)
    text_blocks.remove_block(viewer(), declaration, key)
    flash(_("Der Baustein ist entfernt."), "done")
    return redirect(blocks_url(declaration), 303)


def _form(declaration: Declaration, **fields: Any) -> BlockForm:
    form = BlockForm(**fields)
    choosable = house_rules.choosable(declaration)
    form.rule.choices = rule_options((rule, rule_words(declaration, rule)) for rule in choosable)
    return form


def _fields(found: Block | None) -> dict[str, Any]:
    if found is None:
        return {}
    rule = found.rule.value if found.rule else ""
    return {
        "purpose": found.purpose.value,
        "rule": rule,
        "title": found.title,
        "body": found.body,
        "seen": found.seen,
    }


def _words(form: BlockForm) -> BlockWords:
    return BlockWords(BlockPurpose(form.purpose.data), form.title.data, form.body.data, form.chosen_rule)


def _block_page(declaration: Declaration, form: BlockForm, found: Block | None) -> Any:
    page = render_template("moderation/block.html", declaration=declaration, form=form, block=found, here="queue")
    return page, 422 if request.method == "POST" else 200
