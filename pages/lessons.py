"""Lessons: what shall we find out today?"""

import streamlit as st

from cae.ui.lessons.goes_along import goes_along
from cae.ui.lessons.lesson import lessons
from cae.ui.lessons.lesson_view import choose_lesson, lesson_view
from cae.ui.parts import links, text

st.title("What shall we find out today?")
st.write(
    "Choose a question. Predict the answer, then try it out on the pages of this app. At the end, compare what you "
    "saw with what we measured."
)
there = lessons()
for problem in there.problems:
    st.error(text.plain(problem))
if there.lessons:
    left, right = st.columns([0.3, 0.7], gap="large")
    with left:
        lesson = choose_lesson(there.lessons)
        along = st.container(key="goes-along")
    with right:
        lesson_view(lesson)
    with along:
        goes_along()
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    st.markdown("New here?", width="content")
    links.to_tour(st.container(width="content"), "Take the two-minute tour → Draw")
