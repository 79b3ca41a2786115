//! `order`, `where` and `values`: what they may ask, and where they may stand.

use super::follow_up::one;
use super::{refused, with_step};

/// A buffer with this order, on line 3 from column 50 on.
fn with_order(buffer: &str) -> String {
    format!("version: 1\nresources:\n  q: {{{buffer}}}\nprocesses: {{p: {{do: [{{put: q}}, {{get: q}}]}}}}\n")
}

#[test]
fn orders_are_few() {
    one(
        &with_order("kind: buffer, capacity: 1, of: int, order: sorted"),
        "is not known as an order of items",
        "`{by: item}`",
    );
    one(
        &with_order("kind: buffer, capacity: 1, of: int, order: {key: item}"),
        "unknown key 'key' in `order`",
        "the keys are `by`",
    );
    one(&with_order("kind: buffer, capacity: 1, of: int, order: {}"), "missing key `by` in `order`", "");
    one(
        &with_order("kind: buffer, capacity: 1, order: {by: item}"),
        "`by` needs the type of the items",
        "write `of: int`",
    );
    one(&with_order("kind: buffer, capacity: 1, of: int, order: {by: now}"), "`now` has a value in", "");
    one(
        &with_order("kind: buffer, capacity: 1, of: int, order: {by: item + 1s}"),
        "`+` does not take an integer and a duration",
        "",
    );
    one(
        &with_order("kind: buffer, capacity: 0, of: int, order: lifo"),
        "a buffer for no items has none to choose from",
        "`discipline`",
    );
    one(
        &with_order("kind: semaphore, permits: 1, order: lifo")
            .replace("put: q", "release: q")
            .replace("get: q", "acquire: q"),
        "unknown key 'order' in `semaphore`",
        "",
    );
}

#[test]
fn a_get_asks_for_one_item() {
    let get = |more: &str| with_step(&format!("get: {{from: queue, {more}}}"));
    one(&get("where: item"), "`where` takes a boolean", "");
    one(&get("where: item > 1s"), "`<` does not take a duration and an integer", "");
    one(&get("where: things > 1"), "unknown parameter or variable 'things'", "");
    one(&get("where: item > 0, count: 1"), "`where` is about one item", "one by one");
    one(
        &get("where: now > 1s"),
        "`where` asks the item, parameters and variables, and nothing else",
        "`set` a variable",
    );
    one(&get("where: item > level(queue)"), "`where` asks the item, parameters and variables", "");
    one(&get("filter: item > 0"), "unknown key 'filter' in `get`; did you mean 'where'?", "");
    // Elsewhere `item` is a name like any other.
    one(&with_step("delay: item * 1s"), "unknown parameter or variable 'item'", "");
}

#[test]
fn several_values() {
    let put = |more: &str| with_step(&format!("put: {{to: queue, {more}}}"));
    one(&put("values: 5"), "`values` takes a list of values, found an integer", "as in `values: [1, 2, 3]`");
    one(&put("values: []"), "`values` has nothing to put", "");
    one(&put("values: [1, 2], value: 3"), "`values` does not go with `value`", "");
    one(&put("values: [1, 2], count: 3"), "`values` does not go with `count`", "");
    one(&put("values: [1, 2s]"), "`value` takes an integer, found a duration", "");
    refused(
        &with_step("put: {to: queue, values: [1, 2]}\n        within: 1s"),
        &[(17, 9, "`within` is about one wait, and this step has several", "write a step for each")],
    );
}
