//! One connection: requests in, one after the other, and their answers out, until either end has had enough.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::answer::{Answer, CHANGES};
use super::channel;
use super::hub::Seat;
use super::request::{self, Heard, Refusal, Request};

/// So long may a request take to come in, and a connection be silent.
const PATIENCE: Duration = Duration::from_secs(5);
/// So long may an answer take to go out.
const SENDING: Duration = Duration::from_secs(60);
/// So long, and so many bytes, are listened to after the last answer, so that it is not lost with the connection.
const LINGER: Duration = Duration::from_millis(500);
const LEFT: usize = 1 << 20;

/// Answers what comes in.
pub(super) fn attend(socket: &TcpStream, seat: &Seat) {
    let _ = socket.set_nodelay(true);
    let _ = socket.set_write_timeout(Some(PATIENCE));
    let hub = seat.hub();
    let mut inbox = Inbox::default();
    loop {
        let next = inbox.next(socket, hub.port);
        if hub.has_ended() {
            return;
        }
        match next {
            Next::Request(request) if path(&request) == CHANGES && !request.is_head => {
                return channel::tell(socket, seat);
            }
            Next::Request(request) => {
                let answer = Answer::to(&request.target, &hub.scene());
                let is_sent = send(socket, &answer.bytes(request.is_head, request.stays));
                if !is_sent {
                    return;
                }
                if !request.stays {
                    return part(socket);
                }
            }
            Next::Refused(refusal) => {
                if send(socket, &Answer::refused(refusal, hub.port).bytes(false, false)) {
                    part(socket);
                }
                return;
            }
            Next::Gone => return,
        }
    }
}

fn path(request: &Request) -> &str {
    request.target.split('?').next().unwrap_or_default()
}

enum Next {
    Request(Request),
    Refused(Refusal),
    /// Nobody is there any more, or somebody who says nothing.
    Gone,
}

/// What came in and is not answered yet.
#[derive(Default)]
struct Inbox(Vec<u8>);

impl Inbox {
    fn next(&mut self, mut socket: &TcpStream, port: u16) -> Next {
        let until = now() + PATIENCE;
        let mut chunk = [0; 2048];
        loop {
            // A further request may be here already.
            match request::hear(&self.0, port) {
                Heard::Part => {}
                Heard::Refused(refusal) => return Next::Refused(refusal),
                Heard::Request(request, length) => {
                    self.0.drain(..length);
                    return Next::Request(request);
                }
            }
            let left = until.saturating_duration_since(now());
            if left.is_zero() {
                return self.late();
            }
            let _ = socket.set_read_timeout(Some(left));
            match socket.read(&mut chunk) {
                Ok(0) => return Next::Gone,
                Ok(count) => self.0.extend_from_slice(chunk.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return self.late();
                }
                Err(_) => return Next::Gone,
            }
        }
    }

    fn late(&self) -> Next {
        if self.0.is_empty() { Next::Gone } else { Next::Refused(Refusal::Slow) }
    }
}

/// Whether all of it went out in time.
fn send(mut socket: &TcpStream, bytes: &[u8]) -> bool {
    let until = now() + SENDING;
    let mut rest = bytes;
    while !rest.is_empty() {
        match socket.write(rest) {
            Ok(count) if count > 0 && now() < until => rest = rest.get(count..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Ok(_) | Err(_) => return false,
        }
    }
    true
}

/// Says that this was all, and listens to the end: a connection that is closed with something unread takes the last
/// answer with it.
fn part(mut socket: &TcpStream) {
    let _ = socket.shutdown(Shutdown::Write);
    let until = now() + LINGER;
    let mut left = LEFT;
    let mut chunk = [0; 4096];
    loop {
        let time = until.saturating_duration_since(now());
        if time.is_zero() || left == 0 {
            return;
        }
        let _ = socket.set_read_timeout(Some(time));
        match socket.read(&mut chunk) {
            Ok(0) | Err(_) => return,
            Ok(count) => left = left.saturating_sub(count),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "nobody may hold a connection for ever; no number depends on it"
)]
fn now() -> Instant {
    Instant::now()
}
