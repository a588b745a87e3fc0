//! The lines of the journal.

use pest::iterators::Pair;

use super::super::grammar::Rule;
use super::super::tree::{Event, Fact, Name, Outcome};
use super::{Lower, Parts};
use crate::value::Date;

impl Lower<'_> {
    pub(super) fn fact(&mut self, pair: Pair<'_, Rule>) -> Option<Fact> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let date = self.read(&parts.take(Rule::date)?, Date::read);
        let corrects = match parts.take(Rule::corrects_word) {
            Some(_) => Some(self.read(&parts.take(Rule::date)?, Date::read)),
            None => None,
        };
        let event_pair = parts.0.next()?;
        let verb = event_pair.clone().into_inner().next().map(|word| self.span(&word))?;
        let event = self.event(event_pair);
        let (text, link) = self.tail(&mut parts)?;
        let (subject, event) = event?;
        Some(Fact {
            span,
            date: date?,
            corrects: super::required(corrects)?,
            subject,
            verb,
            event,
            text,
            link,
        })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the grammar lists the events")]
    fn event(&mut self, pair: Pair<'_, Rule>) -> Option<(Option<Name>, Event)> {
        let rule = pair.as_rule();
        let mut parts = Parts::of(pair);
        let word = parts.0.next()?;
        let subject = parts.take(Rule::path).map(|path| self.name(&path));
        let event = match rule {
            Rule::stated => Event::Probability(self.uncertain(&parts.take(Rule::number)?)?),
            Rule::evidence => {
                let strength = self.strength(parts.take(Rule::strength)?);
                parts.take(Rule::by_word);
                let by = parts.take(Rule::id).map(|id| self.name(&id));
                Event::Evidence { strength: strength?, by }
            }
            Rule::reached if word.as_str() == "hit" => Event::Hit,
            Rule::reached => Event::Missed,
            Rule::slipped => {
                parts.take(Rule::to_word)?;
                Event::Slipped(self.periods(parts.take(Rule::periods)?)?)
            }
            Rule::resolved => {
                let outcomes = [("yes", Outcome::Yes), ("no", Outcome::No), ("void", Outcome::Void)];
                Event::Resolved(self.choose(&parts.take(Rule::choice_word)?, "outcome", &outcomes)?.value)
            }
            Rule::noted => Event::Note,
            _ => return None,
        };
        Some((subject, event))
    }
}
