"""A training run while the visitor watches it: its status line, loss curves and pictures."""

from __future__ import annotations

import streamlit as st

from cae.inference import on_thread
from cae.jobs import Job
from cae.registry import yours
from cae.runs import checkpoint
from cae.runs.comparison import held_out
from cae.runs.run import Moment, Run
from cae.ui.parts import links, palette
from cae.ui.parts.live_chart import clicked, live_chart
from cae.ui.parts.loss_lines import loss_lines
from cae.ui.parts.text import duration, number
from cae.ui.parts.tiles import Tile, strip, tiles
from cae.ui.train.first_view import WATCHED
from cae.ui.train.status import Status

__all__ = ["curves", "next_steps", "own_digit", "pictures", "progress"]

CURVES = "curves"  # the chart's key
POINTS = 400  # of the training curve; each is the mean loss of the steps since the point before


def progress(now: Status) -> None:
    """The status of the run in one line, which keeps its place on the page."""
    job = now.job
    if job is None:
        st.progress(0.0, "Not started")
        return
    run = job.run
    done = run.step / max(1, run.steps)
    match job.state:
        case "waiting":
            st.progress(done, _in_line(job))
        case "preparing":
            st.progress(job.share, f"{job.message or 'Preparing'} …")
        case "training":
            st.progress(done, _pace(job))
        case "pausing" | "stopping":
            st.progress(done, f"{job.state.capitalize()} …")
        case "paused":
            st.progress(done, f"Paused after {run.step:,} of {run.steps:,} steps")
        case "failed":
            st.error(job.message)
        case "ended" | "cancelled":
            st.progress(done, _outcome(job) if run.step else job.message or "Stopped before its first step")
    if now.behind:
        after = f"{now.behind.run.title} begins when {run.title} has gone on and ended, or is stopped."
        st.caption(after if job.begun and not _is_on(job) else _in_line(now.behind))
    if job.notice:
        st.warning(job.notice)
    if run.ending == "diverged":
        st.warning(job.message)


def curves(run: Run, over: bool) -> Moment | None:
    """Draw both losses against the step, and return the moment whose pictures to show.

    It is the newest one while the run goes on. Later the visitor chooses it with a slider or a click on a curve.
    """
    if not over or len(run.moments) < 2:
        _losses(run, None)
        return run.moments[-1] if run.moments else None
    steps = [one.step for one in run.moments]
    step = clicked(CURVES)
    if step is not None:
        st.session_state["moment"] = min(steps, key=lambda one: abs(one - step))
    if st.session_state.get("moment") not in steps:
        st.session_state["moment"] = steps[-1]
    _losses(run, st.session_state["moment"])
    chosen = st.select_slider(
        "Go back through the run",
        steps,
        key="moment",
        format_func=lambda step: f"step {step:,}",
        help="The pictures below are from this step. You can also click on a curve.",
    )
    return run.moments[steps.index(chosen)]


def _losses(run: Run, marker: int | None) -> None:
    lines = loss_lines(run, POINTS, run.steps, "lines+markers")
    live_chart(
        lines.traces,
        key=CURVES,
        label=f"{lines.label} against the step",
        x_title="Step",
        y_title=lines.y_title,
        log_y=lines.log_y,
        x_range=(0, run.steps) if run.steps else (0, 1),
        y_range=lines.y_range,
        marker=marker,
    )


def own_digit(run: Run, shown: Moment | None) -> None:
    """The visitor's own digit above its reconstruction; nothing if the canvas was empty."""
    if shown is None or len(run.originals) <= WATCHED:
        return
    note = f"after {shown.step:,} steps" if shown.step else "before training"
    tiles(
        [
            Tile(run.originals[WATCHED], yours(run.config.dataset).capitalize(), palette.ORIGINAL),
            Tile(shown.reconstructions[WATCHED], "What comes back", palette.RECONSTRUCTION, note),
        ],
        columns=1,
        phone=2,
    )


def pictures(run: Run, shown: Moment | None) -> None:
    """Eight held-out pictures above their reconstructions."""
    if shown is None:
        return
    back = f"what comes back after {shown.step:,} steps" if run.step else "what an untrained network makes of them"
    invitation = "" if run.step else ". Press “Start training” to train it."
    st.caption(f"Eight held-out pictures (never trained on), and {back}{invitation}")
    rows = (run.originals[:WATCHED], shown.reconstructions[:WATCHED])
    names = ("Eight held-out pictures", f"{back[0].upper()}{back[1:]}")
    strip(rows, (palette.ORIGINAL, palette.RECONSTRUCTION), names)


def next_steps(run: Run) -> None:
    """Links and a download for a run that is over, and its command."""
    row = st.container(horizontal=True)
    links.to_draw(row, run, "Draw with it")
    links.to_compare(row, run, "Compare it")
    row.download_button(
        "Download",
        data=lambda: on_thread(checkpoint.dump, run),
        file_name=f"{run.name}.safetensors",
        mime="application/octet-stream",
        on_click="ignore",
        help="A safetensors file with the network, its settings and its curves. “python -m cae” reads it too.",
    )
    st.caption("The same run on the command line:")
    st.code(run.command, language="bash", wrap_lines=True)


def _is_on(job: Job) -> bool:
    """Whether the worker runs this job now; false while it is paused or waits in line."""
    return job.state not in ("paused", "waiting")


def _in_line(job: Job) -> str:
    place = f"{job.run.title} is in line{' to go on' if job.begun else ''}: place {job.place}"
    if job.wait is None or not job.wait.at_most:
        return f"{place}. It begins in a moment."
    about = "" if job.wait.about is None else f"about {duration(job.wait.about)}, "
    return f"{place}. It begins in {about}at most {duration(job.wait.at_most)}."


def _pace(job: Job) -> str:
    run = job.run
    epoch = min(run.config.epochs, 1 + run.step // max(1, run.steps_per_epoch))
    parts = [f"Epoch {epoch} of {run.config.epochs}"]
    if run.step:
        left = (run.steps - run.step) * run.config.batch_size / max(1.0, run.images_per_second)
        parts.append(f"{run.images_per_second:,.0f} images a second")
        if left <= job.time_left:
            parts.append(f"{duration(left)} left")
        else:
            parts.append(f"stops in {duration(job.time_left)}, at the time limit")
    return " · ".join([*parts, run.device])


def _outcome(job: Job) -> str:
    run = job.run
    words = {"complete": "Done", "stopped": "Stopped", "diverged": "Ended early", "out of time": "Finished early"}
    (mse,) = held_out(run)
    error = f" · held-out MSE {number(mse)}" if mse else ""
    if run.history.held_out_kl:
        error += f", KL {run.history.held_out_kl[-1][1]:.1f} nats"
    if run.ending != "complete" and run.moments:
        error += f" · the network of step {run.moments[-1].step:,} is kept"
    why = f" · {job.message}" if job.message and run.ending in ("stopped", "out of time") else ""
    steps = f"{run.step:,} steps in {duration(run.seconds)}"
    return f"{words[run.ending or 'stopped']}: {steps}{error} · {run.device}{why}"
