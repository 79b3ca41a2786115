//! How the pictures of a scenario look: what is wished on the command line, in a file and in
//! the scenario.
//!
//! Decides which wish goes before which, and which lanes of a scenario are meant. What
//! may be wished is decided in [`crate::look`].

use super::failure::Failure;
use super::inputs::{Loaded, exit, tell};
use super::look_options::LookOptions;
use super::{bounded_file, console};
use crate::ids::ProcessId;
use crate::look::{FONT_SIZE, Look, WIDTH, means};
use crate::render::{Style, TextStyle, Window, restyled};
use crate::scenario::{load_style, suggestion};
use crate::time::Time;
use crate::trace::Header;

/// What is wished beside scenarios.
fn wishes(options: &LookOptions) -> Result<Look, Failure> {
    Ok(options.given().or(of_file(options)?))
}

fn of_file(options: &LookOptions) -> Result<Look, Failure> {
    /// The most MiB of a file with wishes.
    const MOST_MIB: u64 = 2;
    let Some(path) = &options.style else { return Ok(Look::default()) };
    let bytes = bounded_file::read(path, "a style", MOST_MIB)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::usage(format!("{}: a style is a text in UTF-8", console::shown(path))))?;
    load_style(&path.display().to_string(), &text).map_err(|error| {
        tell(&error);
        Failure::said(exit(&error))
    })
}

/// What is wished of the pictures of each of these scenarios.
///
/// # Errors
/// If it cannot be, or means lanes that there are not.
pub fn views(options: &LookOptions, loaded: &[Loaded]) -> Result<Vec<View>, Failure> {
    let wishes = wishes(options)?;
    let views: Vec<View> = loaded.iter().map(|one| View::of(&wishes, one)).collect::<Result<_, _>>()?;
    // What the command line says must be meant for one of the scenarios at least.
    for wish in &wishes.lanes {
        if views.iter().all(|view| view.unmet.contains(wish)) {
            return Err(unknown_lane(wish, loaded));
        }
    }
    let empty = loaded.iter().zip(&views).find(|(_, view)| view.lanes.is_empty() && !view.unmet.is_empty());
    match empty {
        Some((scenario, view)) => Err(unknown_lane(&view.unmet[0], std::slice::from_ref(scenario))),
        None => Ok(views),
    }
}

/// What is wished of the pictures of one scenario.
///
/// # Errors
/// As [`views`].
pub fn view(options: &LookOptions, loaded: &Loaded) -> Result<View, Failure> {
    let mut views = views(options, std::slice::from_ref(loaded))?;
    Ok(views.pop().unwrap_or_default())
}

/// A wish for lanes that means none of these scenarios'.
fn unknown_lane(wish: &str, loaded: &[Loaded]) -> Failure {
    let headers: Vec<Header> = loaded.iter().filter_map(|one| Some(one.program().ok()?.header(0))).collect();
    let infos = || headers.iter().flat_map(|header| &header.processes);
    let whose = match loaded {
        [one] => format!("'{}' has", console::printable(&one.label)),
        _ => "none of the scenarios has".to_owned(),
    };
    let no = if loaded.len() == 1 { "no process" } else { "a process" };
    let shown = console::printable(wish);
    let family = wish.split('[').next().unwrap_or(wish);
    let hint = match infos().find(|info| info.name == family && wish != family) {
        Some(info) if info.indexed && info.count > 0 => {
            format!("; the last one is '{}[{}]'", info.name, info.count - 1)
        }
        Some(info) => format!("; '{}' is a single one", info.name),
        None => suggestion(family, infos().map(|info| info.name.as_str())),
    };
    Failure::usage(format!("--lanes: {whose} {no} '{shown}'{hint}"))
}

/// What is wished of the pictures of one scenario, with the lanes that are meant.
#[derive(Debug, Clone, Default)]
pub struct View {
    pub look: Look,
    /// The processes that are shown, in this order; if empty all.
    pub lanes: Vec<ProcessId>,
    /// The wishes for lanes that mean none of its processes.
    unmet: Vec<String>,
}

impl View {
    fn of(wishes: &Look, loaded: &Loaded) -> Result<View, Failure> {
        let look = wishes.clone().or(loaded.scenario.model.style.clone());
        look.check().map_err(|refusal| Failure::usage(format!("{}; {}", refusal.message, refusal.hint)))?;
        let mut view = View { look, ..View::default() };
        if view.look.lanes.is_empty() {
            return Ok(view);
        }
        let header = loaded.program()?.header(0);
        let all = (0..header.process_count()).map(ProcessId::from_index);
        let named: Vec<(ProcessId, &str, String)> =
            all.map(|id| (id, header.process(id).name.as_str(), header.process_name(id))).collect();
        let mut is_shown = vec![false; named.len()];
        for wish in &view.look.lanes {
            let meant = named.iter().filter(|(_, family, name)| means(wish, family, name));
            let meant: Vec<ProcessId> = meant.map(|(id, ..)| *id).collect();
            if meant.is_empty() {
                view.unmet.push(wish.clone());
            }
            let is_new = |id: &ProcessId| !std::mem::replace(&mut is_shown[id.index()], true);
            view.lanes.extend(meant.into_iter().filter(is_new));
        }
        Ok(view)
    }

    /// Which part of the time axis is shown.
    pub fn window(&self) -> Window {
        Window { from: self.look.from.unwrap_or(Time::ZERO), to: self.look.to }
    }

    /// How timelines are drawn, before they are [dressed](Self::dressed).
    pub fn style(&self) -> Style {
        // Drawn at the usual size, and shown larger.
        let width = f64::from(self.look.width.unwrap_or(WIDTH)) * f64::from(FONT_SIZE);
        Style {
            width: width / f64::from(self.font_size()),
            window: self.window(),
            colour_by: self.look.colour_by,
            holders: self.look.shows_holders(),
            ..Style::default()
        }
    }

    /// How timelines are written in letters.
    pub fn text_style(&self) -> TextStyle {
        TextStyle {
            width: console::width(),
            colour: true,
            window: self.window(),
            holders: self.look.shows_holders(),
            ..TextStyle::default()
        }
    }

    fn font_size(&self) -> u32 {
        self.look.font_size.unwrap_or(FONT_SIZE)
    }

    /// A finished picture in the colours and the size that are wished.
    pub fn dressed(&self, document: &str) -> String {
        restyled(document, self.look.theme.unwrap_or_default(), self.font_size())
    }

    /// Whether a run that ended so is over where its pictures would begin.
    pub fn begins_behind(&self, end: Time) -> bool {
        self.look.from.is_some_and(|from| from >= end)
    }
}
