"""Switches: is the bottleneck really the way through?"""

import streamlit as st

from cae.ui.networks import choice
from cae.ui.parts import figures, test_set_choice, text
from cae.ui.parts.chosen_picture import choose_picture
from cae.ui.parts.introduction import introduction
from cae.ui.switches import ablation
from cae.ui.switches.budget import budget
from cae.ui.switches.study_chart import study_chart
from cae.ui.switches.swap import explain, swap_controls
from cae.ui.switches.swap_table import swap_table
from cae.ui.switches.with_and_without import with_and_without

st.title("Is the bottleneck really the way through?")
about = introduction(
    "Everything the decoder knows about your digit should come through the code, the numbers in the middle. But "
    "max-pooling also tells it *where* each maximum was: the switches. Can they draw the digit without the code?"
)
run = choice.choose(first="classic", key="around")
about(run.config.dataset)
waiting = st.empty()
test = test_set_choice.choose_test_set(run, waiting.progress)
mean = ablation.average(run, test)
waiting.empty()


@st.fragment
def one_picture() -> None:
    chosen = choose_picture(test)
    with_and_without(chosen, test)
    st.header(f"{text.plain(run.title)}: how much goes through the code, and how much bypasses it")
    budget(run.config.model)
    st.header("Code alone, switches alone")
    found = ablation.ablations(run, chosen.picture, mean)
    ablation.show(run, chosen, found)
    st.write(ablation.answer(run, chosen, found))
    st.header("Replace code and switches yourself")
    swap_controls(run, chosen, test, mean)


one_picture()
st.header("The same over the test set")
swap_table(run, test, mean)
st.header("How much each number in the code helps")
study_chart()
with st.expander("What each choice means"):
    explain()
figures.definitions(over_a_set=True)
