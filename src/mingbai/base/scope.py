"""Row scope at the query: who asks decides which rows exist.

``Model.objects`` of every model in the house is a ``ScopedManager``. A query that is evaluated
without ``.seen_by(to)`` or ``.unscoped("reason")`` raises ``CannotQueryWithoutScope``: forgetting
the scope is a crash in the first test, not a leak in the tenth month.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q

M = TypeVar("M", bound=models.Model, covariant=True)


class CannotQueryWithoutScope(Exception):
    """A query was about to run without saying who asks."""


@dataclass(frozen=True)
class Asker:
    """Who asks: the offices, towns and sub-items whose rows this person may see."""

    user_id: int | None = None
    office_id: int | None = None
    sees_all: bool = False
    office_ids: frozenset[int] = frozenset()
    towns: frozenset[str] = frozenset()
    sub_items: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    reason: str = field(default="", compare=False)

    @classmethod
    def system(cls, reason: str) -> Asker:
        """The house itself, for jobs and command lines; the reason is required."""
        if not reason.strip():
            raise ValueError("a system asker must say why")
        return cls(sees_all=True, reason=reason)

    @property
    def rows(self) -> Hashable:
        """Whose rows these are: equal for two askers who see the same of every model."""
        return self.sees_all or (self.towns, self.sub_items, self.office_ids)

    def may(self, permission: str) -> bool:
        """Whether this person holds a permission (see ``base.permissions``)."""
        return permission in self.permissions


@dataclass(frozen=True)
class ScopeBy:
    """Which paths of a model lead to a town, a sub-item and the office that wrote the row.

    A row is visible when any of the given paths matches the asker: a town sees its town, a lead
    department its sub-items, an office what it handed in itself. A row that concerns two offices
    names a path to each.
    """

    town: str | None = None
    sub_item: str | None = None
    office: str | tuple[str, ...] | None = None

    def predicate(self, to: Asker) -> Q:
        """The rows this asker may see, as a filter; nothing where no path matches."""
        found = Q(pk__in=[])
        if self.town and to.towns:
            found |= Q(**{f"{self.town}__in": to.towns})
        if self.sub_item and to.sub_items:
            found |= Q(**{f"{self.sub_item}__in": to.sub_items})
        offices = (self.office,) if isinstance(self.office, str) else self.office or ()
        for path in offices if to.office_ids else ():
            found |= Q(**{f"{path}__in": to.office_ids})
        return found


@dataclass(frozen=True)
class Everyone:
    """Reference data any signed-in person may read; the reason stands beside the model."""

    why: str

    def predicate(self, to: Asker) -> Q:
        return Q()


@dataclass(frozen=True)
class CountyOnly:
    """Rows only those who see the whole county may read (the ledger, jobs of others)."""

    why: str

    def predicate(self, to: Asker) -> Q:
        return Q() if to.sees_all else Q(pk__in=[])


Scope = ScopeBy | Everyone | CountyOnly


class ScopedQuerySet(models.QuerySet[M]):
    """A query set that refuses to run until somebody said who asks."""

    _scope_said = False

    def _clone(self) -> Self:
        copy: Self = super()._clone()  # type: ignore[misc]
        copy._scope_said = self._scope_said
        return copy

    def seen_by(self, to: Asker) -> Self:
        """Only the rows this asker may see."""
        scope: Scope = self.model.scope  # type: ignore[attr-defined]
        found = self if to.sees_all else self.filter(scope.predicate(to))
        found = found._clone()
        found._scope_said = True
        return found

    def unscoped(self, reason: str) -> Self:
        """All rows, for an action or a figure of the house itself; the reason is required."""
        if not reason.strip():
            raise ValueError("an unscoped query must say why")
        found = self._clone()
        found._scope_said = True
        return found

    def _must_be_scoped(self) -> None:
        if not self._scope_said:
            raise CannotQueryWithoutScope(
                f"{self.model.__name__} 的查询没有说明由谁查看，已拒绝执行（用 to= 指明）。"
            )

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._must_be_scoped()
        super()._fetch_all()

    def iterator(self, chunk_size: int | None = None) -> Iterator[Any]:
        self._must_be_scoped()
        return super().iterator(chunk_size)

    def count(self) -> int:
        if self._result_cache is None:
            self._must_be_scoped()
        return super().count()

    def exists(self) -> bool:
        if self._result_cache is None:
            self._must_be_scoped()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._must_be_scoped()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._must_be_scoped()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._must_be_scoped()
        return super().delete()

    def explain(self, *, format: str | None = None, **options: Any) -> str:
        self._must_be_scoped()
        return super().explain(format=format, **options)


class ScopedManager(models.Manager[M]):
    """The only manager rooms give their models."""

    def get_queryset(self) -> ScopedQuerySet[M]:
        return ScopedQuerySet(self.model, using=self._db)

    def seen_by(self, to: Asker) -> ScopedQuerySet[M]:
        """Only the rows this asker may see."""
        return self.get_queryset().seen_by(to)

    def unscoped(self, reason: str) -> ScopedQuerySet[M]:
        """All rows; the reason is required."""
        return self.get_queryset().unscoped(reason)


class ScopedModel(models.Model):
    """Base of every model in the house: it must say in ``scope`` who may see its rows."""

    scope: ClassVar[Scope]
    #: True where rows are never updated or deleted (rule 12); the migration holds it by triggers.
    frozen: ClassVar[bool] = False

    objects = ScopedManager()

    class Meta:
        abstract = True
