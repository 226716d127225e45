"""Latent: where does your digit live among the others?"""

import streamlit as st

from cae.drawing.drawing import SIDE
from cae.registry import worded
from cae.ui.latent import without_switches
from cae.ui.latent.better_code import better_code
from cae.ui.latent.between_two import between_two
from cae.ui.latent.from_nothing import from_nothing
from cae.ui.latent.latent_map import latent_map
from cae.ui.latent.neighbours import neighbours
from cae.ui.latent.space import space
from cae.ui.networks import choice
from cae.ui.parts import test_set_choice
from cae.ui.parts.canvas import choose_brush
from cae.ui.parts.canvas_with_examples import canvas_with_examples
from cae.ui.parts.introduction import introduction
from cae.ui.parts.program.in_the_page import in_the_page
from cae.ui.visitor import session

BETWEEN, NEIGHBOURS, NOTHING, _ = SECTIONS = (
    "What lies between two digits?",
    "Which digits are neighbours?",
    "Can it draw from nothing?",
    "Is there a better code?",
)

st.title("Where does your digit live among the others?")
about = introduction(
    "A network turns every digit into a few numbers, its code. Digits with similar codes are neighbours on this map; "
    "the star is yours. Point anywhere: the decoder draws the digit that would live there."
)
run = choice.choose(first="bottleneck-2", key="latent")
without_switches.require(run, key="latent")
about(run.config.dataset)
choose_brush()
waiting = st.empty()
test = test_set_choice.choose_test_set(run, waiting.progress)
codes = space(run, test, waiting.progress)
waiting.empty()


@st.fragment
def drawing_and_map() -> None:
    sketch = session.sketch()
    sketch.answer = None  # the map follows the strokes in the page; the section below is run again
    row = st.container(horizontal=True, gap="large")
    with row.container(width=SIDE):
        canvas_with_examples()
    with row.container(width="stretch"):
        latent_map(codes, test, in_the_page(run), sketch.drawing, key="map")
    question = st.segmented_control(
        "What else is in the code?",
        SECTIONS,
        default=BETWEEN,
        format_func=lambda section: worded(section, run.config.dataset),
        required=True,
        key="section",
        bind="query-params",
        width="stretch",
    )
    digit = session.digit(test.shape, sketch.drawing)
    if question == NOTHING:
        from_nothing(run, test)
    elif digit is None:
        st.info("The canvas is empty. Draw a digit on it, or start from an example.")
    elif question == BETWEEN:
        between_two(run, test, digit)
    elif question == NEIGHBOURS:
        neighbours(run, test.name, digit)
    else:
        better_code(run, codes, digit)


drawing_and_map()
