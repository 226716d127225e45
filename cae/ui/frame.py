"""The page frame: title, logo and navigation. Streamlit runs this script, which runs the page that was requested.

It must not be next to ``pages/``: Streamlit would make automatic pages of that folder, and a fresh server would show
them to its first visitor.
"""

from pathlib import Path

import streamlit as st

from cae.ui.parts.next_question import next_question
from cae.ui.visitor import identity, presence, session

ROOT = Path(__file__).parents[2]
LOGO = str(ROOT / "assets/logo.svg")

PAGES = [
    st.Page(ROOT / "pages/draw.py", title="Draw", default=True),
    st.Page(ROOT / "pages/train.py", title="Train"),
    st.Page(ROOT / "pages/runs.py", title="Runs"),
    st.Page(ROOT / "pages/compare.py", title="Compare"),
    st.Page(ROOT / "pages/switches.py", title="Switches"),
    st.Page(ROOT / "pages/inside.py", title="Inside"),
    st.Page(ROOT / "pages/latent.py", title="Latent"),
    st.Page(ROOT / "pages/damage.py", title="Damage"),
    st.Page(ROOT / "pages/doubt.py", title="Doubt"),
    st.Page(ROOT / "pages/lessons.py", title="Lessons"),
]

page = st.navigation(PAGES)
st.set_page_config(
    page_title=f"{page.title} · What survives the squeeze?",
    page_icon=LOGO,
    layout="wide",
)
st.logo(LOGO, size="large")
st.html(ROOT / "assets/style.css")
identity.recognise()
presence.note()
session.arrive(page.title)
page.run()
next_question(page.title.lower())
