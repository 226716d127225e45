"""Runs: which setting made the difference?"""

import streamlit as st

from cae.ui import cards, differences, duel, shelf, views

st.title("Which setting made the difference?")
st.write(
    "Every network that you train is kept on this page. Set two of them side by side: the lower a line gets, the "
    "better that network draws pictures that it has never seen."
)
pair = duel.choose()
if pair:
    left, right = st.columns([0.62, 0.38], gap="medium")
    with left:
        duel.curves(*pair)
    with right:
        st.write(differences.answer(*pair))
        duel.changed(*pair)
        st.write(differences.cause(*pair))
        duel.again(*pair)

st.header("Your shelf")
shelf.forget_news()
cards.cards()
shelf.upload()
views.definitions()
