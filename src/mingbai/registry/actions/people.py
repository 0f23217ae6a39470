"""Writing people found in rows, in bulk: who they are is sealed and indexed, each with its row."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pyarrow as pa
from django.db.models import Model

from mingbai.base.bulk import insert_rows
from mingbai.base.models import Act
from mingbai.base.secrets import blind_many, seal_many
from mingbai.registry.models import Person
from mingbai.registry.queries.people import bound_name
from mingbai.registry.queries.rows import ORIGIN, with_village_codes


def write_people(*, new: pl.DataFrame, act: Act) -> int:
    """Write a person for each row, one row a person whom nobody knows yet; returns how many.

    ``new``: ``id_key id_number name birth_date sex town village phone phone_key`` and origin. The
    database writes the first document of each. In the caller's transaction.
    """
    new = with_village_codes(new)
    keys = new["id_key"].to_list()
    pairs = zip(new["name"].fill_null("").to_list(), new["town"].to_list(), strict=True)
    bound_names = pa.array([bound_name(name, town) for name, town in pairs], pa.string())
    columns: dict[str, Sequence[object]] = {
        "id_key": keys,
        "id_sealed": seal_many("person.id_number", new["id_number"].to_list(), keys),
        "name_sealed": seal_many("person.name", new["name"].fill_null("").to_list(), keys),
        "name_key": blind_many("name", bound_names).to_pylist(),
        "birth_date": new["birth_date"].dt.to_string("%Y-%m-%d").to_list(),
        "sex": new["sex"].to_list(),
        "town": new["town"].to_list(),
        "village": new["village"].to_list(),
        "phone_sealed": seal_many("person.phone", new["phone"].to_list(), keys),
        "phone_key": new["phone_key"].to_list(),
    }
    return insert_found(Person, columns, new, act)


def insert_found(
    model: type[Model], columns: dict[str, Sequence[object]], rows: pl.DataFrame, act: Act
) -> int:
    """Insert columns of a model with the origin of their rows and the act that wrote them."""
    whole = {
        **columns,
        **{name: rows[name].to_list() for name in ORIGIN},
        "act_id": [act.pk] * rows.height,
    }
    return insert_rows(model, list(whole), zip(*whole.values(), strict=True))
