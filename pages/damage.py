"""Damage: can it repair what is broken?"""

import streamlit as st

from cae.config import KINDS
from cae.ui.damage import measured
from cae.ui.damage.damages import damaged
from cae.ui.damage.repair_view import about as identity
from cae.ui.damage.repair_view import erased, repair_view, strength, without
from cae.ui.damage.ways import best_trained, networks, repaired
from cae.ui.networks import choice
from cae.ui.parts import figures, test_set_choice
from cae.ui.parts.chosen_picture import choose_picture
from cae.ui.parts.damage import TITLES
from cae.ui.parts.introduction import introduction

st.title("Can it repair what is broken?")
about = introduction(
    "Damage your digit, and see what brings it back. A network that has only met whole digits repairs little. One "
    "that was trained to redraw whole digits from damaged ones repairs much more."
)
run = choice.choose(key="damage")
about(run.config.dataset)
waiting = st.empty()
test = test_set_choice.choose_test_set(run, waiting.progress)
waiting.empty()


@st.fragment
def one_picture() -> None:
    chosen = choose_picture(test)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            "Damage",
            [*KINDS, "none"],
            key="kind",
            bind="query-params",
            format_func=lambda name: TITLES.get(name, "Only what you erase"),
        )
        st.button("Damage it anew", on_click=again, disabled=kind in ("none", "blur", "low-resolution"))
    seed = st.session_state.get("damage-seed", 0)
    key = identity(chosen.picture, kind, seed)
    before, gone = damaged(chosen.picture, kind, seed), erased(key, test.shape.side)
    runs = networks(run)
    ways = repaired(runs, chosen.picture, without(before, gone), kind, test)
    repair_view(chosen.picture, kind, key, before, gone, ways, best_trained(runs, kind).title)
    st.header("How much damage can each way repair?")
    if kind == "none":
        st.write("You erase something else each time, so there is no chart of it. Choose another damage to see one.")
    else:
        measured.chart(kind, strength(), run)


def again() -> None:
    st.session_state["damage-seed"] = st.session_state.get("damage-seed", 0) + 1


one_picture()
figures.definitions(over_a_set=True)
