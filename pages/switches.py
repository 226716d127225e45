"""Switches: is the bottleneck really the way through?"""

import streamlit as st

from cae.ui import choices, detour, models, session, views
from cae.ui.canvas import example_pictures

st.title("Is the bottleneck really the way through?")
st.write(
    "A network should have to remember your digit in its code alone. But pooling can pass notes: it tells the decoder "
    "where every maximum was, and so a picture can travel around the code."
)
run = models.choose(first="classic", key="around")
st.subheader("How much fits through, and how much goes around")
detour.budget(run.config.model)
st.subheader("One way at a time")
waiting = st.empty()
test = choices.choose_testset(run.config.dataset, waiting.progress)
mean = detour.average(run, test)
waiting.empty()


@st.fragment
def laboratory() -> None:
    digit = session.digit()
    if digit is None:
        st.info("The canvas is empty. Draw a digit on the Draw page, and come back with it.")
        digit = example_pictures()[3]
    found = detour.ways(run, digit, mean)
    detour.reveal(run, digit, found)
    st.write(detour.answer(run, found))
    st.subheader("Exchange them yourself")
    detour.play(run, digit, mean)


laboratory()
with st.expander("What is exchanged"):
    detour.explain()
views.definitions()
