"""The engine of `train()`: all lanes in lockstep, one step at a time, keeping each lane's best checkpoint."""

from __future__ import annotations

import math
import time
from collections.abc import Generator

import numpy as np
import torch
from torch import Tensor

from east.dataset import Dataset, RegionView
from east.losses import build_loss
from east.network import LaneNetwork
from east.threads import threads_for
from east.training.arm import Arm
from east.training.batches import Batches, Feed
from east.training.checkpoints import Checkpoints
from east.training.config import TrainConfig
from east.training.devices import resolve_device
from east.training.judge import Judge
from east.training.measurement import Measurement
from east.training.optimiser import adamw
from east.training.outcome import LaneResult, Outcome, decide
from east.training.placement import BINS, placement_of
from east.training.ranks import ALONE, Ranks
from east.training.regions import RegionReader, read_all
from east.training.resuming import State, state_of, take_state
from east.training.rows import Rows, rows_on
from east.training.schedule import one_cycle
from east.training.snapshot import ArmSnapshot, LaneSnapshot, Snapshot
from east.training.step import Batch, Moment, Step
from east.training.step_graph import StepGraph

TRAIN_SCORE_ROWS = 2048


class Training:
    """A training of lanes on one dataset, which the caller advances.

    Snapshots never change the training: evaluations for the checkpoint come at fixed steps, and `snapshot`
    only reads.

    Args:
        dataset: the encoded table with its split.
        config: the settings.
        view: view of the decision regions for the snapshots, or None for no regions.
        ranks: that train together, each with rows of its own.

    Raises:
        SettingError: for a device that this machine lacks, or a metric that does not fit the classes.
    """

    def __init__(
        self, dataset: Dataset, config: TrainConfig, view: RegionView | None = None, ranks: Ranks = ALONE
    ) -> None:
        self.dataset, self.config, self.view, self._ranks = dataset, config, view, ranks
        self._device = resolve_device(config.device)
        self.device = str(self._device)
        self.arms = config.networks
        counts = [int(count) for count in dataset.class_counts]
        self._losses = [
            build_loss(arm.loss, arm.metric, counts, parallel=ranks.size > 1).to(self._device)
            for arm in self.arms
        ]
        self._judge = self._judge_of(ranks)
        rows = dataset.training_rows
        widths = (dataset.num_features, *config.hidden_widths(rows), dataset.num_classes)
        self._network = LaneNetwork(widths, len(self.arms), config.seeds, self._device)
        self._peak_rate = config.peak_rate(rows)
        self._optimiser = adamw(
            self._network.parameters, self._network.gradients, self._peak_rate, config.weight_decay
        )
        self._reader = None if view is None else RegionReader(view, self._device)
        self._train_rows = rows_on(self._device, dataset.train)
        self._validation_rows = rows_on(self._device, dataset.validation)
        self._batches, self._stepped = self._feed(rows)
        self._work = self._network.num_lanes * config.batch_rows(rows) * self._network.layout.size
        self.total_steps = config.total_steps(rows)
        self.step_number = 0
        self._elapsed_s = 0.0
        self.interval = config.evaluation_interval(self.total_steps)
        none_yet = torch.full((self._network.num_lanes,), math.nan, device=self._device)
        self._loss_values = self._gradient_norms = none_yet
        self._last_batch: tuple[Tensor, Tensor] | None = None
        self._averages = self._network.parameters.clone()
        self._checkpoints = Checkpoints(self._network.parameters, config.patience)
        self._take: Step | StepGraph
        self.prepare_steps()

    @property
    def done(self) -> bool:
        """Whether every step has been taken."""
        return self.step_number >= self.total_steps

    @property
    def settled(self) -> bool:
        """Whether patience has run out for every lane, so that further steps change no checkpoint."""
        return self._checkpoints.settled

    @property
    def progress(self) -> float:
        """Training progress u in [0, 1]."""
        return self.step_number / self.total_steps

    def advance(self, steps: int = 1) -> None:
        """Take up to `steps` steps, fewer at the end of the training."""
        start = time.perf_counter()
        with threads_for(self._device, self._work):
            for _ in range(min(steps, self.total_steps - self.step_number)):
                self._step()
                self.step_number += 1
                if self.step_number % self.interval == 0 or self.done:
                    self._keep_the_best()
        self._elapsed_s += time.perf_counter() - start

    def snapshot(self) -> Snapshot:
        """Return the present state, in one transfer from the device."""
        with threads_for(self._device, self._work):
            measured = self._measure()
            seen = read_all(self._reader, self._network, self._averages)
        return Snapshot(
            progress=self.progress,
            step=self.step_number,
            total_steps=self.total_steps,
            epoch=self.step_number / self._batches.per_epoch,
            elapsed_s=self._elapsed_s,
            steps_per_second=self.step_number / self._elapsed_s if self._elapsed_s else 0.0,
            sharpness=self._judge.race_annealing.at(self.progress),
            arms=tuple(
                ArmSnapshot(arm, tuple(self._lane_snapshot(lane, measured) for lane in lanes), regions)
                for (arm, lanes), regions in zip(self._lanes_by_arm(), seen, strict=True)
            ),
        )

    def outcome(self) -> Outcome:
        """Score each lane's best checkpoint on the test part."""
        with threads_for(self._device, self._work):
            on_validation = self._on_checkpoints(self._validation_rows)
            on_test = self._on_checkpoints(rows_on(self._device, self.dataset.test))
        finished = {
            arm: [self._lane_result(lane, on_validation, on_test) for lane in lanes]
            for arm, lanes in self._lanes_by_arm()
        }
        held_out = self.dataset.validation
        return Outcome(
            metric=self.config.metric,
            classes=self.dataset.classes,
            arms=tuple(
                decide(arm, finished[arm.networks], held_out.targets, held_out.weights)
                for arm in self.config.race
            ),
            validation_targets=held_out.targets,
            validation_weights=held_out.weights,
            test_targets=self.dataset.test.targets,
            steps=self.step_number,
            elapsed_s=self._elapsed_s,
            device=self.device,
            encoder=self.dataset.encoder,
            config=self.config,
        )

    def snapshots(self) -> Generator[Snapshot, None, None]:
        """Train to the end; yields a snapshot of now and one at each evaluation to come."""
        yield self.snapshot()
        while not self.done:
            self.advance(self.interval - self.step_number % self.interval)
            yield self.snapshot()

    def state(self) -> State:
        """Copy everything that the steps to come depend on, as arrays by name."""
        return state_of(self)

    def resume(self, state: State) -> None:
        """Go on from what `state` returned for the same dataset and settings, bit for bit on a CPU.

        Raises:
            SettingError: for the state of another training.
        """
        take_state(self, state)

    def prepare_steps(self) -> None:
        """Make the steps to come work on the present tensors of the network and the optimiser."""
        step = Step(
            self._network,
            self._losses,
            self._averages,
            self._optimiser,
            self._stepped,
            self.config,
            self._ranks,
        )
        recorded = self._device.type == "cuda" and self._batches.even
        self._take = StepGraph(step) if recorded else step

    def _feed(self, rows: int) -> tuple[Feed, Rows]:
        """Make what chooses the rows of each step, and what it chooses from."""
        return Batches(rows, self.config, self._device, self.dataset.train.weights), self._train_rows

    def _judge_of(self, ranks: Ranks) -> Judge:
        return Judge(self.arms, [loss.annealing for loss in self._losses], self.dataset.num_classes, ranks)

    def _step(self) -> None:
        """Take one step of every lane without waiting for the device."""
        # Early on, the average decays faster, so that it forgets the initial weights.
        decay = min(self.config.averaging, (self.step_number + 1) / (self.step_number + 10))
        moment = Moment(self.progress, self._peak_rate * one_cycle(self.progress), 1 - decay)
        batch = Batch(self._batches.next(), self._batches.dropout_masks())
        taken = self._take(batch, moment)
        self._loss_values, self._gradient_norms = taken.loss_values, taken.gradient_norms
        self._last_batch = taken.logits, taken.labels

    def _keep_the_best(self) -> None:
        """Offer the averaged weights to the checkpoints."""
        held_out = self._validation_rows
        logits = self._network.evaluate(held_out.features, self._averages)
        scores = self._judge.scores(self._judge.hard(logits.argmax(dim=-1), held_out))
        self._checkpoints.offer(self._averages, self._judge.sound(logits), scores, self.step_number)

    @torch.no_grad()
    def _measure(self) -> Measurement:
        """Measure all lanes on the validation part, on some training rows and on the last batch."""
        held_out = self._validation_rows
        logits = self._network.evaluate(held_out.features, self._averages)
        soft = self._judge.soft(logits.softmax(dim=-1), held_out, self.progress)
        hard = self._judge.hard(logits.argmax(dim=-1), held_out)
        seen = self._train_rows.first(TRAIN_SCORE_ROWS)
        on_train = self._network.evaluate(seen.features, self._averages).argmax(dim=-1)
        return Measurement.fetch(
            score_soft=self._judge.scores(soft),
            score_hard=self._judge.scores(hard),
            train_score=self._judge.scores(self._judge.hard(on_train, seen)),
            loss_value=self._loss_values,
            gradient_norm=self._gradient_norms,
            best_score=self._checkpoints.scores,
            best_step=self._checkpoints.steps,
            placement=self._placement(),
            soft=soft,
            hard=hard,
        )

    def _placement(self) -> Tensor:
        """Bin the probabilities of the last batch, `[lanes, BINS]`."""
        if self._last_batch is None:
            return torch.zeros(self._network.num_lanes, BINS, device=self._device)
        logits, labels = self._last_batch
        return placement_of(logits.float().softmax(dim=-1), labels.repeat(len(self.arms), 1))

    def _lanes_by_arm(self) -> list[tuple[Arm, range]]:
        """List the arms in training with the indices of their lanes."""
        seeds = len(self.config.seeds)
        return [(arm, range(place * seeds, (place + 1) * seeds)) for place, arm in enumerate(self.arms)]

    def _lane_snapshot(self, lane: int, measured: Measurement) -> LaneSnapshot:
        place, seed = divmod(lane, len(self.config.seeds))
        arm, numbers = self.arms[place], measured.of_lane(lane)
        return LaneSnapshot(
            loss=arm.loss,
            metric=arm.metric,
            seed=self.config.seeds[seed],
            sharpness=self._judge.sharpness(place, self.progress),
            **(numbers | {"best_step": int(numbers["best_step"])}),
        )

    def _on_checkpoints(self, rows: Rows) -> dict[str, np.ndarray]:
        probabilities = self._network.evaluate(rows.features, self._checkpoints.parameters).softmax(dim=-1)
        hard = self._judge.hard(probabilities.argmax(dim=-1), rows)
        soft = self._judge.soft(probabilities, rows, self.progress)
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
            best_step=int(self._checkpoints.steps[lane]),
            best_score=metric.score(on_validation["hard"][lane]),
            validation_probabilities=on_validation["probabilities"][lane],
            test_probabilities=on_test["probabilities"][lane],
            validation_hard=on_validation["hard"][lane],
            test_hard=on_test["hard"][lane],
            test_soft=on_test["soft"][lane],
            test_score=metric.score(on_test["hard"][lane]),
            weights=self._network.lane_weights(self._checkpoints.parameters, lane),
        )
