//! At which resources waiting in line is a transition of its own.
//!
//! With time everywhere, since it decides who is served first. Without time
//! only where somebody in line can be noticed; elsewhere whoever cannot be
//! served just does not ask yet.

use super::bind::Image;
use super::layout::RESOURCE_WORDS;
use super::op::{Op, ResourceCode};
use crate::ids::ResourceId;
use crate::trace::Holds;

/// By resource: to wait in line for it is a transition of its own.
pub fn lines_of(image: &Image, timed: bool) -> Vec<bool> {
    let mut lines = vec![timed; image.resource_count()];
    for (id, line) in lines.iter_mut().enumerate() {
        let info = image.resource_info(ResourceId::from_index(id));
        // A wait at a condition gives others their turn, and is no request. At a
        // rendezvous a request needs somebody who waits.
        let kind = info.kind.descriptor();
        *line |= kind.wait_is_a_turn || kind.holds == Holds::Items && info.capacity == Some(0);
    }
    for (op, &atomic) in image.plain.iter().zip(&image.atomic) {
        match *op {
            Op::PutMany { many } | Op::GetMany { many } => {
                mark_lines(image, image.many[many as usize].resource, &mut lines);
            }
            Op::Lock { mutex: resource }
            | Op::Acquire { semaphore: resource }
            | Op::AcquireMany { semaphore: resource, .. }
            | Op::Put { buffer: resource, .. }
            | Op::Take { buffer: resource }
            | Op::Get { buffer: resource, .. }
            | Op::Level { resource, .. }
                if atomic =>
            {
                mark_lines(image, resource, &mut lines);
            }
            _ => {}
        }
    }
    lines
}

/// Marks the resources that an op may mean.
fn mark_lines(image: &Image, resource: ResourceCode, lines: &mut [bool]) {
    let whole = match resource.resolve() {
        Ok(header) => {
            let id = (header - image.resource_base) / RESOURCE_WORDS;
            let info = image.resource_info(ResourceId::from_index(id));
            info.first.index()..info.first.index() + info.count as usize
        }
        Err(_) => 0..lines.len(),
    };
    lines[whole].fill(true);
}
