"""The app: one frame with the pages in it. Start it with `streamlit run app.py`."""

import streamlit as st

from pages.shared import frame

st.set_page_config(page_title="east", page_icon=frame.icon(), layout="wide")

PAGES = {
    "data": st.Page("pages/data.py", title="Data", url_path="data", icon=":material/table:", default=True),
    "train": st.Page("pages/train.py", title="Train", url_path="train", icon=":material/play_circle:"),
    "compare": st.Page("pages/compare.py", title="Compare", url_path="compare", icon=":material/balance:"),
}

page = st.navigation(list(PAGES.values()))
frame.enter(PAGES)
page.run()
frame.leave(watching=page == PAGES["train"])
