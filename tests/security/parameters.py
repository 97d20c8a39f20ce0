"""Which parameters pages read from their address, taken from the source, so that a new one is tried out as well."""

import inspect
import re
import sys
from functools import cache

from flask import Flask
from werkzeug.routing import Rule

from deliberation.results.filters import FIELDS

_READ = re.compile(
    r"""(?:request\.(?:args|values)|asked)\.get(?:list)?\(\s*"(\w+)"|_asked\("(\w+)"|_day\("(\w+)"|"(\w+)" in request\.args"""
)


@cache
def _of_module(name: str) -> tuple[str, ...]:
    found = [next(one for one in match if one) for match in _READ.findall(inspect.getsource(sys.modules[name]))]
    return tuple(sorted({*found, *(FIELDS if name.startswith("deliberation.results") else ())}))


def parameters_of(app: Flask, rule: Rule) -> tuple[str, ...]:
    """Those that the module of this page reads anywhere, and `next`, which the edge reads."""
    module = inspect.unwrap(app.view_functions[rule.endpoint]).__module__
    return (*_of_module(module), "next") if module.startswith("deliberation.") else ()
