"""Which sentences quoted words lie in: a quote without a sentence is about those."""

from collections.abc import Sequence

from deliberation.annotations.models import Annotation
from deliberation.declarations.models import Wording


def sentences_of_quote(wording: Wording, quote: str, start: int | None) -> tuple[int, ...]:
    """Numbers of the sentences that quoted words lie in; none if they are not found."""
    at = start if start is not None else wording.text.find(quote)
    found, position = [], 0
    for number, sentence in enumerate(wording.sentences, start=1):
        begin = wording.text.find(sentence, position)
        position = begin + len(sentence)
        if begin < at + len(quote) and at < position:
            found.append(number)
    return tuple(found) if at >= 0 else ()


def sentences_meant(annotation: Annotation) -> Sequence[int]:
    """What an annotation is about: sentences of the wording it was written on; none for the whole paragraph."""
    if annotation.sentences or not annotation.quote or annotation.wording is None:
        return annotation.sentences  # type: ignore[no-any-return]
    return sentences_of_quote(annotation.wording, annotation.quote, annotation.quote_start)
