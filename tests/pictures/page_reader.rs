//! Reads what a page carries, on its own: letters, compression, text and numbers.

use serde_json::Value;

/// A page, read back.
pub struct Page {
    pub told: Value,
    numbers: Vec<u8>,
    place: usize,
}

/// A span as a page has it.
#[derive(Debug, PartialEq, Eq)]
pub struct PageSpan {
    pub process: usize,
    pub start: u64,
    pub end: u64,
    pub text: String,
    pub line: Option<u64>,
    pub by: Option<u64>,
}

/// From when on, the lowest and the highest level.
pub type PageStep = (u64, u64, u64);

/// The spans, levels, path and events of a run; times in nanoseconds.
pub struct PageColumns {
    pub spans: Vec<PageSpan>,
    /// Time and text.
    pub points: Vec<(u64, String)>,
    /// Each with the number of its resource.
    pub levels: Vec<(u64, Vec<PageStep>)>,
    /// The length of the path, how many hand-offs it has, and its processes in order.
    pub path: (u64, usize, Vec<usize>),
    /// Time, process, line, sentence.
    pub events: Vec<(u64, u64, u64, String)>,
    /// Each with the number of its lock.
    pub holders: Vec<(u64, Vec<PageHolding>)>,
    /// By level, how much there is from when on, if that changes.
    pub capacities: Vec<Vec<(u64, u64)>>,
}

/// From when to when, and who holds, in short and in full.
pub type PageHolding = (u64, u64, String, String);

impl Page {
    pub fn read(page: &str) -> Page {
        let (_, rest) = page.split_once("id=\"data\">").expect("the page has data");
        let (letters, _) = rest.split_once("</script>").expect("that end");
        let whole = miniz_oxide::inflate::decompress_to_vec(&bytes(letters)).expect("they are whole");
        let mut page = Page { told: Value::Null, numbers: whole, place: 0 };
        let length = page.number() as usize;
        let text = &page.numbers[page.place..page.place + length];
        page.told = serde_json::from_slice(text).expect("JSON");
        page.place += length;
        page
    }

    fn number(&mut self) -> u64 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.numbers[self.place];
            self.place += 1;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return number;
            }
            shift += 7;
        }
    }

    fn column(&mut self, length: usize) -> Vec<u64> {
        (0..length).map(|_| self.number()).collect()
    }

    fn ascending(&mut self, length: usize) -> Vec<u64> {
        let mut time = 0;
        let mut grow = |more: u64| {
            time += more;
            time
        };
        self.column(length).into_iter().map(&mut grow).collect()
    }

    /// The columns of the only run.
    pub fn columns(&mut self) -> PageColumns {
        let run = self.told["runs"][0].clone();
        let tick = run["tick"].as_u64().expect("a number");
        let count = |key: &str| run[key].as_u64().expect("a number") as usize;
        let text = |number: u64| run["texts"][number as usize].as_str().expect("a text").to_owned();
        let spans = self.spans(&run, tick);
        let points = self.ascending(count("points"));
        let _ = (self.column(points.len()), self.column(points.len()));
        let texts = self.column(points.len());
        let points = points.iter().zip(texts).map(|(time, number)| (time * tick, text(number))).collect();
        let levels =
            run["levels"].as_array().expect("a list").iter().map(|level| self.level(level, tick)).collect();
        let path = self.path((count("path"), count("hand_offs")), &spans, tick);
        let events = count("events");
        let times = self.ascending(events);
        let (processes, lines, texts) = (self.column(events), self.column(events), self.column(events));
        let event = |i: usize| (times[i] * tick, processes[i], lines[i], text(texts[i]));
        let events = (0..events).map(event).collect();
        let lanes = run["holders"].as_array().expect("a list").iter();
        let lanes = lanes.map(|lane| {
            let count = lane["holdings"].as_u64().expect("a number") as usize;
            let (starts, lengths, texts) =
                (self.ascending(count), self.column(count), self.column(3 * count));
            let one = |i: usize| {
                let (short, full) = (text(texts[3 * i]), text(texts[3 * i + 1]));
                (starts[i] * tick, (starts[i] + lengths[i]) * tick, short, full)
            };
            (lane["lock"].as_u64().expect("a number"), (0..count).map(one).collect())
        });
        let holders = lanes.collect();
        let counts: Vec<usize> = run["levels"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|level| level["capacity"].as_u64().expect("a number") as usize)
            .collect();
        let capacity = |count: usize| {
            let (times, most) = (self.ascending(count), self.column(count));
            times.iter().map(|time| time * tick).zip(most).collect()
        };
        let capacities = counts.into_iter().map(capacity).collect();
        assert_eq!(self.place, self.numbers.len(), "nothing is left");
        PageColumns { spans, points, levels, path, events, holders, capacities }
    }

    fn spans(&mut self, run: &Value, tick: u64) -> Vec<PageSpan> {
        let counts =
            run["spans"].as_array().expect("a list").iter().map(|count| count.as_u64().expect("a number"));
        let process: Vec<usize> =
            counts.enumerate().flat_map(|(process, count)| vec![process; count as usize]).collect();
        let gaps = self.column(process.len());
        let (lengths, doings, by) =
            (self.column(process.len()), self.column(process.len()), self.column(process.len()));
        let mut spans: Vec<PageSpan> = Vec::new();
        for i in 0..process.len() {
            let last = spans.last().filter(|last| last.process == process[i]).map_or(0, |last| last.end);
            let start = last + gaps[i] * tick;
            let doing = &run["doings"][doings[i] as usize];
            spans.push(PageSpan {
                process: process[i],
                start,
                end: start + lengths[i] * tick,
                text: doing["text"].as_str().expect("a text").to_owned(),
                line: doing["line"].as_u64(),
                by: by[i].checked_sub(1),
            });
        }
        spans
    }

    fn level(&mut self, level: &Value, tick: u64) -> (u64, Vec<PageStep>) {
        let steps = level["steps"].as_u64().expect("a number") as usize;
        let (times, lows) = (self.ascending(steps), self.column(steps));
        let more = if level["in_bounds"] == true { self.column(steps) } else { vec![0; steps] };
        let step = |i: usize| (times[i] * tick, lows[i], lows[i] + more[i]);
        (level["resource"].as_u64().expect("a number"), (0..steps).map(step).collect())
    }

    fn path(
        &mut self,
        (steps, hand_offs): (usize, usize),
        spans: &[PageSpan],
        tick: u64,
    ) -> (u64, usize, Vec<usize>) {
        let steps = self.column(steps);
        let parts = steps.iter().filter(|&&step| step == 1).count();
        let (who, lengths, _) = (self.column(parts), self.column(parts), self.column(parts));
        (0..5).for_each(|_| drop(self.column(hand_offs)));
        let (mut length, mut place, mut parts, mut processes) =
            (0, 0i64, who.into_iter().zip(lengths), Vec::new());
        for step in steps.into_iter().filter(|&step| step > 0) {
            if step == 1 {
                let (process, ticks) = parts.next().expect("there is one more");
                length += ticks * tick;
                processes.push(process as usize);
                continue;
            }
            let away = step - 2;
            place += if away % 2 == 0 { (away / 2) as i64 } else { -(away.div_ceil(2) as i64) };
            let span = &spans[place as usize];
            assert_eq!(span.start, length, "the path has no gap");
            length = span.end;
            processes.push(span.process);
        }
        (length, hand_offs, processes)
    }
}

fn bytes(letters: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        b'=' => 0,
        _ => panic!("no letter of Base64: {letter}"),
    };
    assert_eq!(letters.len() % 4, 0);
    let four = |four: &[u8]| {
        let bits = four.iter().fold(0u32, |bits, &letter| bits << 6 | u32::from(value(letter)));
        [(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]
    };
    let mut bytes: Vec<u8> = letters.as_bytes().chunks(4).flat_map(four).collect();
    bytes.truncate(bytes.len() - letters.bytes().rev().take_while(|&letter| letter == b'=').count());
    bytes
}
