"""Train: how does a network learn to remember?"""

import streamlit as st

from cae.config import TrainConfig
from cae.run import Run
from cae.ui import controls, live_run, views

st.title("How does it learn to remember?")
st.write(
    "Press Start: a new network looks at thousands of pictures, draws each one again, and is corrected a little "
    "every time. Watch it get better."
)
config = None
said = st.container()  # holds a place for it: what comes and goes between elements would replace all after it
try:
    config = controls.train_config()
except ValueError as mistake:
    said.error(str(mistake))

job = live_run.job()
busy = job is not None and not job.is_over
buttons = st.container(horizontal=True)
buttons.button(
    "Start training",
    on_click=live_run.start,
    args=[config],
    type="primary",
    disabled=busy or config is None,
    help="One run at a time. It goes on while you visit other pages.",
)
buttons.button(
    "Stop", on_click=live_run.stop, args=[job and job.id], disabled=not busy, help="Keeps what it has learnt."
)
if "refusal" in st.session_state:
    said.warning(st.session_state["refusal"])


@st.fragment(run_every=0.5 if busy else None)
def watch() -> None:
    job = live_run.job()
    over = job is not None and job.is_over
    if busy and over:
        st.rerun()  # the whole page: the buttons, and the networks to choose from
    live_run.progress(job)
    run = job.run if job else Run(TrainConfig())
    wide, narrow = st.columns([0.8, 0.2], gap="medium")
    with wide:
        clicked = live_run.curves(run, st.session_state.get("moment") if over else None)
        shown = live_run.moment(run, clicked, over)
    with narrow:
        live_run.own_digit(run, shown)
    live_run.pictures(run, shown)
    if over and run.weights:
        live_run.next_steps(run)


watch()
with st.expander("What the curves show"):
    st.write(
        "**Training loss** is the mean squared error (MSE) of the pictures in each step, from which the network then "
        "learns. **Held-out loss** is the MSE on 500 pictures of the validation split, from which it never learns: "
        "that is the honest one. The scale is logarithmic. The figure at the end is over the whole validation split; "
        "the test set is left alone until you compare."
    )
views.definitions()
