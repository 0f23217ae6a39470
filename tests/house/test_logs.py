"""A refused row never reaches the log, whichever database refused it."""

from __future__ import annotations

import io
import logging

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from mingbai.site.logs import WithoutRows

SECRET = "6222 0000\n\n1111"


def logged(formatter: logging.Formatter, failing) -> str:
    """What a log holds after `failing` was refused by the database."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logger = logging.Logger("of this test")
    logger.addHandler(handler)
    try:
        with transaction.atomic():
            failing()
    except IntegrityError:
        logger.exception("refused")
    return stream.getvalue()


def refused_row() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE held (value text CHECK (length(value) < 3))")
        cursor.execute("INSERT INTO held VALUES (%s)", [SECRET])


@pytest.mark.django_db
def test_a_refused_row_is_not_in_the_log():
    text = logged(WithoutRows("%(message)s"), refused_row)
    assert "IntegrityError" in text
    assert "The above exception was the direct cause" in text
    assert "refused_row" in text
    assert "6222" not in text
    assert "1111" not in text


@pytest.mark.django_db
def test_the_plain_log_would_hold_it():
    """Control: PostgreSQL does quote the row, and the plain formatter passes it on."""
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL quotes refused rows")
    assert "6222" in logged(logging.Formatter("%(message)s"), refused_row)


def test_the_log_is_set_up_so():
    assert settings.LOGGING["formatters"]["line"]["()"] == "mingbai.site.logs.WithoutRows"
