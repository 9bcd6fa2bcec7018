"""Every refusal there is, is met by a test, by its sentence or its code: a new rule without a test is noticed here."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# A part of a sentence this long is found in no other by chance.
TELLING = 8


@dataclass(frozen=True)
class Refusal:
    """What a rule answers: its code, the parts of its sentence between what is filled in, and where it stands."""

    code: str
    parts: tuple[str, ...]
    place: str

    def is_met_by(self, said: set[str]) -> bool:
        """Return whether a test names the code, or a telling part of the sentence."""
        return self.code in said or any(met(part, text) for part in self.parts for text in said if len(text) >= TELLING)


def met(part: str, text: str) -> bool:
    """Return whether a test's words are in the part of a sentence, hold it, or reach into it from what is filled in."""
    if text in part or part in text:
        return True
    # True of nearly all, and soon said: what reaches into it holds its first letters or its last.
    if part[:TELLING] not in text and part[-TELLING:] not in text:
        return False
    lengths = range(TELLING, min(len(part), len(text)) + 1)
    return any(text.endswith(part[:length]) or text.startswith(part[-length:]) for length in lengths)


def strings_in(tree: ast.AST) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def refusals() -> Iterator[Refusal]:
    for path in sorted([*(ROOT / "cases").rglob("*.py"), *(ROOT / "notifications").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "RuleBroken":
                code, *sentence = node.args
                texts = {text for argument in sentence for text in strings_in(argument)}
                parts = [part.strip() for text in texts for part in re.split(r"%\(\w+\)s", text)]
                telling = tuple(part for part in parts if len(part) >= TELLING)
                name = code.value if isinstance(code, ast.Constant) else ""
                yield Refusal(str(name), telling, f"{path.relative_to(ROOT)}:{node.lineno}")


def test_every_refusal_is_met_by_a_test() -> None:
    said: set[str] = set()
    for path in (ROOT / "tests").rglob("*.py"):
        if path != Path(__file__):
            said |= strings_in(ast.parse(path.read_text()))
    assert not [f"{refusal.place} {refusal.code}" for refusal in refusals() if not refusal.is_met_by(said)]
