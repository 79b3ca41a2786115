//! Streams: any word at any time, and none moved by another's.

use crate::random::distributions::exponential;
use crate::random::{Streams, first_position};

/// Streams of one process, as many as asked for.
fn many(count: u32, seed: u64) -> Streams {
    let mut streams = Streams::new(seed, 0);
    for instance in 0..count {
        assert_eq!(streams.add("worker", instance..instance + 1, 0..1), instance);
    }
    streams
}

/// Whatever the order of asking, and however much is cached.
#[test]
fn random_access_equals_sequential_access() {
    for count in [1, 3, 64, 65, 200] {
        let mut sequential = many(count, 5);
        let mut random = many(count, 5);
        for stream in [0, count / 2, count - 1] {
            let mut position = 0;
            let words: Vec<u64> = (0..300).map(|_| sequential.next(stream, &mut position)).collect();
            for step in 0..900u64 {
                let at = step * 7919 % 300;
                // Other streams in between, forwards and backwards.
                let mut elsewhere = at ^ 5;
                random.next((stream + step as u32) % count, &mut elsewhere);
                let mut position = at;
                assert_eq!(random.next(stream, &mut position), words[at as usize], "{count} {stream} {at}");
                assert_eq!(position, at + 1);
            }
        }
    }
}

/// Few streams keep four blocks each, many keep one: the same words.
#[test]
fn words_do_not_depend_on_how_many_streams_there_are() {
    let mut growing = many(1, 5);
    let mut alone = many(1, 5);
    let (mut position, mut position_alone) = (0, 0);
    for instance in 1..200 {
        assert_eq!(growing.next(0, &mut position), alone.next(0, &mut position_alone));
        growing.add("worker", instance..instance + 1, 0..1);
    }
}

#[test]
fn far_positions_work() {
    for count in [1, 100] {
        let mut streams = many(count, 5);
        for at in [(1 << 35) - 9, (1 << 35) + 3, 1 << 40, u64::MAX - 1] {
            let mut position = at;
            let words = [streams.next(0, &mut position), streams.next(0, &mut position)];
            let mut fresh = many(count, 5);
            let mut position = at + 1;
            assert_eq!(fresh.next(0, &mut position), words[1]);
            assert_ne!(words[0], words[1]);
        }
    }
}

/// Common random numbers: whatever happens to `b`, `a` draws the same.
#[test]
fn a_process_keeps_its_numbers_when_others_change() {
    let draw = |streams: &mut Streams, stream: u32| -> Vec<u64> {
        let mut position = 0;
        (0..50)
            .map(|_| exponential(&mut streams.words(stream, &mut position), 1.0).unwrap().to_bits())
            .collect()
    };
    let mut alone = Streams::new(9, 3);
    let stream = alone.add("a", 0..1, 0..1);
    let expected = draw(&mut alone, stream);

    let mut crowded = Streams::new(9, 3);
    for purpose in 0..70 {
        let before = crowded.add("b", 4..5, purpose..purpose + 1);
        draw(&mut crowded, before);
    }
    let stream = crowded.add("a", 0..1, 0..1);
    assert_eq!(draw(&mut crowded, stream), expected);
    for (name, instance, purpose) in [("a", 0, 1), ("a", 1, 0), ("b", 0, 0), ("a\0", 0, 0)] {
        let other = crowded.add(name, instance..instance + 1, purpose..purpose + 1);
        assert_ne!(draw(&mut crowded, other), expected, "{name} {instance} {purpose}");
    }
}

/// Whoever is in whichever place, in whatever order they draw: the n-th instance reads two
/// words of the stream that all share, and then those far behind, beside nobody else's.
#[test]
fn numbered_instances_have_parts_of_one_stream() {
    for places in [1, 3, 40, 300] {
        let mut numbered = Streams::new(5, 1);
        numbered.add("before", 0..7, 0..1);
        let first = numbered.add_numbered("customer", places, 0..2);
        numbered.add("behind", 0..7, 0..1);
        let mut shared = Streams::new(5, 1);
        shared.add("customer", 0..1, 0..2);
        for step in 0..3000u64 {
            if step == 1500 {
                // Nothing is left of another replication.
                numbered.reset(5, 2);
                shared.reset(5, 2);
            }
            let (number, purpose) = (step * 7919 % 1000, (step % 2) as u32);
            let number = if step % 5 == 0 { (1 << 32) - 3 - number } else { number };
            let (place, at) = (step as u32 * 31 % places, step * 13 % 40);
            let mut position = if at < 2 { 2 * number + at } else { ((number + 2) << 32) + 6 + at };
            let word = shared.next(purpose, &mut position);
            let mut position = first_position(number) + at;
            let drawn = numbered.next(first + place * 2 + purpose, &mut position);
            assert_eq!(drawn, word, "{places} {number} {at}");
            assert_eq!(position, first_position(number) + at + 1);
        }
    }
}

#[test]
fn seeds_and_replications_differ() {
    let first = |streams: &mut Streams| streams.next(0, &mut 0);
    let mut seen = vec![];
    for seed in [0, 1, 2, u64::MAX] {
        for replication in [0, 1, 2, u64::MAX] {
            let mut streams = Streams::new(seed, replication);
            streams.add("worker", 0..1, 0..1);
            seen.push(first(&mut streams));
        }
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 16);
}
