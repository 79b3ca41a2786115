//! Whole numbers as values of options.

/// Reads whole numbers within these bounds. An option with such a value takes
/// values that begin with a hyphen too, so that this says what is wrong with them.
pub fn whole<T: TryFrom<u64>>(least: u64, most: u64) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let number = text.trim().parse().ok().filter(|number| (least..=most).contains(number));
        let number = number.and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| format!("expected a whole number from {least} to {most}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers() {
        assert_eq!(whole::<u16>(1, 256)("256"), Ok(256));
        for bad in ["0", "257", "-1", "", "x", "1.5", "99999999999999999999"] {
            assert_eq!(whole::<u16>(1, 256)(bad), Err("expected a whole number from 1 to 256".to_owned()));
        }
    }
}
