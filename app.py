"""Entry point: ``streamlit run app.py`` serves the page frame, and the files that the browser fetches for it."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from cae.ui.lessons import lesson
from cae.ui.operator.guard import Guard
from cae.ui.operator.start import start
from cae.ui.operator.status_page import STATUS_ROUTE
from cae.ui.parts.content import CONTENT_ROUTE
from cae.ui.parts.live_chart import PLOTLY_ROUTE
from cae.ui.parts.program.in_the_page import RUNTIME_ROUTE
from cae.ui.parts.stroke_events import STROKES_ROUTE
from cae.ui.visitor.services import lifespan

FRAME = Path(__file__).parent / "cae" / "ui" / "frame.py"
ROUTES = [CONTENT_ROUTE, PLOTLY_ROUTE, RUNTIME_ROUTE, STROKES_ROUTE, STATUS_ROUTE]

settings = start()  # and with it the log
lesson.report()
app = st.App(FRAME, routes=ROUTES, middleware=[Middleware(Guard, settings=settings)], lifespan=lifespan)
