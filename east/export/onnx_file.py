"""Networks and rule of a trained model as an ONNX file: encoded features in, probabilities and decisions out."""

from __future__ import annotations

import json
import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from east.errors import not_installed
from east.export.contents import Contents, FittedClassifier, contents_of
from east.export.files import write_whole
from east.rules import DecisionRule

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

    from east.network import Weights
    from east.training import Arm, Outcome

OPSET = 17
IR_VERSION = 8
"""Old enough for any runtime of the last years."""


class _Graph:
    """Nodes and constants of a graph as they are added."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, NDArray[Any]] = {}

    def add(self, operation: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Add a node and return its output's name."""
        from onnx import helper

        self.nodes.append(helper.make_node(operation, inputs, [output], **attributes))
        return output

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Add a constant and return its name."""
        self.constants[name] = value
        return name


def save_onnx(
    source: Outcome | FittedClassifier,
    path: str | os.PathLike[str],
    *,
    arm: Arm | None = None,
    seed: int | None = None,
) -> Path:
    """Write networks and rule of a trained model as an ONNX file, whole or not at all.

    The arguments are those of `save_model`. The encoder is not in it: `LoadedModel.features` gives its input.

    Raises:
        EastError: as for `save_model`, or when the package that writes it is not installed.
    """
    needs_onnx()
    return write_whole(path, onnx_model(contents_of(source, arm, seed)).SerializeToString())


def needs_onnx() -> None:
    """Do nothing where ONNX files can be written.

    Raises:
        EastError: where they cannot.
    """
    try:
        import_module("onnx")
    except ImportError:
        raise not_installed("An ONNX file", "onnx") from None


def onnx_model(contents: Contents) -> ModelProto:
    """Build the graph: features `[n, d]` to probabilities `[n, K]` and decisions `[n]`, positions in the classes.

    The class labels stand in the metadata, under "classes".
    """
    from onnx import TensorProto, helper, numpy_helper

    graph = _Graph()
    members = [_member(graph, weights, f"member{place}") for place, weights in enumerate(contents.members)]
    graph.add("Mean", members, "probabilities")
    _decide(graph, contents.rule)
    features, classes = contents.members[0][0][0].shape[0], len(contents.classes)
    built = helper.make_graph(
        graph.nodes,
        "east",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["rows", features])],
        [
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["rows", classes]),
            helper.make_tensor_value_info("decisions", TensorProto.INT64, ["rows"]),
        ],
        [
            numpy_helper.from_array(np.ascontiguousarray(value), name)
            for name, value in graph.constants.items()
        ],
    )
    model = helper.make_model(
        built, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="east"
    )
    helper.set_model_props(model, {"classes": json.dumps(contents.classes.tolist())})
    return model


def _member(graph: _Graph, weights: Weights, name: str) -> str:
    """Add one perceptron, and return its probabilities' name."""
    value = "features"
    for layer, (weight, bias) in enumerate(weights):
        at = f"{name}.{layer}"
        value = graph.add("Relu", [value], f"{at}.in") if layer else value
        inputs = [value, graph.constant(f"{at}.weight", weight), graph.constant(f"{at}.bias", bias)]
        value = graph.add("Gemm", inputs, f"{at}.out")
    return graph.add("Softmax", [value], f"{name}.probabilities", axis=1)


def _decide(graph: _Graph, rule: DecisionRule) -> None:
    """Add the rule, in double precision as `DecisionRule.decide` has it."""
    from onnx import TensorProto

    weights = rule.prices.diagonal()
    diagonal = np.array_equal(rule.prices, np.diag(weights)) and weights.min() > 0
    earned = graph.add("Cast", ["probabilities"], "double", to=TensorProto.DOUBLE)
    if diagonal and not (weights == weights[0]).all():
        offsets = graph.constant("offsets", np.log(weights))
        earned = graph.add("Add", [_logs(graph, rule.temperature), offsets], "earned")
    elif not diagonal:
        if rule.temperature != 1:
            earned = graph.add("Softmax", [_logs(graph, rule.temperature)], "tempered", axis=1)
        earned = graph.add("MatMul", [earned, graph.constant("prices", rule.prices)], "earned")
    graph.add("ArgMax", [earned], "decisions", axis=1, keepdims=0)


def _logs(graph: _Graph, temperature: float) -> str:
    """Add log p / temperature, with zeros raised to the smallest normal float32."""
    least = graph.constant("least", np.asarray(np.finfo(np.float32).tiny, dtype=np.float64))
    logs = graph.add("Log", [graph.add("Max", ["double", least], "raised")], "logs")
    divisor = graph.constant("temperature", np.asarray(temperature, dtype=np.float64))
    return graph.add("Div", [logs, divisor], "tempered_logs")
