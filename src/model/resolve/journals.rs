//! Journals: whom a line is about, and which line a correction mends.

use std::sync::Arc;

use super::super::names::Named;
use super::super::{Direction, Event, Fact, NodeId, NodeKind};
use super::references::Resolver;
use crate::diagnostic::{Code, Diagnostic, and_list, nearest, or_list, quoted};
use crate::source::Spanned;
use crate::syntax::tree::{self, Name};
use crate::value::Date;

/// A day with more lines of one kind is too full for a correction to find its own.
const MOST_CANDIDATES: usize = 64;

impl Resolver<'_> {
    /// The line with its subject. `inside` is the node that it stands in.
    pub(super) fn fact(&mut self, fact: &tree::Fact, inside: Option<NodeId>) -> Option<(NodeId, Fact)> {
        let subject = self.subject(fact, inside);
        let event = match &fact.event {
            tree::Event::Probability(probability) => Event::Probability(*probability),
            tree::Event::Evidence { strength, by } => Event::Evidence {
                direction: strength.direction.map_or(Direction::For, |direction| direction.value),
                ratio: strength.ratio,
                by: match by {
                    Some(by) => Some(self.predictor(by)?),
                    None => None,
                },
            },
            tree::Event::Hit => Event::Hit,
            tree::Event::Missed => Event::Missed,
            tree::Event::Slipped(window) => Event::Slipped(*window),
            tree::Event::Resolved(outcome) => Event::Resolved(*outcome),
            tree::Event::Note => Event::Note,
        };
        let subject = subject?;
        if let Some(date) = fact.corrects {
            self.corrections.entry(subject).or_default().push((fact.date.value, fact.span, date));
        }
        let fact = Fact {
            date: fact.date,
            event,
            corrects: fact.corrects.map(|date| date.value),
            // Which line this is becomes known when all lines are.
            mends: None,
            text: fact.text.clone(),
            link: fact.link.clone(),
            verb: fact.verb,
            span: fact.span,
        };
        Some((subject, fact))
    }

    fn subject(&mut self, fact: &tree::Fact, inside: Option<NodeId>) -> Option<NodeId> {
        let is_about_milestone =
            matches!(fact.event, tree::Event::Hit | tree::Event::Missed | tree::Event::Slipped(_));
        let subject = match (&fact.subject, inside) {
            (None, Some(inside)) => inside,
            (None, None) => return None,
            (Some(name), Some(inside)) => self.inner_subject(name, inside, is_about_milestone)?,
            (Some(name), None) if is_about_milestone => self.milestone(name)?,
            (Some(name), None) => self.node(name)?,
        };
        if is_about_milestone && self.model.node(subject).kind != NodeKind::Milestone {
            let (what, word) = (self.model.node(subject).kind.word(), fact.event.word());
            let span = fact.subject.as_ref().map_or(fact.verb, |name| name.span);
            let milestones = self.inner_ids(subject);
            let diagnostic = Diagnostic::new(
                Code::UnknownMilestone,
                span,
                format!("`{word}` is about a milestone, and this is a {what}"),
            );
            let milestones = milestones.get(..8.min(milestones.len())).unwrap_or_default();
            self.out.push(if milestones.is_empty() {
                diagnostic.help("the outcome of a node is recorded with `resolved yes` or `resolved no`")
            } else {
                diagnostic.help(format!("name the milestone: {}", or_list(milestones)))
            });
            return None;
        }
        Some(subject)
    }

    fn inner_ids(&self, id: NodeId) -> Vec<String> {
        let node = self.model.node(id);
        let inner =
            node.milestones.iter().filter_map(|milestone| self.model.node(*milestone).id.split_once('.'));
        inner.map(|(_, inner)| format!("`{inner}`")).collect()
    }

    /// What a name means inside a node: one of its milestones, or itself.
    fn inner_subject(&mut self, name: &Name, inside: NodeId, milestone: bool) -> Option<NodeId> {
        let node = self.model.node(inside);
        let own = node.parent.unwrap_or(inside);
        let outer = Arc::clone(&self.model.node(own).id);
        let whole = format!("{outer}.{}", name.value);
        if let Some(Named::Node(id)) = self.model.names.get(&whole) {
            return Some(id);
        }
        if let Some(Named::Node(id)) = self.model.names.get(&name.value) {
            let found = self.model.node(id);
            if id == inside || found.parent == Some(own) {
                return Some(id);
            }
            self.out.push(
                Diagnostic::new(
                    Code::MisplacedClause,
                    name.span,
                    format!(
                        "this line stands inside {} and is about {}",
                        quoted(&outer),
                        quoted(&name.value)
                    ),
                )
                .why("a reader of the item would not look for it here")
                .help("move it into the item that it is about, or let it stand alone"),
            );
            return None;
        }
        if self.model.node(own).broken {
            return None;
        }
        let count = self.model.node(own).milestones.len();
        let inner = if self.may_compare(count) { self.inner_ids(own) } else { Vec::new() };
        let bare = inner.iter().map(|id| id.trim_matches('`'));
        let near = nearest(&name.value, bare).map(ToOwned::to_owned);
        let few = inner.get(..8.min(inner.len())).unwrap_or_default();
        let code = if milestone { Code::UnknownMilestone } else { Code::UnknownNode };
        let diagnostic = Diagnostic::new(
            code,
            name.span,
            format!("{} has no milestone {}", quoted(&outer), quoted(&name.value)),
        );
        self.out.push(match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace_with(near),
            None if count == 0 => diagnostic.help("it has no milestones at all"),
            None if few.len() < count => {
                diagnostic.help(format!("some of its milestones are {}", and_list(few)))
            }
            None => diagnostic.help(format!("its milestones are {}", and_list(few))),
        });
        None
    }

    /// A milestone by its whole id; what is missing is named.
    fn milestone(&mut self, name: &Name) -> Option<NodeId> {
        if let Some(Named::Node(id)) = self.model.names.get(&name.value) {
            return Some(id);
        }
        if let Some((outer, inner)) = name.value.split_once('.')
            && let Some(outer) = self.model.names.node(outer)
        {
            let inner = Spanned::new(Arc::from(inner), name.span);
            return self.inner_subject(&inner, outer, true);
        }
        self.node(name)
    }

    pub(super) fn record(&mut self, subject: NodeId, fact: Fact) {
        if let Some(node) = self.model.nodes.get_mut(subject.index()) {
            node.journal.push(fact);
        }
    }

    /// Puts every journal in the order of its days and ties corrections to the lines that they mend.
    pub(super) fn settle_journals(&mut self) {
        for node in &mut self.model.nodes {
            node.journal.sort_by_key(|fact| (fact.date.value, fact.span));
        }
        for (subject, corrections) in std::mem::take(&mut self.corrections) {
            let mut journal = match self.model.nodes.get_mut(subject.index()) {
                Some(node) => std::mem::take(&mut node.journal),
                None => continue,
            };
            for (day, span, date) in corrections {
                let place = journal.binary_search_by_key(&(day, span), |fact| (fact.date.value, fact.span));
                let Ok(place) = place else { continue };
                let found = self.mended(&journal, place, date);
                if let Some(fact) = journal.get_mut(place) {
                    fact.mends = found;
                }
            }
            if let Some(node) = self.model.nodes.get_mut(subject.index()) {
                node.journal = journal;
            }
        }
    }

    /// The line of that day that a correction mends: of the same family of verbs, and by the same voice if
    /// there are several.
    fn mended(&mut self, journal: &[Fact], place: usize, date: Spanned<Date>) -> Option<usize> {
        let correction = journal.get(place)?;
        let start = journal.partition_point(|fact| fact.date.value < date.value);
        let same_day =
            journal.iter().enumerate().skip(start).take_while(|(_, fact)| fact.date.value == date.value);
        let mut candidates: Vec<(usize, &Fact)> = same_day
            .filter(|(at, fact)| *at != place && fact.event.family() == correction.event.family())
            .take(MOST_CANDIDATES)
            .collect();
        if candidates.len() > 1
            && let Event::Evidence { by, .. } = correction.event
        {
            candidates
                .retain(|(_, fact)| matches!(fact.event, Event::Evidence { by: other, .. } if other == by));
        }
        let word = correction.event.word();
        let problem = match candidates.as_slice() {
            [(at, _)] if date.value <= correction.date.value => return Some(*at),
            [(_, first), ..] if date.value > correction.date.value => {
                Diagnostic::new(Code::UnmatchedCorrection, date.span, "a correction older than what it mends")
                    .also(first.date.span, "this is later")
                    .help("the date of the line is the day of the correction, the one after `corrects` that of the line it mends")
            }
            [] => {
                let diagnostic = Diagnostic::new(
                    Code::UnmatchedCorrection,
                    date.span,
                    format!("no `{word}` of {} to correct", date.value),
                );
                let same = |(at, fact): &(usize, &Fact)| {
                    *at != place
                        && fact.corrects.is_none()
                        && fact.event.family() == correction.event.family()
                };
                let lines = journal.iter().enumerate().filter(same);
                let mut dates: Vec<String> = lines.take(5).map(|(_, fact)| fact.date.value.to_string()).collect();
                dates.dedup();
                if dates.is_empty() {
                    diagnostic.help("the line that it mends stays as it is; it must be there")
                } else {
                    diagnostic.help(format!("there are such lines of {}", and_list(&dates)))
                }
            }
            [(_, first), ..] => Diagnostic::new(
                Code::UnmatchedCorrection,
                date.span,
                format!("{} lines of {} that this could correct", candidates.len(), date.value),
            )
            .also(first.span, "the first of them")
            .help(match correction.event {
                Event::Evidence { .. } => "name the same `by` as the line that it mends",
                _ => "give one of them another day",
            }),
        };
        self.out.push(problem);
        None
    }
}
