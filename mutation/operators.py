"""Which of Cosmic Ray's operators are worth a test run."""

EXCLUDED = (
    # Arithmetic with the operators of another trade: nobody writes a shift for a sum by mistake,
    # and on Decimal most of these fail at once. What remains is + for -, and * for /.
    "core/ReplaceBinaryOperator_Add_(?!Sub)",
    "core/ReplaceBinaryOperator_Sub_(?!Add)",
    "core/ReplaceBinaryOperator_Mul_(?!Div)",
    "core/ReplaceBinaryOperator_Div_(?!Mul)",
    "core/ReplaceBinaryOperator_(Mod|Pow|FloorDiv|LShift|RShift|BitXor)_",
    # In this code | joins types, sets and dicts; & is rare and tested like it.
    "core/ReplaceBinaryOperator_(BitOr|BitAnd)_",
    # Of comparisons, the neighbour at the boundary and the opposite.
    "core/ReplaceComparisonOperator_Lt_(?!LtE|GtE)",
    "core/ReplaceComparisonOperator_LtE_(?!Lt$|Gt$)",
    "core/ReplaceComparisonOperator_Gt_(?!GtE|LtE)",
    "core/ReplaceComparisonOperator_GtE_(?!Gt$|Lt$)",
    "core/ReplaceComparisonOperator_Eq_(?!NotEq)",
    "core/ReplaceComparisonOperator_NotEq_(?!Eq)",
    "core/ReplaceComparisonOperator_Is_(?!IsNot)",
    "core/ReplaceComparisonOperator_IsNot_(?!Is$)",
    "core/ReplaceUnaryOperator_(?!Delete)",
    # These are for named causes and effects, which nobody has named here.
    "core/Variable(Inserter|Replacer)",
    # A decorator that is missing fails at import, or changes only what mypy sees.
    "core/RemoveDecorator",
)
"""Regular expressions, matched at the beginning of an operator's name."""
