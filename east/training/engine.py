"""The machine under `train()`: lanes in lockstep, one step at a time, the best checkpoint kept."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Sequence

import numpy as np
import torch
from torch import Tensor

from east.dataset import Dataset, Part
from east.losses import build_loss
from east.network import LaneNetwork
from east.training.batches import Batches
from east.training.config import TrainConfig, resolve_device
from east.training.facts import LaneResult, LaneSnapshot, Outcome, Snapshot
from east.training.judge import Judge
from east.training.placement import BINS, placement_of
from east.training.threads import threads_for

TRAIN_SCORE_ROWS = 2048
WARM_UP = 0.1


class Training:
    """A race of lanes over one dataset, advanced from outside.

    What is watched never changes what is learned: evaluations for the checkpoint come at fixed steps,
    and `snapshot` only reads.

    Args:
        dataset: the encoded table with its split.
        config: what to train and how.

    Raises:
        SettingError: for a device that is not there, or a metric that does not fit the classes.
    """

    def __init__(self, dataset: Dataset, config: TrainConfig) -> None:
        self.dataset, self.config = dataset, config
        self._device = resolve_device(config.device)
        self.device = str(self._device)
        self.arms = config.race
        counts = [int(count) for count in dataset.class_counts]
        self._losses = [build_loss(arm.loss, arm.metric, counts).to(self._device) for arm in self.arms]
        self._judge = Judge(self.arms, [loss.annealing for loss in self._losses], dataset.num_classes)
        rows = len(dataset.train.targets)
        widths = (dataset.num_features, *config.hidden_widths(rows), dataset.num_classes)
        self._network = LaneNetwork(widths, len(self.arms), config.seeds, self._device)
        self._optimiser = self._build_optimiser()
        self._train_rows = self._on_device(dataset.train)
        self._validation_rows = self._on_device(dataset.validation)
        self._batches = Batches(rows, config, self._device)
        self._work = self._network.num_lanes * config.batch_rows(rows) * self._network.layout.size
        self.total_steps = config.total_steps(rows)
        self.step_number = 0
        self._elapsed_s = 0.0
        self._interval = max(1, self.total_steps // config.evaluations)
        lanes = self._network.num_lanes
        self._loss_values = torch.full((lanes,), math.nan, device=self._device)
        self._gradient_norms = torch.full((lanes,), math.nan, device=self._device)
        self._last_batch: tuple[Tensor, Tensor] | None = None
        self._averages = self._network.parameters.clone()
        self._best_parameters = self._network.parameters.clone()
        self._best_scores = torch.full((lanes,), -math.inf, device=self._device)
        self._best_steps = torch.zeros(lanes, dtype=torch.long, device=self._device)
        self._stale = torch.zeros(lanes, dtype=torch.long, device=self._device)

    @property
    def done(self) -> bool:
        """Whether every step has been taken."""
        return self.step_number >= self.total_steps

    @property
    def progress(self) -> float:
        """Training progress u in [0, 1]."""
        return self.step_number / self.total_steps

    def advance(self, steps: int = 1) -> None:
        """Take up to `steps` steps, fewer when the training ends before."""
        start = time.perf_counter()
        with threads_for(self._device, self._work):
            for _ in range(min(steps, self.total_steps - self.step_number)):
                self._step()
                self.step_number += 1
                if self.step_number % self._interval == 0 or self.done:
                    self._keep_the_best()
        self._elapsed_s += time.perf_counter() - start

    def snapshot(self) -> Snapshot:
        """Read the present facts, in one transfer from the device."""
        with threads_for(self._device, self._work):
            facts = self._measure()
        sharpness = self._judge.race_annealing.at(self.progress)
        return Snapshot(
            progress=self.progress,
            step=self.step_number,
            total_steps=self.total_steps,
            epoch=self.step_number / self._batches.per_epoch,
            elapsed_s=self._elapsed_s,
            steps_per_second=self.step_number / self._elapsed_s if self._elapsed_s else 0.0,
            sharpness=sharpness,
            lanes=tuple(self._lane_snapshot(lane, facts[lane]) for lane in range(len(facts))),
        )

    def outcome(self) -> Outcome:
        """Score each lane's best checkpoint on the test part."""
        test = self._on_device(self.dataset.test)
        on_validation = self._checkpoint_facts(self._validation_rows)
        on_test = self._checkpoint_facts(test)
        return Outcome(
            metric=self.config.metric,
            classes=self.dataset.classes,
            lanes=tuple(
                self._lane_result(lane, on_validation, on_test) for lane in range(self._network.num_lanes)
            ),
            validation_targets=self.dataset.validation.targets,
            test_targets=self.dataset.test.targets,
            steps=self.step_number,
            elapsed_s=self._elapsed_s,
            device=self.device,
        )

    def _step(self) -> None:
        """One step of every lane: gather, forward, backward, clip, update. Nothing waits for the device."""
        features, targets = self._train_rows
        rows = self._batches.next()
        inputs, labels = features[rows], targets[rows]
        with torch.autocast(
            self._device.type, dtype=torch.bfloat16, enabled=self.config.precision == "bfloat16"
        ):
            logits = self._network.logits(inputs, self._batches.dropout_masks())
        values = torch.cat(
            [
                loss(lane_logits, labels, self.progress)
                for loss, lane_logits in zip(self._losses, logits.chunk(len(self._losses)), strict=True)
            ]
        )
        self._network.backward(values)
        self._loss_values, self._last_batch = values.detach(), (logits.detach(), labels)
        self._clip()
        for group in self._optimiser.param_groups:
            group["lr"] = self.config.learning_rate * one_cycle(self.progress)
        self._optimiser.step()
        # The average is young at first: until the decay's horizon is reached it forgets faster.
        decay = min(self.config.averaging, (self.step_number + 1) / (self.step_number + 10))
        self._averages.lerp_(self._network.parameters, 1 - decay)

    def _clip(self) -> None:
        """Scale each lane's own gradient to at most `clip`."""
        gradients = self._network.gradients
        self._gradient_norms = gradients.norm(dim=1)
        gradients.mul_((self.config.clip / self._gradient_norms.clamp_min(self.config.clip)).unsqueeze(1))

    def _build_optimiser(self) -> torch.optim.Optimizer:
        parameters = torch.nn.Parameter(self._network.parameters)
        parameters.grad = self._network.gradients
        fused = self._device.type in ("cpu", "cuda")
        return torch.optim.AdamW(
            [parameters], lr=self.config.learning_rate, weight_decay=self.config.weight_decay, fused=fused
        )

    def _keep_the_best(self) -> None:
        """Keep each lane's parameters where its validation score is the best so far; on the device."""
        features, targets = self._validation_rows
        logits = self._network.evaluate(features, self._averages)
        scores = self._judge.scores(self._judge.hard(logits.argmax(dim=-1), targets))
        # A lane that diverged has scores too: the argmax of NaN is class 0.
        sound = logits.isfinite().flatten(1).all(dim=1)
        patient = self._stale < (self.config.patience or self.total_steps + 1)
        allowed = patient & sound
        self._stale = torch.where(allowed & (scores > self._best_scores), 0, self._stale + 1)
        # Of equal scores the later is kept: on few validation rows an early network ties by luck.
        better = allowed & (scores >= self._best_scores)
        self._best_scores = torch.where(better, scores, self._best_scores)
        self._best_steps = torch.where(better, self.step_number, self._best_steps)
        torch.where(better.unsqueeze(1), self._averages, self._best_parameters, out=self._best_parameters)

    @torch.no_grad()
    def _measure(self) -> np.ndarray:
        """Every number of a snapshot as one array `[lanes, 7 + BINS + 2 K^2]`."""
        features, targets = self._validation_rows
        logits = self._network.evaluate(features, self._averages)
        soft = self._judge.soft(logits.softmax(dim=-1), targets, self.progress)
        hard = self._judge.hard(logits.argmax(dim=-1), targets)
        seen, seen_targets = (rows[:TRAIN_SCORE_ROWS] for rows in self._train_rows)
        train_hard = self._judge.hard(
            self._network.evaluate(seen, self._averages).argmax(dim=-1), seen_targets
        )
        columns = [
            self._judge.scores(soft), self._judge.scores(hard), self._judge.scores(train_hard),
            self._loss_values, self._gradient_norms, self._best_scores, self._best_steps.float(),
        ]  # fmt: skip
        matrices = [soft.flatten(1), hard.flatten(1)]
        facts = torch.cat([torch.stack(columns, dim=1), self._placement(), *matrices], dim=1)
        return np.asarray(facts.cpu().numpy(), dtype=np.float64)

    def _placement(self) -> Tensor:
        """Count where the last batch's probabilities fall, `[lanes, BINS]`."""
        if self._last_batch is None:
            return torch.zeros(self._network.num_lanes, BINS, device=self._device)
        logits, labels = self._last_batch
        return placement_of(logits.float().softmax(dim=-1), labels.repeat(len(self.arms), 1))

    def _lane_snapshot(self, lane: int, facts: np.ndarray) -> LaneSnapshot:
        arm, seed = divmod(lane, len(self.config.seeds))
        classes = self.dataset.num_classes
        soft, hard = facts[7 + BINS :].reshape(2, classes, classes)
        return LaneSnapshot(
            loss=self.arms[arm].loss,
            metric=self.arms[arm].metric,
            seed=self.config.seeds[seed],
            sharpness=self._judge.sharpness(arm, self.progress),
            soft=soft,
            hard=hard,
            score_soft=float(facts[0]),
            score_hard=float(facts[1]),
            train_score=float(facts[2]),
            loss_value=float(facts[3]),
            gradient_norm=float(facts[4]),
            best_score=float(facts[5]),
            best_step=int(facts[6]),
            placement=facts[7 : 7 + BINS],
        )

    def _checkpoint_facts(self, rows: tuple[Tensor, Tensor]) -> dict[str, np.ndarray]:
        features, targets = rows
        probabilities = self._network.evaluate(features, self._best_parameters).softmax(dim=-1)
        hard = self._judge.hard(probabilities.argmax(dim=-1), targets)
        soft = self._judge.soft(probabilities, targets, self.progress)
        return {
            "probabilities": probabilities.cpu().numpy(),
            "hard": hard.cpu().numpy().astype(np.float64),
            "soft": soft.cpu().numpy().astype(np.float64),
        }

    def _lane_result(
        self, lane: int, on_validation: dict[str, np.ndarray], on_test: dict[str, np.ndarray]
    ) -> LaneResult:
        arm, seed = divmod(lane, len(self.config.seeds))
        metric = self.arms[arm].metric
        return LaneResult(
            loss=self.arms[arm].loss,
            metric=metric,
            seed=self.config.seeds[seed],
            best_step=int(self._best_steps[lane]),
            best_score=metric.score(on_validation["hard"][lane]),
            validation_probabilities=on_validation["probabilities"][lane],
            test_probabilities=on_test["probabilities"][lane],
            validation_hard=on_validation["hard"][lane],
            test_hard=on_test["hard"][lane],
            test_soft=on_test["soft"][lane],
            test_score=metric.score(on_test["hard"][lane]),
            weights=self._network.lane_weights(self._best_parameters, lane),
        )

    def _on_device(self, part: Part) -> tuple[Tensor, Tensor]:
        features = torch.as_tensor(part.features, dtype=torch.float32, device=self._device)
        return features, torch.as_tensor(part.targets, dtype=torch.long, device=self._device)


def one_cycle(progress: float, warm_up: float = WARM_UP) -> float:
    """Return the learning rate's share of its peak: a linear rise, then half a cosine down to 0."""
    if progress < warm_up:
        return (progress + 0.01) / (warm_up + 0.01)
    return 0.5 * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up)))


def train(dataset: Dataset, config: TrainConfig) -> Generator[Snapshot, None, Outcome]:
    """Train every lane in lockstep, yielding a snapshot at each evaluation; returns the outcome.

    A `for` loop sees the snapshots; the generator's return value is the `Outcome` (`fit` hands it over).

    Raises:
        SettingError: for a device that is not there, or a metric that does not fit the classes.
    """
    training = Training(dataset, config)
    yield training.snapshot()
    while not training.done:
        training.advance(training._interval)
        yield training.snapshot()
    return training.outcome()


def fit(dataset: Dataset, config: TrainConfig) -> Outcome:
    """Train to the end without looking, and return the outcome."""
    training = Training(dataset, config)
    training.advance(training.total_steps)
    return training.outcome()


def lanes_of(outcome: Outcome, loss: str) -> Sequence[LaneResult]:
    """Pick the lanes of one loss, in seed order."""
    return [lane for lane in outcome.lanes if lane.loss == loss]
