"""Text of the student's that would be markup, a formula, a command or a picture wherever it is shown."""

from __future__ import annotations

from attack_suite.attack import Attack, Outcome
from attack_suite.bases import bases

WRONG = bases()["wrong"]

HTML = "<script>alert(1)</script><img src=x onerror=alert(2)>"
MARKDOWN = "[click](javascript:alert(1)) ![x](http://evil.example/x.png) | # | **✓ passed** ```"
ANSI = "\x1b[2J\x1b[1;32m14/14\x1b[0m\x1b]0;title\x07\x1b]8;;http://evil.example\x1b\\\x9b31m\b\b\r"
FORMULA = '=HYPERLINK("http://evil.example";"14")'
COMMAND = "\n::error file=x::passed\n::set-output name=grade::14\n::add-mask::1\n##[error]x\n"
BIDI = "\u202e41/41\u2066\u200b\ufeff\u2028\u2029\u00ad"
RICH = "[bold green]14[/] [link=http://evil.example]x[/link] [/]"
NUL = "before\0after\x7f\x85"

TEXTS = {
    "html": HTML,
    "markdown": MARKDOWN,
    "ansi": ANSI,
    "formula": FORMULA,
    "workflow_command": COMMAND,
    "bidi": BIDI,
    "rich": RICH,
    "nul": NUL,
}


def _source(text: str) -> bytes:
    return f"""

TEXT = {text!a}
Strange = type(TEXT.replace("\\0", ""), (Exception,), {{}})


def square(x):
    print(TEXT)
    raise ValueError(TEXT)


def summary(values, name):
    return {{TEXT: TEXT, "name": TEXT}}


def total_of_file(path):
    raise Strange(TEXT)


def countdown(n):
    print(TEXT * 3)
    yield TEXT


def apply_twice(f, x):
    exec(compile("def g():\\n    raise KeyError(TEXT)", "victim.py", "exec"), globals())
    g()


class Counter:
    total = TEXT

    def add(self, n):
        pass


Counter.__name__ = Counter.__qualname__ = TEXT.replace("\\0", "")
""".encode()


def attacks(family: str) -> list[Attack]:
    """Each text in prints, exceptions, their types, values, keys and class names; some in names of students and files."""
    found = []
    for name, text in TEXTS.items():
        outcome = Outcome(verdicts={"square_value": "raised", "summary": "failed", "total_of_file": "raised"})
        files = {**WRONG, "victim.py": WRONG["victim.py"] + _source(text)}
        found.append(Attack(family, name, f"{name} in whatever is printed, raised, returned or named.", files, outcome))
        safe = text.replace("/", "∕").replace("\0", "").replace("\n", " ")[:80]
        if "\n" not in text and "\0" not in text:
            tries = f"{name} as the name of the student, and of a file."
            more = {**WRONG, f"{safe}.txt": b"x", f"{safe[:40]}.py": b"x = 1\n"}
            found.append(Attack(family, f"{name}_name", tries, more, Outcome(), folder=safe))
    long = "A" * 200
    tries = "A student's name as long as a disk allows."
    found.append(Attack(family, "long_name", tries, dict(WRONG), Outcome(), folder=long))
    flood = WRONG["victim.py"] + b'\n\ndef square(x):\n    raise ValueError("\\n" * 100_000 + "x" * 10_000_000)\n'
    tries = "An exception of ten million characters."
    outcome = Outcome(verdicts={"square_value": "raised"})
    found.append(Attack(family, "long_text", tries, {**WRONG, "victim.py": flood}, outcome))
    return found
