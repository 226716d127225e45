"""Train: how does a network learn to remember?"""

import streamlit as st

from cae.config import TrainConfig
from cae.environment import environment
from cae.inference import is_warm
from cae.ui.parts import figures, settings_widgets, text
from cae.ui.parts.loss_lines import ELBO
from cae.ui.parts.next_question import next_question
from cae.ui.train import buttons, live_run, no_training
from cae.ui.train.first_view import LOOKS_EVERY, first_view
from cae.ui.train.own_pictures import with_own_pictures
from cae.ui.train.status import Status, status

st.title("How does it learn to remember?")
if not environment().rules.training:
    no_training.curves_of_another()
    next_question("train")  # the frame does not come to it
    st.stop()
st.write(
    "Press “Start training”. A new network looks at thousands of pictures and redraws each one. Its weights are "
    "corrected a little every time. Watch its drawings get better."
)
config = None
# Reserved, because an element that comes and goes would rebuild everything after it.
problem, own = st.container(), st.container()
try:
    config = settings_widgets.train_config()
except ValueError as mistake:
    problem.error(text.plain(str(mistake)))

if config:
    with own:
        config = with_own_pictures(config)
now = status()
buttons.controls(config, now)
refusal = st.container()
if "refusal" in st.session_state:
    refusal.warning(st.session_state["refusal"])


loads = now.job is None and not is_warm()


@st.fragment(run_every=LOOKS_EVERY if loads else now.pause)
def watch(before: Status) -> None:
    now = status() if before.busy else before
    if now.signature != before.signature or (loads and is_warm()):
        st.rerun()  # the whole page, because its buttons and list of networks change too
    live_run.progress(now)
    run, over = now.run if now.job else first_view(config or TrainConfig()), not now.busy
    wide, narrow = st.columns([0.8, 0.2], gap="medium")
    with wide:
        shown = live_run.curves(run, over)
    with narrow:
        live_run.own_digit(run, shown)
    live_run.pictures(run, shown)
    if over and run.weights:
        live_run.next_steps(run)


watch(now)
with st.expander("What the curves show"):
    st.write(
        "**Training loss** is the mean squared error (MSE) on the pictures of each step. The network learns from "
        "these. **Held-out loss** is the MSE on 500 pictures of the validation split. The network is never trained on "
        "them, so this is the honest figure. With warp or a corruption, the training pictures are harder, so the "
        "training loss can be larger than the held-out loss. The scale is logarithmic. The figure at the end is over "
        "the whole validation split. The test set is not used until you compare."
    )
    st.write(
        "**With beta above 0**, the curves are the two parts of the loss, in nats a picture, on a linear scale. "
        f"{ELBO} In training, the squared error is that of codes drawn by chance. On held-out pictures it is that of "
        "the means, and smaller."
    )
figures.definitions()
