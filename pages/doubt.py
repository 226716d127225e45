"""Doubt: does this belong here at all?"""

import streamlit as st

from cae.drawing.drawing import SIDE
from cae.ui.doubt.challengers import choose_challenger, load_clothes
from cae.ui.doubt.measured import measured
from cae.ui.doubt.profile import profile
from cae.ui.doubt.verdict import verdict
from cae.ui.networks import choice
from cae.ui.parts import test_set_choice
from cae.ui.parts.canvas import choose_brush
from cae.ui.parts.canvas_with_examples import canvas_with_examples
from cae.ui.parts.introduction import introduction
from cae.ui.visitor import session

st.title("Does this belong here at all?")
about = introduction(
    "A network redraws best what it was trained on. So a large error may mean: this does not belong here. Draw "
    "anything you like, or choose a challenger, something quite different. See where it stands among the test digits."
)
run = choice.choose(key="doubt")
about(run.config.dataset)
choose_brush()
waiting = st.empty()
test = test_set_choice.choose_test_set(run, waiting.progress)
clothes = load_clothes(test.shape)
known = profile(run, test, waiting.progress)
waiting.empty()


@st.fragment
def drawing_and_verdict() -> None:
    session.sketch().answer = None  # the verdict needs the page itself
    row = st.container(horizontal=True, gap="large")
    with row.container(width=SIDE):
        canvas_with_examples()
    with row.container(width="stretch"):
        challenger = choose_challenger(test, clothes)
        verdict(run, known, test, challenger)


drawing_and_verdict()
st.header("Which score finds which challengers?")
st.fragment(measured)(run)
