//! Where the server listens: 127.0.0.1, and ::1 on the same port where there is one. Out come connections, each with
//! a thread of its own, and no more of them than fit.

use std::io::{ErrorKind, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use super::ServeFault;
use super::answer::Answer;
use super::connection;
use super::hub::{Hub, Seat};

/// The first port that is tried.
const FIRST: u16 = 4173;
/// So many are tried.
const TRIED: u16 = 100;
/// How often the system is asked for a port of its choice.
const ASKED: usize = 20;

type Bound = Vec<(TcpListener, SocketAddr)>;

pub(super) fn bind(port: Option<u16>) -> Result<Bound, ServeFault> {
    match port {
        Some(0) => (0..ASKED).find_map(|_| both(0).ok()).ok_or_else(|| none_free("the system gives")),
        Some(port) => both(port).map_err(|error| {
            let why = if error.kind() == ErrorKind::AddrInUse {
                "another program has it".to_owned()
            } else {
                error.to_string()
            };
            let help = "name another one with `--port`, or leave it out to take one that is free";
            ServeFault(format!("port {port} cannot be used: {why}\n  {help}"))
        }),
        None => (FIRST..FIRST + TRIED)
            .find_map(|port| both(port).ok())
            .ok_or_else(|| none_free(&format!("from {FIRST} to {}", FIRST + TRIED - 1))),
    }
}

fn none_free(which: &str) -> ServeFault {
    ServeFault(format!("no port {which} is free\n  name one with `--port`"))
}

/// A port of both kinds of loopback, so that `localhost` is ours whichever a browser takes it for.
fn both(port: u16) -> std::io::Result<Bound> {
    let four = TcpListener::bind((IpAddr::V4(Ipv4Addr::LOCALHOST), port))?;
    let address = four.local_addr()?;
    let six = match TcpListener::bind((IpAddr::V6(Ipv6Addr::LOCALHOST), address.port())) {
        Ok(six) => Some((six.local_addr()?, six)),
        Err(error) if error.kind() == ErrorKind::AddrInUse => return Err(error),
        // This machine does without it.
        Err(_) => None,
    };
    let mut bound = vec![(four, address)];
    bound.extend(six.map(|(address, listener)| (listener, address)));
    Ok(bound)
}

/// Attends to those who come, until the hub ends.
pub(super) fn attend(listener: TcpListener, hub: &Arc<Hub>) -> Result<(), ServeFault> {
    let hub = Arc::clone(hub);
    let accept = move || {
        for socket in listener.incoming() {
            if hub.has_ended() {
                return;
            }
            match socket {
                Ok(socket) => seat(socket, &hub),
                // The system has no more sockets for us: some will be closed soon.
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    };
    let spawned = std::thread::Builder::new().name("serve".to_owned()).spawn(accept);
    spawned.map(drop).map_err(|error| ServeFault(format!("no thread to serve with: {error}")))
}

fn seat(socket: TcpStream, hub: &Arc<Hub>) {
    let Some(seat) = Seat::take(hub) else { return turn_away(&socket) };
    let attend = move || connection::attend(&socket, &seat);
    // Without a thread the connection is closed.
    drop(std::thread::Builder::new().name("connection".to_owned()).spawn(attend));
}

/// Says that all seats are taken, without waiting for anything.
fn turn_away(mut socket: &TcpStream) {
    let _ = socket.set_nonblocking(true);
    let _ = socket.write_all(&Answer::full().bytes(false, false));
    let _ = socket.shutdown(Shutdown::Write);
}
