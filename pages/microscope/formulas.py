"""The formulas behind the pictures."""

from __future__ import annotations

import streamlit as st

PAPER = "https://arxiv.org/abs/2405.20954"
FORMULAS = (
    (
        "Threshold (ours)",
        r"\tau = \tfrac12\,\bigl(p_{(1)} + p_{(2)}\bigr)",
        "The middle of the two largest probabilities: exactly one class lies above it, so that thresholding is argmax.",
    ),
    (
        "Heaviside; ω (ours)",
        r"""H(p) = \begin{cases}
        \delta\,p / lo & p < lo \\
        \tfrac12 + (1 - 2\delta)(p - \tau)/w & lo \le p \le hi \\
        1 - \delta\,(1 - p)/(1 - hi) & p > hi
        \end{cases}""",
        "The band is w = ω min(τ, 1 − τ) wide, from lo = τ − w/2 to hi = τ + w/2. "
        "At ω = 1 it is the predecessor's form.",
    ),
    (
        "Membership (ours)",
        r"m_j = H(p_j) \big/ \textstyle\sum_k H(p_k)",
        "What the row adds to the line of its true class in the soft matrix: it sums to 1, as a counted row does.",
    ),
    (
        "Loss; the anchor (ours)",
        r"L = 1 - \mathrm{metric}(C) + a \cdot \mathrm{CE}(z + o)",
        "C is the soft matrix of the whole batch. The anchor is cross-entropy on logits with offsets o, times a "
        "weight a; the plain soft matrix takes m = p.",
    ),
    (
        "Annealing; the path (ours)",
        r"(\delta, \omega)(u),\quad u \in [0, 1]",
        "Both shrink along the training progress u, or the Heaviside never becomes a step.",
    ),
)


def section() -> None:
    """Draw the formulas."""
    st.subheader("The formulas", anchor=False)
    st.markdown(
        f"EAST is by Li, Lee, Vázquez and Tsoi, [arXiv 2405.20954]({PAPER}). Its full text was not at hand when this "
        "was written: what is marked **(ours)** is this project's reading of it."
    )
    columns = st.columns(2)
    for place, (title, formula, words) in enumerate(FORMULAS):
        with columns[place % 2]:
            st.markdown(f"**{title}**")
            st.latex(formula)
            st.caption(words)
