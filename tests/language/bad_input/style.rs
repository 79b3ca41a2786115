//! Wishes for pictures that cannot be, and labels that are none.

use super::{refused, refused_each};

fn with_style(style: &str) -> String {
    format!("version: 1\nprocesses:\n  loader: {{do: [{{delay: 1s}}]}}\nstyle: {style}\n")
}

#[test]
fn styles() {
    refused_each(
        with_style,
        4,
        &[
            ("{titel: x}", 9, "unknown key 'titel' in `style`; did you mean 'title'?", "`title`, `lanes`"),
            ("{title: \"\"}", 16, "the title is empty", "leave it out"),
            ("{lanes: laoder}", 16, "there is no process 'laoder'; did you mean 'loader'?", ""),
            ("{lanes: [loader, \"worker[2]\"]}", 25, "there is no process 'worker'", "a lane is a process"),
            ("{from: 5s, to: 2s}", 23, "the picture would begin at 5s and end at 2s", "later than `from`"),
            ("{from: 5}", 15, "`from`", ""),
            (
                "{width: 100}",
                16,
                "100 pixels are too narrow for text of 10 pixels, which takes 400",
                "larger",
            ),
            ("{width: 20001}", 16, "`width` is at most 20000 pixels", ""),
            ("{font_size: 5}", 20, "the font size is 6 to 40 pixels, found 5", ""),
            ("{theme: drak}", 16, "'drak' is not known as `theme`; did you mean 'dark'?", "`light`"),
            ("{colour_by: name}", 20, "'name' is not known as `colour_by`", "`state`"),
            ("{holders: perhaps}", 18, "unknown parameter 'perhaps'", ""),
            ("wide", 8, "`style` is a map", ""),
        ],
    );
}

#[test]
fn labels() {
    let with = |step: &str| format!("version: 1\nprocesses:\n  p:\n    do:\n      - {step}\n");
    refused(&with("{delay: 1s, label: \"\"}"), &[(5, 28, "this one is empty", "label: train")]);
    refused(&with("{delay: 1s, label: 3}"), &[(5, 28, "`label` takes text, found", "in quotes")]);
    refused(&with("{work: 1s, lable: x}"), &[(5, 20, "unknown key 'lable'", "")]);
    refused(
        &with("{put: q, label: x}"),
        &[(5, 15, "unknown resource 'q'", ""), (5, 18, "unknown key 'label'", "")],
    );
    let long = "x".repeat(65);
    refused(&with(&format!("{{work: 1s, label: {long}}}")), &[(5, 27, "at most 64 characters", "")]);
}
