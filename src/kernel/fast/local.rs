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

/// An operand in the form of this number.
#[inline(always)]
fn word<const FORM: usize>(arena: &[Word], frame: usize, word: Word, own: &Own<'_>) -> Word {
    match FORM {
        FRAME => arena[frame + word as usize],
        KNOWN => word,
        _ => own.now,
    }
}

fn unary<const OP: usize>(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    _: &mut Own<'_>,
) -> usize {
    let Ok(result) = UnaryOp::ALL[OP].apply(arena[frame + local.a as usize]) else { return stuck(op, local) };
    arena[frame + local.into as usize] = result;
    behind(op, local)
}

fn binary<const OP: usize, const A: usize, const B: usize>(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    own: &mut Own<'_>,
) -> usize {
    let (a, b) = (word::<A>(arena, frame, local.a, own), word::<B>(arena, frame, local.b, own));
    let Ok(result) = BinaryOp::ALL[OP].apply(a, b) else { return stuck(op, local) };
    arena[frame + local.into as usize] = result;
    behind(op, local)
}

fn branch<const OP: usize, const B: usize, const TRUTH: bool>(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    own: &mut Own<'_>,
) -> usize {
    let (a, b) = (arena[frame + local.a as usize], word::<B>(arena, frame, local.b, own));
    let holds = BinaryOp::ALL[OP].apply(a, b) == Ok(1);
    if holds == TRUTH { local.into as usize } else { behind(op, local) }
}

/// The result of an [`Operation`], if it has one.
#[inline(always)]
fn result<const OP: usize>(a: Word, b: Word) -> Option<Word> {
    match OP {
        MASK => Some(a & b),
        FROM_INT => BinaryOp::SubInt.apply(b, a).ok(),
        FROM_FLOAT => BinaryOp::SubFloat.apply(b, a).ok(),
        _ => BinaryOp::ALL[OP].apply(a, b).ok(),
    }
}

/// The result of the first operation of a chain, and the other operand of the second.
#[inline(always)]
fn chained<const FIRST: usize, const SECOND: usize, const B: usize, const C: usize>(
    arena: &[Word],
    frame: usize,
    local: &Local,
    own: &Own<'_>,
) -> Option<(Word, Word)> {
    let (a, b) = (arena[frame + local.a as u32 as usize], word::<B>(arena, frame, local.b, own));
    let short = (local.a >> 32) as u32;
    let c = if C == KNOWN { unshortened(SECOND, short) } else { arena[frame + short as usize] };
    Some((result::<FIRST>(a, b)?, c))
}

fn chain<const FIRST: usize, const SECOND: usize, const B: usize, const C: usize>(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    own: &mut Own<'_>,
) -> usize {
    let operands = chained::<FIRST, SECOND, B, C>(arena, frame, local, own);
    let Some(result) = operands.and_then(|(first, c)| result::<SECOND>(first, c)) else {
        return stuck(op, local);
    };
    arena[frame + local.into as usize] = result;
    behind(op, local)
}

fn chain_branch<const FIRST: usize, const OP: usize, const B: usize, const C: usize, const TRUTH: bool>(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    own: &mut Own<'_>,
) -> usize {
    let Some((first, c)) = chained::<FIRST, OP, B, C>(arena, frame, local, own) else {
        return stuck(op, local);
    };
    let holds = BinaryOp::ALL[OP].apply(first, c) == Ok(1);
    if holds == TRUTH { local.into as usize } else { behind(op, local) }
}

fn branch_back<const OP: usize, const B: usize, const TRUTH: bool>(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    own: &mut Own<'_>,
) -> usize {
    if !own.spend() {
        return stuck(op, local);
    }
    branch::<OP, B, TRUTH>(arena, frame, op, local, own)
}

fn copy<const A: usize>(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    own: &mut Own<'_>,
) -> usize {
    arena[frame + local.into as usize] = word::<A>(arena, frame, local.a, own);
    behind(op, local)
}

fn jump(_: &mut [Word], _: usize, _: usize, local: &Local, _: &mut Own<'_>) -> usize {
    local.into as usize
}

fn jump_back(_: &mut [Word], _: usize, op: usize, local: &Local, own: &mut Own<'_>) -> usize {
    if own.spend() { local.into as usize } else { stuck(op, local) }
}

fn loop_start<const A: usize>(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    own: &mut Own<'_>,
) -> usize {
    let times = word::<A>(arena, frame, local.a, own);
    if (times as i64) < 0 {
        return stuck(op, local);
    }
    arena[frame + local.b as usize] = times;
    if times == 0 { local.into as usize } else { behind(op, local) }
}

/// Where element `index` of the array in this frame word lies, if there is one.
#[inline(always)]
fn element_at(arena: &[Word], array: usize, index: Word) -> Option<usize> {
    let (start, len) = array_in(arena[array]);
    (index < len as u64).then_some(start + index as usize)
}

fn element<const B: usize>(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    own: &mut Own<'_>,
) -> usize {
    let index = word::<B>(arena, frame, local.b, own);
    let Some(element) = element_at(arena, frame + local.a as usize, index) else { return stuck(op, local) };
    arena[frame + local.into as usize] = arena[element];
    behind(op, local)
}

fn set_element<const A: usize, const B: usize>(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    own: &mut Own<'_>,
) -> usize {
    let index = word::<A>(arena, frame, local.a, own);
    let Some(element) = element_at(arena, frame + local.into as usize, index) else {
        return stuck(op, local);
    };
    arena[element] = word::<B>(arena, frame, local.b, own);
    behind(op, local)
}

fn find<const A: usize>(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    own: &mut Own<'_>,
) -> usize {
    let index = word::<A>(arena, frame, local.a, own);
    let (first, count) = unpacked(local.b);
    if index >= count as u64 {
        return stuck(op, local);
    }
    arena[frame + local.into as usize] = (first + index as usize * RESOURCE_WORDS) as Word;
    behind(op, local)
}

fn load(arena: &mut [Word], frame: usize, op: usize, local: &Local, _: &mut Own<'_>) -> usize {
    arena[frame + local.into as usize] = arena[local.a as usize];
    behind(op, local)
}

fn load_found(arena: &mut [Word], frame: usize, op: usize, local: &Local, _: &mut Own<'_>) -> usize {
    let header = arena[frame + local.a as usize] as usize;
    arena[frame + local.into as usize] = arena[header + local.b as usize % RESOURCE_WORDS];
    behind(op, local)
}

fn store<const B: usize>(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    own: &mut Own<'_>,
) -> usize {
    arena[local.a as usize] = word::<B>(arena, frame, local.b, own);
    behind(op, local)
}

fn read_slot(arena: &mut [Word], frame: usize, op: usize, local: &Local, _: &mut Own<'_>) -> usize {
    let (at, slots) = unpacked(local.a);
    let slot = arena[frame + at];
    if slot >= slots as u64 {
        return stuck(op, local);
    }
    arena[frame + local.into as usize] = arena[local.b as usize + slot as usize];
    behind(op, local)
}

fn write_slot<const B: usize>(
    arena: &mut [Word],
    frame: usize,
    op: usize,
    local: &Local,
    own: &mut Own<'_>,
) -> usize {
    let (at, slots) = unpacked(local.a);
    let slot = arena[frame + at];
    if slot >= slots as u64 {
        return stuck(op, local);
    }
    arena[local.into as usize + slot as usize] = word::<B>(arena, frame, local.b, own);
    behind(op, local)
}

/// Takes a round for each of them, as the plain op does.
fn read_slots(arena: &mut [Word], frame: usize, op: usize, local: &Local, own: &mut Own<'_>) -> usize {
    let ((at, slots), (content, count)) = (unpacked(local.a), unpacked(local.b));
    let (start, len) = array_in(arena[frame + local.into as usize]);
    let first = arena[frame + at];
    let fits = count <= len && first < slots as u64 && first as usize + count <= slots;
    if !fits || own.fuel < count as u64 {
        return stuck(op, local);
    }
    own.fuel -= count as u64;
    let from = content + first as usize;
    arena.copy_within(from..from + count, start);
    behind(op, local)
}

fn mask(arena: &mut [Word], frame: usize, op: usize, local: &Local, _: &mut Own<'_>) -> usize {
    arena[frame + local.into as usize] = arena[frame + local.a as usize] & local.b;
    behind(op, local)
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
