"""The app: one shell with the pages in it. Start it with `streamlit run app.py`."""

import streamlit as st

from pages.shared import deep_link, door, serving, shell


def main() -> None:
    """Draw a page for a session."""
    st.set_page_config(page_title="east", page_icon=shell.ICON, layout="wide")
    pages = {
        "data": st.Page(
            "pages/data/page.py", title="Data", url_path="data", icon=":material/table:", default=True
        ),
        "train": st.Page(
            "pages/train/page.py", title="Train", url_path="train", icon=":material/play_circle:"
        ),
        "compare": st.Page(
            "pages/compare/page.py", title="Compare", url_path="compare", icon=":material/balance:"
        ),
        "microscope": st.Page(
            "pages/microscope/page.py", title="Microscope", url_path="microscope", icon=":material/biotech:"
        ),
        "report": st.Page(
            "pages/report/page.py", title="Take away", url_path="report", icon=":material/download:"
        ),
        "lesson": st.Page(
            "pages/lesson/page.py", title="Lesson", url_path="lesson", icon=":material/school:"
        ),
    }
    waiting_room = door.waiting_room()
    if waiting_room is not None:
        # Every link leads to it: "Page not found" would be told beside it otherwise.
        rooms = [st.Page(waiting_room, title="east", url_path=name, default=name == "data") for name in pages]
        st.navigation(rooms, position="hidden").run()
    else:
        page = st.navigation(list(pages.values()))
        shell.enter()
        deep_link.go_on(pages)
        page.run()
        shell.leave(watching=page == pages["train"])
        door.leave()


if __name__ == "__main__":
    main()
else:  # the server reads this file once, before it answers
    app = st.App(__file__, lifespan=serving.life, middleware=serving.MIDDLEWARE, routes=serving.ROUTES)
