"""The model to take away: a zip that loads without this app, and ONNX."""

from __future__ import annotations

import streamlit as st

from pages.report import files
from pages.report.taken import Taken
from pages.shared.downloads import download

LOAD = """\
import pandas as pd
from predict import load
model = load("model.zip")
model.predict(pd.read_csv("new.csv"))
"""
LOAD_ONNX = """\
import onnxruntime as ort, pandas as pd
from predict import load
model, session = load("model.zip"), ort.InferenceSession("model.onnx")
session.run(None, {"features": model.features(model.frame(pd.read_csv("new.csv")))})
"""


def section(taken: Taken) -> None:
    """Offer the model and say how to load it."""
    with st.container(border=True):
        st.markdown("**The model**")
        st.caption(f"It holds {taken.lanes}. The zip needs numpy and pandas alone; predict.py is in it.")
        with st.container(horizontal=True, gap="small"):
            download("Model (zip)", lambda: files.bundle(taken), "model.zip")
            download("Network and rule (onnx)", lambda: files.onnx(taken), "model.onnx")
        plain, runtime = st.tabs(["Load the zip", "Load the ONNX"])
        plain.code(LOAD, language="python")
        runtime.code(LOAD_ONNX, language="python")
