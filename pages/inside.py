"""Inside: what does each layer do to it?"""

import streamlit as st

from cae.drawing import examples
from cae.ui.inside import network_view, shape
from cae.ui.inside.sections import sections
from cae.ui.networks import choice
from cae.ui.parts import text
from cae.ui.parts.examples import example_pictures
from cae.ui.visitor import session

st.title("What does each layer do to it?")
st.write(
    "Your digit goes through the network from left to right. Click a layer, then point at a value: the frame shows the "
    "pixels that can influence it (its receptive field)."
)
run = choice.choose(first="classic", key="inside")
problem = st.container()
try:
    run = shape.choose(run)
except ValueError as mistake:
    problem.error(text.plain(str(mistake)))

digit = session.digit()
if digit is None:
    st.info("The canvas is empty, so this page shows an example. Draw a digit on the Draw page, then come back.")
    digit = example_pictures()[examples.FIRST_EXAMPLE]
network_view.network_view(sections(run, digit), digit, key="network-view")
st.caption(shape.cost(run.config.model))
shape.train_it(run)
