"""The pages' code: what only the Streamlit app needs. ``frame.py`` is its entry."""
