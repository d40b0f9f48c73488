"""Pay in one unit: whatever an employer writes is compared as yuan a month."""

from __future__ import annotations

from enum import StrEnum

# What the labour administration counts as a month of full-time work.
DAYS_A_MONTH = 21.75
HOURS_A_MONTH = 174.0


class PayUnit(StrEnum):
    """For what an amount is paid."""

    MONTH = "month"
    DAY = "day"
    HOUR = "hour"
    PIECE = "piece"


UNITS_A_MONTH = {PayUnit.MONTH: 1.0, PayUnit.DAY: DAYS_A_MONTH, PayUnit.HOUR: HOURS_A_MONTH}


def monthly(amount: float, unit: PayUnit, *, pieces_a_day: float | None = None) -> float:
    """The amount as yuan for a full month. Piecework wants the pieces that are usual in a day."""
    if unit is PayUnit.PIECE:
        if pieces_a_day is None or pieces_a_day <= 0:
            raise ValueError("Piecework is compared by the pieces that are usual in a day.")
        return amount * pieces_a_day * DAYS_A_MONTH
    return amount * UNITS_A_MONTH[unit]


def paid(monthly_amount: float, unit: PayUnit, *, pieces_a_day: float | None = None) -> float:
    """Yuan a month as they are said in another unit: the way back of `monthly`."""
    return monthly_amount / monthly(1.0, unit, pieces_a_day=pieces_a_day)
