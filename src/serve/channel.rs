//! The channel that tells a page that there is something else to see: a counter, and nothing more.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::answer::channel_head;
use super::hub::Seat;

/// So often a sign of life is sent if there is nothing to tell.
const BEAT: Duration = Duration::from_secs(15);

/// Tells the counter, now and whenever it changes, as long as somebody listens.
pub(super) fn tell(mut socket: &TcpStream, seat: &Seat) {
    let hub = seat.hub();
    let is_gone = Arc::new(AtomicBool::new(false));
    if !listen(socket, seat, &is_gone) {
        return;
    }
    let mut seen = hub.scene().counter;
    let mut is_open = socket.write_all(format!("{}data: {seen}\n\n", channel_head()).as_bytes()).is_ok();
    while is_open {
        let told = hub.wait(seen, BEAT, || is_gone.load(Ordering::SeqCst));
        if is_gone.load(Ordering::SeqCst) || hub.has_ended() {
            break;
        }
        let line = told.map_or_else(|| ":\n\n".to_owned(), |counter| format!("data: {counter}\n\n"));
        seen = told.unwrap_or(seen);
        is_open = socket.write_all(line.as_bytes()).is_ok();
    }
    // This also ends the thread that listens.
    let _ = socket.shutdown(Shutdown::Both);
}

/// Learns at once, and without looking again and again, that the page has closed its end.
fn listen(socket: &TcpStream, seat: &Seat, is_gone: &Arc<AtomicBool>) -> bool {
    let Ok(mut socket) = socket.try_clone() else { return false };
    let (hub, is_gone) = (seat.shared(), Arc::clone(is_gone));
    let listen = move || {
        let _ = socket.set_read_timeout(None);
        // Whatever comes is no longer heeded, and most often it is the end.
        let mut byte = [0];
        let _ = socket.read(&mut byte);
        is_gone.store(true, Ordering::SeqCst);
        hub.ring();
    };
    std::thread::Builder::new().name("channel".to_owned()).spawn(listen).is_ok()
}
