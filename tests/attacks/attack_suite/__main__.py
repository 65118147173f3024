"""``python -m attack_suite FOLDER LEVEL``: grades every family; prints what is not as stated, as JSON.

Exits with 77 where the level cannot be had.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from attack_suite.arena import HONEST, Arena, user
from attack_suite.catalogue import families
from attack_suite.judge import problems


def main() -> int:
    folder, level = Path(sys.argv[1]), sys.argv[2]
    wanted = sys.argv[3:] or list(families())
    folder.mkdir()
    arena = Arena(folder, level)
    if arena.held != level:
        print(f"{level} is not to be had for {user()}: {'; '.join(arena.ready.notes)}")
        arena.close()
        return 77
    found: dict[str, list[str]] = {}
    alone = arena.family("")
    for family in wanted:
        graded = arena.family(family)
        for attack in families()[family]:
            outcome = attack.outcome_at(level, user())
            if not outcome.skip and (wrong := problems(outcome, graded.reports[attack.student])):
                found[f"{family}/{attack.name}"] = wrong
        changed = [
            f"{student} has another report" for student in HONEST if graded.texts[student] != alone.texts[student]
        ]
        if changed or graded.left:
            found[family] = [*changed, *graded.left]
    if left := arena.close():
        found["at the end"] = left
    print(json.dumps(found, ensure_ascii=True))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
