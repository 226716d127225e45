"""Compare: how good is that, honestly?"""

import streamlit as st

from cae.ui import choices, comparison, models, verdict, views
from cae.ui.class_chart import class_chart
from cae.ui.contenders import contenders, measured
from cae.ui.one_picture import one_picture

st.title("How good is that, honestly?")
st.write(
    "These are pictures that the network never saw while it learned: how much of each comes back? The measure is PCA, "
    "a method from 1901 that needs no network, with a code of the same size."
)
run = models.choose()
other = choices.choose_beside(run)
lined_up = contenders(run, other)
notice, said, body = st.container(), st.container(key="answer").empty(), st.empty()
waiting = comparison.Waiting(said, body)
with notice:
    test = choices.choose_testset(run.config.dataset, waiting)
results = measured(lined_up, test, waiting)


@st.fragment
def pictures() -> None:
    large = st.container()
    st.subheader("Which picture?")
    left, right = st.columns([0.36, 0.64], gap="medium")
    with left:
        showing = choices.choose_showing(test)
        part = comparison.distribution(lined_up, results, test, showing)
    with right:
        chosen = comparison.grid(lined_up, results, test, showing, part)
    with large:
        one_picture(lined_up, results, test, chosen)
        views.definitions(over_a_set=True)
    st.subheader("Class by class")
    class_chart(lined_up, results, test, showing.metric)


said.write(verdict.answer(lined_up, results, test))
with body.container():
    pictures()
    st.subheader("All of them together")
    comparison.scores(lined_up, results)
