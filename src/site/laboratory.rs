//! The data of the laboratory: worlds, from which the page counts what follows if nodes have certain states.
//!
//! An edition comes in; out comes a row for each published node, with the worlds in which it is true as bits. The
//! page counts as `forecast::Book` does, and tells errors by how shares of the worlds differ, so its answers agree
//! with `forecastc whatif` within what both state. Every node keeps a row however large the network is: what gives
//! way is the number of worlds.

use serde::Serialize;

use super::edition::Edition;
use super::place::Place;
use super::view::{Chance, state};
use crate::forecast::Book;
use crate::model::NodeId;

/// Bytes that all rows together may take in the page: a megabyte with the titles of a thousand nodes beside them.
const ROOM: usize = 600_000;
/// The fewest and the most words of 64 worlds: with fewer than 1,024 worlds two states at a time are too rare.
const WORDS: (usize, usize) = (16, 512);

/// What the page counts in.
#[derive(Serialize)]
pub(super) struct Data {
    worlds: u64,
    /// Words of 64 worlds in each share, by whose difference errors are told; the last may have fewer.
    share: usize,
    nodes: Vec<Row>,
}

/// A node with its worlds.
#[derive(Serialize)]
struct Row {
    id: String,
    title: String,
    kind: &'static str,
    href: String,
    state: &'static str,
    /// The part of the network that it is in: what is supposed in one part says nothing about another.
    part: usize,
    /// How likely it is now, its standard error, and both as people read them.
    now: f64,
    error: f64,
    text: String,
    /// The worlds in which it is true, least bit first, in base 64; empty where it is settled.
    bits: String,
}

impl Data {
    pub(super) fn new(edition: &Edition<'_>, here: &Place) -> Self {
        let forecast = edition.forecast;
        let shown: Vec<NodeId> =
            edition.nodes().map(|(id, _)| id).filter(|id| forecast.now(*id).is_some()).collect();
        let open = shown.iter().filter(|id| forecast.now(**id).is_some_and(|now| is_open(now.probability)));
        let words = words(open.count());
        let book = forecast.book_of(words);
        let row = |id: &NodeId| {
            let (node, now) = (edition.node(*id), forecast.now(*id)?);
            let chance = Chance::new(now);
            Some(Row {
                id: node.id.to_string(),
                title: node.title.value.to_string(),
                kind: node.kind.word(),
                href: here.to(&Place::node(node)),
                state: state(edition, node),
                part: forecast.part_of(*id)?,
                now: rounded(now.probability),
                error: rounded(now.error),
                text: chance.text,
                bits: if is_open(now.probability) { bits(&book, *id) } else { String::new() },
            })
        };
        let nodes = shown.iter().filter_map(row).collect();
        Self { worlds: book.worlds(), share: book.share_words(), nodes }
    }

    /// How many worlds there are.
    pub(super) fn worlds(&self) -> u64 {
        self.worlds
    }
}

fn is_open(probability: f64) -> bool {
    probability > 0.0 && probability < 1.0
}

/// So many words of worlds that the rows of so many nodes fit.
fn words(nodes: usize) -> usize {
    // Eight bytes of bits are eleven letters.
    (ROOM / nodes.max(1) / 11).clamp(WORDS.0, WORDS.1)
}

/// A millionth is finer than any error, and short.
fn rounded(number: f64) -> f64 {
    let short = (number * 1e6).round() / 1e6;
    if short > 0.0 && short < 1.0 { short } else { number }
}

fn bits(book: &Book, node: NodeId) -> String {
    let bytes: Vec<u8> = book.row(node).iter().flat_map(|word| word.to_le_bytes()).collect();
    base64(&bytes)
}

/// Bytes in base 64 (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, at| bits << 8 | u32::from(three.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * at) & 63) as usize);
            out.push(if at > three.len() { '=' } else { letter.map_or('=', |letter| char::from(*letter)) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_64_is_that_of_the_rfc() {
        let all = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(all, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }

    #[test]
    fn worlds_give_way_as_networks_grow() {
        assert_eq!(words(60) * 64, 32_768);
        assert!((2_000..4_096).contains(&(words(1_000) * 64)));
        assert_eq!(words(10_000) * 64, 1_024);
    }
}
