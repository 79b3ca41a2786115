//! A timeline as a Gantt chart of Mermaid, which web pages and Markdown viewers draw.
//!
//! Decides the unit of its axis and how names are written in it. Mermaid knows no times
//! below a millisecond, so the unit that the run is told in stands for a second there.

use crate::figure::so_many;
use crate::render::input::{GanttInput, Window};
use crate::render::ticks::unit_of;
use crate::time::Time;
use crate::trace::{Activity, Span};
use std::fmt::Write;

/// The most bars of a chart: more cannot be told apart.
pub const MOST_TASKS: usize = 1_000;

/// The lanes and the window of a run as a Gantt chart of Mermaid.
///
/// # Errors
/// A message, if there are more than [`MOST_TASKS`] bars.
pub fn mermaid(input: &GanttInput<'_>, window: Window) -> Result<String, String> {
    let lanes = input.spans_by_lane(usize::MAX, window);
    let count: usize = lanes.iter().map(|lane| lane.len()).sum();
    if count > MOST_TASKS {
        return Err(format!(
            "nobody can read a Mermaid chart of {}, and it has at most {}; choose a part with --lanes, --from and --to",
            so_many(count as u64, "span"),
            so_many(MOST_TASKS as u64, "span")
        ));
    }
    let (start, end) = window.on_axis(input.end);
    let (nanos, unit) = unit_of(end.as_nanos());
    let axis = Axis { start, end, nanos };
    // What follows each other in a lane stands in one row.
    let mut text = String::from("---\ndisplayMode: compact\n---\ngantt\n");
    put(&mut text, format_args!("    title {} (time in {unit})", plain(&input.title)));
    put(&mut text, format_args!("    dateFormat x\n    axisFormat %s"));
    for (lane, spans) in lanes.iter().enumerate() {
        put(&mut text, format_args!("    section {}", plain(&input.process_name(input.lane(lane)))));
        for span in *spans {
            task(&mut text, input, span, &axis);
        }
    }
    Ok(text)
}

/// The time axis: where it begins and ends, and the nanoseconds that are a second in the chart.
struct Axis {
    start: Time,
    end: Time,
    nanos: u64,
}

impl Axis {
    /// A moment in thousandths of the unit, rounded.
    fn thousandths(&self, time: Time) -> u128 {
        let time = u128::from(time.clamp(self.start, self.end).as_nanos());
        (time * 1_000 + u128::from(self.nanos / 2)) / u128::from(self.nanos)
    }
}

fn task(text: &mut String, input: &GanttInput<'_>, span: &Span, axis: &Axis) {
    let name = match (input.label(span), span.activity) {
        (Some(label), _) => label.to_owned(),
        (None, Activity::Blocked { resource, wait_for }) => input.wait_name(resource, wait_for),
        (None, activity) => activity.state().to_owned(),
    };
    let look = match span.activity {
        Activity::Running => "active, ",
        // Grey: nothing goes on.
        Activity::New | Activity::Blocked { .. } | Activity::Ready { .. } => "done, ",
        Activity::Delayed => "",
    };
    let (from, to) = (axis.thousandths(span.start), axis.thousandths(span.end));
    put(text, format_args!("    {} :{look}{from}, {to}", plain(&name)));
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a String takes any text");
}

/// What begins a line that is no bar, in small letters.
const KEYWORDS: [&str; 19] = [
    "accdescr",
    "acctitle",
    "axisformat",
    "call",
    "click",
    "dateformat",
    "excludes",
    "gantt",
    "href",
    "includes",
    "inclusiveenddates",
    "section",
    "tickinterval",
    "title",
    "todaymarker",
    "topaxis",
    "vert",
    "weekday",
    "weekend",
];

/// A text that Mermaid shows as it is: what means something to it is written as a number.
fn plain(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        return "-".to_owned();
    }
    let small = text.to_ascii_lowercase();
    // A date may begin a line of its own, too.
    let is_command = KEYWORDS.iter().any(|word| small.starts_with(word))
        || small.starts_with(|first: char| first.is_ascii_digit());
    let mut plain = String::new();
    for (place, letter) in text.chars().enumerate() {
        match letter {
            '#' | ';' | ':' | '%' | '<' | '>' | '{' | '}' | '`' | '"' | '&' | '$' => code(&mut plain, letter),
            letter if place == 0 && is_command => code(&mut plain, letter),
            letter if letter.is_control() || letter.is_whitespace() => plain.push(' '),
            letter => plain.push(letter),
        }
    }
    plain
}

/// A letter by its number.
fn code(text: &mut String, letter: char) {
    write!(text, "#{};", u32::from(letter)).expect("a String takes any text");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Timeline;
    use crate::trace::fixture::two_stage_trace;

    #[test]
    fn two_stages_by_hand() {
        let trace = two_stage_trace();
        let timeline = Timeline::new(&trace);
        let text = mermaid(&timeline.input("a: b".to_owned()), Window::default()).expect("there are few");
        let head = "---\ndisplayMode: compact\n---\ngantt\n    title a#58; b (time in s)\n    dateFormat x\n    axisFormat %s\n    section a\n";
        assert!(text.starts_with(head), "{text}");
        for line in
            ["delayed :0, 2000", "m :done, 0, 2000", "running :active, 2000, 8000", "new :done, 0, 1000"]
        {
            assert!(text.contains(&format!("    {line}\n")), "{text}");
        }
        let special = "a, b; c: #1 50% <x> {y} \"q\" 'r' & $t";
        let told = "a, b#59; c#58; #35;1 50#37; #60;x#62; #123;y#125; #34;q#34; 'r' #38; #36;t";
        assert_eq!(plain(special), told);
        // What would be taken for a command, and for a date.
        let begins =
            [("Title page", "#84;itle page"), ("untitled", "untitled"), ("2024-01-01", "#50;024-01-01")];
        begins.iter().for_each(|(text, told)| assert_eq!(plain(text), *told));
        assert_eq!((plain(" "), plain("a\nb")), ("-".to_owned(), "a b".to_owned()));
        let second = |second| Time::from_secs(second);
        let window = Window { from: second(3), to: Some(second(4)) };
        let part = mermaid(&timeline.input("x".to_owned()), window).expect("there are few");
        assert!(part.contains("running :active, 3000, 4000\n") && !part.contains("m :done"), "{part}");
    }
}
