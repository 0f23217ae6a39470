"""Cases that take a second table: the dead, the paid by the treasury, the owners; exclusions."""

from __future__ import annotations

from mingbai.engine.generate.cases.planting import ALL_YEAR, Planting, total

_LIVING = "disabled.living"
_DIBAO = "relief.dibao"
_DESTITUTE = "relief.destitute"
_PENSION = "pension.basic"


def plant_deaths(planting: Planting) -> None:
    """Paid after death; and paid up to the month of it, or within the month of grace."""
    late = planting.people(planting.count)
    planting.put_on("deaths", late, planting.day(5))
    # A second entry with a later day: the earliest counts.
    planting.put_on("deaths", late[::2], planting.day(9))
    planting.pay(late, _LIVING, ALL_YEAR[:5])
    rows = planting.pay(late, _LIVING, ALL_YEAR[5:])
    planting.expect("paid-after-death", "paid_after_event", late, "deaths", rows=7,
                    amount=total(rows, len(late)))  # fmt: skip

    in_time = planting.people(planting.count)
    planting.put_on("deaths", in_time, planting.day(5, 1))
    planting.pay(in_time, _LIVING, ALL_YEAR[:5])
    planting.spare("paid-after-death", in_time)

    pensioners = planting.people(planting.count, ages=(62, 80))
    planting.put_on("deaths", pensioners, planting.day(4, 30))
    planting.pay(pensioners, _PENSION, ALL_YEAR[:5])
    rows = planting.pay(pensioners, _PENSION, ALL_YEAR[5:8])
    planting.expect("pension-after-death", "paid_after_event", pensioners, "deaths", rows=3,
                    amount=total(rows, len(pensioners)))  # fmt: skip

    graced = planting.people(planting.count, ages=(62, 80))
    planting.put_on("deaths", graced, planting.day(4, 30))
    planting.pay(graced, _PENSION, ALL_YEAR[:5])
    planting.spare("pension-after-death", graced)


def plant_undated(planting: Planting) -> None:
    """Deaths without a day, and rows without a month: neither before nor after can be said."""
    undated = planting.people(planting.count)
    planting.put_on("deaths", undated)
    rows = planting.pay(undated, _LIVING, ALL_YEAR)
    planting.expect("paid-after-death", "on_list_undated", undated, "deaths", rows=12,
                    amount=total(rows, len(undated)))  # fmt: skip

    monthless = planting.people(planting.count)
    planting.put_on("deaths", monthless, planting.day(12))
    rows = planting.pay_monthless(monthless, "insurance.medical", 2)
    planting.expect("paid-after-death", "on_list_no_month", monthless, "deaths", rows=1,
                    amount=rows["amount"])  # fmt: skip


def plant_lists(planting: Planting) -> None:
    """On a list that excludes; and on a list that does not matter for what one draws."""
    for rule, other, sub_item, months, ages in (
        ("dibao-on-payroll", "fiscal_staff", _DIBAO, ALL_YEAR, (25, 55)),
        ("dibao-with-vehicle", "vehicles", _DIBAO, ALL_YEAR[3:], (25, 55)),
        ("repair-with-flat", "homes", "housing.repair", (10,), (25, 55)),
    ):
        listed = planting.people(planting.count, ages=ages)
        planting.put_on(other, listed)
        rows = planting.pay(listed, sub_item, months)
        planting.expect(rule, "on_list", listed, other, rows=len(months),
                        amount=total(rows, len(listed)))  # fmt: skip
        allowed = planting.people(planting.count, ages=ages)
        planting.put_on(other, allowed)
        planting.pay(allowed, _LIVING, ALL_YEAR)
        planting.spare(rule, allowed)


def plant_exclusions(planting: Planting) -> None:
    """Two benefits in one month; one after the other; and one without a month."""
    cause = f"{_DESTITUTE}|{_DIBAO}"
    both = planting.people(planting.count)
    planting.pay(both, _DESTITUTE, ALL_YEAR[3:6])
    planting.pay(both, _DIBAO, [*ALL_YEAR[:3], *ALL_YEAR[6:]])
    rows = planting.pay(both, _DIBAO, ALL_YEAR[3:6])
    planting.expect("destitute-or-dibao", "exclusion", both, cause, rows=3,
                    amount=total(rows, len(both)))  # fmt: skip

    moved = planting.people(planting.count)
    planting.pay(moved, _DESTITUTE, ALL_YEAR[:6])
    planting.pay(moved, _DIBAO, ALL_YEAR[6:])
    planting.spare("destitute-or-dibao", moved)

    monthless = planting.people(planting.count)
    planting.pay_monthless(monthless, _DESTITUTE, 8)
    rows = planting.pay(monthless, _DIBAO, ALL_YEAR)
    planting.expect("destitute-or-dibao", "exclusion_undated", monthless, cause, rows=12,
                    amount=total(rows, len(monthless)))  # fmt: skip
