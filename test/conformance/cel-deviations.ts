/** The cases of the claimed suites that do not pass, by reason; each line is a section of the suite and its cases. */

/** Cannot be written: the checker says so and names what to use instead. */
export const refused: Readonly<Record<string, string>> = {
  'unsigned integers': `
    basic/self_eval_zeroish: self_eval_uint_zero self_eval_uint_alias_zero
    basic/self_eval_nonzeroish: self_eval_uint_nonzero self_eval_uint_alias_nonzero self_eval_uint_hex self_eval_uint_alias_hex
    comparisons/eq_literal: eq_int_uint not_eq_int_uint eq_uint not_eq_uint eq_uint_int not_eq_uint_int eq_uint_double not_eq_uint_double not_eq_uint_double_nan eq_double_uint not_eq_double_uint eq_list_mixed_type_numbers not_eq_list_mixed_type_numbers eq_map_mixed_type_numbers eq_dyn_int_uint eq_dyn_uint_int eq_dyn_uint_double eq_dyn_double_uint not_eq_dyn_int_uint not_eq_dyn_uint_int not_eq_dyn_uint_double not_eq_dyn_double_uint
    comparisons/ne_literal: ne_int_uint not_ne_int_uint ne_uint not_ne_uint ne_uint_double not_ne_uint_double not_ne_uint_double_nan ne_double_uint not_ne_double_uint ne_mixed_types
    comparisons/lt_literal: lt_uint not_lt_uint lt_dyn_int_uint lt_dyn_uint_int lt_dyn_uint_double lt_dyn_double_uint not_lt_dyn_int_uint not_lt_dyn_uint_int not_lt_dyn_uint_double not_lt_dyn_double_uint lt_dyn_int_big_uint lt_dyn_small_int_uint not_lt_dyn_uint_small_int not_lt_dyn_big_uint_int not_lt_dyn_uint_small_double lt_dyn_uint_big_double not_lt_dyn_big_double_uint
    comparisons/gt_literal: gt_uint not_gt_uint gt_dyn_int_uint gt_dyn_uint_int gt_dyn_uint_double gt_dyn_double_uint not_gt_dyn_int_uint not_gt_dyn_uint_int not_gt_dyn_uint_double not_gt_dyn_double_uint not_gt_dyn_int_big_uint not_gt_dyn_small_int_uint gt_dyn_uint_small_int gt_dyn_big_uint_int gt_dyn_uint_small_double not_gt_dyn_uint_big_double gt_dyn_big_double_uint
    comparisons/lte_literal: lte_uint_lt lte_uint_eq not_lte_uint_gt lte_dyn_int_uint lte_dyn_uint_int lte_dyn_uint_double lte_dyn_double_uint not_lte_dyn_int_uint not_lte_dyn_uint_int not_lte_dyn_uint_double not_lte_dyn_double_uint lte_dyn_int_big_uint lte_dyn_small_int_uint not_lte_dyn_uint_small_int not_lte_dyn_big_uint_int not_lte_dyn_uint_small_double lte_dyn_uint_big_double not_lte_dyn_big_double_uint
    comparisons/gte_literal: gte_uint_gt gte_uint_eq not_gte_uint_lt gte_dyn_int_uint gte_dyn_uint_int gte_dyn_uint_double gte_dyn_double_uint not_gte_dyn_int_uint not_gte_dyn_uint_int not_gte_dyn_uint_double not_gte_dyn_double_uint not_gte_dyn_int_big_uint not_gte_dyn_small_int_uint gte_dyn_uint_small_int gte_dyn_big_uint_int gte_dyn_uint_small_double not_gte_dyn_uint_big_double gte_dyn_big_double_uint
    comparisons/in_map_literal: key_in_mixed_key_type_map
    comparisons/bound: uint_eq_right_false
    conversions/double: uint_zero uint_pos uint_max_exact uint_range
    conversions/int: uint uint_zero uint_max_exact uint_range
    conversions/string: uint
    conversions/type: uint uint_denotation eq_diff meta
    conversions/uint: int int_max int_neg double double_truncate double_half double_big_exact double_big_precision double_range_beyond_uint string
    conversions/identity: uint
    fields/map_fields: map_key_uint64 map_key_string map_key_mixed_type map_key_mixed_numbers_double_key map_key_mixed_numbers_lossy_double_key map_key_mixed_numbers_uint_key map_key_mixed_numbers_int_key map_value_uint64 map_value_list
    fields/qualified_identifier_resolution: map_value_repeat_key_heterogeneous
    fields/in: mixed_numbers_and_keys_present mixed_numbers_and_keys_absent
    integer_math/int64_math: unary_minus_no_overload uint64_overflow_positive uint64_overflow_negative uint64_overflow_mul_positive
    integer_math/uint64_math: add sub multiply divide mod negative_no_overload mod_zero divide_zero multiply_zero add_left_identity add_right_identity add_commutative add_associative mul_left_identity mul_right_identity mul_commutative mul_associative add_mul_distribute
    lists/index: zero_based_uint
    lists/in: singleton last uint_in_ints uint_in_doubles int_in_uints double_in_uints
    math_ext/greatest_int_result: binary_with_uint ternary_with_uint quaternary_mixed quaternary_mixed_array quaternary_mixed_dyn_array
    math_ext/greatest_double_result: binary_with_uint ternary_with_uint quaternary_mixed quaternary_mixed_array quaternary_mixed_dyn_array
    math_ext/least_int_result: binary_with_uint ternary_with_uint quaternary_mixed quaternary_mixed_array quaternary_mixed_dyn_array
    math_ext/least_double_result: binary_with_uint ternary_with_uint quaternary_mixed quaternary_mixed_array quaternary_mixed_dyn_array
    math_ext/abs: uint
    math_ext/sign: positive_uint zero_uint
    optionals/optionals: map_key_mixed_type_optindex_value map_key_mixed_numbers_double_key_optindex_value map_key_mixed_numbers_uint_key_optindex_value map_key_mixed_numbers_int_key_optindex_value
    parse/nest: funcall
  `,
  bytes: `
    basic/self_eval_zeroish: self_eval_bytes_empty
    basic/self_eval_nonzeroish: self_eval_bytes_escape self_eval_bytes_invalid_utf8
    comparisons/eq_literal: eq_bytes not_eq_bytes not_eq_dyn_bytes_null
    comparisons/ne_literal: ne_bytes not_ne_bytes
    comparisons/lt_literal: lt_bytes not_lt_bytes_same not_lt_bytes_width
    comparisons/gt_literal: gt_bytes_one gt_bytes_one_to_empty not_gt_bytes_sorting
    comparisons/lte_literal: lte_bytes_empty not_lte_bytes_length
    comparisons/gte_literal: gte_bytes_to_empty not_gte_bytes_empty_to_nonempty gte_bytes_samelength
    comparisons/in_list_literal: elem_in_mixed_type_list_cross_type
    comparisons/in_map_literal: key_in_mixed_key_type_map_cross_type
    comparisons/bound: bytes_gt_left_false
    conversions/bytes: string_empty string string_unicode string_unicode_vs_literal
    conversions/string: bytes bytes_unicode bytes_invalid
    conversions/type: bytes bytes_denotation
    conversions/identity: bytes
    fields/map_fields: map_bad_key_type map_bad_key_type_or_false map_bad_key_type_or_true map_bad_key_type_and_false map_bad_key_type_and_true map_value_bytes
    parse/bytes_literals: single_quoted double_quoted triple_single_quoted triple_double_quoted single_quoted_escaped_punctuation double_quoted_escaped_punctuation triple_single_quoted_escaped_punctuation triple_double_quoted_escaped_punctuation triple_single_quoted_unescaped_punctuation triple_double_quoted_unescaped_punctuation single_quoted_escaped_special_control_characters double_quoted_escaped_special_control_characters single_quoted_unescaped_special_control_characters double_quoted_unescaped_special_control_characters triple_single_quoted_escaped_special_control_characters triple_double_quoted_escaped_special_control_characters triple_single_quoted_unescaped_special_control_characters triple_double_quoted_unescaped_special_control_characters single_quoted_escaped_line_feed double_quoted_escaped_line_feed triple_single_quoted_escaped_line_feed triple_double_quoted_escaped_line_feed triple_single_quoted_unescaped_line_feed triple_double_quoted_unescaped_line_feed single_quoted_escaped_carriage_return double_quoted_escaped_carriage_return triple_single_quoted_escaped_carriage_return triple_double_quoted_escaped_carriage_return single_quoted_escaped_windows_line_end double_quoted_escaped_windows_line_end triple_single_quoted_escaped_windows_line_end triple_double_quoted_escaped_windows_line_end single_quoted_escaped_all_control_characters double_quoted_escaped_all_control_characters single_quoted_unescaped_all_control_characters double_quoted_unescaped_all_control_characters triple_single_quoted_escaped_all_control_characters triple_double_quoted_escaped_all_control_characters triple_single_quoted_unescaped_all_control_characters triple_double_quoted_unescaped_all_control_characters single_quoted_octal_escapes double_quoted_octal_escapes triple_single_quoted_octal_escapes triple_double_quoted_octal_escapes single_quoted_lower_x_escapes double_quoted_lower_x_escapes triple_single_quoted_lower_x_escapes triple_double_quoted_lower_x_escapes single_quoted_upper_x_escapes double_quoted_upper_x_escapes triple_single_quoted_upper_x_escapes triple_double_quoted_upper_x_escapes mixed_case_hex_single_quoted_escapes mixed_case_hex_double_quoted_escapes mixed_case_hex_triple_single_quoted_escapes mixed_case_hex_triple_double_quoted_escapes
    string/size: bytes_empty bytes
    string/bytes_concat: concat left_unit right_unit empty_empty
  `,
  'integers beyond 2^53': `
    basic/self_eval_nonzeroish: self_eval_int_negative_min
    comparisons/lt_literal: not_lt_dyn_int_big_lossy_double lt_dyn_int_big_lossy_double not_lt_dyn_int_small_double not_lt_dyn_int_small_lossy_double not_lt_dyn_big_double_int not_lt_dyn_small_double_int
    comparisons/gt_literal: not_gt_dyn_int_big_double not_gt_dyn_int_small_lossy_double gt_dyn_int_small_lossy_double_greater not_gt_dyn_big_double_int not_gt_dyn_small_double_int
    comparisons/lte_literal: lte_dyn_int_big_double lte_dyn_int_small_lossy_double not_lte_dyn_int_small_lossy_double_less lte_dyn_big_double_int lte_dyn_small_double_int
    comparisons/gte_literal: gte_dyn_int_big_lossy_double not_gte_dyn_int_big_double gte_dyn_int_small_lossy_double_equal gte_dyn_int_small_lossy_double_greater gte_dyn_big_double_int gte_dyn_small_double_int
    conversions/double: int_min_exact int_max_exact int_range
    conversions/int: double_big_exact double_big_precision
    integer_math/int64_math: int64_overflow_positive int64_overflow_negative int64_overflow_add_negative int64_overflow_sub_positive int64_min_negate int64_min_negate_mul int64_min_negate_div
    math_ext/greatest_int_result: binary_first_arg_int_max binary_second_arg_int_max binary_first_arg_int_min binary_second_arg_int_min ternary_int_max ternary_int_min
    math_ext/least_int_result: binary_first_arg_int_max binary_second_arg_int_max binary_first_arg_int_min binary_second_arg_int_min ternary_int_max ternary_int_min
    math_ext/abs: int_overflow
  `,
  'functions that do not exist are faults of the file, not failures of an event': `
    basic/functions: unbound_is_runtime_error
    parse/receiver_function_names: as break const continue else for function if import let loop package namespace return var void while
  `,
  'map keys that are no texts': `
    comparisons/eq_literal: eq_map_value_mixed_types not_eq_map_value_null
    comparisons/ne_literal: not_ne_map_int_to_float
    fields/map_fields: map_key_int64 map_key_bool map_no_such_key map_no_such_key_or_false map_no_such_key_or_true map_no_such_key_and_false map_no_such_key_and_true map_value_null map_value_bool map_value_float map_value_int64
    fields/qualified_identifier_resolution: map_value_repeat_key
    fields/in: empty singleton
    lists/size: map
    macros/exists: map_key_type_shortcircuit map_key_type_exhaustive
    macros/exists_one: map_one
    optionals/optionals: map_absent_key_absent_field_none map_present_key_invalid_field
    parse/nest: map_literal
    parse/repeat: map_literal
  `,
  'protocol buffer messages and types': `
    comparisons/eq_literal: eq_dyn_json_null not_eq_dyn_proto2_msg_null not_eq_dyn_proto3_msg_null
    comparisons/eq_wrapper: eq_bool eq_bool_empty eq_bool_not_null eq_bool_proto2_null eq_bool_proto3_null eq_bytes eq_bytes_empty eq_bytes_not_null eq_bytes_proto2_null eq_bytes_proto3_null eq_double eq_double_empty eq_double_not_null eq_double_proto2_null eq_double_proto3_null eq_float eq_float_empty eq_float_not_null eq_float_proto2_null eq_float_proto3_null eq_int32 eq_int32_empty eq_int32_not_null eq_int32_proto2_null eq_int32_proto3_null eq_int64 eq_int64_empty eq_int64_not_null eq_int64_proto2_null eq_int64_proto3_null eq_string eq_string_empty eq_string_not_null eq_string_proto2_null eq_string_proto3_null eq_uint32 eq_uint32_empty eq_uint32_not_null eq_uint32_proto2_null eq_uint32_proto3_null eq_uint64 eq_uint64_empty eq_uint64_not_null eq_uint64_proto2_null eq_uint64_proto3_null eq_proto2 eq_proto3 eq_proto2_missing_fields_neq eq_proto3_missing_fields_neq eq_proto_nan_equal eq_proto_different_types eq_proto2_any_unpack_equal eq_proto2_any_unpack_not_equal eq_proto2_any_unpack_bytewise_fallback_not_equal eq_proto2_any_unpack_bytewise_fallback_equal eq_proto3_any_unpack_equal eq_proto3_any_unpack_not_equal eq_proto3_any_unpack_bytewise_fallback_not_equal eq_proto3_any_unpack_bytewise_fallback_equal
    comparisons/ne_literal: ne_proto2 ne_proto3 ne_proto2_missing_fields_neq ne_proto3_missing_fields_neq ne_proto_nan_not_equal ne_proto_different_types ne_proto2_any_unpack ne_proto2_any_unpack_bytewise_fallback ne_proto3_any_unpack ne_proto3_any_unpack_bytewise_fallback
    optionals/optionals: has_optional_ofNonZeroValue_struct_optional_ofNonZeroValue_map_optindex_field optional_ofNonZeroValue_struct_optional_ofNonZeroValue_map_optindex_field struct_map_optindex_field struct_optional_ofNonZeroValue_map_optindex_field struct_map_optindex_field_nested struct_list_optindex_field empty_struct_optindex_hasValue optional_empty_struct_optindex_hasValue struct_optindex_value optional_struct_optindex_value optional_struct_optindex_index_value
    parse/nest: message_literal
    parse/repeat: select message_literal
    parse/whitespace: spaces tabs new_lines new_pages carriage_returns
    parse/comments: new_line_terminated
    parse/struct_field_names: as break const continue else for function if import let loop package namespace return var void while
    timestamps/timestamp_conversions: type_comparison
    timestamps/duration_conversions: type_comparison
  `,
  'syntax that the parser library lacks: numbers that begin with a dot, form feed as white space': `
    comparisons/gt_literal: not_gt_double
    parse/bytes_literals: raw_single_quoted_escapes raw_double_quoted_escapes raw_triple_single_quoted_escapes raw_triple_double_quoted_escapes upper_raw_single_quoted_escapes upper_raw_double_quoted_escapes upper_raw_triple_single_quoted_escapes upper_raw_triple_double_quoted_escapes
  `,
  'types as values': `
    conversions/dyn: dyn_heterogeneous_list
    conversions/type: bool bool_denotation int int_denotation eq_same double double_denotation null_type null_type_denotation string string_denotation list list_denotation lists_monomorphic map map_denotation map_monomorphic neq_same neq_diff type type_denotation type_type
    optionals/optionals: type
    timestamps/timestamp_conversions: toType_timestamp
    timestamps/duration_conversions: toType_duration
  `,
  'field names in backquotes': `
    fields/quoted_map_fields: field_access_slash field_access_dash field_access_dot has_field_slash has_field_dash has_field_dot
  `,
  'names with dots in them': `
    fields/qualified_identifier_resolution: qualified_ident map_field_select ident_with_longest_prefix_check
  `,
  'numbers that are not finite': `
    math_ext/round: nan
    math_ext/trunc: nan
  `,
  'parts of optionals: optMap, optFlatMap, ofNonZeroValue, optional entries of lists and maps, optionals inside of values': `
    optionals/optionals: null_non_zero_value none_optMap_hasValue empty_map_optFlatMap_hasValue map_empty_submap_optFlatMap_hasValue map_submap_subkey_optFlatMap_value map_submap_optFlatMap_value map_optindex_optFlatMap_optional_ofNonZeroValue_hasValue optional_of_optMap_value optional_ofNonZeroValue_or_optional_value optional_chaining_1 optional_chaining_10 optional_chaining_12 optional_chaining_13 optional_chaining_14 optional_chaining_15 optional_chaining_16 map_optional_has map_optional_select_has map_optional_entry_has
  `,
};

/** Can be written, and gives something else than CEL. */
export const differs: Readonly<Record<string, string>> = {
  'one number type: 64-bit floating point as in JSON, always finite, % and rounding on all numbers': `
    comparisons/eq_literal: not_eq_double_nan not_eq_int_double_nan
    comparisons/ne_literal: not_ne_double_nan not_ne_int_double_nan ne_double_nan
    fp_math/fp_math: mod_not_support divide_zero fp_overflow_positive fp_overflow_negative
    integer_math/int64_math: int64_overflow_mul_positive int64_overflow_mul_negative
    math_ext/ceil: dyn_error
    math_ext/floor: dyn_error
    math_ext/round: dyn_error
    math_ext/trunc: dyn_error
  `,
  'names with dots in them': `
    fields/qualified_identifier_resolution: qualified_identifier_resolution_unchecked
  `,
  'times and durations count milliseconds, not nanoseconds': `
    timestamps/timestamp_conversions: toString_timestamp_nanos
    timestamps/timestamp_arithmetic: add_time_to_duration_nanos_negative add_time_to_duration_nanos_positive
    timestamps/timestamp_range: add_duration_nanos_over add_duration_nanos_under sub_time_duration_over sub_time_duration_under
  `,
};

export const counts = { cases: 1430, pass: 837, refused: 570, differ: 23 };
