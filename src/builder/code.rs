//! Code that processes call: how it sees its process, and how a run, or a
//! search through all of them, finds it.

use super::state::CodeState;
use crate::explore::NumberedCode;
use crate::ids::ProcessId;
use crate::kernel::{Call, Code};
use crate::program::{BoundProgram, Program, Slot};
use crate::scenario::Model;
use crate::value::{Type, Value, Word};
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hasher};
use std::sync::Mutex;
use std::time::Duration;

/// Code that a step calls.
pub(super) type Function<S> = Box<dyn Fn(&mut S, &mut Ctx<'_>) + Send + Sync>;

/// What code sees of the process that called it.
///
/// Nothing here panics. A name that there is not, or a value of the wrong type,
/// [fails](Ctx::fail) the process and gives 0.
#[derive(Debug)]
pub struct Ctx<'a> {
    call: Call<'a>,
    vars: &'a [Variable],
    index: u32,
    failed: Option<String>,
}

/// A variable of a process, or a private array.
#[derive(Debug, Clone)]
struct Variable {
    name: String,
    slot: Slot,
    ty: Type,
    is_array: bool,
}

impl Ctx<'_> {
    /// The number of this instance among those of its process, from 0.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Says that the process broke a rule: the run ends with a fault and this
    /// sentence. The first one counts.
    pub fn fail(&mut self, message: impl Into<String>) {
        self.failed.get_or_insert(message.into());
    }

    /// The value of a variable.
    pub fn get(&mut self, name: &str) -> Value {
        match self.find(name, false) {
            Some(Variable { slot, ty, .. }) => Value::from_word(ty, self.call.word(slot)),
            None => Value::Int(0),
        }
    }

    /// The value of an integer variable.
    pub fn int(&mut self, name: &str) -> i64 {
        match self.get(name) {
            Value::Int(number) => number,
            other => self.mismatch(name, other, Type::Int, 0),
        }
    }

    /// The value of a float variable.
    pub fn float(&mut self, name: &str) -> f64 {
        match self.get(name) {
            Value::Float(number) => number,
            other => self.mismatch(name, other, Type::Float, 0.0),
        }
    }

    /// The value of a boolean variable.
    pub fn flag(&mut self, name: &str) -> bool {
        match self.get(name) {
            Value::Bool(flag) => flag,
            other => self.mismatch(name, other, Type::Bool, false),
        }
    }

    /// The value of a duration variable; a negative one fails.
    pub fn duration(&mut self, name: &str) -> Duration {
        match self.get(name) {
            Value::Duration(nanos) if nanos >= 0 => Duration::from_nanos(nanos.unsigned_abs()),
            other => self.mismatch(name, other, Type::Duration, Duration::ZERO),
        }
    }

    /// Gives a variable a value of its type.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        let Some(value) = self.proper(value.into()) else { return };
        let Some(variable) = self.find(name, false) else { return };
        if variable.ty == value.ty() {
            self.call.set_word(variable.slot, value.to_word());
        } else {
            let described = variable.ty.described();
            self.fail(format!("code gives the variable '{name}', {described}, {}", value.ty().described()));
        }
    }

    /// The elements of a private array.
    pub fn array(&mut self, name: &str) -> Vec<Value> {
        match self.find(name, true) {
            Some(Variable { slot, ty, .. }) => {
                self.call.array(slot).iter().map(|&word| Value::from_word(ty, word)).collect()
            }
            None => Vec::new(),
        }
    }

    /// Gives an element of a private array, from 0, a value of its type.
    pub fn set_element(&mut self, name: &str, at: usize, value: impl Into<Value>) {
        let Some(value) = self.proper(value.into()) else { return };
        let Some(variable) = self.find(name, true) else { return };
        let len = self.call.array(variable.slot).len();
        if variable.ty != value.ty() {
            let described = variable.ty.described();
            self.fail(format!("code gives an element of '{name}', {described}, {}", value.ty().described()));
        } else if at >= len {
            self.fail(format!("code sets element {at} of '{name}', which has {len}"));
        } else {
            self.call.array(variable.slot)[at] = value.to_word();
        }
    }

    /// The value, if it is one that a scenario computes with.
    fn proper(&mut self, value: Value) -> Option<Value> {
        match value {
            Value::Float(number) if !number.is_finite() => {
                self.fail(format!("code gives a variable {number}, which is no finite number"));
                None
            }
            proper => Some(proper),
        }
    }

    fn find(&mut self, name: &str, is_array: bool) -> Option<Variable> {
        let found = self.vars.iter().find(|variable| variable.name == name && variable.is_array == is_array);
        if found.is_none() {
            let what = if is_array { "private array" } else { "variable" };
            self.fail(format!("code asks for the {what} '{name}', which the process does not have"));
        }
        found.cloned()
    }

    fn mismatch<T>(&mut self, name: &str, found: Value, wanted: Type, instead: T) -> T {
        let wanted = wanted.described();
        self.fail(format!("code asks '{name}' for {wanted}, but it is {}: {found}", found.ty().described()));
        instead
    }
}

/// The code of all processes with what it has to know about them.
pub(super) struct Functions<S> {
    pub(super) all: Vec<Function<S>>,
}

/// By process definition: the first instance, and the variables.
#[derive(Debug, Clone)]
pub(super) struct Frames(Vec<(ProcessId, Vec<Variable>)>);

impl Frames {
    pub(super) fn new(model: &Model, program: &Program, program: &BoundProgram) -> Frames {
        let of = |index: usize| {
            let (def, code) = (&model.processes[index], &program.processes[index]);
            let variables = def.vars.iter().zip(&code.vars).map(|(var, &slot)| Variable {
                name: var.name.clone(),
                slot,
                ty: var.ty,
                is_array: var.len.is_some(),
            });
            (program.processes[index].first, variables.collect())
        };
        Frames((0..model.processes.len()).map(of).collect())
    }
}

/// The code of a run, with the state that it works on.
pub(super) struct Caller<'a, S> {
    pub(super) functions: &'a Functions<S>,
    pub(super) frames: &'a Frames,
    pub(super) state: &'a mut S,
}

impl<S> Functions<S> {
    /// Does what is called, in this state.
    fn call(&self, frames: &Frames, state: &mut S, call: Call<'_>) -> Result<(), String> {
        let process = call.process;
        let number = call.number as usize;
        let after = frames.0.partition_point(|(first, _)| *first <= process);
        // Definitions without instances share their first id with the next.
        let (first, vars) = &frames.0[after - 1];
        let mut ctx = Ctx { call, vars, index: process.0 - first.0, failed: None };
        match self.all.get(number) {
            Some(code) => code(state, &mut ctx),
            None => ctx.fail(format!("there is no code number {number}")),
        }
        ctx.failed.map_or(Ok(()), Err)
    }
}

impl<S> Code for Caller<'_, S> {
    fn call(&mut self, call: Call<'_>) -> Result<(), String> {
        self.functions.call(self.frames, self.state, call)
    }
}

/// The code of a scenario for a search: every state that it was in is kept
/// once, and has its place among all as its number.
pub(super) struct Numbered<'a, S> {
    functions: &'a Functions<S>,
    frames: &'a Frames,
    states: Mutex<States<S>>,
}

struct States<S> {
    all: Vec<S>,
    /// By hash, where those with it stand.
    places: BTreeMap<u64, Vec<usize>>,
}

/// About how many bytes a state takes besides its own.
const STATE_BYTES: usize = 64;

impl<'a, S: CodeState> Numbered<'a, S> {
    pub(super) fn new(functions: &'a Functions<S>, frames: &'a Frames, first: S) -> Numbered<'a, S> {
        let mut states = States { all: Vec::new(), places: BTreeMap::new() };
        states.number_of(first);
        Numbered { functions, frames, states: Mutex::new(states) }
    }

    /// The state with this number.
    pub(super) fn state(&self, number: Word) -> S {
        self.lock().all[number as usize].clone()
    }

    /// Code that panics is called without this lock.
    fn lock(&self) -> std::sync::MutexGuard<'_, States<S>> {
        self.states.lock().expect("to compare states does not panic")
    }
}

impl<S: CodeState> States<S> {
    /// The number of a state, a new one if need be.
    fn number_of(&mut self, state: S) -> Word {
        let mut hasher = DefaultHasher::new();
        state.hash(&mut hasher);
        let places = self.places.entry(hasher.finish()).or_default();
        let known = places.iter().copied().find(|&place| self.all[place] == state);
        let place = known.unwrap_or_else(|| {
            places.push(self.all.len());
            self.all.push(state);
            self.all.len() - 1
        });
        place as Word
    }
}

impl<S: CodeState + Send> NumberedCode for Numbered<'_, S> {
    fn first(&self) -> Word {
        0
    }

    fn call(&self, number: &mut Word, call: Call<'_>) -> Result<(), String> {
        let mut state = self.state(*number);
        let result = self.functions.call(self.frames, &mut state, call);
        *number = self.lock().number_of(state);
        result
    }

    fn bytes(&self) -> u64 {
        (self.lock().all.len() * (size_of::<S>() + STATE_BYTES)) as u64
    }
}

impl<S> fmt::Debug for Numbered<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} over states with numbers", self.functions)
    }
}

impl<S> fmt::Debug for Functions<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} calls", self.all.len())
    }
}
