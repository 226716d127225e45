"""Switches: is the bottleneck really the way through?"""

import streamlit as st

from cae.ui import choices, detour, models, views
from cae.ui.budget import budget
from cae.ui.exchange import explain, play
from cae.ui.exchange_table import exchange_table
from cae.ui.one_look import look
from cae.ui.subject import choose_subject
from cae.ui.worth import worth

st.title("Is the bottleneck really the way through?")
st.write(
    "A network should have to remember your digit in its code alone. But pooling can pass notes: it tells the decoder "
    "where every maximum was, and so a picture can travel around the code."
)
run = models.choose(first="classic", key="around")
waiting = st.empty()
test = choices.choose_testset(run.config.dataset, waiting.progress)
mean = detour.average(run, test)
waiting.empty()


@st.fragment
def laboratory() -> None:
    subject = choose_subject(test)
    look(subject, test)
    st.subheader(f"{views.plain(run.title)}: how much fits through, and how much goes around")
    budget(run.config.model)
    st.subheader("One way at a time")
    found = detour.ways(run, subject.picture, mean)
    detour.reveal(run, subject, found)
    st.write(detour.answer(run, subject, found))
    st.subheader("Exchange them yourself")
    play(run, subject, mean)


laboratory()
st.subheader("The same over the test set")
exchange_table(run, test, mean)
st.subheader("What a number in the code is worth")
worth()
with st.expander("What is exchanged"):
    explain()
views.definitions(over_a_set=True)
