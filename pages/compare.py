"""Compare: how good is that, honestly?"""

import streamlit as st

from cae.ui.compare import answer, choices, whole_set
from cae.ui.compare.class_chart import class_chart
from cae.ui.compare.methods import measured, methods
from cae.ui.compare.one_picture import one_picture
from cae.ui.networks import choice
from cae.ui.parts import figures, test_set_choice

st.title("How good is that, honestly?")
st.write(
    "A network squeezes each picture into numbers, its code, and redraws it from them. It was never trained on these "
    "pictures. This page compares it with PCA, a method from 1901 that needs no network, with as many numbers."
)
run = choice.choose()
other = choices.choose_beside(run)
compared = methods(run, other)
notice, sentences, body = st.container(), st.container(key="answer").empty(), st.empty()
waiting = whole_set.Waiting(sentences, body)
with notice:
    test = test_set_choice.choose_test_set(run, waiting)
results = measured(compared, test, waiting)


@st.fragment
def pictures() -> None:
    large = st.container()
    st.header("Choose a picture")
    left, right = st.columns([0.36, 0.64], gap="medium")
    with left:
        showing = choices.choose_showing(test)
        selection = whole_set.distribution(compared, results, test, showing)
    with right:
        chosen = whole_set.grid(compared, results, test, showing, selection)
    with large:
        one_picture(compared, results, test, chosen)
        figures.definitions(over_a_set=True)
    st.header("Class by class")
    class_chart(compared, results, test, showing.metric)


sentences.write(answer.answer(compared, results, test))
with body.container():
    pictures()
    st.header("The whole test set")
    whole_set.scores(compared, results)
