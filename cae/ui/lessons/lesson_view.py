"""One lesson on the page: first a prediction, then the steps, then what was seen."""

from __future__ import annotations

import streamlit as st

from cae.environment import environment
from cae.ui.lessons.lesson import Lesson, Prediction, Step
from cae.ui.parts import text
from cae.ui.parts.links import PAGES

__all__ = ["choose_lesson", "lesson_view"]


def choose_lesson(lessons: tuple[Lesson, ...]) -> Lesson:
    """The list of lessons. The choice is kept in the address, and while the visitor is on other pages."""
    by_name = {lesson.name: lesson for lesson in lessons}
    name = st.radio(
        "Lesson",
        list(by_name),
        format_func=lambda name: by_name[name].title,
        key="lesson",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        width="stretch",
    )
    return by_name[name]


def lesson_view(lesson: Lesson) -> None:
    """Show the lesson. What was seen stays hidden until the visitor has made a prediction."""
    st.header(lesson.question)
    st.markdown(lesson.about)
    chosen = _predict(lesson.name, lesson.prediction)
    st.subheader("Try it")
    for number, step in enumerate(lesson.steps, 1):
        _step(number, step)
    st.subheader("Compare")
    if chosen is None:
        st.caption("Choose your prediction above. Then you can open here what we saw.")
        return
    with st.expander("What we saw", key=f"seen-{lesson.name}"):
        st.markdown(_verdict(lesson.prediction, chosen))
        st.markdown(lesson.seen)
        st.caption(f"Measured on: {lesson.measured}")


def _predict(name: str, prediction: Prediction) -> int | None:
    """The index of the visitor's choice, which is kept while they are on other pages; None before they choose."""
    st.subheader("Predict first")
    st.markdown(prediction.question)
    return st.radio(
        prediction.question,
        range(len(prediction.choices)),
        index=None,
        format_func=prediction.choices.__getitem__,
        key=f"prediction-{name}",
        persist_state="session",
        label_visibility="collapsed",
        width="stretch",
    )


def _step(number: int, step: Step) -> None:
    with st.container(gap="small", key=f"step-{number}"):
        st.markdown(f"**{number}.** {step.do}")
        if step.address.page == "train" and not environment().rules.training:
            st.caption("Training is switched off on this server.")
            return
        st.page_link(
            PAGES / f"{step.address.page}.py",
            label=f"{step.link} → {step.address.page.capitalize()}",
            query_params=dict(step.address.settings),
            width="content",
        )


def _verdict(prediction: Prediction, chosen: int) -> str:
    own, right = (text.plain(prediction.choices[one].rstrip(".")) for one in (chosen, prediction.right))
    if chosen == prediction.right:
        return f"You predicted what happens: **{own}.**"
    return f"You predicted: **{own}.** We saw something else: **{right}.**"
