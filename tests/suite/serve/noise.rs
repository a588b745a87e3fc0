//! Bytes without sense: an answer or an end, and the server goes on.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{SECRET, Stage, status};

/// A request that means something, to be spoiled.
fn sound(port: u16) -> Vec<u8> {
    format!("GET /node/A.html HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: */*\r\nConnection: close\r\n\r\n")
        .into_bytes()
}

#[test]
fn no_bytes_take_it_down_or_get_more_than_the_site() {
    let stage = Stage::new();
    let sound = sound(stage.port());
    let spoiled = {
        let sound = sound.clone();
        let spots = proptest::collection::vec((0..sound.len(), any::<u8>(), 0..3_u8), 1..6);
        spots.prop_map(move |spots| {
            let mut bytes = sound.clone();
            for (at, byte, what) in spots {
                let at = at % bytes.len();
                match what {
                    0 => bytes[at] = byte,
                    1 => bytes.insert(at, byte),
                    _ => drop(bytes.splice(at..bytes.len().min(at + usize::from(byte % 9) + 1), [])),
                }
                if bytes.is_empty() {
                    bytes.push(byte);
                }
            }
            bytes
        })
    };
    let parts = prop_oneof![
        Just("..".to_owned()),
        Just("%2e%2e".to_owned()),
        Just("secret.txt".to_owned()),
        Just("\\".to_owned()),
        Just("node".to_owned()),
        Just("%00".to_owned()),
        Just("%2f".to_owned()),
        Just(".".to_owned()),
        "[!-~]{0,6}",
    ];
    let port = stage.port();
    let winding = proptest::collection::vec(parts, 0..8).prop_map(move |parts| {
        format!("GET /{} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n", parts.join("/"))
            .into_bytes()
    });
    let noise = proptest::collection::vec(any::<u8>(), 0..600);
    let all = prop_oneof![3 => spoiled, 3 => winding, 1 => noise];
    let mut runner = TestRunner::new(Config { cases: 2000, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&all, |bytes| {
        let answer = stage.raw(&bytes);
        prop_assert!(!answer.contains(SECRET), "{answer}");
        prop_assert!(!answer.to_lowercase().contains("access-control"), "{answer}");
        let expected = [0, 200, 307, 400, 403, 404, 405, 408, 421, 431];
        prop_assert!(expected.contains(&status(&answer)), "{answer}");
        Ok(())
    });
    outcome.unwrap();
    let answer = stage.raw(&sound);
    assert_eq!(status(&answer), 200, "{answer}");
}
