"""The text with its annotations in place, each at the words it is about: for Word, as a page, and to print.

It is the public page on paper: all that everybody can read there stands here, under pseudonyms, numbers or without names
as the filter says. Who wants to quote from it in a report learns from each annotation whether its author agreed to that.
"""

from deliberation.results.annotated import docx, html, pdf

ANNOTATED = {"docx": docx.write, "html": html.write, "pdf": pdf.write}
