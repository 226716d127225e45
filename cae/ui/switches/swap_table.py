"""A table of the mean MSE after replacing code or switches, over many test pictures. Measured once for all visitors."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cae import registry
from cae.data.download import Progress
from cae.images import pixels
from cae.inference import network
from cae.runs.run import Run
from cae.ui.parts.images import Picture
from cae.ui.parts.test_set import TestSet
from cae.ui.parts.text import number
from cae.ui.visitor.tasks import Task

if TYPE_CHECKING:
    from cae.analysis.ablation import CodeSource, SwitchSource

__all__ = ["swap_table"]

PICTURES = 500
BATCH = 25  # pictures; small, because a thread never returns the memory that torch has once allocated for it
CODES: dict[CodeSource, str] = {"own": "Own code", "average": "Average code"}
SWITCHES: dict[SwitchSource, str] = {
    "own": "Own switches",
    "fixed": "Fixed",
    "shuffled": "Shuffled",
    "other": "Another's",
}

Errors = NDArray[np.float64]
"""Mean MSEs: a row for each of ``CODES``, a column for each of ``SWITCHES`` (one column if there are no switches)."""


class Unfinished(Exception):
    """Raised by a progress callback, to stop waiting for a task that goes on."""


def swap_table(run: Run, test: TestSet, mean: Any) -> None:
    """Show the table and a sentence about it. The page stays usable while they are measured."""
    task = test.kept.get("swaps", run.digest, lambda: Task(partial(_measure, run, test, mean)), most=16)

    # The fragment reruns until the next run of the page. It does not rerun the page: that could lose a click elsewhere.
    @st.fragment(run_every=None if _over(task) else 1.0)
    def watch() -> None:
        table, sentence = st.empty(), st.container(key="exchanged").empty()

        def leave(share: float, words: str) -> None:
            table.html(_table(run, None))
            sentence.progress(share, words)
            raise Unfinished

        with suppress(Unfinished):
            found = task.result(leave)
            table.html(_table(run, found))
            sentence.write(answer(found, min(PICTURES, len(test.images)), test.name))

    watch()


def _over(task: Task[Errors]) -> bool:
    def leave(share: float, words: str) -> None:
        raise Unfinished

    try:
        task.result(leave)
    except Unfinished:
        return False
    return True


def _table(run: Run, found: Errors | None) -> str:
    kinds = _kinds(run)
    heads = [SWITCHES[kind] for kind in kinds] if run.config.model.switch_bits else ["It has no switches"]
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in ["Mean MSE", *heads])
    body = ""
    for row, code in enumerate(CODES.values()):
        cells = ["…"] * len(kinds) if found is None else [number(error) for error in found[row]]
        body += f'<tr><th scope="row">{escape(code)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
    return f'<table class="exchanged"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _kinds(run: Run) -> list[SwitchSource]:
    """The kinds of switches to measure; only one for a network without switches."""
    return list(SWITCHES) if run.config.model.switch_bits else ["own"]


def answer(found: Errors, pictures: int, name: str) -> str:
    """Whether the network relies more on its code or on its switches, with the figures of the table."""
    start = f"Over the first {pictures:,} test pictures of {registry.title(name)}, the mean MSE is"
    both, without_code = found[:, 0]
    if found.shape[1] == 1:
        return (
            f"{start} {number(both)} with a picture's own code, and {number(without_code)} with the average code. This "
            "decoder gets nothing but the code."
        )
    fixed, other = (found[0, list(SWITCHES).index(kind)] for kind in ("fixed", "other"))
    if without_code < min(fixed, other):
        more = "more from the **switches** than from the code"
    elif without_code > max(fixed, other):
        more = "more from the **code** than from the switches"
    else:
        more = "from both"
    return (
        f"{start} {number(both)} with a picture's own code and switches. It is {number(without_code)} with the average "
        f"code, {number(fixed)} with fixed switches, and {number(other)} with those of another picture. This network "
        f"draws {more}."
    )


def _measure(run: Run, test: TestSet, mean: Any, progress: Progress) -> Errors:
    from cae.analysis.ablation import partners

    pictures, batches = test.images[:PICTURES], []
    others = pictures[partners(test.labels[:PICTURES].tolist())]
    for start in range(0, len(pictures), BATCH):
        progress(start / len(pictures), f"Replacing codes and switches of {len(pictures):,} test pictures")
        batch = slice(start, start + BATCH)
        batches.append(_errors(run, pictures[batch], others[batch], mean))
    mean_errors: Errors = np.concatenate(batches, axis=2).mean(axis=2)
    return mean_errors


def _errors(run: Run, pictures: Picture, others: Picture, mean: Any) -> Errors:
    from cae.analysis.ablation import errors

    own, other = pixels(pictures), pixels(others)
    found = errors(network(run), own, other, mean, codes=list(CODES), switches=_kinds(run))
    plain: Errors = found.double().numpy()
    return plain
