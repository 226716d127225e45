"""Entry point: ``streamlit run app.py`` serves the page frame, and the Plotly file that the charts fetch."""

from pathlib import Path

import streamlit as st

from cae.ui.parts.live_chart import PLOTLY_ROUTE
from cae.ui.visitor.services import lifespan

app = st.App(Path(__file__).parent / "cae" / "ui" / "frame.py", routes=[PLOTLY_ROUTE], lifespan=lifespan)
