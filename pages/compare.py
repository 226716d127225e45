"""Compare: how good is that, honestly?"""

import streamlit as st

from cae.ui import choices, comparison, models, views
from cae.ui.contenders import answer, contenders, measured

st.title("How good is that, honestly?")
st.write(
    "Below are pictures that the network never saw while it learned, and under each the picture it drew again from "
    "memory. Beside it stands PCA, a method from 1901 that needs no network, with a memory of the same size."
)
run = models.choose()
other = choices.choose_beside(run)
lined_up = contenders(run, other)
notice, said, body = st.container(), st.container(key="answer").empty(), st.empty()
waiting = comparison.Waiting(said, body, lined_up)
with notice:
    test = choices.choose_testset(run.config.dataset, waiting)
results = measured(lined_up, test, waiting)


@st.fragment
def pictures() -> None:
    showing = choices.choose_showing(test)
    left, right = st.columns([0.64, 0.36], gap="medium")
    with left:
        chosen = comparison.grid(lined_up, results, test, showing)
    with right:
        comparison.large(lined_up, results, test, chosen)


said.write(answer(lined_up, results, test))
with body.container():
    comparison.scores(lined_up, results)
    pictures()
    views.definitions(over_a_set=True)
