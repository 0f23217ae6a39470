"""Each kind of check in pandas: frames in, frames of code, person and cause out."""

from __future__ import annotations

import numpy as np
import pandas as pd


def scoped(rule, tables, table="roster"):
    frame = tables[table]
    return frame[frame["sub_item"].isin(rule["sub_items"])] if rule["sub_items"] else frame


def told(code, person, cause):
    """Findings; person and cause are columns or one value for all."""
    index = next(each.index for each in (person, cause) if isinstance(each, pd.Series))
    return pd.DataFrame({"code": code, "person": person, "cause": cause}, index=index)


def by_row(frame, code, cause=""):
    """One finding a person, or a row where there is none."""
    known = frame["id_key"].notna()
    return told(code, frame["id_key"], frame["place"].where(~known, cause))


def hexed(keys):
    return keys.map(bytes.hex)


def month(period):
    return period // 100 * 12 + period % 100


def month_of(days):
    return days.dt.year * 12 + days.dt.month


def age_sex(rule, tables):
    rows = scoped(rule, tables)
    if rule["min_age"] is not None or rule["max_age"] is not None:
        at_end = month(rows["period"]) - month_of(rows["birth_date"])
        if rule["min_age"] is not None:
            yield by_row(rows[at_end < rule["min_age"] * 12], "age_below")
        if rule["max_age"] is not None:
            at_start = at_end - (rows["birth_date"].dt.day != 1)
            yield by_row(rows[at_start >= (rule["max_age"] + 1) * 12], "age_above")
        yield by_row(rows[at_end.isna()], "age_unknown")
    if rule["sex"] is not None:
        yield by_row(rows[rows["sex"].notna() & (rows["sex"] != rule["sex"])], "sex_other")
        yield by_row(rows[rows["sex"].isna()], "sex_unknown")


def amount_standard(rule, tables):
    rows = scoped(rule, tables)
    amount = rows["amount"]
    yield by_row(rows[amount.isna()], "amount_missing")
    if rule["fixed"] is not None:
        yield by_row(rows[amount.notna() & (amount != rule["fixed"])], "amount_off")
    elif rule["grades"]:
        standard = rows["grade"].map(dict(rule["grades"]))
        yield by_row(rows[amount.notna() & standard.isna()], "amount_grade")
        both = amount.notna() & standard.notna()
        yield by_row(rows[both & (amount != standard)], "amount_off")
    if rule["smallest"] is not None:
        yield by_row(rows[amount < rule["smallest"]], "amount_below")
    if rule["largest"] is not None:
        yield by_row(rows[amount > rule["largest"]], "amount_above")


def capacity(rule, tables):
    people = scoped(rule, tables).dropna(subset="id_key")
    counts = people.groupby(rule["per"], dropna=False)["id_key"].nunique()
    over = counts[counts > rule["limit"]].reset_index()
    cause = over[rule["per"]].fillna("").agg("|".join, axis=1)
    yield told("over_capacity", None, cause)


def code_list(rule, tables):
    rows = scoped(rule, tables)
    value = rows[rule["column"]]
    if not rule["optional"]:
        yield by_row(rows[value.isna()], "code_missing", rule["column"])
    strange = value.notna() & ~value.isin(rule["allowed"])
    yield by_row(rows[strange], "code_unlisted", rule["column"])


def continuity(rule, tables):
    rows = scoped(rule, tables)
    unknown = rows["period"].isna() | rows["sub_item"].isna()
    loose = rows[unknown]
    known = loose["id_key"].notna()
    cause = loose["sub_item"].fillna("").where(known, loose["place"])
    yield told("continuity_unknown", loose["id_key"], cause)
    rows = rows[~unknown]
    handed = rows[["sub_item", "period"]].drop_duplicates().sort_values(["sub_item", "period"])
    handed["nth"] = handed.groupby("sub_item").cumcount()
    handed["total"] = handed.groupby("sub_item")["nth"].transform("size")
    rows = rows.dropna(subset="id_key")
    paid = rows.groupby(["id_key", "sub_item", "period"], sort=False).agg(
        amount=("amount", "sum"),
        priced=("amount", "count"),
        grade=("grade", "min"),
    )
    paid = paid.reset_index().merge(handed, on=["sub_item", "period"])
    paid = paid.sort_values(["id_key", "sub_item", "nth"])
    paid["amount"] = paid["amount"].where(paid["priced"] > 0)
    person = paid.groupby(["id_key", "sub_item"], sort=False)
    back, ahead = person["nth"].shift(), person["nth"].shift(-1)
    if rule["gaps"]:
        yield _continued(paid[paid["nth"] - back > 1], "continuity_gap")
    if rule["amounts"]:
        before, grade = person["amount"].shift(), person["grade"].shift()
        same = (paid["grade"] == grade) | (paid["grade"].isna() & grade.isna())
        changed = before.notna() & paid["amount"].notna() & (paid["amount"] != before)
        yield _continued(paid[changed & same & (paid["nth"] - back == 1)], "continuity_amount")
        empty = paid["amount"].isna() & (back.notna() | ahead.notna())
        yield _continued(paid[empty], "continuity_unpriced")
    if rule["new"]:
        yield _continued(paid[back.isna() & (paid["nth"] > 0)], "continuity_new")
    if rule["gone"]:
        last = paid["nth"] < paid["total"] - 1
        yield _continued(paid[ahead.isna() & last], "continuity_gone")


def _continued(paid, code):
    return told(code, paid["id_key"], paid["sub_item"])


def entitled_span(rule, tables):
    rows = scoped(rule, tables)
    start, end, paid = rows["start_date"], rows["end_date"], month(rows["period"])
    code = pd.Series(pd.NA, rows.index, dtype="string")
    lacking = paid.isna() | (start.isna() if rule["by_start"] else False)
    if rule["by_end"] and not rule["open_ended"]:
        lacking |= end.isna()
    code[lacking] = "span_unknown"
    if rule["by_end"]:
        code[paid > month_of(end)] = "span_late"
    if rule["by_start"]:
        code[paid < month_of(start) + rule["delay_months"]] = "span_early"
    if rule["by_start"] and rule["by_end"]:
        code[end < start] = "span_reversed"
    for name in ("span_unknown", "span_late", "span_early", "span_reversed"):
        yield by_row(rows[(code == name).fillna(False)], name)


def household_grants(rule, tables):
    rows = scoped(rule, tables)
    yield by_row(rows[rows["household_key"].isna()], "household_unknown")
    rows = rows.dropna(subset="household_key")
    if rule["within_months"] is None:
        many = rows["household_key"].value_counts()
        several = many[many > 1].index.to_series()
        yield told("household_twice", None, hexed(several))
        return
    rows = rows.assign(month=month(rows["period"])).sort_values(["household_key", "month"])
    house = rows.groupby("household_key", sort=False)
    near = rows[house["month"].diff() <= rule["within_months"]]
    yield told("household_twice", None, hexed(near["household_key"]))
    several = house["row"].transform("size") > 1
    undated = rows[several & rows["month"].isna()]
    yield told("household_undated", None, hexed(undated["household_key"]))


def household_head(rule, tables):
    rows = scoped(rule, tables)
    yield by_row(rows[rows["household_key"].isna()], "head_unplaced")
    rows = rows.dropna(subset="household_key").assign(month=0)
    if rule["monthly"]:
        rows["month"] = rows["period"].fillna(0)
    where = ["household_key", "month"]
    house = rows.groupby(where, sort=False).agg(
        heads=("head_key", "nunique"), rows=("row", "size"), named=("id_key", "count")
    )
    house = house.reset_index()
    yield told("head_missing", None, hexed(house.loc[house["heads"] == 0, "household_key"]))
    yield told("head_several", None, hexed(house.loc[house["heads"] > 1, "household_key"]))
    members = rows[[*where, "id_key"]].dropna().drop_duplicates()
    headed = rows[[*where, "head_key"]].dropna().drop_duplicates()
    met = headed.merge(
        members, left_on=[*where, "head_key"], right_on=[*where, "id_key"], how="left"
    )
    outside = met[met["id_key"].isna()].merge(house, on=where)
    unsure = outside["named"] < outside["rows"]
    code = np.where(unsure, "head_unsure", "head_outside")
    yield told(code, outside["head_key"], hexed(outside["household_key"]))


def household_members(rule, tables):
    rows = scoped(rule, tables)
    yield by_row(rows[rows["household_key"].isna()], "member_unknown")
    rows = rows.dropna(subset=["id_key", "household_key"])
    group = ["id_key", "period"] if rule["monthly"] else ["id_key"]
    homes = rows.groupby(group)["household_key"].nunique()
    twice = homes[homes > 1].reset_index()["id_key"]
    yield told("member_twice", twice, "")
    if rule["monthly"]:
        rest = rows[~rows["id_key"].isin(twice)]
        loose = rest[rest["id_key"].isin(rest.loc[rest["period"].isna(), "id_key"])]
        homes = loose.groupby("id_key")["household_key"].nunique()
        yield told("member_undated", homes[homes > 1].index.to_series(), "")


def missing_key(rule, tables):
    rows = scoped(rule, tables)
    column = rule["column"]
    yield by_row(rows[rows[column].isna()], f"uncompared_{column.removesuffix('_key')}")


def mutual_exclusion(rule, tables):
    rows = tables["roster"].dropna(subset="id_key")
    first = rows.loc[rows["sub_item"] == rule["first"], ["id_key", "period"]]
    second = rows.loc[rows["sub_item"] == rule["second"], ["id_key", "period"]]
    cause = f"{rule['first']}|{rule['second']}"
    met = first.dropna().merge(second.dropna(), on=["id_key", "period"])["id_key"]
    yield told("exclusion", met, cause)
    both = first.merge(second, on="id_key")
    undated = both[both["period_x"].isna() | both["period_y"].isna()]["id_key"]
    yield told("exclusion_undated", undated[~undated.isin(met)], cause)


def on_list(rule, tables):
    listed = tables[rule["other"]].dropna(subset="id_key")
    rows = scoped(rule, tables)
    if not rule["after_event"]:
        yield told("on_list", rows.loc[rows["id_key"].isin(listed["id_key"]), "id_key"],
                   rule["other"])  # fmt: skip
        return
    event = listed.groupby("id_key", as_index=False)["event_date"].min()
    met = rows.merge(event, on="id_key")
    late = month(met["period"]) > month_of(met["event_date"]) + rule["grace_months"]
    undated, loose = met["event_date"].isna(), met["period"].isna()
    for code, rows_caught in (
        ("paid_after_event", late), ("on_list_undated", undated),
        ("on_list_no_month", loose & ~undated),
    ):  # fmt: skip
        yield told(code, met.loc[rows_caught, "id_key"], rule["other"])


def overlapping_spans(rule, tables):
    rows = scoped(rule, tables)
    start, end = rows["start_date"], rows["end_date"]
    unknown = start.isna() | end.isna()
    if rule["apart"]:
        unknown |= rows[rule["apart"]].isna()
    yield by_row(rows[unknown], "spans_unknown")
    yield by_row(rows[~unknown & (end < start)], "spans_reversed")
    good = rows[~unknown & (end >= start)].dropna(subset="id_key")
    several = good[good["id_key"].duplicated(keep=False)]
    pairs = several.merge(several, on="id_key")
    pairs = pairs[pairs["row_x"] < pairs["row_y"]]
    meet = pairs["start_date_x"] <= pairs["end_date_y"]
    meet &= pairs["start_date_y"] <= pairs["end_date_x"]
    if rule["apart"]:
        meet &= pairs[f"{rule['apart']}_x"] != pairs[f"{rule['apart']}_y"]
    yield told("spans_overlap", pairs.loc[meet, "id_key"], "")


def progress_totals(rule, tables):
    rows, lines = scoped(rule, tables), scoped(rule, tables, rule["other"])
    value = {"people": "id_key", "amount": "amount", "rows": None}[rule["counted"]]
    place = rows["town"].fillna("") if rule["by_town"] else ""
    rows = rows.assign(at=place)
    lost = rows["sub_item"].isna() | rows["period"].isna()
    if value:
        lost |= rows[value].isna()
    if rule["by_town"]:
        lost |= rows["at"] == ""
    uncounted = rows[lost]
    yield told("totals_uncounted", None, uncounted["sub_item"].fillna("") + "|" + uncounted["at"])
    slot = ["sub_item", "at", "period"]
    good = rows[~lost].groupby(slot)
    if rule["counted"] == "people":
        listed = good["id_key"].nunique()
    else:
        listed = good["amount"].sum() if value else good.size()
    listed = listed.rename("listed").reset_index()
    own = lines["town"].notna() == rule["by_town"]
    if rule["measure"]:
        own &= lines["measure"].isna() | (lines["measure"] == rule["measure"])
    lines = lines[own].assign(at=lines["town"].fillna(""))
    unplaced = lines["sub_item"].isna() | lines["period"].isna()
    if rule["measure"]:
        unplaced |= lines["measure"].isna()
    yield told("totals_unplaced", None, lines.loc[unplaced, "place"])
    lines = lines[~unplaced]
    yield told("totals_no_number", None, _slot(lines[lines["claimed"].isna()]))
    stated = lines.groupby(slot)["claimed"].agg(["min", "max"]).reset_index()
    yield told("totals_conflict", None, _slot(stated[stated["min"] < stated["max"]]))
    both = stated.merge(listed, on=slot, how="outer", indicator=True)
    yield told("totals_unclaimed", None, _slot(both[both["_merge"] == "right_only"]))
    if rule["cumulative"]:
        both = both.sort_values(slot)
        year = both["period"] // 100
        both["listed"] = both["listed"].fillna(0).groupby(
            [both["sub_item"], both["at"], year]
        ).cumsum()  # fmt: skip
    both = both[(both["_merge"] != "right_only") & (both["min"] == both["max"])]
    differs = both["min"] - both["listed"].fillna(0)
    amount = "_amount" if rule["counted"] == "amount" else ""
    yield told(f"totals{amount}_over", None, _slot(both[differs > rule["tolerance"]]))
    yield told(f"totals{amount}_under", None, _slot(both[differs < -rule["tolerance"]]))


def _slot(frame):
    return frame["sub_item"] + "|" + frame["at"] + "|" + frame["period"].astype(int).astype(str)


def quota(rule, tables):
    rows, lines, (column,) = scoped(rule, tables), tables[rule["other"]], rule["per"]
    yield by_row(rows[rows[column].isna()], "quota_unplaced")
    blank = lines["claimed"].isna() | lines[column].isna()
    yield told("quota_blank", None, lines.loc[blank, "place"])
    stated = lines.groupby(column)["claimed"].agg(["min", "max"])
    conflict = stated.index[stated["min"] < stated["max"]].to_series()
    yield told("quota_conflict", None, conflict)
    listed = rows.groupby(column)["id_key"].nunique().rename("listed")
    both = stated.join(listed, how="right")
    unset = both.index[~both.index.isin(stated.index)].to_series()
    yield told("quota_unset", None, unset)
    over = both[(both["min"] == both["max"]) & (both["listed"] > both["min"])]
    yield told("over_quota", None, over.index.to_series())


def repeated_person(rule, tables):
    rows = scoped(rule, tables).dropna(subset="id_key")
    again = rows[rows.duplicated(["id_key", "sub_item", *rule["per"]])]
    yield told("repeated_person", again["id_key"], again["sub_item"].fillna(""))


def shared_value(rule, tables):
    rows = scoped(rule, tables).dropna(subset=["id_key", rule["column"]])
    people = rows.groupby(rule["column"])["id_key"].nunique()
    code = f"shared_{rule['column'].removesuffix('_key')}"
    yield told(code, None, hexed(people.index[people >= rule["at_least"]].to_series()))


def two_names(rule, tables):
    rows = scoped(rule, tables).dropna(subset=["id_key", "name_key"])
    names = rows.groupby("id_key")["name_key"].nunique()
    yield told("two_names", names.index[names > 1].to_series(), "")


def absence(rule, tables):
    listed, rows = tables[rule["other"]], scoped(rule, tables)
    yield told("qualify_unknown", None, listed.loc[listed["id_key"].isna(), "place"])
    listed = listed.dropna(subset="id_key").sort_values(["event_date", "row"])
    listed = listed.drop_duplicates("id_key")
    listed = listed.assign(at=listed["town"].fillna(""))[["id_key", "event_date", "at"]]
    handed = rows[["town", "period"]].dropna().drop_duplicates().rename(columns={"town": "at"})
    anywhere = handed[["period"]].drop_duplicates().assign(at="")
    handed = pd.concat([handed, anywhere])
    closed = listed.loc[~listed["at"].isin(handed["at"]), "at"]
    yield told("no_roster", None, closed)
    due = listed.merge(handed, on="at")
    start = month_of(due["event_date"]) + rule["grace_months"]
    due = due[due["event_date"].isna() | (month(due["period"]) >= start)]
    seen = rows[["id_key", "period"]].dropna().drop_duplicates().assign(there=1)
    due = due.merge(seen, on=["id_key", "period"], how="left")
    counted = due.groupby("id_key").agg(
        due=("period", "size"), there=("there", "count"), event=("event_date", "first"),
        at=("at", "first"),
    )  # fmt: skip
    missed = counted[counted["there"] < counted["due"]]
    loose = missed.index.isin(rows.loc[rows["period"].isna(), "id_key"])
    code = np.select(
        [missed["at"] == "", missed["event"].isna(), loose, missed["there"] == 0],
        ["qualify_unplaced", "qualify_undated", "enrolled_undated", "not_enrolled"],
        "enrolled_in_part",
    )
    yield told(code, missed.index.to_series(), rule["other"])


KINDS = {
    "Absence": absence, "AgeSex": age_sex, "AmountStandard": amount_standard,
    "Capacity": capacity, "CodeList": code_list, "Continuity": continuity,
    "EntitledSpan": entitled_span, "HouseholdGrants": household_grants,
    "HouseholdHead": household_head, "HouseholdMembers": household_members,
    "MissingKey": missing_key, "MutualExclusion": mutual_exclusion, "OnList": on_list,
    "OverlappingSpans": overlapping_spans, "ProgressTotals": progress_totals, "Quota": quota,
    "RepeatedPerson": repeated_person, "SharedValue": shared_value, "TwoNames": two_names,
}  # fmt: skip
