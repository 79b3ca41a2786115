//! What a page calls: it writes a request (`tempolane::live::LiveRequest` in JSON) into memory that it
//! was given, and reads an answer.
//!
//! A page makes a new instance for each run, so nothing is ever given back.

/// Room for a request of so many bytes.
#[unsafe(no_mangle)]
pub extern "C" fn room(length: usize) -> *mut u8 {
    Box::leak(vec![0; length].into_boxed_slice()).as_mut_ptr()
}

/// Answers a request of so many bytes. At the place it gives stand the length of what follows (4 bytes,
/// lowest first), 0 or, if that is a message, 1 (1 byte), and what a page carries or the message.
///
/// # Safety
/// So many bytes must be there: those that `room` gave.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn answer(request: *const u8, length: usize) -> *const u8 {
    // SAFETY: as the caller promises.
    let request = unsafe { std::slice::from_raw_parts(request, length) };
    let (kind, told) = match tempolane::live::answer(request) {
        Ok(data) => (0, data),
        Err(message) => (1, message.into_bytes()),
    };
    let mut answer = (told.len() as u32 + 1).to_le_bytes().to_vec();
    answer.push(kind);
    answer.extend(told);
    Box::leak(answer.into_boxed_slice()).as_ptr()
}
