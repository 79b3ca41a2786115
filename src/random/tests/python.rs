//! Against CPython 3.11's `random`.

use crate::random::{PythonStreams, SampleError};

/// What `random.seed(seed)` and then as many calls of `random.randint` gave.
#[test]
fn randint_equals_cpython() {
    const E15: i64 = 1_000_000_000_000_000;
    let cases: [(i64, i64, i64, &[i64]); 17] = [
        (0, 1, 100, &[50, 98, 54, 6, 34, 66, 63, 52, 39, 62, 46, 75, 28, 65, 18]),
        // The sign of a seed is dropped.
        (-7, 1, 100, &[42, 20, 51, 84, 7, 10, 69, 13]),
        (7, 1, 100, &[42, 20, 51]),
        // Seeds of one and of two digits.
        ((1 << 62) + 12345, 1, 100, &[63, 97, 35, 89, 17, 69, 53, 49]),
        (i64::MIN, 0, 9, &[8, 6, 3, 3, 8, 1, 5, 5]),
        (1 << 32, 1, 6, &[1, 3, 4, 1, 1, 5, 3, 5]),
        ((1 << 32) - 1, 1, 6, &[6, 5, 2, 2, 5, 5, 3, 5]),
        // Widths around one word: 2^32 takes 33 bits.
        (
            3,
            0,
            (1 << 32) - 2,
            &[1022050301, 2545373330, 2337446730, 560161641, 1588945316, 3933953013, 2593816829, 2036044446],
        ),
        (3, 0, (1 << 32) - 1, &[2337446730, 2593816829, 3596902313, 1006443827, 2045921456, 646892613]),
        (3, 0, 1 << 32, &[2337446730, 2593816829, 3596902313, 1006443827, 2045921456, 646892613]),
        (5, -E15, E15, &[-424789534573499, -192650336583527, 554747216743991, 894917848984554]),
        // Widths of 1 and of powers of two.
        (1, 0, 0, &[0, 0, 0, 0]),
        (1, 0, 1, &[0, 0, 1, 0, 1, 1, 1, 1]),
        (1, 1, 8, &[3, 2, 5, 2, 8, 8, 8, 7]),
        (1, 0, 7, &[2, 1, 4, 1, 7, 7, 7, 6]),
        // Widths of 64 and of 65 bits.
        (
            9,
            0,
            i64::MAX,
            &[4927760411464392432, 3433768247134474666, 6241004153072892496, 8554152435637441414],
        ),
        (9, i64::MIN, i64::MAX, &[2088452442651338350, -6667770931565106180, 3258498773874573141]),
    ];
    for (seed, low, high, expected) in cases {
        let mut python = PythonStreams::new();
        let stream = python.add(seed);
        let mut position = 0;
        for &value in expected {
            let found = python.randint(stream, &mut position, low, high);
            assert_eq!(found, Ok(value), "seed {seed}, randint({low}, {high})");
        }
    }
}

/// Outputs near the ends of what is kept, forwards and backwards.
#[test]
fn any_output_at_any_time() {
    let known: [(u64, u32); 7] = [
        (0, 1942955373),
        (623, 1469111119),
        (624, 2363528792),
        (65535, 4229181436),
        (65536, 1994721167),
        (70000, 1538647158),
        (100000, 2523034653),
    ];
    let mut python = PythonStreams::new();
    let stream = python.add(11);
    let mut check = |(at, output): (u64, u32)| {
        let mut position = at;
        assert_eq!(python.next32(stream, &mut position), output, "output {at}");
        assert_eq!(position, at + 1);
    };
    known.into_iter().for_each(&mut check);
    known.into_iter().rev().for_each(&mut check);
    known.into_iter().for_each(&mut check);
}

/// The last outputs are kept: going back a little does not start over.
#[test]
fn going_back_equals_going_on() {
    let mut python = PythonStreams::new();
    let stream = python.add(4);
    let mut position = 65_000;
    let on: Vec<u32> = (0..5_000).map(|_| python.next32(stream, &mut position)).collect();
    for back in [1, 1_023, 1_024, 1_025, 3_000, 4_999, 5_000] {
        let mut position = 70_000 - back;
        assert_eq!(python.next32(stream, &mut position), on[5_000 - back as usize], "{back} back");
        let mut position = 69_999;
        assert_eq!(python.next32(stream, &mut position), on[4_999]);
    }
}

#[test]
fn seeds_share_streams_and_bounds_are_checked() {
    let mut python = PythonStreams::new();
    let (a, b) = (python.add(1), python.add(2));
    assert_eq!((a, b, python.add(1)), (0, 1, 0));
    let mut position = 0;
    assert_eq!(python.randint(a, &mut position, 2, 1), Err(SampleError::Bounds));
    assert_eq!(position, 0);
}
