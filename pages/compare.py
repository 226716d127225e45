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
    "The network was never trained on these pictures. How much of each comes back? Beside it stands PCA, a method from "
    "1901 that needs no network, with a code of the same size."
)
run = choice.choose()
other = choices.choose_beside(run)
lined_up = methods(run, other)
notice, said, body = st.container(), st.container(key="answer").empty(), st.empty()
waiting = whole_set.Waiting(said, body)
with notice:
    test = test_set_choice.choose_test_set(run.config.dataset, waiting)
results = measured(lined_up, test, waiting)


@st.fragment
def pictures() -> None:
    large = st.container()
    st.subheader("Which picture?")
    left, right = st.columns([0.36, 0.64], gap="medium")
    with left:
        showing = choices.choose_showing(test)
        part = whole_set.distribution(lined_up, results, test, showing)
    with right:
        chosen = whole_set.grid(lined_up, results, test, showing, part)
    with large:
        one_picture(lined_up, results, test, chosen)
        figures.definitions(over_a_set=True)
    st.subheader("Class by class")
    class_chart(lined_up, results, test, showing.metric)


said.write(answer.answer(lined_up, results, test))
with body.container():
    pictures()
    st.subheader("All of them together")
    whole_set.scores(lined_up, results)
