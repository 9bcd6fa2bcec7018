"""What people write to a desk, by dice: words as rare as in a language, some of them known to the bench."""

from __future__ import annotations

import io
import random
from itertools import accumulate
from typing import Any

TEXTS = 20_000
WORDS = 20_000
# In so many of a hundred messages.
COMMON = {"backup": 78, "restore": 40}
# In so many messages of the whole, whatever its size.
RARE, RARE_TIMES = "quixotic", 20
SYLLABLES = "ba co di fu ga he li mo na pe qui ra so ta ve xo za bri clo dra fen gor".split()  # noqa: SIM905 - one line is easier to read


def copy_into(cursor: Any) -> None:
    """Fill the table `bench_texts` (n, title, body) by COPY."""
    dice = random.Random(20261128)
    words = list(dict.fromkeys("".join(dice.choices(SYLLABLES, k=dice.randint(2, 4))) for _ in range(2 * WORDS)))[
        :WORDS
    ]
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    rows = io.StringIO()
    for number in range(TEXTS):
        said = dice.choices(words, cum_weights=weights, k=dice.randint(30, 90))
        said += [word for word, percent in COMMON.items() if dice.randrange(100) < percent]
        dice.shuffle(said)
        title = " ".join(dice.choices(words, cum_weights=weights, k=6)).capitalize()
        rows.write(f"{number}\t{title}\t{' '.join(said).capitalize()}.\n")
    rows.seek(0)
    cursor.execute("CREATE UNLOGGED TABLE bench_texts (n int PRIMARY KEY, title text, body text)")
    cursor.copy_expert("COPY bench_texts FROM STDIN", rows)
    cursor.execute("ANALYZE bench_texts")
