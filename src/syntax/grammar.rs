//! The grammar at work: one line in, the parts that pest found out, or what was expected instead.
//!
//! pest is named here and in `lower.rs` only. `Rule` has a human name for every token, so that a message
//! never shows a rule.

#![allow(missing_docs, clippy::allow_attributes_without_reason, reason = "pest writes `Rule`")]

use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::{Pair, Pairs};

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

/// What a line can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Head,
    Clause,
    Fact,
    Row,
}

/// The parts of a line, all of it.
pub(super) fn line(shape: Shape, words: &str) -> Result<Pair<'_, Rule>, Unexpected> {
    if let Some(pair) = direct(shape, words) {
        return Ok(pair);
    }
    let rule = match shape {
        Shape::Head => Rule::a_head,
        Shape::Clause => Rule::a_clause,
        Shape::Fact => Rule::a_fact,
        Shape::Row => Rule::a_row,
    };
    let mut pairs = Grammar::parse(rule, words).map_err(unexpected)?;
    let line = pairs.next().and_then(|line| line.into_inner().next());
    line.ok_or(Unexpected { at: 0, wanted: "a line of the language".to_owned() })
}

/// The same by way of the one rule that the first word names, which spares the attempts at all others. A line
/// that this rule does not take whole is left to them: they know what was expected.
fn direct(shape: Shape, words: &str) -> Option<Pair<'_, Rule>> {
    let first = words.split([' ', '\t']).next().unwrap_or_default();
    let rule = match (shape, first) {
        (Shape::Fact, _) => Rule::fact,
        (Shape::Row, _) => Rule::row,
        (Shape::Head, "edge") => Rule::edge,
        (Shape::Head, "given") => Rule::given,
        (Shape::Head, "assert") => Rule::assertion,
        (Shape::Head, "redirect") => Rule::redirect,
        (Shape::Head, "network") => Rule::network,
        (Shape::Head, _) => Rule::named,
        (Shape::Clause, "needs" | "killed" | "moves") => Rule::relation,
        (Shape::Clause, "url" | "repository" | "link") => Rule::weblink,
        (Shape::Clause, "up" | "down") => Rule::exposure,
        (Shape::Clause, "allow") => Rule::allow,
        (Shape::Clause, "source") => Rule::source,
        (Shape::Clause, "probability") => Rule::probability,
        (Shape::Clause, "confidence") => Rule::confidence,
        (Shape::Clause, "window") => Rule::window,
        (Shape::Clause, "said") => Rule::said,
        (Shape::Clause, "mode") => Rule::mode,
        (Shape::Clause, "conviction") => Rule::conviction,
        (Shape::Clause, "domain") => Rule::domain,
        (Shape::Clause, "tags") => Rule::tags,
        (Shape::Clause, "by") => Rule::by,
        (Shape::Clause, "class") => Rule::class,
        (Shape::Clause, "weight") => Rule::weight,
        (Shape::Clause, _) => Rule::prose,
    };
    let pair = Grammar::parse(rule, words).ok()?.next()?;
    (pair.as_span().end() == words.len()).then_some(pair)
}

fn unexpected(error: pest::error::Error<Rule>) -> Unexpected {
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
pub(super) fn tokens(shape: Shape, words: &str) -> Option<Vec<Token>> {
    let mut tokens: Vec<Token> = Vec::new();
    for pair in Pairs::single(line(shape, words).ok()?).flatten() {
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
    let (mut end, mut operator) = (false, false);
    for rule in rules {
        #[expect(clippy::wildcard_enum_match_arm, reason = "all others have a name")]
        match rule {
            Rule::EOI => end = true,
            Rule::comment => {}
            Rule::compare | Rule::or_word | Rule::and_word => operator = true,
            Rule::plus | Rule::minus | Rule::times | Rule::over => operator = true,
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
    if operator {
        names.push("an operator".to_owned());
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
        Rule::choice_word => "a word",
        Rule::state => "`yes` or `no`",
        Rule::id | Rule::path | Rule::paths | Rule::symbol => "an id",
        Rule::reached | Rule::reached_word => "`hit` or `missed`",
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
        Rule::relation_word => "`needs`, `killed by` or `moves with`",
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

#[cfg(test)]
mod tests {
    use super::accepts;

    /// The compiler cuts a file into lines by itself; the grammar alone must come to the same result.
    #[test]
    fn the_grammar_alone_takes_what_the_compiler_takes() {
        let good = [
            include_str!("../../predictions/network.pred"),
            include_str!("../../predictions/open-models.pred"),
            include_str!("../../predictions/scenarios.pred"),
            include_str!("../../predictions/journal.pred"),
            include_str!("../../predictions/killers.pred"),
            "",
            "# only a comment",
            "\u{FEFF}killer A \"a\" { probability 5% }  # one\r\n",
            "killer A \"a\" {  # b\n  tags one,  # the first\n    two\n}\n",
        ];
        for text in good {
            assert!(accepts(text), "{text}");
        }
    }

    #[test]
    fn the_grammar_alone_refuses_what_the_compiler_refuses() {
        let bad = [
            "killer A \"a\" { probability 5% private }",
            "killer A \"a\" { probability 5%",
            "killer A \"a\"\n{ probability 5% }",
            "killer \"a\"",
            "needs A strong",
            "killer A \"a\" { needs A\nstrong }",
            "edge A => B needs strong",
            "}",
        ];
        for text in bad {
            assert!(!accepts(text), "{text}");
        }
    }
}
