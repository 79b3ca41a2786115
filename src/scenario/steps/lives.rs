//! `start`, `join`, `stop` and `exit`: the lives of processes.
//!
//! Decides which process, or which of its instances, a step means.

use super::body::{Body, Main, Reader, StepForm};
use super::within::{ELSE, SERVED, WITHIN};
use crate::ids::VarId;
use crate::scenario::context::Check;
use crate::scenario::fields;
use crate::scenario::model::{Life, ProcessDef, ProcessRef, ResourceDef, ResourceSpec, Step, StepKind};
use crate::scenario::names::quoted;
use crate::scenario::node::{Kind, Node};
use crate::scenario::tables::{Form, REFERENCES, Shape, optional, required};
use crate::scenario::typing::DECLARED;
use crate::trace::{Discipline, ResourceKind};
use crate::value::Type;

/// `start`: the name of a process, or a list of names.
pub(super) static START_STEP: StepForm = StepForm {
    form: Form {
        name: "start",
        doc: "Start processes that are not alive: those with `start: manual`, or that are done.",
        fields: &[required("start", REFERENCES, "Which; without an index, all instances.")],
    },
    foreign: &[(
        &[
            "spawn",
            "thread",
            "fork",
            "run",
            "go",
            "process",
            "Thread",
            "launch",
            "create",
            "parallel",
            "par",
            "concurrently",
        ],
        "processes stand side by side below `processes` and start at once; `start: worker` starts one with `start: manual`",
    )],
    read: Reader::Several(|body, main, steps| body.each_process(main, steps, StepKind::Start)),
};

/// `join`: likewise, or a map with `any`.
pub(super) static JOIN_STEP: StepForm = StepForm {
    form: Form {
        name: "join",
        doc: "Wait until processes are done.",
        fields: &[
            required(
                "join",
                Shape::Either(&[Shape::Reference, Shape::List(&Shape::Reference), Shape::Form(&JOIN_ANY)]),
                "Which; without an index, all instances.",
            ),
            WITHIN,
            ELSE,
            SERVED,
        ],
    },
    foreign: &[(&["wait_all", "waitpid", "await_all"], "write `join: worker`")],
    read: Reader::Several(|body, main, steps| match main.key.value.kind {
        Kind::Map(_) => {
            let kind = body.join_any(main);
            steps.extend(kind.map(|kind| Step { kind, site: main.site() }));
        }
        _ => body.each_process(main, steps, StepKind::Join),
    }),
};

/// `join` as a map.
static JOIN_ANY: Form = Form {
    name: "join_any",
    doc: "Wait for the first instance to be done that nobody has joined.",
    fields: &[
        required("any", Shape::Reference, "An instance of which process."),
        optional("into", Shape::Text, "The variable that gets its number."),
    ],
};

/// `stop`: the name of a process, or a map with `who`.
pub(super) static STOP_STEP: StepForm = StepForm {
    form: Form {
        name: "stop",
        doc: "End a process where it stands; one that is not alive stays so.",
        fields: &[required(
            "stop",
            Shape::Either(&[Shape::Reference, Shape::Form(&STOP_FORM)]),
            "Which; without an index, all instances.",
        )],
    },
    foreign: &[(&["kill", "terminate", "cancel"], "write `stop: worker`")],
    read: Reader::Several(|body, main, steps| {
        let kind = body.stop(main);
        steps.extend(kind.map(|kind| Step { kind, site: main.site() }));
    }),
};

const RELEASED: &str = "released";
const LOST: &str = "lost";

/// `stop` as a map.
static STOP_FORM: Form = Form {
    name: "stop_form",
    doc: "End a process where it stands.",
    fields: &[
        required("who", Shape::Reference, "Which; without an index, all instances."),
        optional(
            "held",
            Shape::Word(&[RELEASED, LOST]),
            "Whether the mutexes that it owns and what a `with` holds are given back; default `released`.",
        ),
    ],
};

/// `exit`: nothing.
pub(super) static EXIT_STEP: StepForm = StepForm {
    form: Form {
        name: "exit",
        doc: "End the process where it stands; what it holds stays held.",
        fields: &[required("exit", Shape::Nothing, "Nothing: write `exit` alone.")],
    },
    foreign: &[(
        &["return", "quit", "die"],
        "write `exit`, which ends the process; a loop ends when its condition is false",
    )],
    read: Reader::One(|_, _| Some(StepKind::Exit)),
};

impl Body<'_, '_> {
    /// A name, or a list of names, each a step.
    pub(super) fn each_process(
        &mut self,
        main: Main<'_>,
        steps: &mut Vec<Step>,
        kind: impl Fn(ProcessRef) -> StepKind + Copy,
    ) {
        let node = &main.key.value;
        let nodes =
            if let Kind::Seq(nodes) = &node.kind { nodes.as_slice() } else { std::slice::from_ref(node) };
        if nodes.is_empty() {
            let span = self.check.reports.span_of(node);
            self.check.reports.error(span, format!("`{}` names no process", main.key.key.name));
        }
        for node in nodes {
            let site = if nodes.len() > 1 { node.site } else { main.site() };
            let found = self.process_ref(node, &main.key.key.name);
            steps.extend(found.map(|found| Step { kind: kind(found), site }));
        }
    }

    fn stop(&mut self, main: Main<'_>) -> Option<StepKind> {
        let node = &main.key.value;
        if !matches!(node.kind, Kind::Map(_)) {
            let who = self.process_ref(node, "stop")?;
            return self.not_oneself(node, who, false);
        }
        let owner = self.owner(main.key);
        let fields = fields::read(&mut self.check.reports, node, &STOP_FORM, owner)?;
        let held =
            fields.get("held").map(|node| self.check.word(node, "what becomes of it", &[RELEASED, LOST]));
        let who = self.process_ref(fields.get("who")?, "stop")?;
        self.not_oneself(fields.get("who")?, who, held.flatten() == Some(LOST))
    }

    /// A process that has no other instances cannot mean another one by its own name.
    fn not_oneself(&mut self, node: &Node, who: ProcessRef, lost: bool) -> Option<StepKind> {
        if self.is_oneself(&who) {
            let span = self.check.reports.span_of(node);
            let message = "a process cannot stop itself";
            self.check.reports.error_with_hint(span, message, "write `exit`, which ends it where it stands");
            return None;
        }
        Some(StepKind::Stop { who, lost })
    }

    /// Whether a process means itself, and no other of its instances.
    pub(super) fn is_oneself(&self, who: &ProcessRef) -> bool {
        who.def.index() == self.check.process && who.index.is_none()
    }

    fn join_any(&mut self, main: Main<'_>) -> Option<StepKind> {
        let owner = self.owner(main.key);
        let fields = fields::read(&mut self.check.reports, &main.key.value, &JOIN_ANY, owner)?;
        let any = fields.get("any")?;
        let found = self.process_ref(any, "join")?;
        if found.index.is_some() {
            let span = self.check.reports.span_of(any);
            let hint = "name the process without an index, or join this one: `join: name[i]`";
            self.check.reports.error_with_hint(span, "`any` is about all instances", hint);
            return None;
        }
        self.check.processes.at(found.def.index()).joined_any.set(true);
        let into = match fields.get("into") {
            None => None,
            Some(node) => Some(self.number_of_instance(node)?),
        };
        Some(StepKind::JoinAny { of: found.def, into })
    }

    /// The variable that gets the number of an instance.
    fn number_of_instance(&mut self, node: &Node) -> Option<VarId> {
        let span = self.check.reports.span_of(node);
        let Kind::Text(name) = &node.kind else {
            self.check.reports.error(span, format!("`into` names a variable, found {}", node.described()));
            return None;
        };
        let Some(position) = self.vars.position(name) else {
            let names = self.vars.names();
            let message = format!("unknown variable {}", quoted(name));
            self.check.reports.unknown_with_hint(span, message, name, names, DECLARED.to_owned());
            return None;
        };
        let known = self.vars.at(position);
        known.used.set(true);
        if known.array || known.ty.is_some_and(|ty| ty != Type::Int) {
            let message = format!("the number of an instance is an integer, which {} is not", quoted(name));
            self.check.reports.error(span, message);
            return None;
        }
        Some(VarId::from_index(position))
    }

    /// The process that a node names.
    pub(super) fn process_ref(&mut self, node: &Node, step: &str) -> Option<ProcessRef> {
        let span = self.check.reports.span_of(node);
        let Kind::Text(text) = &node.kind else {
            let message = format!("`{step}` takes the name of a process, found {}", node.described());
            self.check.reports.error(span, message);
            return None;
        };
        let ast = self.check.parse(text, node.site)?;
        self.check.typer(text, node.site, self.scope()).process(&ast, text)
    }
}

impl Check<'_> {
    /// The resources with those by which others have to do with processes behind them.
    pub(in crate::scenario) fn with_lives(
        &self,
        mut resources: Vec<ResourceDef>,
        processes: &[ProcessDef],
    ) -> (Vec<ResourceDef>, Vec<Life>) {
        let mut lives = Vec::new();
        for def in processes {
            let Some(known) = self.processes.find(&def.name).filter(|known| known.lives.get()) else {
                lives.push(Life::default());
                continue;
            };
            let arrives = known.arrives;
            let mut add = |name: String, count| {
                let spec = ResourceSpec::of_kind(ResourceKind::Process);
                // Who left last makes place for who comes next: the same few words serve.
                let discipline = if arrives { Discipline::Lifo } else { Discipline::Fifo };
                resources.push(ResourceDef { name, count, spec, discipline, site: def.site });
                Some(crate::ids::ResourceDefId::from_index(resources.len() - 1))
            };
            let each = add(def.name.clone(), def.count.clone());
            let any =
                (arrives || known.joined_any.get()).then(|| add(format!("any {}", def.name), None)).flatten();
            lives.push(Life { each, any });
        }
        (resources, lives)
    }
}
