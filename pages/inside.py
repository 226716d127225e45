"""Inside: what does each layer do to it?"""

import streamlit as st

from cae.ui.inside import network_view, shape
from cae.ui.inside.sections import sections
from cae.ui.networks import choice
from cae.ui.parts import text
from cae.ui.parts.drawing_or_example import choose_or_draw
from cae.ui.parts.introduction import introduction

st.title("What does each layer do to it?")
about = introduction(
    "Your digit goes through the network from left to right. Click a layer, then point at a value: the frame shows the "
    "pixels that can influence it (its receptive field)."
)
run = choice.choose(first="classic", key="inside")
about(run.config.dataset)
problem = st.container()
try:
    run = shape.choose(run)
except ValueError as mistake:
    problem.error(text.plain(str(mistake)))

picture = choose_or_draw(run.config)
network_view.network_view(sections(run, picture), picture, key="network-view")
st.caption(shape.cost(run.config.model))
shape.train_it(run)
