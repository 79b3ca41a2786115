//! Records in buffers: what is declared, put, got, asked and expected wrongly, each with its place.

use super::refused;

/// A scenario in which line 3 declares the buffer `q` of records, line 4 one of integers, and
/// these are the steps of line 7.
fn with(steps: &str) -> String {
    format!(
        "version: 1
resources:
  q: {{kind: buffer, capacity: 3, of: {{kind: int, size: duration}}}}
  n: {{kind: buffer, capacity: 3, of: int}}
processes:
  all: {{do: [{{put: q}}, {{get: q}}, {{put: n}}, {{get: n}}]}}
  p: {{vars: {{_k: 0, _s: 0s, _xs: {{array: 2}}}}, do: [{steps}]}}
"
    )
}

/// One problem with these steps, at this piece of them.
#[track_caller]
fn one(steps: &str, at: &str, message: &str, hint: &str) {
    refused(&with(steps), &[(7, column(&with(steps), 7, at), message, hint)]);
}

/// The column at which something stands for the last time on a line.
fn column(text: &str, line: usize, at: &str) -> u32 {
    text.lines().nth(line - 1).and_then(|line| line.rfind(at)).expect(at) as u32 + 1
}

#[test]
fn every_field_of_a_record_is_put_once() {
    one(
        "{put: {to: q, value: {kind: 1}}}",
        "kind: 1",
        "missing field `size` in the record",
        "`{kind: …, size: …}`",
    );
    one(
        "{put: {to: q, value: {kind: 1, size: 1s, sise: 2s}}}",
        "sise: 2s",
        "unknown field 'sise'; did you mean 'size'?",
        "the fields of the record are `kind`, `size`",
    );
    one("{put: {to: q, value: {knd: 1, size: 1s}}}", "knd: 1", "unknown field 'knd'", "");
    one("{put: {to: q, value: {kind: 1, size: 2}}}", "2", "`size` takes a duration, found an integer", "");
    one("{put: {to: q, value: {kind: 1, kind: 2, size: 1s}}}", "kind: 2", "kind", "");
    one(
        "{put: {to: q, value: 5}}",
        "5",
        "`value` takes a record, found an integer",
        "write `{kind: …, size: …}`",
    );
    one(
        "{put: {to: q, values: [{kind: 1, size: 1s}, 7]}}",
        "7",
        "`value` takes a record, found an integer",
        "",
    );
    one(
        "{put: {to: n, value: {kind: 1}}}",
        "kind: 1",
        "`value` is a record, but the items of this buffer are plain values",
        "`of: {kind: int, size: int}`",
    );
    one(
        "{put: {to: [q, n], value: {kind: 1, size: 2s}}}",
        "kind: 1",
        "`value` is a record, but the items",
        "",
    );
}

#[test]
fn fields_go_to_variables() {
    one(
        "{get: {from: q, into: _k}}",
        "_k",
        "`into` says where fields of a record go, found text",
        "`{kind: …, size: …}`",
    );
    one(
        "{get: {from: q, into: {size: _k}}}",
        "_k",
        "the values are durations, but the variable holds an integer",
        "",
    );
    one("{get: {from: q, into: {weight: _k}}}", "weight: _k", "unknown field 'weight'", "");
    one("{get: {from: q, into: {kind: _xs}}}", "_xs", "a field is one value, not an array", "`xs[0]`");
    one("{get: {from: q, into: {kind: other}}}", "other", "unknown variable 'other'", "");
    one(
        "{get: {from: q, count: 2, into: {kind: _k}}}",
        "kind: _k",
        "the fields of one record go into variables",
        "one by one",
    );
    one(
        "{get: {from: n, into: {kind: _k}}}",
        "kind: _k",
        "`into` is a record, but the items of this buffer",
        "",
    );
    one("{get: {from: q, into: [_k]}}", "_k", "`into` says where fields of a record go, found a list", "");
    one(
        "{for_each: {from: q, into: _k, do: []}}",
        "_k",
        "`into` says where fields of a record go, found text",
        "",
    );
}

#[test]
fn fields_are_asked_of_records() {
    one(
        "{get: {from: q, where: item > 2}}",
        "item > 2",
        "an item of this buffer is a record, not one value",
        "`item.kind`",
    );
    one(
        "{get: {from: q, where: item.siz > 2s}}",
        "item.siz > 2s",
        "unknown field 'siz'; did you mean 'size'?",
        "",
    );
    one("{get: {from: q, where: item.size > 2}}", "item.size > 2", "`<` does not take", "");
    one(
        "{get: {from: n, where: item.size > 2}}",
        "item.size > 2",
        "the items of this buffer are plain values, without fields",
        "`item`",
    );
    one(
        "{get: {from: q, where: thing.size > 2}}",
        "thing.size > 2",
        "'thing' has no fields",
        "only `item` has",
    );
    one(
        "{delay: item.size}",
        "item.size",
        "`item` has a value in `where` and `order` only",
        "`into` a variable first",
    );
    one("{get: {from: q, where: item.kind.size > 2}}", ".size > 2", "`.`", "");
}

/// One problem with a buffer of which the items are this, at this piece of it.
#[track_caller]
fn declared(items: &str, at: &str, message: &str, hint: &str) {
    let text = format!(
        "version: 1\nresources:\n  q: {{kind: buffer, capacity: 1, of: {items}}}\nprocesses: {{p: {{do: [{{put: q}}, {{get: q}}]}}}}\n"
    );
    refused(&text, &[(3, column(&text, 3, at), message, hint)]);
}

#[test]
fn fields_have_names_and_types() {
    declared("{}", "{}", "a record has a field at least", "`{kind: int}`");
    declared("{kind: integer}", "integer", "'integer' is not known as a type", "write `int`");
    declared("{2a: int}", "2a", "'2a' cannot be the name of a field", "");
    declared("{now: int}", "now", "'now' cannot be the name of a field", "");
    declared("{a: int, a: bool}", "a: bool", "'a'", "");
    declared("[kind, size]", "kind, size", "a list", "");
    let nine = "{a: int, b: int, c: int, d: int, e: int, f: int, g: int, h: int, i: int}";
    declared(nine, "a: int, b", "a record has at most 8 fields", "in which slot");
    let without = "the items of this buffer are plain values, without fields";
    declared("int, order: {by: item.size}", "item.size", without, "");
    let record = "an item of this buffer is a record, not one value";
    declared("{size: int}, order: {by: item}", "item", record, "`item.size`");
    declared("int, fields: [kind]", "fields", "unknown key 'fields' in `buffer`; did you mean 'of'?", "");
}

#[test]
fn expected_records_have_all_fields() {
    let expected = |gets: &str| format!("{}expect:\n  gets: {{{gets}}}\n", with("{get: q}"));
    refused(&expected("p.q: [{kind: 1}]"), &[(9, 17, "missing field `size` in the record", "")]);
    refused(
        &expected("p.q: [1]"),
        &[(9, 16, "one of what is taken out takes a record, found an integer", "")],
    );
    refused(&expected("p.q.weight: [1]"), &[(9, 14, "unknown field 'weight'", "")]);
    refused(&expected("p.n.size: [1]"), &[(9, 14, "the items of this buffer are plain values", "")]);
    refused(&expected("p.q.size: [1]"), &[(9, 21, "one of what is taken out takes a duration", "")]);
}

/// What is wrong at the buffer is not reported again where it is used, and types have no parts.
#[test]
fn a_wrong_record_is_one_problem() {
    let hint = "no records or lists in it";
    for of in ["{kind: int, size: {x: int}}", "{kind: [int], size: duration}", "[int, duration]"] {
        let text = with("{put: {to: q, value: {kind: 1, size: 1s}}}, {get: {from: q, into: {kind: _k}}}")
            .replace("{kind: int, size: duration}", of);
        let found = super::diagnostics(&text, &[]);
        assert_eq!(found.items.len(), 1, "{found}");
        assert!(found.to_string().contains(hint), "{found}");
    }
    one("{get: {from: q, where: size > 1s}}", "size", "unknown parameter or variable 'size'", "`item.size`");
    one("{get: {from: q, into: _s}}", "_s", "`into` says where fields of a record go", "`{kind: x}`");
    one("{put: {to: n, values: []}}", "[]", "`values` has nothing to put", "`values: [1, 2, 3]`");
}

/// Each of these is one problem, and nothing else is said of it.
#[test]
fn what_is_meant_for_a_record_is_told_once() {
    let text = |params: &str, step: &str| {
        format!(
            "version: 1\nparams: {{{params}}}\nresources: {{b: {{kind: buffer, capacity: 2, of: int}}, q: {{kind: buffer, capacity: 2, of: {{kind: int, size: int}}}}}}\nprocesses:\n  p:\n{step}\n"
        )
    };
    for (params, step, column, message, hint) in [
        (
            "item: 3",
            "    {do: [{get: {from: b, where: item > 2}}]}",
            34,
            "there is a parameter of that name",
            "another name",
        ),
        (
            "item: 3",
            "    {do: [{get: {from: q, where: item.kind > 2}}]}",
            34,
            "there is a parameter of that name",
            "another name",
        ),
        (
            "",
            "    {vars: {item: 3}, do: [{get: {from: b, where: item > 2}}]}",
            51,
            "there is a variable of that name",
            "another name",
        ),
        ("", "    {do: [{get: {from: q, where: item . kind > 2}}]}", 39, "unexpected '.'", "`item.size`"),
        (
            "",
            "    {vars: {r: {kind: 1}}, do: [{get: b}]}",
            13,
            "one value or an array, and no record",
            "a variable of its own",
        ),
        ("", "    {do: [{get: b, witin: 5}]}", 20, "did you mean 'within'?", "the keys are"),
    ] {
        refused(&text(params, step), &[(6, column, message, hint)]);
    }
}
