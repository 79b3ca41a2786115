//! At which resources waiting in line is a transition of its own.
//!
//! With time everywhere, since it decides who is served first. Without time
//! only where somebody in line can be noticed; elsewhere whoever cannot be
//! served just does not ask yet.

use super::access::{Operand, Use};
use super::bound::BoundProgram;
use super::op::ResourceCode;
use crate::ids::ResourceId;
use crate::trace::{Holds, ResourceKind};

/// By resource: to wait in line for it is a transition of its own.
pub fn lines_of(program: &BoundProgram, timed: bool) -> Vec<bool> {
    let mut lines = vec![timed; program.resource_count()];
    for (id, line) in lines.iter_mut().enumerate() {
        let info = program.resource_info(ResourceId::from_index(id));
        // A wait at a condition gives others their turn, and is no request. At a
        // rendezvous a request needs somebody who waits.
        let kind = info.kind.descriptor();
        *line |= kind.wait_is_a_turn || kind.holds == Holds::Items && info.capacity == Some(0);
    }
    // Who is ready for a core of one processor may have one of another, as can be seen.
    if program.processors.iter().any(|processor| processor.outer.is_some()) {
        for (id, line) in lines.iter_mut().enumerate() {
            *line |= program.resource_info(ResourceId::from_index(id)).kind == ResourceKind::Processor;
        }
    }
    for (&(mut op), &atomic) in program.plain.iter().zip(&program.atomic) {
        for operand in op.operands() {
            match operand {
                Operand::Many(Use::Put | Use::Get, many) => {
                    let code = &program.many[many as usize];
                    // Who wants one item, a record, is served whenever there is one.
                    let count = code.count.global_index().map(|index| program.arena[index as usize]);
                    if atomic || count != Some(1) {
                        mark_lines(program, code.resource, &mut lines);
                    }
                }
                Operand::Access(Use::Take | Use::Put | Use::Get | Use::Serve | Use::Observe, resource)
                    if atomic =>
                {
                    mark_lines(program, *resource, &mut lines);
                }
                Operand::Access(Use::Launch | Use::Join | Use::End | Use::Interrupt, _) if atomic => {
                    // Who is joined may live again before the block is over.
                    mark_lives(program, &mut lines);
                }
                _ => {}
            }
        }
    }
    mark_watches(program, &mut lines);
    lines
}

/// Where a block could tell that somebody was served in its middle who waits for what can
/// come of several resources, all that has to do with it is marked.
fn mark_watches(program: &BoundProgram, lines: &mut [bool]) {
    let is_told = |at: usize| program.atomic[at] && program.is_attended(at);
    if !(0..program.plain.len()).any(is_told) {
        return;
    }
    program.watched().for_each(|id| lines[id.index()] = true);
    for info in program.resources.iter().filter(|info| info.kind == ResourceKind::Watch) {
        lines[info.first.index()..info.first.index() + info.count as usize].fill(true);
    }
}

/// Marks the lives of all processes.
fn mark_lives(program: &BoundProgram, lines: &mut [bool]) {
    for info in program.resources.iter().filter(|info| info.kind == ResourceKind::Process) {
        lines[info.first.index()..info.first.index() + info.count as usize].fill(true);
    }
}

/// Marks the resources that an op may mean.
fn mark_lines(program: &BoundProgram, resource: ResourceCode, lines: &mut [bool]) {
    let whole = match resource.resolve() {
        Ok(header) => {
            let info = program.resource_info(program.resource_of(header));
            info.first.index()..info.first.index() + info.count as usize
        }
        Err(_) => 0..lines.len(),
    };
    lines[whole].fill(true);
}
