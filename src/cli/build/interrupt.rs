//! Ctrl-C: a build that is moving files into their places finishes that first.

use crate::disk;

/// What a program that was interrupted ends with.
const INTERRUPTED: i32 = 130;

/// From here on an interrupt leaves nothing half done, and no lock.
#[expect(clippy::exit, reason = "there is nobody to hand an end to: the loop waits for changes")]
pub(super) fn install() {
    // Without it the next build puts right what an interrupt leaves.
    let _ = ctrlc::set_handler(|| {
        disk::halt();
        std::process::exit(INTERRUPTED);
    });
}
