"""Entry point: ``streamlit run app.py`` serves the page frame, and the files that the browser fetches for it."""

from pathlib import Path

import streamlit as st

from cae.ui.parts.live_chart import PLOTLY_ROUTE
from cae.ui.parts.program.in_the_page import ROUTES
from cae.ui.visitor.services import lifespan

app = st.App(Path(__file__).parent / "cae" / "ui" / "frame.py", routes=[PLOTLY_ROUTE, *ROUTES], lifespan=lifespan)
