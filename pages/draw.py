"""Draw: what does a network remember of your digit?"""

from functools import partial

import streamlit as st

from cae.drawing.drawing import SIDE
from cae.environment import environment
from cae.inference import reconstruct
from cae.registry import is_drawn
from cae.runs.run import title
from cae.ui.draw import photograph, pictures
from cae.ui.draw.photo_view import photo_view
from cae.ui.draw.set_examples import example_or_drawing
from cae.ui.draw.source import choose_source, take
from cae.ui.draw.tour import tour
from cae.ui.networks import choice, shipped, words
from cae.ui.parts import figures
from cae.ui.parts.canvas import canvas, choose_brush
from cae.ui.parts.program.in_the_page import in_the_page, shipped_in_the_page
from cae.ui.parts.program.live_reconstruction import live_reconstruction
from cae.ui.visitor import session

st.title("What does a network remember of your digit?")
ways = "Draw a digit, or take a photo." if environment().uploads else "Draw a digit."
st.write(f"{ways} A network squeezes it into a few numbers, its code, and redraws it from them.")
tour()
choose_brush()
sketch = session.sketch()
if shipped.is_loading():
    # Show the canvas before torch is loaded; the browser computes the pictures. These are the same elements as below,
    # so the canvas keeps its strokes.
    row = st.container(horizontal=True, gap="large")
    with row.container(width=SIDE):
        source = choose_source()
        canvas() if source == "Draw" else take(source)
    with row.container(width="stretch"):
        name = choice.first_of_address()
        html, program = pictures.loading(title(name)), shipped_in_the_page(name)
        live_reconstruction(sketch.drawing, html, program, complete=False, key="reconstruction")
        shipped.wait_until_loaded(after=0.5)  # let the browser fetch the canvas first
    st.rerun()
run = choice.choose()
program, shape = in_the_page(run), run.config.model.picture


@st.fragment
def drawing_and_reconstruction() -> None:
    sketch.answer = partial(pictures.input_output_difference, run)
    row = st.container(horizontal=True, gap="large")
    with row.container(width=SIDE):
        source = choose_source()
        if source == "Draw":
            canvas(rerun=st.session_state.get("why", False) or not is_drawn(run.config.dataset))
        else:
            take(source)
            found = photograph.kept()
    if source != "Draw":
        photo_view(run, found, row.container(width="stretch"))
        return
    session.take_from_photo(None)
    drawing, beside = sketch.drawing, row.container(width="stretch")
    example = example_or_drawing(run.config, drawing)
    with beside:
        drawn = sketch.answer(drawing) if example is None else pictures.of_picture(run, example, "Never trained on")
        live_reconstruction(drawing, drawn, program, key="reconstruction")
        st.caption(f"{words.of_drawings(run.config) if example is None else ''} {words.budget(run.config.model)}")
    why = st.expander("Why the network does not see your drawing as it is", key="why", on_change="rerun")
    if why.open:  # computed only while it is open, so that strokes stay fast
        why.write(
            "All digits of MNIST were prepared in the same way: the ink fits into 20×20 pixels, and its centre of "
            "mass is in the middle of 28×28. A network trained on them fails on a digit in a corner. So your "
            "strokes are redrawn by the same rules. Size, position and brush make hardly any difference."
        )
        if drawing.objects:
            plain, digit = pictures.drawn_plainly(drawing, shape), session.digit(shape, drawing)
            with why:
                pictures.prepared_or_not(plain, reconstruct(run, plain[None]), digit, reconstruct(run, digit[None]))
    figures.definitions()


drawing_and_reconstruction()
