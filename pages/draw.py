"""Draw: what does a network remember of your digit?"""

import streamlit as st

from cae.drawing.drawing import SIDE
from cae.inference import reconstruct
from cae.runs.run import title
from cae.ui.draw import pictures
from cae.ui.draw.pictures import drawn_plainly
from cae.ui.networks import choice, shipped, words
from cae.ui.parts import figures
from cae.ui.parts.canvas import canvas, choose_brush
from cae.ui.parts.examples import examples
from cae.ui.parts.program.in_the_page import in_the_page, shipped_in_the_page
from cae.ui.visitor import session

st.title("What does a network remember of your digit?")
st.write("Draw a digit. A network squeezes it into a few numbers, its code, and redraws it from them.")
choose_brush()
if shipped.is_loading():
    # Show the canvas before torch is loaded; the browser computes the pictures. These are the same elements as below,
    # so the canvas keeps its strokes.
    row = st.container(horizontal=True, gap="large")
    with row.container(width=SIDE):
        canvas()
    with row.container(width="stretch"):
        name = choice.first_of_address()
        pictures.input_output_difference(title(name), shipped_in_the_page(name))
        shipped.wait_until_loaded(after=0.5)  # let the browser fetch the canvas first
    st.rerun()
run = choice.choose()
program = in_the_page(run)


@st.fragment
def drawing_and_reconstruction() -> None:
    row = st.container(horizontal=True, gap="large")
    with row.container(width=SIDE):
        canvas()
    with row.container(width="stretch"):
        digit = session.digit()
        if digit is None:
            pictures.input_output_difference(run.title, program)
            st.info("The canvas is empty. Draw a digit on it, or start from an example below.")
        else:
            back = reconstruct(run, digit[None])
            pictures.input_output_difference(run.title, program, digit, back.images[0])
            figures.figures(back.figures[0])
            st.caption(words.budget(run.config.model))
    st.caption("Start from an example:")
    examples()
    if digit is not None:
        why = st.expander("Why the network does not see your drawing as it is", key="why", on_change="rerun")
        if why.open:  # computed only while it is open, so that strokes stay fast
            why.write(
                "All digits of MNIST were prepared in the same way: the ink fits into 20×20 pixels, and its centre of "
                "mass is in the middle of 28×28. A network trained on them fails on a digit in a corner. So your "
                "strokes are redrawn by the same rules. Size, position and brush make hardly any difference."
            )
            plain = drawn_plainly()
            with why:
                pictures.prepared_or_not(plain, reconstruct(run, plain[None]), digit, back)
    figures.definitions()


drawing_and_reconstruction()
