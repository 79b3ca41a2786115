//! The language: what a file or a program in Rust may say, what is refused and
//! how, and what a scenario expects.

#[path = "../common/mod.rs"]
mod common;

mod bad_input;
mod blocks;
mod builder;
mod expect;
mod growth;
mod library;
mod schema;
mod skipped;
mod warnings;
