//! What somebody may wish of a picture: a title, lanes, a window, its size and colours.
//!
//! Decides the words for that, on the command line and in a scenario, and which
//! wishes go together. Does not decide what a picture looks like then.

use crate::time::Time;

/// The colours of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Colours on white.
    #[default]
    Light,
    /// Colours on black.
    Dark,
    /// Black, white and greys, with hatchings.
    Print,
}

impl Theme {
    /// The words for them.
    pub const NAMES: [&str; 3] = ["light", "dark", "print"];

    /// The one with this name.
    pub fn named(name: &str) -> Option<Theme> {
        let all = [Theme::Light, Theme::Dark, Theme::Print];
        Theme::NAMES.iter().position(|known| *known == name).map(|place| all[place])
    }
}

/// What the colours of spans tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColourBy {
    /// What state the process is in; of waits, for which resource.
    #[default]
    State,
    /// What delays and works are called; the others as by state.
    Activity,
    /// Which process it is; waits are grey.
    Process,
    /// For which resource it waits; what is no wait is grey.
    Resource,
}

impl ColourBy {
    /// The words for them.
    pub const NAMES: [&str; 4] = ["state", "activity", "process", "resource"];

    /// What it is called there.
    pub fn name(self) -> &'static str {
        ColourBy::NAMES[self as usize]
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<ColourBy> {
        let all = [ColourBy::State, ColourBy::Activity, ColourBy::Process, ColourBy::Resource];
        ColourBy::NAMES.iter().position(|known| *known == name).map(|place| all[place])
    }
}

/// The sizes of the smallest text that may be wished, in pixels.
pub const FONT_SIZES: [u32; 2] = [6, 40];
/// The size of the smallest text where nothing else is wished, in pixels: at a width of
/// 640 pixels that is 7 points in a column of 16 cm.
pub const FONT_SIZE: u32 = 10;
/// The width where nothing else is wished, in pixels.
pub const WIDTH: u32 = 640;
/// The widest picture, in pixels.
pub const WIDEST: u32 = 20_000;
/// The least width of a picture with text of [`FONT_SIZE`], in pixels.
pub const NARROWEST: u32 = 400;

/// What to write instead of a length that is no number of pixels.
pub fn in_pixels(text: &str) -> String {
    // 40 pixels are 1 cm, and an inch has 2.54 cm or 72 points.
    const FACTORS: [(&str, f64); 6] =
        [("cm", 40.0), ("mm", 4.0), ("in", 101.6), ("inch", 101.6), ("pt", 101.6 / 72.0), ("px", 1.0)];
    let factor = |unit: &str| FACTORS.iter().find(|(known, _)| *known == unit).map(|(_, factor)| *factor);
    let text = text.trim();
    let unit = text.trim_start_matches(|sign: char| sign.is_ascii_digit() || sign == '.');
    let number = text[..text.len() - unit.len()].parse::<f64>().ok();
    let pixels = number.zip(factor(unit.trim())).map(|(number, factor)| (number * factor).round());
    match pixels.filter(|pixels| (1.0..=f64::from(WIDEST)).contains(pixels)) {
        Some(pixels) if pixels != f64::from(WIDTH) => {
            format!("write it in pixels, {pixels}; {WIDTH} are 16 cm in print")
        }
        _ => format!("write it in pixels; {WIDTH} are 16 cm in print"),
    }
}

/// What is wished of the pictures of a run; what is `None` or empty is left to us.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// What stands above it.
    pub title: Option<String>,
    /// Which processes it shows, in this order: names, with `*` for any letters.
    pub lanes: Vec<String>,
    /// Where its time axis begins.
    pub from: Option<Time>,
    /// Where its time axis ends.
    pub to: Option<Time>,
    /// Its width in pixels.
    pub width: Option<u32>,
    /// The size of its smallest text in pixels.
    pub font_size: Option<u32>,
    /// Its colours.
    pub theme: Option<Theme>,
    /// What the colours of spans tell.
    pub colour_by: Option<ColourBy>,
    /// Whether it shows who holds each lock.
    pub holders: Option<bool>,
}

/// Why a wish cannot be granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The key of the wish.
    pub key: &'static str,
    /// Why not.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl Look {
    /// These wishes, and of `others` those about which they say nothing.
    pub fn or(self, others: Look) -> Look {
        Look {
            title: self.title.or(others.title),
            lanes: if self.lanes.is_empty() { others.lanes } else { self.lanes },
            from: self.from.or(others.from),
            to: self.to.or(others.to),
            width: self.width.or(others.width),
            font_size: self.font_size.or(others.font_size),
            theme: self.theme.or(others.theme),
            colour_by: self.colour_by.or(others.colour_by),
            holders: self.holders.or(others.holders),
        }
    }

    /// Whether it shows who holds each lock.
    pub fn shows_holders(&self) -> bool {
        self.holders.unwrap_or(false)
    }

    /// Whether the wishes leave out some processes or some of the time.
    pub fn leaves_out(&self) -> bool {
        !self.lanes.is_empty() || self.from.is_some() || self.to.is_some()
    }

    /// Whether they can be granted.
    ///
    /// # Errors
    /// The first that cannot.
    pub fn check(&self) -> Result<(), Refusal> {
        self.check_window()?;
        self.check_size()
    }

    fn check_window(&self) -> Result<(), Refusal> {
        let (from, Some(to)) = (self.from.unwrap_or(Time::ZERO), self.to) else { return Ok(()) };
        if from < to {
            return Ok(());
        }
        Err(Refusal {
            key: "to",
            message: format!("the picture would begin at {from} and end at {to}"),
            hint: "`to` is later than `from`, which is 0s where nothing else is said".to_owned(),
        })
    }

    fn check_size(&self) -> Result<(), Refusal> {
        let size = self.font_size.unwrap_or(FONT_SIZE);
        let [smallest, largest] = FONT_SIZES;
        if !(smallest..=largest).contains(&size) {
            return Err(Refusal {
                key: "font_size",
                message: format!("the font size is {smallest} to {largest} pixels, found {size}"),
                hint: format!("it is the size of the smallest text, {FONT_SIZE} where nothing else is said"),
            });
        }
        let (width, least) = (self.width.unwrap_or(WIDTH), (NARROWEST * size).div_ceil(FONT_SIZE));
        if width > WIDEST {
            return Err(Refusal {
                key: "width",
                message: format!("a picture is at most {WIDEST} pixels wide, found {width}"),
                hint: format!("it is {WIDTH} pixels wide where nothing else is said"),
            });
        }
        if width < least {
            return Err(Refusal {
                key: if self.width.is_some() { "width" } else { "font_size" },
                message: format!(
                    "{width} pixels are too narrow for text of {size} pixels, which takes {least}"
                ),
                hint: "choose a larger `width`, or a smaller `font_size`".to_owned(),
            });
        }
        Ok(())
    }
}

/// Whether a wish for lanes means a process: by the name of a single one
/// (`worker[2]`), by that of all its instances (`worker`, `worker[*]`), or by letters of
/// either with `*` for the others.
#[cfg(any(feature = "cli", test))]
pub fn means(wish: &str, family: &str, instance: &str) -> bool {
    [family, instance].into_iter().any(|name| fits(wish.as_bytes(), name.as_bytes()))
}

/// Whether a name fits a pattern with `*` for any letters, in time linear in their product.
#[cfg(any(feature = "cli", test))]
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut next) = (0, 0);
    // Where to go on if what follows the last `*` does not fit: it takes a letter more.
    let mut again: Option<(usize, usize)> = None;
    while next < name.len() {
        if pattern.get(at) == Some(&b'*') {
            again = Some((at, next));
            at += 1;
        } else if pattern.get(at) == Some(&name[next]) {
            (at, next) = (at + 1, next + 1);
        } else if let Some((star, taken)) = again {
            again = Some((star, taken + 1));
            (at, next) = (star + 1, taken + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|letter| *letter == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_for_lanes() {
        for wish in ["worker", "worker[2]", "worker[*]", "w*", "*ker*", "*", "**[2]"] {
            assert!(means(wish, "worker", "worker[2]"), "{wish}");
        }
        for wish in ["", "work", "worker[1]", "w*s", "orker", "worker[2]*]"] {
            assert!(!means(wish, "worker", "worker[2]"), "{wish}");
        }
        assert!(!means(&"*a".repeat(30), &"a".repeat(29), &"b".repeat(5_000)));
    }

    #[test]
    fn lengths_in_pixels() {
        for (text, pixels) in
            [("10 cm", "400"), ("100mm", "400"), ("10in", "1016"), ("800px", "800"), ("7pt", "10")]
        {
            assert_eq!(in_pixels(text), format!("write it in pixels, {pixels}; 640 are 16 cm in print"));
        }
        for text in ["16cm", "wide", "16ell", "9999cm", "", "cm", "-1cm", "1.2.3cm"] {
            assert_eq!(in_pixels(text), "write it in pixels; 640 are 16 cm in print", "{text}");
        }
    }

    #[test]
    fn words_name_what_they_say() {
        assert_eq!(Theme::NAMES.map(Theme::named), [Theme::Light, Theme::Dark, Theme::Print].map(Some));
        assert_eq!(ColourBy::named("resource"), Some(ColourBy::Resource));
        assert_eq!((Theme::named("Dark"), ColourBy::named("")), (None, None));
    }

    #[test]
    fn what_cannot_be() {
        let seconds = |seconds| Some(Time::from_secs(seconds));
        let key = |look: Look| look.check().err().map(|refusal| refusal.key);
        assert_eq!(key(Look::default()), None);
        assert_eq!(key(Look { from: seconds(5), ..Look::default() }), None);
        assert_eq!(key(Look { from: seconds(5), to: seconds(5), ..Look::default() }), Some("to"));
        assert_eq!(key(Look { to: seconds(0), ..Look::default() }), Some("to"));
        assert_eq!(key(Look { width: Some(399), ..Look::default() }), Some("width"));
        assert_eq!(key(Look { width: Some(20_001), ..Look::default() }), Some("width"));
        // 400 at 10 pixels are 640 at 16.
        assert_eq!(key(Look { font_size: Some(16), ..Look::default() }), None);
        assert_eq!(key(Look { font_size: Some(17), ..Look::default() }), Some("font_size"));
        assert_eq!(key(Look { font_size: Some(5), ..Look::default() }), Some("font_size"));
        assert_eq!(key(Look { font_size: Some(40), width: Some(1600), ..Look::default() }), None);
    }

    #[test]
    fn what_is_wished_first_counts() {
        let first = Look { title: Some("a".to_owned()), width: Some(800), ..Look::default() };
        let other = Look { width: Some(900), lanes: vec!["x".to_owned()], ..Look::default() };
        let both = first.clone().or(other);
        assert_eq!((both.title, both.width, both.lanes), (first.title, Some(800), vec!["x".to_owned()]));
    }
}
