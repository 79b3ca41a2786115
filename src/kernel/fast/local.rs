//! What concerns nobody but its process: functions of the state, by their numbers.
//!
//! Decides how each function of [`Function`] is done, from the one place that says what
//! an operation means ([`crate::arithmetic`]), in every form of its operands. Nothing
//! here knows of events, of a calendar or of other processes.

use super::draws;
use super::next::{behind, stuck};
use crate::arithmetic::{BinaryOp, UnaryOp};
use crate::kernel::own::Own;
use crate::program::{
    CLOCK, DrawKind, FRAME, FROM_FLOAT, FROM_INT, Fast, Function, KNOWN, Local, MASK, RESOURCE_WORDS,
    array_in, unshortened,
};
use crate::value::Word;

/// Does what a [`Local`] at this op of a process with this frame says; gives the number
/// of the next op, or [`stuck`].
type Run = fn(&mut [Word], usize, usize, &Local, &mut Own<'_>) -> usize;

/// Does what `first` says, and all behind it that concerns nobody else.
#[inline(always)]
pub(super) fn run(
    code: &[Fast],
    arena: &mut [Word],
    frame: usize,
    op: usize,
    first: &Local,
    own: &mut Own<'_>,
) -> usize {
    let mut next = call(arena, frame, op, first, own);
    while let Some(Fast::Local(local)) = code.get(next) {
        next = call(arena, frame, next, local, own);
    }
    next
}

#[inline(always)]
pub(super) fn call(arena: &mut [Word], frame: usize, op: usize, local: &Local, own: &mut Own<'_>) -> usize {
    FUNCTIONS[usize::from(local.function)](arena, frame, op, local, own)
}

/// A process that does what an op says. A word that it does not have leaves that to the plain op.
struct Step<'s, 'p> {
    arena: &'s mut [Word],
    frame: usize,
    op: usize,
    local: &'s Local,
    own: &'s mut Own<'p>,
}

impl Step<'_, '_> {
    /// A word of the frame.
    #[inline(always)]
    fn get(&self, word: usize) -> Option<Word> {
        self.arena.get(self.frame + word).copied()
    }

    /// An operand in the form of this number.
    #[inline(always)]
    fn word<const FORM: usize>(&self, word: Word) -> Option<Word> {
        match FORM {
            FRAME => self.get(word as usize),
            KNOWN => Some(word),
            _ => Some(self.own.now),
        }
    }

    /// Writes a word of the state.
    #[inline(always)]
    fn set_any(&mut self, word: usize, value: Word) -> Option<()> {
        *self.arena.get_mut(word)? = value;
        Some(())
    }

    /// Writes the result into its word of the frame.
    #[inline(always)]
    fn set(&mut self, value: Word) -> Option<()> {
        self.set_any(self.frame + self.local.into as usize, value)
    }

    /// Where it goes on if the answer is the one that leads elsewhere, or is not.
    #[inline(always)]
    fn lead(&self, is_elsewhere: bool) -> usize {
        if is_elsewhere { self.local.into as usize } else { behind(self.op, self.local) }
    }
}

/// Ops that follow one another without a look at what the process is about: so many at most, of
/// one such stretch of ops.
const STRETCH: usize = 64;

/// Does what goes on behind itself, and then what stands there if it concerns nobody else.
/// That is a call in the last place, which a jump takes the place of.
#[inline(always)]
fn straight(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    own: &mut Own<'_>,
    done: impl FnOnce(&mut Step<'_, '_>) -> Option<()>,
) -> usize {
    if done(&mut Step { arena, frame, op, local, own }).is_none() {
        return stuck(op, local);
    }
    let next = behind(op, local);
    match own.ops.get(next) {
        Some(Fast::Local(local)) if op / STRETCH == next / STRETCH => call(arena, frame, next, local, own),
        _ => next,
    }
}

/// Does what says itself where the process goes on.
#[inline(always)]
fn leading(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    own: &mut Own<'_>,
    done: impl FnOnce(&mut Step<'_, '_>) -> Option<usize>,
) -> usize {
    done(&mut Step { arena, frame, op, local, own }).unwrap_or_else(|| stuck(op, local))
}

/// The functions, each with what it does in a step.
macro_rules! functions {
    ($($kind:ident $name:ident $([$($parameter:ident: $ty:ty),*])? ($step:ident) $body:block)*) => {
        $(fn $name $(<$(const $parameter: $ty),*>)? (
            arena: &mut [Word],
            frame: usize,
            op: usize,
            local: &Local,
            own: &mut Own<'_>,
        ) -> usize {
            $kind(arena, frame, op, local, own, |$step| $body)
        })*
    };
}

functions! {
    straight unary[OP: usize](step) {
        let result = UnaryOp::ALL[OP].apply(step.get(step.local.a as usize)?).ok()?;
        step.set(result)
    }
    straight binary[OP: usize, A: usize, B: usize](step) {
        let (a, b) = (step.word::<A>(step.local.a)?, step.word::<B>(step.local.b)?);
        step.set(BinaryOp::known::<OP>(a, b).ok()?)
    }
    leading branch[OP: usize, B: usize, TRUTH: bool](step) {
        let (a, b) = (step.get(step.local.a as usize)?, step.word::<B>(step.local.b)?);
        Some(step.lead((BinaryOp::known::<OP>(a, b) == Ok(1)) == TRUTH))
    }
    leading branch_back[OP: usize, B: usize, TRUTH: bool](step) {
        let (a, b) = (step.get(step.local.a as usize)?, step.word::<B>(step.local.b)?);
        step.own.spend().then(|| step.lead((BinaryOp::known::<OP>(a, b) == Ok(1)) == TRUTH))
    }
    straight chain[FIRST: usize, SECOND: usize, B: usize, C: usize](step) {
        let (first, c) = chained::<FIRST, SECOND, B, C>(step)?;
        step.set(result::<SECOND>(first, c)?)
    }
    leading chain_branch[FIRST: usize, OP: usize, B: usize, C: usize, TRUTH: bool](step) {
        let (first, c) = chained::<FIRST, OP, B, C>(step)?;
        Some(step.lead((BinaryOp::known::<OP>(first, c) == Ok(1)) == TRUTH))
    }
    straight copy[A: usize](step) { step.set(step.word::<A>(step.local.a)?) }
    leading jump(step) { Some(step.local.into as usize) }
    leading jump_back(step) { step.own.spend().then_some(step.local.into as usize) }
    leading loop_start[A: usize](step) {
        let times = step.word::<A>(step.local.a)?;
        if (times as i64) < 0 {
            return None;
        }
        step.set_any(step.frame + step.local.b as usize, times)?;
        Some(step.lead(times == 0))
    }
    straight element[B: usize](step) {
        let element = element_at(step, step.local.a as usize, step.word::<B>(step.local.b)?)?;
        step.set(*step.arena.get(element)?)
    }
    straight set_element[A: usize, B: usize](step) {
        let element = element_at(step, step.local.into as usize, step.word::<A>(step.local.a)?)?;
        step.set_any(element, step.word::<B>(step.local.b)?)
    }
    straight find[A: usize](step) {
        let (index, (first, count)) = (step.word::<A>(step.local.a)?, unpacked(step.local.b));
        if index >= count as u64 {
            return None;
        }
        step.set((first + index as usize * RESOURCE_WORDS) as Word)
    }
    straight load(step) { step.set(*step.arena.get(step.local.a as usize)?) }
    straight load_found(step) {
        let header = step.get(step.local.a as usize)? as usize;
        step.set(*step.arena.get(header + step.local.b as usize % RESOURCE_WORDS)?)
    }
    straight store[B: usize](step) { step.set_any(step.local.a as usize, step.word::<B>(step.local.b)?) }
    straight read_slot(step) {
        let slot = slot(step)?;
        step.set(*step.arena.get(step.local.b as usize + slot)?)
    }
    straight write_slot[B: usize](step) {
        let slot = slot(step)?;
        step.set_any(step.local.into as usize + slot, step.word::<B>(step.local.b)?)
    }
    // Takes a round for each of them, as the plain op does.
    straight read_slots(step) {
        let ((at, slots), (content, count)) = (unpacked(step.local.a), unpacked(step.local.b));
        let (start, len) = array_in(step.get(step.local.into as usize)?);
        let first = step.get(at)?;
        let fits = count <= len && first < slots as u64 && first as usize + count <= slots;
        if !fits || step.own.fuel < count as u64 {
            return None;
        }
        step.own.fuel -= count as u64;
        let from = content + first as usize;
        step.arena.copy_within(from..from + count, start);
        Some(())
    }
    straight mask(step) { step.set(step.get(step.local.a as usize)? & step.local.b) }
}

/// The result of an [`Operation`], if it has one.
#[inline(always)]
fn result<const OP: usize>(a: Word, b: Word) -> Option<Word> {
    match OP {
        MASK => Some(a & b),
        FROM_INT => BinaryOp::known::<{ BinaryOp::SubInt as usize }>(b, a).ok(),
        FROM_FLOAT => BinaryOp::known::<{ BinaryOp::SubFloat as usize }>(b, a).ok(),
        _ => BinaryOp::known::<OP>(a, b).ok(),
    }
}

/// The result of the first operation of a chain, and the other operand of the second.
#[inline(always)]
fn chained<const FIRST: usize, const SECOND: usize, const B: usize, const C: usize>(
    step: &Step<'_, '_>,
) -> Option<(Word, Word)> {
    let (a, short) = unpacked(step.local.a);
    let (a, b) = (step.get(a)?, step.word::<B>(step.local.b)?);
    let c = if C == KNOWN { unshortened(SECOND, short as u32) } else { step.get(short)? };
    Some((result::<FIRST>(a, b)?, c))
}

/// The number of a slot of a memory, if there is such a one.
#[inline(always)]
fn slot(step: &Step<'_, '_>) -> Option<usize> {
    let (at, slots) = unpacked(step.local.a);
    let slot = step.get(at)?;
    if slot < slots as u64 { Some(slot as usize) } else { None }
}

/// Where element `index` of the array in this frame word lies, if there is one.
#[inline(always)]
fn element_at(step: &Step<'_, '_>, array: usize, index: Word) -> Option<usize> {
    let (start, len) = array_in(step.get(array)?);
    if index < len as u64 { Some(start + index as usize) } else { None }
}

/// The two numbers in a word.
#[inline(always)]
fn unpacked(word: Word) -> (usize, usize) {
    (word as u32 as usize, (word >> 32) as usize)
}

const ADD: usize = BinaryOp::AddInt as usize;
const SUB: usize = BinaryOp::SubInt as usize;
const MUL: usize = BinaryOp::MulInt as usize;
const REM: usize = BinaryOp::RemInt as usize;
const ADD_FLOAT: usize = BinaryOp::AddFloat as usize;
const SUB_FLOAT: usize = BinaryOp::SubFloat as usize;
const MUL_FLOAT: usize = BinaryOp::MulFloat as usize;

/// By the number of a [`Function`].
static FUNCTIONS: [Run; Function::COUNT] = functions();

/// No op has the number of a function that is not made.
fn unmade(_: &mut [Word], _: usize, _: usize, local: &Local, _: &mut Own<'_>) -> usize {
    unreachable!("no function has number {}", local.function)
}

const fn functions() -> [Run; Function::COUNT] {
    let mut table: [Run; Function::COUNT] = [unmade; Function::COUNT];
    /// Each operation in all forms.
    macro_rules! operations {
        (unary: $($unary:ident)*; binary: $($binary:ident)*; conditions: $($condition:ident)*) => {
            $(table[Function::Unary(UnaryOp::$unary).number()] = unary::<{ UnaryOp::$unary as usize }>;)*
            $(operations!(forms $binary: FRAME FRAME, FRAME KNOWN, KNOWN FRAME, FRAME CLOCK, CLOCK FRAME);)*
            $(operations!(forms $condition: FRAME FRAME, FRAME KNOWN, KNOWN FRAME, FRAME CLOCK, CLOCK FRAME);)*
            $(operations!(branches $condition: FRAME true, FRAME false, KNOWN true, KNOWN false);)*
            assert!([$(UnaryOp::$unary),*].len() == UnaryOp::ALL.len(), "an operation is not made");
            assert!(
                [$(BinaryOp::$binary,)* $(BinaryOp::$condition),*].len() == BinaryOp::ALL.len(),
                "an operation is not made"
            );
        };
        (forms $op:ident: $($a:ident $b:ident),*) => {
            $(table[Function::Binary(BinaryOp::$op, $a, $b).number()] =
                binary::<{ BinaryOp::$op as usize }, $a, $b>;)*
        };
        (branches $op:ident: $($b:ident $truth:literal),*) => {
            $(table[Function::Branch(BinaryOp::$op, $b, $truth).number()] =
                branch::<{ BinaryOp::$op as usize }, $b, $truth>;
            table[Function::BranchBack(BinaryOp::$op, $b, $truth).number()] =
                branch_back::<{ BinaryOp::$op as usize }, $b, $truth>;)*
        };
    }
    operations!(
        unary: NegInt NegFloat Not AbsInt AbsFloat IntToFloat Floor Ceil Round Truncate ToSeconds;
        binary: AddInt SubInt MulInt DivInt RemInt AddFloat SubFloat MulFloat DivFloat MulDurationFloat DivDurationInt DivDurationFloat DivDurations MinInt MaxInt MinFloat MaxFloat;
        conditions: LessInt LessEqualInt LessFloat LessEqualFloat EqualInt NotEqualInt EqualFloat NotEqualFloat
    );
    /// Each two operations that make one, in all forms.
    macro_rules! chains {
        ([$($first:expr),*], $second:tt, $conditions:tt) => {
            $(chains!(with $first, $second); chains!(ask $first, $conditions);)*
        };
        (with $first:expr, [$($second:expr),*]) => { $(chains!(forms $first, $second);)* };
        (forms $first:expr, $second:expr) => {
            table[Function::Chain($first, $second, CLOCK, FRAME).number()] = chain::<{ $first }, { $second }, CLOCK, FRAME>;
            table[Function::Chain($first, $second, CLOCK, KNOWN).number()] = chain::<{ $first }, { $second }, CLOCK, KNOWN>;
            table[Function::Chain($first, $second, FRAME, FRAME).number()] = chain::<{ $first }, { $second }, FRAME, FRAME>;
            table[Function::Chain($first, $second, FRAME, KNOWN).number()] = chain::<{ $first }, { $second }, FRAME, KNOWN>;
            table[Function::Chain($first, $second, KNOWN, FRAME).number()] = chain::<{ $first }, { $second }, KNOWN, FRAME>;
            table[Function::Chain($first, $second, KNOWN, KNOWN).number()] = chain::<{ $first }, { $second }, KNOWN, KNOWN>;
        };
        (ask $first:expr, [$($op:ident),*]) => {
            $(chains!(truths $first, $op, FRAME, FRAME);
            chains!(truths $first, $op, FRAME, KNOWN);
            chains!(truths $first, $op, KNOWN, FRAME);
            chains!(truths $first, $op, KNOWN, KNOWN);)*
        };
        (truths $first:expr, $op:ident, $b:ident, $c:ident) => {
            table[Function::ChainBranch($first, BinaryOp::$op, ($b, $c), true).number()] =
                chain_branch::<{ $first }, { BinaryOp::$op as usize }, $b, $c, true>;
            table[Function::ChainBranch($first, BinaryOp::$op, ($b, $c), false).number()] =
                chain_branch::<{ $first }, { BinaryOp::$op as usize }, $b, $c, false>;
        };
    }
    chains!(
        [ADD, SUB, FROM_INT, MUL, REM, MASK],
        [ADD, SUB, FROM_INT, MUL, REM, MASK],
        [LessInt, LessEqualInt, EqualInt, NotEqualInt]
    );
    chains!(
        [ADD_FLOAT, SUB_FLOAT, FROM_FLOAT, MUL_FLOAT],
        [ADD_FLOAT, SUB_FLOAT, FROM_FLOAT, MUL_FLOAT],
        [LessFloat, LessEqualFloat]
    );
    /// A function in some forms.
    macro_rules! forms {
        ($name:ident = $function:ident: $($form:ident)*) => {
            $(table[Function::$name($form).number()] = $function::<$form>;)*
        };
    }
    forms!(Copy = copy: FRAME KNOWN CLOCK);
    forms!(LoopStart = loop_start: FRAME KNOWN);
    forms!(Element = element: FRAME KNOWN);
    forms!(Find = find: FRAME KNOWN);
    forms!(Store = store: FRAME KNOWN CLOCK);
    forms!(WriteSlot = write_slot: FRAME KNOWN CLOCK);
    table[Function::SetElement(FRAME, FRAME).number()] = set_element::<FRAME, FRAME>;
    table[Function::SetElement(FRAME, KNOWN).number()] = set_element::<FRAME, KNOWN>;
    table[Function::SetElement(KNOWN, FRAME).number()] = set_element::<KNOWN, FRAME>;
    table[Function::SetElement(KNOWN, KNOWN).number()] = set_element::<KNOWN, KNOWN>;
    table[Function::Jump.number()] = jump;
    table[Function::JumpBack.number()] = jump_back;
    table[Function::Load.number()] = load;
    table[Function::LoadFound.number()] = load_found;
    table[Function::ReadSlot.number()] = read_slot;
    table[Function::ReadSlots.number()] = read_slots;
    table[Function::Mask.number()] = mask;
    table[Function::Draw(DrawKind::Any).number()] = draws::any;
    table[Function::Draw(DrawKind::UniformInt).number()] = draws::uniform_int;
    table[Function::Draw(DrawKind::Uniform).number()] = draws::uniform;
    table[Function::Draw(DrawKind::Exponential).number()] = draws::exponential;
    table[Function::Draw(DrawKind::Choice).number()] = draws::choice;
    table
}
