"""Runs: which setting made the difference?"""

import streamlit as st

from cae.environment import environment
from cae.ui.parts import figures
from cae.ui.runs import actions, answer, cards, pair

st.title("Which setting made the difference?")
kept = "Every network that you train is kept on this page. Choose two of them."
st.write(
    f"{kept if environment().rules.training else 'Choose two networks.'} The lower its line, the better a network "
    "redraws held-out pictures, which it was never trained on."
)
runs = pair.choose()
if runs:
    left, right = st.columns([0.62, 0.38], gap="medium")
    with left:
        pair.curves(*runs)
    with right:
        st.write(answer.answer(*runs))
        pair.changed(*runs)
        st.write(answer.cause(*runs))
        pair.again(*runs)

st.header("Your runs")
actions.clear_messages()
cards.cards()
actions.upload()
figures.definitions()
