//! Figures for people: medians, ranges and tables that can be pasted into a README.

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};

/// The middle value, or the mean of the two middle ones. `None` if there is none.
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        length if length % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

/// The geometric mean of positive values. `None` if there is none.
pub fn geometric_mean(values: Vec<f64>) -> Option<f64> {
    let logarithms: f64 = values.iter().map(|value| value.ln()).sum();
    (!values.is_empty()).then(|| (logarithms / values.len() as f64).exp())
}

/// A whole number, with commas between thousands.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Two or three significant figures of a value that is not negative, which is about what a machine can repeat.
pub fn figure(value: f64) -> String {
    match value {
        0.0 => "0".into(),
        1000.0.. => number(value.round() as u64),
        99.95.. => format!("{value:.0}"),
        9.995.. => format!("{value:.1}"),
        0.0995.. => format!("{value:.2}"),
        0.00995.. => format!("{value:.3}"),
        _ => format!("{value:.4}"),
    }
}

/// A figure, or a dash where there is none.
pub fn figure_or_dash(value: Option<f64>) -> String {
    value.map_or_else(|| "–".into(), figure)
}

/// A table in Markdown whose first column is words and whose other columns are figures.
pub fn markdown(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(header);
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_is_between() {
        assert_eq!(median([4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median([3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median([]), None);
    }

    #[test]
    fn a_geometric_mean_is_that_of_ratios() {
        let mean = geometric_mean(vec![1.0, 2.0, 4.0]).expect("there are values");
        assert!((mean - 2.0).abs() < 1e-12, "{mean}");
        assert_eq!(geometric_mean(Vec::new()), None);
    }

    #[test]
    fn figures_have_the_digits_that_count() {
        for (value, text) in [
            (0.0214, "0.021"),
            (1.284, "1.28"),
            (24.31, "24.3"),
            (612.4, "612"),
            (17782.3, "17,782"),
            (0.0, "0"),
        ] {
            assert_eq!(figure(value), text);
        }
    }
}
