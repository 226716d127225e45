"""Runs: which setting made the difference?"""

import streamlit as st

from cae.ui.parts import figures
from cae.ui.parts.next_question import next_question
from cae.ui.runs import actions, answer, cards, pair

st.title("Which setting made the difference?")
st.write(
    "Every network that you train is kept on this page. Set two of them side by side: the lower a line gets, the "
    "better that network draws pictures that it has never seen."
)
pair = pair.choose()
if pair:
    left, right = st.columns([0.62, 0.38], gap="medium")
    with left:
        pair.curves(*pair)
    with right:
        st.write(answer.answer(*pair))
        pair.changed(*pair)
        st.write(answer.cause(*pair))
        pair.again(*pair)

st.header("Your shelf")
actions.forget_news()
cards.cards()
actions.upload()
figures.definitions()
next_question("runs", pair[0] if pair else None)
