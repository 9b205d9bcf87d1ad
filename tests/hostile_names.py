"""Sixty names that something would take for markup, a formula, an address or a command, each with a mark."""

from __future__ import annotations

_PATTERNS = (
    # HTML, and what ends the element that holds it
    "{}<b>bold</b>",
    "{}</script><script>window.stolen=1</script>",
    "<img src=x{} onerror=window.stolen=1>",
    "<a href='javascript:window.stolen=1'>{}</a>",
    "<svg/onload=window.stolen=1>{}</svg>",
    "<iframe srcdoc='<script>parent.stolen=1</script>'>{}",
    "{}<style>*{{display:none}}</style>",
    "{}' onmouseover='window.stolen=1",
    '{}" onfocus="window.stolen=1" autofocus="',
    "{}--><h1>title</h1><!--",
    "<math><mi xlink:href='data:x,{}'>x</mi></math>",
    "{}<!-- a comment -->",
    # entities
    "{}&lt;i&gt;italic&lt;/i&gt;",
    "{}&amp;amp;",
    "{}&#60;u&#62;",
    "{}&copy;&nbsp;&Tab;x",
    # Markdown
    "**{}** bold",
    "_{}_ and *more*",
    "# {} heading",
    "- {} item",
    "1. {} item",
    "> {} quoted",
    "`{}` code",
    "~~{}~~ struck",
    "[{}](https://example.org/stolen)",
    "![{}](https://example.org/stolen.png)",
    "<https://example.org/{}>",
    "https://example.org/{}",
    "www.example.org/{}",
    "{}@example.org",
    "| {} | cell |",
    "{}[^1] and [x]: y",
    "    {} indented",
    "--- {}",
    "{}\\\\* and \\_",
    # Streamlit's directives, icons and arrows
    ":red[{}]",
    ":blue-background[{}]",
    ":material/home: {}",
    ":smile: {} :+1:",
    ":streamlit: {}",
    ":small[{}] :badge[x]",
    "{} -> x <- y -- z >= w",
    "{}::video[https://example.org]",
    # LaTeX
    "${}^2$",
    "$$\\frac{{{}}}{{2}}$$",
    "\\({}\\) \\alpha",
    # plotly's tags and placeholders
    "{}<br>second line",
    "<a href='https://example.org'>{}</a>",
    "<span style='color:red'>{}</span>",
    "{}<sup>2</sup>",
    "%{{x}} {} %{{customdata[0]}}",
    "{}<extra>aside</extra>",
    # formulas of spreadsheet programs
    '=HYPERLINK("https://example.org","{}")',
    "+cmd|' /C calc'!{}",
    "@SUM({})",
    "-{}+1",
    # control characters, right-to-left overrides and what cannot be seen
    "{}\x1b[31mred\x07",
    "{}\u202egnp.exe",
    "{}\u2066isolated\u200b\u200fmark",
    # a path
    "../../{}/%2e%2e/etc",
)  # fmt: skip
HOSTILE_NAMES = tuple(pattern.format(f"zq{number:02d}") for number, pattern in enumerate(_PATTERNS))
