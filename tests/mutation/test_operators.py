import re

import pytest
from cosmic_ray.plugins import operator_names

from mutation.operators import EXCLUDED

KEPT = {
    "core/AddNot",
    "core/ExceptionReplacer",
    "core/NumberReplacer",
    "core/ReplaceAndWithOr",
    "core/ReplaceBinaryOperator_Add_Sub",
    "core/ReplaceBinaryOperator_Div_Mul",
    "core/ReplaceBinaryOperator_Mul_Div",
    "core/ReplaceBinaryOperator_Sub_Add",
    "core/ReplaceBreakWithContinue",
    "core/ReplaceComparisonOperator_Eq_NotEq",
    "core/ReplaceComparisonOperator_GtE_Gt",
    "core/ReplaceComparisonOperator_GtE_Lt",
    "core/ReplaceComparisonOperator_Gt_GtE",
    "core/ReplaceComparisonOperator_Gt_LtE",
    "core/ReplaceComparisonOperator_IsNot_Is",
    "core/ReplaceComparisonOperator_Is_IsNot",
    "core/ReplaceComparisonOperator_LtE_Gt",
    "core/ReplaceComparisonOperator_LtE_Lt",
    "core/ReplaceComparisonOperator_Lt_GtE",
    "core/ReplaceComparisonOperator_Lt_LtE",
    "core/ReplaceComparisonOperator_NotEq_Eq",
    "core/ReplaceContinueWithBreak",
    "core/ReplaceFalseWithTrue",
    "core/ReplaceOrWithAnd",
    "core/ReplaceTrueWithFalse",
    "core/ReplaceUnaryOperator_Delete_Invert",
    "core/ReplaceUnaryOperator_Delete_Not",
    "core/ReplaceUnaryOperator_Delete_USub",
    "core/ZeroIterationForLoop",
}


def is_excluded(operator: str) -> bool:
    """As Cosmic Ray's filter reads the expressions."""
    return any(re.match(expression, operator) for expression in EXCLUDED)


@pytest.mark.parametrize("operator", sorted(KEPT))
def test_these_changes_are_made(operator: str) -> None:
    assert operator in set(operator_names())
    assert not is_excluded(operator)


def test_no_other_kind_of_arithmetic_or_comparison_is_made() -> None:
    replacing = {name for name in operator_names() if "Operator_" in name}
    assert {name for name in replacing if not is_excluded(name)} <= KEPT
