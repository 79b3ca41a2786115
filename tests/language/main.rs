//! The language: what a file or a program in Rust may say, what is refused and
//! how, and what a scenario expects.

#[path = "../common/mod.rs"]
mod common;

mod bad_input;
mod blocks;
mod builder;
mod developer;
mod expect;
mod from_yaml;
mod growth;
mod library;
mod schema;
mod skipped;
mod warnings;
