"""Deals on their boards: pipelines, stages, and what moves through them."""

import threading
from collections.abc import Sequence
from typing import Any

from connectors.sandbox.pipedrive.records import Company, Deal, Pipeline, Stage, moment

STATUSES = ("open", "won", "lost", "deleted")


class Deals:
    """What happens to deals; the records are those of the companies. What names one that is not there is a KeyError."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def add_pipeline(self, company: Company, name: str, stages: Sequence[str]) -> list[int]:
        """Make a pipeline; returns the ids of its stages, in their order."""
        with self._lock:
            pipeline = Pipeline(len(company.pipelines) + 1, name, len(company.pipelines) + 1)
            company.pipelines[pipeline.id] = pipeline
            made = [Stage(len(company.stages) + at, each, pipeline.id, at) for at, each in enumerate(stages, 1)]
            company.stages.update((stage.id, stage) for stage in made)
            return [stage.id for stage in made]

    def add(self, company: Company, title: str, stage_id: int, person_id: int | None, **values: Any) -> Deal:
        with self._lock:
            stage = company.stages[stage_id]
            owner_id = next(iter(company.users), None)
            deal = Deal(len(company.deals) + 1, title, stage.id, stage.pipeline_id, person_id, owner_id, **values)
            company.deals[deal.id] = deal
            return deal

    def change(self, company: Company, deal_id: int, **changes: Any) -> tuple[Deal, dict[str, Any]]:
        """Change a deal; returns it, and what was there before of that which differs now."""
        with self._lock:
            deal = company.deals[deal_id]
            if "stage_id" in changes:
                changes["pipeline_id"] = company.stages[changes["stage_id"]].pipeline_id
            before = {name: getattr(deal, name) for name, value in changes.items() if getattr(deal, name) != value}
            if before:
                before["update_time"] = deal.update_time
                deal.update_time = moment()
            for name, value in changes.items():
                setattr(deal, name, value)
            return deal, before
