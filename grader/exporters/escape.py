"""Every escaping of text that a student controls, one function per place where it goes."""

from __future__ import annotations

import html
import re
import unicodedata

# Joiners shape letters and emoji; alone among the invisible characters they change nothing else.
_JOINERS = "\u200c\u200d"
_FORMULA = tuple("=+-@＝＋－＠\t\r\n")
_MARKDOWN = re.compile(r"[\\`*\[\]|~$#]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_UNDERSCORES = re.compile(r"_+")
_LIST_OR_RULE = re.compile(r"[-+=]|[0-9]{1,9}(?=[.)])")


def visible(text: str, keep: str = "") -> str:
    r"""``text`` with what a reader cannot see written out, such as ``\x1b`` or ``\u202e``.

    That is: controls (C0, C1), format characters (bidi overrides, zero width), line separators and half
    surrogates. Characters in ``keep`` stay. The result can be encoded as UTF-8.
    """
    return "".join(c if c in keep or not _is_hidden(c) else repr(c)[1:-1] for c in text)


def _is_hidden(character: str) -> bool:
    if character.isprintable() or character in _JOINERS:
        return False
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def terminal_line(text: str) -> str:
    """One line that cannot move the cursor, recolour, or reorder what stands around it."""
    return visible(text)


def terminal_text(text: str) -> str:
    """Several lines for a terminal; line ends stay, tabs become spaces."""
    return visible(_lines(text).expandtabs(4), keep="\n")


def html_text(text: str) -> str:
    """Text for HTML, between tags or in a quoted attribute."""
    return html.escape(visible(_lines(text), keep="\n\t"), quote=True)


def markdown_text(text: str) -> str:
    """Text inside a line of Markdown (paragraph, heading, list item, cell); never markup, never HTML."""
    text = visible(re.sub(r"[ \t\r\n]+", " ", text).strip(" "))
    text = html.escape(_MARKDOWN.sub(r"\\\g<0>", text), quote=False)
    text = _UNDERSCORES.sub(_escape_underscores, text)
    start = _LIST_OR_RULE.match(text)
    if start is None:
        return text
    # A line that starts so would become a list or an underlined heading.
    at = start.end() if text[0].isdigit() else 0
    return f"{text[:at]}\\{text[at:]}"


def _escape_underscores(run: re.Match[str]) -> str:
    before, after = run.string[: run.start()][-1:], run.string[run.end() :][:1]
    # Between two letters it is never emphasis, and names such as mse_loss stay readable.
    inside = before.isascii() and after.isascii() and before.isalnum() and after.isalnum()
    return run[0] if inside else "\\_" * len(run[0])


def markdown_fence(text: str, info: str = "text") -> str:
    """A fenced code block (no newline at its end); the fence is longer than any run of backticks inside."""
    body = visible(_lines(text), keep="\n\t").rstrip("\n")
    longest = max((len(run) for run in re.findall("`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{info}\n{body}\n{fence}"


def csv_text(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; quoting it is the CSV writer's part."""
    # Spreadsheets trim, so what follows leading blanks counts too.
    risky = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return ("'" if risky else "") + visible(text)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")
