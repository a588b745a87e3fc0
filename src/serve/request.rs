//! What came in from a socket: bytes in; a request that may be answered, a refusal, or the wish for more of them, out.
//! Nothing is decoded, and nothing is looked up.

/// The most bytes of a request: it is a line and headers.
pub(super) const LONGEST: usize = 8 << 10;
/// The most headers.
const HEADERS: usize = 64;

/// A request of one of this machine's own pages, or of its user.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// Only what stands before the body is asked for.
    pub(super) is_head: bool,
    /// A path that begins with `/`, as it came in, and what follows it.
    pub(super) target: String,
    /// More may follow on the same connection.
    pub(super) stays: bool,
}

/// What some bytes are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// The beginning of something.
    Part,
    /// A request, and how many bytes it takes up.
    Request(Request, usize),
    /// Nothing that is answered. The connection ends with it.
    Refused(Refusal),
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is no request that we understand.
    Garbled,
    /// It has a body.
    Body,
    /// Neither `GET` nor `HEAD`.
    Method,
    /// It took too long.
    Slow,
    /// It is too long.
    Long,
    /// It is meant for another host: a name of somebody else leads to this machine.
    Host,
    /// A page of somebody else asks.
    Foreign,
}

/// Reads a request from the first of these bytes.
pub(super) fn hear(bytes: &[u8], port: u16) -> Heard {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(length)) if length <= LONGEST => length,
        Ok(httparse::Status::Partial) if bytes.len() < LONGEST => return Heard::Part,
        Ok(_) | Err(httparse::Error::TooManyHeaders) => return Heard::Refused(Refusal::Long),
        Err(_) => return Heard::Refused(Refusal::Garbled),
    };
    match judge(&parsed, port) {
        Ok(request) => Heard::Request(request, length),
        Err(refusal) => Heard::Refused(refusal),
    }
}

fn judge(parsed: &httparse::Request<'_, '_>, port: u16) -> Result<Request, Refusal> {
    let values = |name: &'static str| {
        let named = parsed.headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
        named.map(|header| header.value.trim_ascii())
    };
    let mut hosts = values("host");
    let (host, other) = (hosts.next().unwrap_or_default(), hosts.next());
    if other.is_some() {
        return Err(Refusal::Garbled);
    }
    if !is_own(host, port) {
        return Err(Refusal::Host);
    }
    let is_same = |origin: &[u8]| {
        let rest = origin.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case(b"http://"));
        rest.is_some() && origin.get(7..).is_some_and(|rest| rest.eq_ignore_ascii_case(host))
    };
    let is_direct = |site: &[u8]| site == b"same-origin" || site == b"none";
    if !values("origin").all(is_same) || !values("sec-fetch-site").all(is_direct) {
        return Err(Refusal::Foreign);
    }
    let is_head = match parsed.method {
        Some("GET") => false,
        Some("HEAD") => true,
        _ => return Err(Refusal::Method),
    };
    if values("transfer-encoding").next().is_some() || values("content-length").any(|length| length != b"0") {
        return Err(Refusal::Body);
    }
    let target = parsed.path.filter(|target| target.starts_with('/')).ok_or(Refusal::Garbled)?;
    let closes = |value: &[u8]| {
        value.split(|byte| *byte == b',').any(|word| word.trim_ascii().eq_ignore_ascii_case(b"close"))
    };
    let stays = parsed.version == Some(1) && !values("connection").any(closes);
    Ok(Request { is_head, target: target.to_owned(), stays })
}

/// Whether a host is a name of this machine for itself, with our port.
fn is_own(host: &[u8], port: u16) -> bool {
    let Ok(host) = std::str::from_utf8(host) else { return false };
    ["localhost", "127.0.0.1", "[::1]"].into_iter().any(|own| {
        let rest =
            host.get(..own.len()).filter(|name| name.eq_ignore_ascii_case(own)).and(host.get(own.len()..));
        rest.is_some_and(|rest| rest == format!(":{port}") || rest.is_empty() && port == 80)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORT: u16 = 4173;
    const SOUND: &str = "GET /node/A.html?x HTTP/1.1\r\nHost: localhost:4173\r\nOrigin: http://localhost:4173\r\n\
        Sec-Fetch-Site: same-origin\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n";

    #[test]
    fn a_request_is_read_once_all_of_it_is_there() {
        for end in 0..SOUND.len() {
            assert_eq!(hear(&SOUND.as_bytes()[..end], PORT), Heard::Part, "{end}");
        }
        let request = Request { is_head: false, target: "/node/A.html?x".to_owned(), stays: true };
        assert_eq!(hear(format!("{SOUND}GET").as_bytes(), PORT), Heard::Request(request, SOUND.len()));
        assert_eq!(hear(SOUND.as_bytes(), 4174), Heard::Refused(Refusal::Host));
    }

    #[test]
    fn a_million_spoiled_requests_are_read_without_a_fault() {
        // A generator of Marsaglia's, which needs no crate.
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut random = move |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 33).unwrap() % below
        };
        const PIECES: [&[u8]; 12] = [
            b"\r\n",
            b"\n",
            b"\0",
            b":",
            b" ",
            b"Host: evil\r\n",
            b"Origin: null\r\n",
            b"/../",
            b"HTTP/1.0",
            b"\xff\xfe",
            b"Transfer-Encoding: chunked\r\n",
            b"POST",
        ];
        let mut understood = 0;
        for _ in 0..1_000_000 {
            let mut bytes = SOUND.as_bytes().to_vec();
            for _ in 0..=random(3) {
                let at = random(bytes.len());
                match random(3) {
                    0 => bytes[at] = random(256).to_le_bytes()[0],
                    1 => drop(bytes.splice(at..at, PIECES[random(PIECES.len())].iter().copied())),
                    _ => bytes.truncate(at.max(1)),
                }
            }
            if let Heard::Request(request, length) = hear(&bytes, PORT) {
                assert!(request.target.starts_with('/') && length <= bytes.len());
                understood += 1;
            }
        }
        assert!(understood > 50_000, "{understood}");
    }
}
