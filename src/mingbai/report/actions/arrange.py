"""The completed sub-items as an official names them."""

from __future__ import annotations

from collections.abc import Sequence

from mingbai.delivery.queries import CompletedSubItem


def name_completed(completed: Sequence[CompletedSubItem]) -> str:
    """The completed list as an official writes it, in the order of the year's list.

    A programme whose sub-items are all complete is named alone; else 「X中a、b和c」.
    """
    groups: dict[str, list[CompletedSubItem]] = {}
    for item in completed:
        groups.setdefault(item.programme, []).append(item)
    phrases = [_phrase(items) for items in groups.values()]
    if len(phrases) < 2 or all(items[0].whole_programme for items in groups.values()):
        return _joined(phrases)
    # Commas between programmes, since 、 and 和 already divide their sub-items.
    return f"{'，'.join(phrases[:-1])}，以及{phrases[-1]}"


def _phrase(items: Sequence[CompletedSubItem]) -> str:
    name = items[0].programme_summary_name
    if items[0].whole_programme:
        return name
    return f"{name}中{_joined([item.summary_name for item in items])}"


def _joined(names: Sequence[str]) -> str:
    """「甲」「甲和乙」「甲、乙和丙」."""
    return f"{'、'.join(names[:-1])}和{names[-1]}" if len(names) > 1 else "".join(names)
