"""A training run as the visitor watches it: its state in one line, its curves, its pictures, its moments."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from cae import checkpoint
from cae.config import TrainConfig
from cae.events import Images
from cae.inference import on_thread
from cae.jobs import Job
from cae.run import Moment, Run
from cae.ui import models, palette, session
from cae.ui.live_chart import Trace, live_chart
from cae.ui.services import training
from cae.ui.views import Tile, number, strip, tiles

__all__ = ["curves", "job", "moment", "next_steps", "own_digit", "pictures", "progress", "start", "stop"]

PAGES = Path(__file__).parents[2] / "pages"
WATCHED = 8  # pictures of the data set; the visitor's own digit comes after them
POINTS = 400  # of the training curve; each is the mean of the batches since the one before


def job() -> Job | None:
    """The visitor's latest run in the training service."""
    jobs = training().of(session.visitor())
    return jobs[-1] if jobs else None


def start(config: TrainConfig) -> None:
    """Put a run in line; a refusal is kept for the page to show."""
    digit = session.digit()
    watch: Images = np.empty((0, 28, 28), np.uint8) if digit is None else digit[None]
    number_of_run = st.session_state.get("runs-started", 0) + 1
    try:
        training().submit(session.visitor(), config, watch, name=f"run-{number_of_run}")
    except ValueError as refusal:
        st.session_state["refusal"] = str(refusal)
        return
    st.session_state["runs-started"] = number_of_run
    st.session_state.pop("refusal", None)
    st.session_state.pop("moment", None)


def stop(number_of_job: int) -> None:
    """End a run; what it has learnt is kept."""
    training().stop(number_of_job)


def progress(now: Job | None) -> None:
    """Where the run stands, in one line that keeps its place."""
    if now is None:
        st.progress(0.0, "Not started")
        return
    run = now.run
    match now.state:
        case "waiting":
            ahead = "You are next." if now.place == 1 else f"{now.place} runs are before yours."
            st.progress(0.0, f"In line: place {now.place}. {ahead}")
        case "preparing":
            st.progress(now.share, f"{now.message or 'Preparing'} …")
        case "training" | "stopping":
            st.progress(run.step / max(1, run.steps), _pace(run) if now.state == "training" else "Stopping …")
        case "failed":
            st.error(now.message)
        case "ended":
            st.progress(run.step / max(1, run.steps), _outcome(run) if run.step else now.message)
    if now.notice:
        st.warning(now.notice)
    if run.ending == "diverged":
        st.warning(now.message)


def curves(run: Run, marker: int | None) -> int | None:
    """Both losses against the step; returns the step that the visitor clicked, if they just did."""
    losses = np.array(run.history.losses)
    size = max(1, -(-run.steps // POINTS))
    ends = [*range(size, len(losses) + 1, size)]
    means = losses[: len(ends) * size].reshape(-1, size).mean(1) if ends else []
    steps, held_out = zip(*run.history.held_out, strict=True) if run.history.held_out else ((), ())
    clicked = live_chart(
        [
            Trace("Training loss", ends, list(means), palette.TRAINING, opacity=0.8),
            Trace("Held-out loss", steps, held_out, palette.HELD_OUT, mode="lines+markers"),
        ],
        key="curves",
        label="Training loss and held-out loss against the step",
        x_title="Step",
        y_title="MSE",
        log_y=True,
        x_range=(0, run.steps) if run.steps else (0, 1),
        y_range=(0.001, 0.2),  # from a good short run to a network that knows nothing
        marker=marker,
    )
    return None if clicked is None else round(clicked)


def moment(run: Run, clicked: int | None, over: bool) -> Moment | None:
    """The moment to show: the newest while the run goes on; later whichever the visitor goes back to."""
    if not over or len(run.moments) < 2:
        return run.moments[-1] if run.moments else None
    if clicked is not None:
        nearest = min(run.moments, key=lambda one: abs(one.step - clicked))
        st.session_state["moment"] = nearest.step
    steps = [one.step for one in run.moments]
    if st.session_state.get("moment") not in steps:
        st.session_state["moment"] = steps[-1]
    chosen = st.select_slider(
        "Go back through the run",
        steps,
        key="moment",
        format_func=lambda step: f"step {step:,}",
        help="The moments at which the pictures below were taken. A click on the curve chooses one as well.",
    )
    return run.moments[steps.index(chosen)]


def own_digit(run: Run, shown: Moment | None) -> None:
    """The visitor's own digit over what the network makes of it; nothing where the canvas was empty."""
    if shown is None or len(run.originals) <= WATCHED:
        return
    note = f"after {shown.step:,} steps"
    tiles(
        [
            Tile(run.originals[WATCHED], "Your digit", palette.ORIGINAL),
            Tile(shown.reconstructions[WATCHED], "What comes back", palette.RECONSTRUCTION, note),
        ],
        columns=1,
        phone=2,
    )


def pictures(run: Run, shown: Moment | None) -> None:
    """Eight pictures that the network never learns from, over what it makes of them."""
    if shown is None:
        return
    st.caption(f"Eight held-out pictures, and what comes back after {shown.step:,} steps")
    rows = (run.originals[:WATCHED], shown.reconstructions[:WATCHED])
    strip(rows, (palette.ORIGINAL, palette.RECONSTRUCTION))


def next_steps(run: Run) -> None:
    """What to do with a run that is over."""
    row = st.container(horizontal=True)
    for page, words in (("draw", "Draw with it"), ("compare", "Compare it")):
        # st.switch_page refuses to leave a page that keeps settings in the address.
        row.page_link(PAGES / f"{page}.py", label=words, query_params={"network": models.title(run)})
    row.download_button(
        "Download",
        data=lambda: on_thread(checkpoint.dump, run),
        file_name=f"{run.name}.safetensors",
        mime="application/octet-stream",
        on_click="ignore",
        help="The network, its settings and its curves as a safetensors file, for “python -m cae”.",
    )
    st.caption("The same run on the command line:")
    st.code(run.command, language="bash", wrap_lines=True)


def _pace(run: Run) -> str:
    epoch = min(run.config.epochs, 1 + run.step // max(1, run.steps_per_epoch))
    parts = [f"Epoch {epoch} of {run.config.epochs}"]
    if run.step:
        left = (run.steps - run.step) * run.config.batch_size / max(1.0, run.images_per_second)
        parts += [f"{run.images_per_second:,.0f} images a second", f"{_duration(left)} left"]
    return " · ".join([*parts, run.device])


def _outcome(run: Run) -> str:
    words = {"complete": "Done", "stopped": "Stopped", "diverged": "Ended early"}[run.ending or "stopped"]
    held_out = run.history.epochs or run.history.held_out
    error = f" · held-out MSE {number(held_out[-1][1])}" if held_out else ""
    if run.ending != "complete" and run.moments:
        error += f" · the network of step {run.moments[-1].step:,} is kept"
    return f"{words}: {run.step:,} steps in {_duration(run.seconds)}{error} · {run.device}"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
