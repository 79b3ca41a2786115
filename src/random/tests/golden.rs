//! The first eight values of each sampler as literals, and a digest of the
//! first 20,000, which covers every slow path.
//!
//! All are those of the independent program, but for the digest of the
//! log-normal and a few last bits of the Weibull values: there `libm`'s `exp`
//! and `pow` round another way than the C library that Python uses.

use super::Source;
use super::samplers::*;
use crate::random::{StreamId, Streams};

/// Draws eight values, then goes on to 20,000; floats count by their bits.
fn check<T: Copy>(
    purpose: u32,
    draw: fn(&mut Source) -> T,
    bits: fn(T) -> u64,
    first: [u64; 8],
    digest: u64,
    words: u64,
) {
    let mut source = Source::new(purpose);
    let mut found_first = vec![];
    let mut found = 0u64;
    for n in 0..20_000 {
        let value = bits(draw(&mut source));
        if n < first.len() {
            found_first.push(value);
        }
        found = found.wrapping_mul(31).wrapping_add(value);
    }
    assert!(found_first == first, "first values {found_first:#018x?}, not {first:#018x?}");
    assert_eq!((found, source.position), (digest, words), "digest {found:#018x}");
}

#[test]
fn stream_names_and_words() {
    assert_eq!(StreamId::new("loader", 0, 0), StreamId(0x0b7d_ee71_e8cc_94ac));
    assert_eq!(StreamId::new("worker", 2, 1), StreamId(0x5f61_929a_5e93_60fa));
    let mut streams = Streams::new(42, 7);
    let stream = streams.add("loader", 0..1, 0..1);
    let mut position = 0;
    let words: [u64; 10] = std::array::from_fn(|_| streams.next(stream, &mut position));
    assert_eq!(
        words,
        [
            0x2a04_d05b_9994_acf8,
            0xc1ac_9dd3_b213_a5c0,
            0x8dde_fc47_6462_aa38,
            0x8803_cc2b_f324_c566,
            0xa5cc_2077_da91_1e59,
            0x36b9_795d_6660_3941,
            0x9ed0_b8a0_8484_594f,
            0xb135_47d5_0937_e8bb,
            0xf765_e63f_8ae9_1450,
            0xe43e_8dca_2c33_021a,
        ]
    );
    assert_eq!(position, 10);
}

#[test]
fn first_values_of_unit() {
    let first = [
        0x3fd9_eae1_2469_3152,
        0x3fcd_2139_7673_224c,
        0x3fde_fbf7_a1bc_394a,
        0x3fe8_67d7_f5fb_4725,
        0x3fe9_02fa_74d4_f0e5,
        0x3fcc_cae4_2b36_9f4c,
        0x3fe5_6ea7_dfcf_2014,
        0x3fe4_54a2_274e_98ca,
    ];
    check(0, unit, f64::to_bits, first, 0x02f3_0934_7a40_3285, 20000);
}

#[test]
fn first_values_of_uniform() {
    let first = [
        0xbfdc_bdf8_afce_7ae8,
        0x4016_4ee1_3d84_65e8,
        0x4005_9e01_9995_b4c4,
        0x3fe9_742e_e39e_3258,
        0x401a_3158_db5f_2b2c,
        0xbff2_4a99_4199_df31,
        0xbfed_3ad3_56be_66e0,
        0xbff9_fb21_c954_709a,
    ];
    check(1, |s| uniform(s, -2.5, 7.5).unwrap(), f64::to_bits, first, 0xbf34_e962_afcd_41fb, 20000);
}

#[test]
fn first_values_of_uniform_int() {
    let first = [819, 924, 328, 668, 219, 371, 149, 300];
    check(
        2,
        |s| uniform_int(s, -5, 1000).unwrap(),
        |value| value as u64,
        first,
        0x3158_255f_8dbc_b018,
        20000,
    );
}

#[test]
fn first_values_of_exponential() {
    let first = [
        0x4019_c501_c786_c053,
        0x4006_c30f_b8a0_9a9d,
        0x401e_2b18_652e_cdb6,
        0x4006_3c17_1010_c61f,
        0x3fe5_928e_68e3_2b10,
        0x3ff7_327c_1d21_a3ed,
        0x4001_3f2e_6f8c_e831,
        0x3fd7_ad49_0395_f4c7,
    ];
    check(3, |s| exponential(s, 3.0).unwrap(), f64::to_bits, first, 0x8089_d85a_5d15_8cce, 20685);
}

#[test]
fn first_values_of_normal() {
    let first = [
        0x3ff0_df55_3030_1865,
        0x3ff8_2210_a6af_da1c,
        0x400b_37f3_ec35_b8d3,
        0x3ffe_ebf6_d232_326f,
        0x4002_14f0_730f_332f,
        0x3ffd_1480_76c5_9ea8,
        0x401e_6c16_0fbd_2336,
        0x3fe1_d160_bdd5_56c0,
    ];
    check(4, |s| normal_at_least_0(s, 1.0, 2.0).unwrap(), f64::to_bits, first, 0xa970_fd89_00aa_463d, 29499);
}

#[test]
fn first_values_of_erlang() {
    let first = [
        0x4003_f919_d79d_5293,
        0x4006_94bb_40c4_ad36,
        0x4004_bda3_9758_43e4,
        0x4011_a4a2_7be6_f9f2,
        0x401f_364d_c663_72ae,
        0x4020_aede_0ad9_8d36,
        0x4016_9264_092c_96c4,
        0x3ffd_186a_9220_6b5d,
    ];
    check(5, |s| erlang(s, 3.0, 6.0).unwrap(), f64::to_bits, first, 0x823e_219c_b849_a379, 62024);
}

#[test]
fn first_values_of_lognormal() {
    let first = [
        0x3fec_3b5a_3709_9279,
        0x4000_f8ca_1638_18fb,
        0x4004_0991_a788_ce92,
        0x3fe8_0293_5913_f1d3,
        0x3fe6_255c_8f91_7573,
        0x3fd8_aa80_0b23_718c,
        0x3ff2_4a8c_05d2_1c4a,
        0x4001_d077_8a90_950a,
    ];
    check(6, |s| lognormal(s, 2.0, 3.0).unwrap(), f64::to_bits, first, 0xc2f2_590a_a8d9_a1e3, 20405);
}

#[test]
fn first_values_of_triangular() {
    let first = [
        0x4006_32da_aeeb_4554,
        0x4007_5b05_e31d_8b42,
        0x3ff9_4ece_e01b_974b,
        0x4005_7374_746e_92f2,
        0x400a_f8c8_e4bb_8cac,
        0x4008_021b_96e2_b769,
        0x4003_56ef_7d77_73a7,
        0x4001_c0de_ef1d_be02,
    ];
    check(7, |s| triangular(s, 1.0, 2.0, 4.0).unwrap(), f64::to_bits, first, 0x4ca9_a977_1f3d_f62a, 20000);
}

#[test]
fn first_values_of_weibull() {
    let first = [
        0x4003_ea58_feea_2204,
        0x4008_e952_d8bf_cd56,
        0x400e_156f_5415_a99a,
        0x3fff_4f21_2075_f9f0,
        0x3fc2_1b2f_1bdb_be38,
        0x400a_cce1_43e3_440f,
        0x3fcf_8cf7_6689_3fdf,
        0x3ff2_9fb3_6acf_a081,
    ];
    check(8, |s| weibull(s, 2.0, 1.5).unwrap(), f64::to_bits, first, 0x8ffb_bb72_2227_5bfa, 20736);
}

#[test]
fn first_values_of_choice() {
    let first = [3, 0, 2, 0, 2, 3, 3, 2];
    check(
        9,
        |s| choice(s, [0.5, 0.0, 1.5, 2.0]).unwrap(),
        |value| value as u64,
        first,
        0x92d0_2a59_ab48_593a,
        20000,
    );
}

/// Ranges of 2^64 and of three quarters of it, where a third of the words is
/// rejected.
#[test]
fn first_values_of_wide_ranges() {
    let mut source = Source::new(99);
    let full: [i64; 3] = std::array::from_fn(|_| uniform_int(&mut source, i64::MIN, i64::MAX).unwrap());
    assert_eq!(full, [5661518697078633568, -7569486740513926816, -463395463443787605]);
    let mut source = Source::new(98);
    let wide: [i64; 8] = std::array::from_fn(|_| uniform_int(&mut source, -(1 << 62), i64::MAX).unwrap());
    assert_eq!(
        wide,
        [
            6726685342194502507,
            8252671738762674743,
            1032937043187089325,
            -3452807525147173085,
            8625999783457953622,
            237610005289888835,
            1636111266647882643,
            1043464684521815250
        ]
    );
    assert_eq!(source.position, 12);
}
