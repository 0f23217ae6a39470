"""Pages of the registry: people and findings."""

from mingbai.registry.views.persons import people, person, reveal
from mingbai.registry.views.queue import finding, findings, settle

__all__ = ["finding", "findings", "people", "person", "reveal", "settle"]
