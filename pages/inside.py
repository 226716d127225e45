"""Inside: what does each layer do to it?"""

import streamlit as st

from cae.ui import anatomy, models, session, shape, views
from cae.ui.canvas import example_pictures
from cae.ui.sections import dissect

st.title("What does each layer do to it?")
st.write(
    "Your digit passes the network from left to right. Choose a place on its way, and point at what you see there: the "
    "frame shows which pixels of your digit can change it."
)
run = models.choose(first="classic", key="inside")
said = st.container()
try:
    run = shape.choose(run)
except ValueError as mistake:
    said.error(views.plain(str(mistake)))

digit = session.digit()
if digit is None:
    st.info("The canvas is empty. Draw a digit on the Draw page, and come back with it.")
    digit = example_pictures()[session.FIRST_EXAMPLE]
anatomy.anatomy(dissect(run, digit), digit, key="anatomy")
st.caption(shape.cost(run.config.model))
shape.train_it(run)
