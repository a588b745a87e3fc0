//! Rules: what each asks and says, and which rules it asks about.

use std::sync::Arc;

use super::super::{Action, NodeKind, Rule, RuleId, expression};
use super::is_private;
use super::references::Resolver;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest, quoted};
use crate::source::Span;
use crate::syntax::tree::{Head, Item, Name, Prose, Says};

impl Resolver<'_> {
    /// The rules of these items, which are in the order of their ids.
    pub(super) fn rules(&mut self, items: &[&Item]) {
        let mut rules: Vec<Option<Rule>> = items.iter().map(|item| self.rule(item, items)).collect();
        // Who asks about a rule that could not be understood cannot be understood either.
        let mut askers: Vec<Vec<usize>> = vec![Vec::new(); rules.len()];
        for (place, rule) in rules.iter().enumerate() {
            for (asked, _) in rule.iter().flat_map(Rule::asks) {
                if let Some(askers) = askers.get_mut(asked.index()) {
                    askers.push(place);
                }
            }
        }
        let mut gone: Vec<usize> =
            (0..rules.len()).filter(|place| rules.get(*place).is_some_and(Option::is_none)).collect();
        while let Some(place) = gone.pop() {
            for asker in askers.get_mut(place).map(std::mem::take).unwrap_or_default() {
                if rules.get_mut(asker).and_then(Option::take).is_some() {
                    gone.push(asker);
                }
            }
        }
        let mut places = Vec::with_capacity(rules.len());
        let mut next = 0;
        for rule in &rules {
            places.push(RuleId::new(next));
            next += usize::from(rule.is_some());
        }
        for mut rule in rules.into_iter().flatten() {
            expression::renumber(&mut rule.when, &|id| places.get(id.index()).copied().unwrap_or(id));
            self.model.rules.push(rule);
        }
    }

    fn rule(&mut self, item: &Item, all: &[&Item]) -> Option<Rule> {
        let Head::Named { id, title, .. } = &item.head else { return None };
        if item.broken {
            return None;
        }
        let mut subjects = Vec::new();
        let mut when = None;
        let mut action = None;
        let mut text = None;
        for clause in &item.body {
            match &clause.says {
                Says::For(kinds) => {
                    subjects = kinds.iter().filter_map(|kind| NodeKind::of(kind.value)).collect();
                }
                Says::When(condition) => {
                    let Self { comparisons, out, .. } = self;
                    let mut rule = |name: &Name, out: &mut Diagnostics| badge(name, all, comparisons, out);
                    when = expression::condition(condition, &mut rule, out);
                }
                Says::Prose(Prose::Warn, message) => action = Some((Action::Warn, message.clone())),
                Says::Prose(Prose::Fail, message) => action = Some((Action::Fail, message.clone())),
                Says::Prose(Prose::Badge, message) => action = Some((Action::Badge, message.clone())),
                Says::Prose(Prose::Text, words) => text = Some(words.clone()),
                _ => {}
            }
        }
        let (action, message) = action?;
        self.check_message(&message);
        Some(Rule {
            id: id.clone(),
            title: title.clone(),
            subjects,
            when: when?,
            action,
            message,
            text,
            private: is_private(item),
            span: item.span,
        })
    }

    /// The `{field}`s of a rule's message are fields.
    fn check_message(&mut self, message: &Name) {
        let text = &message.value;
        // Without escapes the places in the text are places in the file, one quote further on.
        let is_plain = (message.span.end - message.span.start) as usize == text.len() + 2;
        for (at, _) in text.match_indices('{') {
            let rest = text.get(at + 1..).unwrap_or_default();
            let Some((field, _)) = rest.split_once('}') else { continue };
            if expression::Field::from_name(field).is_some() {
                continue;
            }
            let start = message.span.start as usize + at + 2;
            let span = Span::new(message.span.source, start, start + field.len());
            let span = if is_plain { span } else { message.span };
            self.out.push(expression::unknown_field(field, span));
        }
    }
}

/// The rule that `badged` names, by its place among all that are declared.
fn badge(name: &Name, all: &[&Item], comparisons: &mut usize, out: &mut Diagnostics) -> Option<RuleId> {
    let id = |item: &Item| match &item.head {
        Head::Named { id, .. } => Some(Arc::clone(&id.value)),
        _ => None,
    };
    let does = |item: &Item, what: &[Prose]| {
        item.body.iter().any(|clause| matches!(&clause.says, Says::Prose(prose, _) if what.contains(prose)))
    };
    // Rules are in the order of their ids.
    if let Ok(place) = all.binary_search_by(|item| id(item).cmp(&Some(Arc::clone(&name.value)))) {
        let item = all.get(place)?;
        if does(item, &[Prose::Warn, Prose::Fail]) {
            let message = format!("the rule {} gives no badge", quoted(&name.value));
            let diagnostic = Diagnostic::new(Code::UnknownRule, name.span, message).help(
                "`badged` asks about rules with `badge`; repeat the condition of another, or let it badge",
            );
            out.push(match &item.head {
                Head::Named { id, .. } => diagnostic.also(id.span, "it warns or fails"),
                _ => diagnostic,
            });
            return None;
        }
        return Some(RuleId::new(place));
    }
    let message = format!("there is no rule {}", quoted(&name.value));
    let diagnostic = Diagnostic::new(Code::UnknownRule, name.span, message);
    let left = comparisons.checked_sub(all.len());
    *comparisons = left.unwrap_or(0);
    let compared = if left.is_some() { all } else { &[] };
    let badges: Vec<Arc<str>> =
        compared.iter().filter(|item| does(item, &[Prose::Badge])).filter_map(|item| id(item)).collect();
    out.push(match nearest(&name.value, badges.iter().map(AsRef::as_ref)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace_with(near),
        None => diagnostic.help(format!("declare it: `rule {} \"Title\" {{ … badge \"…\" }}`", name.value)),
    });
    None
}
