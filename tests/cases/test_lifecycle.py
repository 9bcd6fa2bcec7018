"""Every status, every trigger, every side: what happens stands here once more, written out by hand."""

import pytest

from cases import lifecycle
from cases.lifecycle import Side, Status, Trigger
from cases.rules import RuleBroken

# A dash is a refusal.
TABLE = """
side     trigger              new            open           waiting        diagnostics    investigating  closed

staff    assign               open           open           waiting        diagnostics    investigating  -
staff    reply                open           open           waiting        diagnostics    open           -
staff    ask                  waiting        waiting        waiting        diagnostics    waiting        -
staff    ask_for_diagnostics  diagnostics    diagnostics    diagnostics    diagnostics    diagnostics    -
staff    investigate          investigating  investigating  investigating  investigating  investigating  -
staff    go_on                -              -              -              open           open           -
staff    reach                open           open           open           open           open           -
staff    word                 -              -              -              -              -              -
staff    close                closed         closed         closed         closed         closed         -
staff    close_in_silence     -              -              -              -              -              -
staff    take_back            -              -              -              -              -              open

contact  assign               -              -              -              -              -              -
contact  reply                -              -              -              -              -              -
contact  ask                  -              -              -              -              -              -
contact  ask_for_diagnostics  -              -              -              -              -              -
contact  investigate          -              -              -              -              -              -
contact  go_on                -              -              -              -              -              -
contact  reach                -              -              -              -              -              -
contact  word                 new            open           open           open           investigating  -
contact  close                closed         closed         closed         closed         closed         -
contact  close_in_silence     -              -              -              -              -              -
contact  take_back            -              -              -              -              -              open

clock    assign               -              -              -              -              -              -
clock    reply                -              -              -              -              -              -
clock    ask                  -              -              -              -              -              -
clock    ask_for_diagnostics  -              -              -              -              -              -
clock    investigate          -              -              -              -              -              -
clock    go_on                -              -              -              -              -              -
clock    reach                -              -              -              -              -              -
clock    word                 -              -              -              -              -              -
clock    close                -              -              -              -              -              -
clock    close_in_silence     -              -              closed         closed         -              -
clock    take_back            -              -              -              -              -              -
"""
Step = tuple[str, str, str, str]


def steps() -> list[Step]:
    """Return (status, trigger, side, next status or dash) for each cell of the table."""
    heading, *rows = [line.split() for line in TABLE.splitlines() if line.strip()]
    return [
        (status, trigger, side, following)
        for side, trigger, *cells in rows
        for status, following in zip(heading[2:], cells, strict=True)
    ]


def test_the_table_leaves_nothing_out() -> None:
    walked = {(status, trigger, side) for status, trigger, side, _ in steps()}
    assert walked == {(status, trigger, side) for status in Status for trigger in Trigger for side in Side}
    assert len(steps()) == len(walked) == 198


@pytest.mark.parametrize(("status", "trigger", "side", "following"), [step for step in steps() if step[3] != "-"])
def test_a_step_is_taken(status: str, trigger: str, side: str, following: str) -> None:
    assert lifecycle.allowed(status, Trigger(trigger), Side(side))
    assert lifecycle.after(status, Trigger(trigger), Side(side)) is Status(following)


@pytest.mark.parametrize(("status", "trigger", "side", "_following"), [step for step in steps() if step[3] == "-"])
def test_a_step_is_refused_with_what_to_do_next(status: str, trigger: str, side: str, _following: str) -> None:
    assert not lifecycle.allowed(status, Trigger(trigger), Side(side))
    with pytest.raises(RuleBroken) as refused:
        lifecycle.after(status, Trigger(trigger), Side(side))
    if status == Status.CLOSED:
        # P9.6
        assert refused.value.code == "case_closed"
        assert "follow-up" in str(refused.value)
    else:
        assert refused.value.code == "not_allowed_now"
        assert str(Status(status).label) in str(refused.value)


@pytest.mark.parametrize("status", [status for status in Status if status != Status.CLOSED])
def test_an_open_case_may_go_on(status: Status) -> None:
    lifecycle.require_open(status)
