//! Charts of sweeps, from the friendly to the odd.

use crate::samples::Random;
use tempolane::render::*;

const SECOND: f64 = 1e9;

fn quantity(name: &str, is_time: bool) -> ChartQuantity {
    ChartQuantity { name: name.to_owned(), is_time }
}

fn numbers(name: &str, values: impl IntoIterator<Item = f64>) -> SweepAxis {
    let values = values.into_iter().map(|number| AxisValue { number, label: number.to_string() });
    SweepAxis { quantity: quantity(name, false), is_numeric: true, values: values.collect() }
}

fn words(name: &str, values: &[&str]) -> SweepAxis {
    let value = |label: &&str| AxisValue { number: 0.0, label: (*label).to_owned() };
    SweepAxis {
        quantity: quantity(name, false),
        is_numeric: false,
        values: values.iter().map(value).collect(),
    }
}

/// All points of these axes; `None` of the mean is a deadlock.
fn chart(
    figure: ChartQuantity,
    axes: Vec<SweepAxis>,
    of: impl Fn(&[f64], &[usize]) -> (Option<f64>, Option<f64>),
) -> SweepChart {
    let columns = axes[0].values.len();
    let rows = axes.get(1).map_or(1, |axis| axis.values.len());
    let mut points = Vec::new();
    for column in 0..columns {
        for row in 0..rows {
            let places = if axes.len() > 1 { vec![column, row] } else { vec![column] };
            let values: Vec<f64> =
                axes.iter().zip(&places).map(|(axis, &place)| axis.values[place].number).collect();
            let (mean, half_width) = of(&values, &places);
            let finding = mean.is_none().then(|| "deadlock".to_owned());
            points.push(SweepPoint { is_base: points.len() == 1, places, mean, half_width, finding });
        }
    }
    let about = "desk, items=30 · 16 points with 480 runs, seed 7".to_owned();
    SweepChart { about, figure, axes, points, notes: Vec::new() }
}

fn total() -> ChartQuantity {
    quantity("total_time", true)
}

const LONG: &str =
    "resources.the_queue_with_a_name_that_is_far_too_long_for_any_axis_or_legend.waiting_time.mean";

/// Of one and of two parameters.
pub fn samples() -> Vec<(&'static str, SweepChart)> {
    let one = || vec![numbers("room", (1..=16).map(f64::from))];
    let chunks = |many: usize| {
        vec![numbers("room", (1..=8).map(f64::from)), numbers("chunk", (1..=many).map(|n| n as f64))]
    };
    let load = numbers("load", (1..=9).map(|n| f64::from(n) / 10.0));
    let fits =
        |values: &[f64]| (values[0] >= values[1]).then(|| SECOND * (10.0 + 20.0 / values[0] + values[1]));
    let long_values: Vec<String> =
        (0..40).map(|n| format!("{n}.25s / a_long_value_of_some_kind_{n}")).collect();
    let long_values: Vec<&str> = long_values.iter().map(String::as_str).collect();
    let mut partly =
        chart(total(), chunks(4), |values, _| (Some(values[0] * values[1] * SECOND), Some(0.2 * SECOND)));
    partly.points.iter_mut().step_by(5).for_each(|point| point.finding = Some("deadlock, fault".to_owned()));
    let mut left_out = chart(total(), chunks(6), |values, _| (fits(values), None));
    left_out.points.retain(|point| point.mean.is_some());
    left_out.notes.push("Only points with load = 0.5, workers = 4; summary.csv has all.".to_owned());
    vec![
        ("sweep_one", chart(total(), one(), |values, _| (Some(SECOND * (5.0 + 30.0 / values[0])), None))),
        (
            "sweep_band",
            chart(quantity("sojourn.p95", true), vec![load], |values, _| {
                let mean = 0.08 * SECOND / (1.0 - values[0]);
                (Some(mean), Some(mean * values[0] * 0.4))
            }),
        ),
        (
            "sweep_findings",
            chart(total(), one(), |values, _| {
                ((values[0] > 4.0).then(|| SECOND * (5.0 + 30.0 / values[0])), Some(0.5 * SECOND))
            }),
        ),
        ("sweep_two", chart(total(), chunks(4), |values, _| (fits(values), Some(0.8 * SECOND)))),
        ("sweep_eight", chart(total(), chunks(8), |values, _| (fits(values), None))),
        ("sweep_many", chart(total(), chunks(15), |values, _| (fits(values), None))),
        ("sweep_partly", partly),
        ("sweep_left_out", left_out),
        (
            "sweep_log",
            chart(
                quantity("throughput", false),
                vec![numbers("rate", [1.0, 10.0, 100.0, 1000.0])],
                |values, _| (Some(values[0] * 4e6), Some(values[0] * 4e5)),
            ),
        ),
        (
            "sweep_words",
            chart(
                total(),
                vec![words("fast", &["false", "true"]), words("order", &["fifo", "lifo"])],
                |_, places| (Some((3 + places[0] + places[1]) as f64 * 1e6), Some(2e5)),
            ),
        ),
        ("sweep_point", chart(total(), vec![numbers("room", [7.0])], |_, _| (Some(SECOND), Some(1e7)))),
        (
            "sweep_pair",
            chart(total(), vec![numbers("room", [3.0, 9.0])], |values, _| (Some(values[0]), None)),
        ),
        ("sweep_all_findings", chart(total(), chunks(3), |_, _| (None, None))),
        (
            "sweep_negative",
            chart(quantity("balance", false), one(), |values, _| (Some(-1.0 - 3.0 * values[0]), Some(2.0))),
        ),
        (
            "sweep_signed",
            chart(quantity("lateness", true), one(), |values, _| (Some((values[0] - 8.0) * 1e8), None)),
        ),
        ("sweep_same", chart(total(), one(), |_, _| (Some(30.0 * SECOND), Some(0.0)))),
        (
            "sweep_huge",
            chart(quantity("count", false), one(), |values, _| (Some(values[0] * 1e290), Some(1e290))),
        ),
        (
            "sweep_tiny",
            chart(quantity("share", false), chunks(3), |values, _| (Some(values[0] * 1e-12), None)),
        ),
        (
            "sweep_offset",
            chart(total(), chunks(3), |values, _| (Some(7200.0 * SECOND + values[0] * 1e6), None)),
        ),
        (
            "sweep_thousand",
            chart(total(), vec![numbers("seed", (0..1000).map(f64::from))], |values, _| {
                ((values[0] % 97.0 != 0.0).then(|| SECOND * (5.0 + (values[0] * 7.0) % 13.0)), Some(SECOND))
            }),
        ),
        (
            "sweep_crowd",
            chart(
                total(),
                vec![numbers("a", (0..3000).map(f64::from)), numbers("b", (0..200).map(f64::from))],
                |values, _| (Some(SECOND * (values[0] + 10.0 * values[1])), None),
            ),
        ),
        (
            "sweep_long",
            chart(
                quantity(LONG, true),
                vec![numbers(LONG, [1.0, 2.0, 3.0]), numbers(LONG, (1..8).map(f64::from))],
                |values, _| (Some(values[0] * values[1] * 1e10), Some(1e9)),
            ),
        ),
        (
            "sweep_forty",
            chart(
                total(),
                vec![words("service / of_what_kind", &long_values), words("fast", &["true", "false"])],
                |_, places| (Some((1 + places[0]) as f64 * 1e7), None),
            ),
        ),
    ]
}

fn distribution(figure: ChartQuantity, range: (f64, f64), runs: u64, normal: bool) -> DistributionChart {
    let mut counts = vec![0; FINE_BINS];
    let mut random = Random(3);
    for _ in 0..runs {
        let below = FINE_BINS as u64;
        let sum = (0..4).map(|_| random.below(below)).sum::<u64>() / 4;
        counts[if normal { sum as usize } else { 0 }] += 1;
    }
    DistributionChart {
        about: format!("queue · {runs} runs, seed 7"),
        figure,
        range,
        mean: ((range.0 + range.1) / 2.0, Some((range.1 - range.0) / 60.0)),
        counts,
        notes: Vec::new(),
    }
}

fn front(points: usize, larger_is_better: [bool; 2], names: [&str; 2]) -> FrontChart {
    let mut random = Random(5);
    let point = |nth: usize| FrontPoint {
        label: format!("workers={}, room={}", nth % 16 + 1, nth / 16 + 1),
        means: [
            1e9 * (1.0 + random.below(1000) as f64 / 100.0),
            0.1 + 0.9 * (random.below(1000) as f64 / 1000.0),
        ],
        is_base: nth == 2,
    };
    FrontChart {
        about: "desk · 48 points with 48 runs".to_owned(),
        figures: [quantity(names[0], true), quantity(names[1], false)],
        larger_is_better,
        points: (0..points).map(point).collect(),
        notes: vec!["6 points are left out: they have runs without a regular end.".to_owned()],
    }
}

/// Twelve points of the front so many seconds from each other, and one far behind them.
fn close_front(apart: f64) -> FrontChart {
    let mut chart = front(13, [false, false], ["total_time", "resources.cpu.utilization"]);
    for (nth, point) in chart.points.iter_mut().enumerate() {
        let step = nth as f64 * apart;
        point.means = [1e9 * (1.0 + step), 0.2 - 0.3 * step];
    }
    chart.points[12].means = [9e9, 0.9];
    chart
}

/// All charts of sweeps as SVG.
pub fn sweeps() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (name, chart) in samples() {
        all.push((name.to_owned(), sweep_lines(&chart).unwrap()));
        if chart.axes.len() == 2 {
            all.push((format!("{name}_map"), sweep_map(&chart).unwrap()));
        }
    }
    let spread = distribution(quantity("sojourn.p95", true), (0.8e9, 2.1e9), 1000, true);
    let one = distribution(quantity("customers", false), (12.0, 12.0), 30, false);
    let few = distribution(quantity("customers", false), (-3.0, 12.0), 10, true);
    for (name, chart) in [("spread", spread), ("one", one), ("few", few)] {
        all.push((format!("distribution_{name}"), distribution_chart(&chart).unwrap()));
    }
    let utilization = "resources.cpu.utilization";
    for (name, chart) in [
        ("front", front(48, [false, false], ["total_time", utilization])),
        ("front_larger", front(48, [false, true], ["total_time", utilization])),
        ("front_crowd", front(20_000, [true, false], [LONG, LONG])),
        ("front_close", close_front(0.0004)),
        ("front_near", close_front(0.03)),
        ("front_pair", front(2, [true, true], ["total_time", utilization])),
        ("front_none", front(0, [false, false], ["total_time", utilization])),
    ] {
        all.push((name.to_owned(), front_chart(&chart).unwrap()));
    }
    for (name, chart) in [
        ("agreement", agreement(12, "total_time", 1e9)),
        ("agreement_crowd", agreement(5000, LONG, 1e3)),
        ("agreement_none", agreement(0, "total_time", 1e9)),
    ] {
        all.push((name.to_owned(), agreement_chart(&chart).unwrap()));
    }
    for (name, chart) in
        [("profile", profile("start_up", [true, true])), ("profile_open", profile(LONG, [false, false]))]
    {
        all.push((name.to_owned(), profile_chart(&chart).unwrap()));
    }
    all
}

fn agreement(points: usize, name: &str, unit: f64) -> AgreementChart {
    let mut random = Random(7);
    let mut point = |nth: usize| {
        let measured = unit * (1.0 + nth as f64 * 0.3);
        let model = measured * (0.95 + random.below(100) as f64 / 1000.0);
        let range = nth.is_multiple_of(2).then_some((model * 0.9, model * 1.1));
        AgreementPoint { label: format!("processes={nth}"), at: (measured, model), range }
    };
    let groups = vec![
        ("fitted".to_owned(), (0..points).map(&mut point).collect()),
        ("held out".to_owned(), (points..points + points / 4).map(&mut point).collect()),
    ];
    AgreementChart {
        title: format!("{name}: measured, and by the fitted scenario"),
        about: "joblib · 12 fitted figures, cost=2.05s".to_owned(),
        axes: [quantity("measured", true), quantity("fitted scenario", true)],
        groups,
        notes: vec!["Bars: what the intervals of the parameters allow.".to_owned()],
    }
}

/// A parabola of 0.1 at 1 s, which the threshold cuts at 0.8 s and 1.2 s.
fn profile(name: &str, is_bound: [bool; 2]) -> ProfileChart {
    let point = |nth: i32| {
        let value = f64::from(nth) * 0.05;
        (value * 1e9, 0.1 + 25.0 * (value - 1.0) * (value - 1.0))
    };
    ProfileChart {
        about: "joblib · 12 fitted figures, start_up=1s".to_owned(),
        parameter: quantity(name, true),
        points: (0..40).map(point).collect(),
        best: 1e9,
        losses: (0.1, 1.1),
        interval: [(0.8e9, is_bound[0]), (1.2e9, is_bound[1])],
        notes: Vec::new(),
    }
}

fn count(document: &str, class: &str) -> usize {
    document.matches(&format!("class=\"{class}\"")).count()
}

fn chart_named(wanted: &str) -> SweepChart {
    samples().into_iter().find(|(name, _)| *name == wanted).unwrap().1
}

#[test]
fn every_point_is_drawn_once() {
    let document = sweep_lines(&chart_named("sweep_findings")).unwrap();
    // 16 points, of which 4 are deadlocks; of markers and crosses one each is in the
    // legend, and one more marker with its ring.
    assert_eq!((count(&document, "point"), count(&document, "finding")), (12 + 2, 4 + 1));
    assert!(
        document.contains("room=3: deadlock") && document.contains("room=10: 8.00s ± 0.50s"),
        "{document}"
    );
    let two = chart_named("sweep_two");
    let deadlocks = two.points.iter().filter(|point| point.mean.is_none()).count();
    assert_eq!(deadlocks, 6);
    let document = sweep_lines(&two).unwrap();
    assert_eq!((count(&document, "line"), count(&document, "finding")), (4, 6 + 1));
    let document = sweep_map(&two).unwrap();
    assert_eq!(count(&document, "cell"), 32);
    assert_eq!(document.matches("url(#hatch-0)").count(), 6 + 1);
}

#[test]
fn what_is_left_out_is_said() {
    let crowd = chart_named("sweep_crowd");
    let lines = sweep_lines(&crowd).unwrap();
    assert!(lines.contains("8 of the 200 values of b have lines.") && lines.contains("1000 of 3000 points"));
    let map = sweep_map(&crowd).unwrap();
    assert!(map.contains("120 of the 3000 values of a have cells."));
    assert!(map.len() < 3_000_000 && lines.len() < 1_000_000, "{} {}", map.len(), lines.len());
    assert!(
        sweep_lines(&chart_named("sweep_all_findings")).unwrap().contains("No run came to a regular end.")
    );
    assert!(sweep_lines(&chart_named("sweep_offset")).unwrap().contains("does not begin at 0"));
    let front = front_chart(&front(20_000, [true, false], ["a", "b"])).unwrap();
    assert!(front.contains("points behind the front are drawn"));
}

/// A point twice as far from 0 stands twice as high, and the base has its ring.
#[test]
fn points_stand_where_their_numbers_are() {
    let document = sweep_lines(&chart(
        quantity("n", false),
        vec![numbers("room", [1.0, 2.0, 4.0, 6.0])],
        |values, _| (Some(values[0]), None),
    ))
    .unwrap();
    let parsed = resvg::usvg::roxmltree::Document::parse(&document).unwrap();
    let line = parsed.descendants().find(|node| node.attribute("class") == Some("line")).unwrap();
    let points: Vec<(f64, f64)> = line
        .attribute("points")
        .unwrap()
        .split(' ')
        .map(|pair| pair.split_once(',').unwrap())
        .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
        .collect();
    let (step, rise) = (points[1].0 - points[0].0, points[0].1 - points[1].1);
    for (at, units) in [(2, 3.0), (3, 5.0)] {
        assert!((points[at].0 - points[0].0 - units * step).abs() < 0.1, "{points:?}");
        assert!((points[0].1 - points[at].1 - units * rise).abs() < 0.1, "{points:?}");
    }
    let bottom = points[0].1 + rise;
    // Its lines stand where the numbers stand, and none a little beside another.
    let lines = || parsed.descendants().filter(|node| node.has_tag_name("line"));
    let number = |node: &resvg::usvg::roxmltree::Node<'_, '_>, name: &str| -> f64 {
        node.attribute(name).and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)
    };
    for (one, other, places) in [
        ("x1", "x2", points.iter().map(|point| point.0).collect::<Vec<_>>()),
        ("y1", "y2", vec![bottom, points[1].1, points[2].1, points[3].1]),
    ] {
        let long = |line: &resvg::usvg::roxmltree::Node<'_, '_>| {
            let (dx, dy) = (number(line, "x1") - number(line, "x2"), number(line, "y1") - number(line, "y2"));
            number(line, one) == number(line, other) && dx.abs() + dy.abs() > 100.0
        };
        let at: Vec<f64> = lines().filter(long).map(|line| number(&line, one)).collect();
        assert!(at.len() > 3, "{at:?}");
        for place in places {
            assert!(at.iter().any(|line| (line - place).abs() < 0.03), "nothing at {place} of {at:?}");
        }
        for (nth, line) in at.iter().enumerate() {
            let beside = at[..nth].iter().find(|other| (0.03..5.0).contains(&(line - *other).abs()));
            assert_eq!(beside, None, "two lines at {line}");
        }
    }
    assert_eq!(count(&document, "base"), 2);
}

/// Each number stands by itself, and beside its point or at the end of a line that begins there.
#[test]
fn numbers_of_points_that_are_close_stand_apart() {
    for chart in [0.0004, 0.01, 0.03]
        .map(close_front)
        .into_iter()
        .chain([front(48, [false, true], ["a", "b"]), front(20_000, [true, false], ["a", "b"])])
    {
        let mut told = Vec::new();
        let document = front_chart(&chart).unwrap();
        let parsed = resvg::usvg::roxmltree::Document::parse(&document).unwrap();
        let number = |node: &resvg::usvg::roxmltree::Node<'_, '_>, name: &str| -> f64 {
            node.attribute(name).and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)
        };
        // As high as capitals, and 6.4 pixels wide for each digit of 10 pixels.
        let numbers: Vec<[f64; 4]> = parsed
            .descendants()
            .filter(|node| node.attribute("class") == Some("number"))
            .map(|node| {
                let (x, y, digits) =
                    (number(&node, "x"), number(&node, "y"), node.text().unwrap().chars().count());
                let text = node.text().unwrap();
                let (first, last) = text.split_once('–').unwrap_or((text, text));
                told.extend(first.parse::<usize>().unwrap()..=last.parse().unwrap());
                [x, y - 7.3, x + 6.3 * digits as f64, y]
            })
            .collect();
        let named = document.split("desc>").nth(1).unwrap().lines();
        let named = named.filter(|line| line.contains(" – ") && line.contains("workers=")).count();
        let all: Vec<usize> = (1..=named).collect();
        assert_eq!(told, all, "every point that a line tells of has a number");
        assert!(named >= 2);
        for (nth, one) in numbers.iter().enumerate() {
            for other in &numbers[..nth] {
                let apart =
                    one[0] >= other[2] || other[0] >= one[2] || one[1] >= other[3] || other[1] >= one[3];
                assert!(apart, "{one:?} {other:?}");
            }
        }
        let far = |point: (f64, f64), area: &[f64; 4]| {
            let (x, y) = (point.0.clamp(area[0], area[2]), point.1.clamp(area[1], area[3]));
            (x - point.0).hypot(y - point.1)
        };
        let front = parsed.descendants().find(|node| node.attribute("class") == Some("front")).unwrap();
        let corners: Vec<(f64, f64)> = front
            .attribute("points")
            .unwrap()
            .split(' ')
            .map(|pair| pair.split_once(',').unwrap())
            .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
            .collect();
        let leaders: Vec<[(f64, f64); 2]> = parsed
            .descendants()
            .filter(|node| node.attribute("stroke-width") == Some("0.7"))
            .map(|node| {
                [(number(&node, "x1"), number(&node, "y1")), (number(&node, "x2"), number(&node, "y2"))]
            })
            .collect();
        for area in &numbers {
            let beside = corners.iter().any(|&corner| far(corner, area) < 24.0);
            let is_end = |leader: &&[(f64, f64); 2]| far(leader[1], area) < 4.0;
            let led = leaders.iter().find(is_end);
            assert!(beside || led.is_some(), "{area:?} {leaders:?}");
        }
        for [from, _] in &leaders {
            let begins = corners.iter().any(|corner| (corner.0 - from.0).hypot(corner.1 - from.1) < 0.1);
            assert!(begins, "{from:?}");
        }
    }
}
