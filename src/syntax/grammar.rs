//! The grammar at work: one line in, the parts that pest found out, or what was expected instead.
//!
//! pest is named here and in `lower.rs` only. `Rule` has a human name for every token, so that a message
//! never shows a rule.

#![allow(missing_docs, clippy::allow_attributes_without_reason, reason = "pest writes `Rule`")]

use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::Pairs;

use crate::diagnostic::or_list;

#[derive(pest_derive::Parser)]
#[grammar = "grammar/pred.pest"]
struct Grammar;

/// Where a line went wrong, and what would have been right there.
#[derive(Debug)]
pub(super) struct Unexpected {
    /// In bytes from the start of the line.
    pub(super) at: usize,
    /// In words: "`else` or the end of the line".
    pub(super) wanted: String,
}

/// Parses the whole of `words` as `rule`, which ends where the words end.
pub(super) fn parse(rule: Rule, words: &str) -> Result<Pairs<'_, Rule>, Unexpected> {
    Grammar::parse(rule, words).map_err(|error| {
        let at = match error.location {
            InputLocation::Pos(at) => at,
            InputLocation::Span((start, _)) => start,
        };
        let wanted = match error.variant {
            ErrorVariant::ParsingError { mut positives, .. } => {
                positives.sort_unstable();
                wanted(&positives)
            }
            ErrorVariant::CustomError { message } => message,
        };
        Unexpected { at, wanted }
    })
}

/// A token of a line, for the formatter.
#[derive(Debug)]
pub(super) struct Token {
    /// In bytes from the start of the line.
    pub(super) range: std::ops::Range<usize>,
    pub(super) kind: TokenKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    Comment,
    BlockText,
    /// Stands close to what comes before it.
    Closing,
    /// What comes after it stands close.
    Opening,
}

/// The tokens of a line, if it is one of the language.
pub(super) fn tokens(rule: Rule, words: &str) -> Option<Vec<Token>> {
    let pairs = Grammar::parse(rule, words).ok()?.flatten();
    let mut tokens: Vec<Token> = Vec::new();
    for pair in pairs.filter(|pair| pair.as_rule() != Rule::EOI) {
        let span = pair.as_span();
        let range = span.start()..span.end();
        // Parents come before their parts: what lies inside the last one replaces it.
        while tokens.last().is_some_and(|last| last.range.start <= range.start && range.end <= last.range.end)
        {
            tokens.pop();
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "all others are words")]
        let kind = match pair.as_rule() {
            Rule::comment => TokenKind::Comment,
            Rule::block_text => TokenKind::BlockText,
            Rule::comma | Rule::close_paren => TokenKind::Closing,
            Rule::open_paren | Rule::p_word | Rule::negative => TokenKind::Opening,
            _ => TokenKind::Word,
        };
        tokens.push(Token { range, kind });
    }
    Some(tokens)
}

/// Whether all of a text is a file of the language: what the grammar itself says, with nothing mended.
#[cfg(test)]
pub(super) fn accepts(text: &str) -> bool {
    Grammar::parse(Rule::file, text).is_ok()
}

fn wanted(rules: &[Rule]) -> String {
    let mut names: Vec<String> = Vec::new();
    let mut end = false;
    for rule in rules {
        match rule {
            Rule::EOI => end = true,
            Rule::comment => {}
            _ => {
                let name = name(*rule);
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
    }
    if names.len() > 8 {
        names.truncate(8);
    }
    if end {
        names.push("the end of the line".to_owned());
    }
    or_list(&names)
}

/// What people call it.
fn name(rule: Rule) -> String {
    #[expect(clippy::wildcard_enum_match_arm, reason = "keywords are named by their own words, below")]
    let name = match rule {
        Rule::effect => "two probabilities (`45% else 5%`) or a strength (`strong`)",
        Rule::strength | Rule::grade => "a strength (`weak`, `moderate`, `strong`, `decisive` or `x2.5`)",
        Rule::number => "a number",
        Rule::numeral => "a number",
        Rule::text | Rule::quoted | Rule::block_text => "a text in quotes",
        Rule::link => "a link (`<https://…>`)",
        Rule::id | Rule::choice_word => "a word",
        Rule::state => "`yes` or `no`",
        Rule::path | Rule::paths => "an id",
        Rule::symbol => "an id",
        Rule::domain_path => "a domain (`ai/infrastructure`)",
        Rule::file_path => "a path",
        Rule::date | Rule::periods => "a date",
        Rule::duration => "a duration (`3mo`)",
        Rule::lag => "`lag`",
        Rule::expression
        | Rule::conjunction
        | Rule::negation
        | Rule::comparison
        | Rule::sum
        | Rule::product
        | Rule::factor
        | Rule::belief
        | Rule::condition_list => "an expression",
        Rule::compare => "a comparison",
        Rule::relation_word => "`needs`, `killed by` or `moves with`",
        Rule::stated | Rule::evidence | Rule::reached | Rule::slipped | Rule::resolved | Rule::noted => {
            "what happened (`probability`, `evidence`, `hit`, `missed`, `slipped`, `resolved` or `note`)"
        }
        Rule::comma => "`,`",
        Rule::arrow => "`->`",
        Rule::double_arrow => "`=>`",
        Rule::dots => "`..`",
        Rule::open => "`{`",
        Rule::close => "`}`",
        Rule::open_paren => "`(`",
        Rule::close_paren => "`)`",
        Rule::bar => "`|`",
        Rule::plus => "`+`",
        Rule::minus | Rule::negative => "`-`",
        Rule::times => "`*`",
        Rule::over => "`/`",
        Rule::less => "`<`",
        Rule::less_equal => "`<=`",
        Rule::more => "`>`",
        Rule::more_equal => "`>=`",
        Rule::equal => "`=`",
        Rule::unequal => "`!=`",
        Rule::check_ins_word => "`check-ins`",
        Rule::p_word => "`P(…)`",
        other => {
            let debug = format!("{other:?}");
            return format!("`{}`", debug.trim_end_matches("_word").replace('_', " "));
        }
    };
    name.to_owned()
}
