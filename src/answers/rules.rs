//! Rules: what the network's own rules say of its items.
//!
//! A rule may ask about the badges that others give. Rules are looked at in the order in which they ask about each
//! other, so that every badge is settled before it is asked about; rules that ask in a circle never speak.

use super::assertions::holds;
use crate::forecast::Forecast;
use crate::model::{
    Action, Comparison, Expression, Field, Model, Node, NodeId, Operator, RuleId, Term, Test,
};
use crate::value::{Date, Duration, Probability, percent};

/// What a rule says of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The rule.
    pub rule: RuleId,
    /// The item.
    pub node: NodeId,
    /// What the rule does.
    pub action: Action,
    /// Its message, with every `{field}` filled in.
    pub message: String,
}

/// What all rules say of all items, in the order of the items' ids, then of the rules' ids.
///
/// ```
/// use forecastc::answers::rules::rules;
/// use forecastc::forecast::{self, Settings};
/// use forecastc::source::Sources;
/// use forecastc::value::Date;
///
/// let sources = Sources::single(r#"
/// killer DROUGHT "The rivers run low" { probability 4% }
/// rule unlikely "Hardly worth a killer" {
///     for killer
///     when p < 5%
///     badge "only {p}"
/// }
/// "#);
/// let today = Date::parse("2026-06-01").expect("a day of the calendar");
/// let model = forecastc::compile(&sources, today).model;
/// let forecast = forecast::evaluate(&model, today, &Settings::default());
/// let spoken = rules(&model, &forecast);
/// assert_eq!(spoken.first().map(|one| one.message.as_str()), Some("only 4.0%"));
/// ```
pub fn rules(model: &Model, forecast: &Forecast) -> Vec<Spoken> {
    if model.rules.is_empty() {
        return Vec::new();
    }
    let order = order(model);
    let ties = Ties::of(model);
    let mut all = Vec::new();
    for (id, node) in model.nodes() {
        let mut item = Item { model, forecast, ties: &ties, id, node, badges: Vec::new() };
        let mut spoken = Vec::new();
        for rule_id in &order {
            let rule = model.rule(*rule_id);
            if !rule.subjects.contains(&node.kind) || !item.is_so(&rule.when) {
                continue;
            }
            if rule.action == Action::Badge {
                item.badges.push(*rule_id);
            }
            let message = item.filled(&rule.message.value);
            spoken.push(Spoken { rule: *rule_id, node: id, action: rule.action, message });
        }
        spoken.sort_by_key(|one| one.rule);
        all.extend(spoken);
    }
    all
}

/// The rules so that each comes after those that it asks about; those in a circle are left out.
fn order(model: &Model) -> Vec<RuleId> {
    let mut waits_for: Vec<usize> = Vec::with_capacity(model.rules.len());
    let mut askers: Vec<Vec<RuleId>> = vec![Vec::new(); model.rules.len()];
    for (id, rule) in model.rules() {
        let asks = rule.asks();
        waits_for.push(asks.len());
        for (asked, _) in asks {
            if let Some(askers) = askers.get_mut(asked.index()) {
                askers.push(id);
            }
        }
    }
    let is_free = |id: &RuleId| waits_for.get(id.index()) == Some(&0);
    let mut order: Vec<RuleId> = model.rules().map(|(id, _)| id).filter(is_free).collect();
    let mut next = 0;
    while let Some(id) = order.get(next).copied() {
        next += 1;
        for asker in askers.get(id.index()).into_iter().flatten() {
            if let Some(left) = waits_for.get_mut(asker.index()) {
                *left -= 1;
                if *left == 0 {
                    order.push(*asker);
                }
            }
        }
    }
    order
}

/// How many edges and columns of tables end and begin in each node.
struct Ties {
    into: Vec<usize>,
    from: Vec<usize>,
}

impl Ties {
    fn of(model: &Model) -> Self {
        let mut ties = Self { into: vec![0; model.nodes.len()], from: vec![0; model.nodes.len()] };
        let edges = model.edges.iter().map(|edge| (edge.source, edge.target));
        let columns =
            model.tables.iter().flat_map(|table| table.parents.iter().map(|parent| (*parent, table.target)));
        for (source, target) in edges.chain(columns) {
            for (list, node) in [(&mut ties.into, target), (&mut ties.from, source)] {
                if let Some(count) = list.get_mut(node.index()) {
                    *count += 1;
                }
            }
        }
        ties
    }
}

/// What a part of a condition comes to.
enum Value<'a> {
    Truth(bool),
    Number(f64),
    Day(Date),
    /// The length of time since a day.
    Since(Date),
    Length(Duration),
    Words(Vec<&'a str>),
}

/// The item that is looked at.
struct Item<'a> {
    model: &'a Model,
    forecast: &'a Forecast,
    ties: &'a Ties,
    id: NodeId,
    node: &'a Node,
    badges: Vec<RuleId>,
}

impl<'a> Item<'a> {
    fn is_so(&self, condition: &'a Expression<Test>) -> bool {
        match condition.term.as_ref() {
            Term::Not(inner) => !self.is_so(inner),
            Term::And(all) => all.iter().all(|one| self.is_so(one)),
            Term::Or(all) => all.iter().any(|one| self.is_so(one)),
            Term::Compare(first, chain) => {
                let mut left = self.value(first);
                for (mark, right) in chain {
                    let right = self.value(right);
                    // What is not there is neither more nor less than anything.
                    let (Some(one), Some(other)) = (&left, &right) else { return false };
                    if !self.compared(one, *mark, other) {
                        return false;
                    }
                    left = right;
                }
                true
            }
            Term::Atom(_) | Term::Number(_) | Term::Negative(_) | Term::Arithmetic(..) => {
                matches!(self.value(condition), Some(Value::Truth(true)))
            }
        }
    }

    fn value(&self, expression: &'a Expression<Test>) -> Option<Value<'a>> {
        let number = |one: &'a Expression<Test>| match self.value(one) {
            Some(Value::Number(number)) => Some(number),
            _ => None,
        };
        Some(match expression.term.as_ref() {
            Term::Atom(test) => return self.test(test),
            Term::Number(number) => Value::Number(*number),
            Term::Negative(inner) => Value::Number(-number(inner)?),
            Term::Arithmetic(left, operator, right) => {
                let (left, right) = (number(left)?, number(right)?);
                let result = match operator {
                    Operator::Plus => left + right,
                    Operator::Minus => left - right,
                    Operator::Times => left * right,
                    Operator::Over => left / right,
                };
                Value::Number(Some(result).filter(|result| result.is_finite())?)
            }
            Term::Not(_) | Term::And(_) | Term::Or(_) | Term::Compare(..) => {
                Value::Truth(self.is_so(expression))
            }
        })
    }

    fn test(&self, test: &'a Test) -> Option<Value<'a>> {
        let today = self.forecast.today();
        Some(match test {
            Test::Field(field) => return self.field(*field),
            Test::Older(field, length) => {
                let Some(Value::Day(day)) = self.field(field.value) else { return Some(Value::Truth(false)) };
                Value::Truth(day.plus(*length) < today)
            }
            Test::Has(tag) => Value::Truth(self.node.tags.iter().any(|own| own.value == *tag)),
            Test::In(domain) => Value::Truth(self.node.domain.as_ref().is_some_and(|own| {
                own.value
                    .strip_prefix(domain.as_ref())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })),
            Test::Badged(rule) => Value::Truth(self.badges.contains(rule)),
            Test::Word(word) => Value::Words(vec![word]),
            Test::Day(day) => Value::Day(*day),
            Test::Length(length) => Value::Length(*length),
        })
    }

    fn compared(&self, left: &Value<'_>, mark: Comparison, right: &Value<'_>) -> bool {
        let ordered = |ordering: std::cmp::Ordering| holds(mark, f64::from(ordering as i8));
        let today = self.forecast.today();
        match (left, right) {
            (Value::Number(left), Value::Number(right)) => holds(mark, left - right),
            (Value::Day(left), Value::Day(right)) => ordered(left.cmp(right)),
            // Today is as far behind its day as the length of time leads.
            (Value::Since(day), Value::Length(length)) => ordered(today.cmp(&day.plus(*length))),
            (Value::Length(length), Value::Since(day)) => ordered(day.plus(*length).cmp(&today)),
            (Value::Since(left), Value::Since(right)) => ordered(right.cmp(left)),
            (Value::Length(left), Value::Length(right)) => {
                ordered(today.plus(*left).cmp(&today.plus(*right)))
            }
            (Value::Words(own), Value::Words(other)) => {
                let is_one = own.iter().any(|word| other.contains(word));
                // Where there is no word, none differs.
                if mark == Comparison::Equal { is_one } else { !is_one && !own.is_empty() }
            }
            _ => false,
        }
    }

    fn field(&self, field: Field) -> Option<Value<'a>> {
        let (node, model, today) = (self.node, self.model, self.forecast.today());
        let is_open = node.state(today).is_open();
        let state = |wanted: fn(&Self, &Node) -> bool| {
            count(node.milestones.iter().filter(|id| wanted(self, model.node(**id))).count())
        };
        Some(match field {
            Field::Open => Value::Truth(is_open),
            Field::Resolved => Value::Truth(!is_open),
            Field::Overdue => Value::Truth(self.is_overdue(node)),
            Field::Private => Value::Truth(node.private),
            Field::Id => Value::Words(vec![node.id.as_ref()]),
            Field::Title => return None,
            Field::Kind => Value::Words(vec![node.kind.word()]),
            Field::Mode => Value::Words(vec![node.mode?.word()]),
            Field::Domain => Value::Words(vec![node.domain.as_ref()?.value.as_ref()]),
            Field::Tags => Value::Words(node.tags.iter().map(|tag| tag.value.as_ref()).collect()),
            Field::By => {
                let by = node.by.iter().filter_map(|id| model.predictors.get(id.index()));
                Value::Words(by.map(|predictor| predictor.id.value.as_ref()).collect())
            }
            Field::P => Value::Number(self.forecast.now(self.id)?.probability),
            Field::Stated => Value::Number(self.stated()?.as_f64()),
            Field::Moved => Value::Number(self.moved()?.abs()),
            Field::Age => Value::Since(self.first_day()?),
            Field::LastFact => Value::Day(self.journal_days().max()?),
            Field::WindowStart => Value::Day(node.window_on(today)?.first()),
            Field::WindowEnd => Value::Day(node.window_on(today)?.last()),
            Field::MilestonesCount => count(node.milestones.len()),
            Field::MilestonesHit => state(|item, one| one.state(item.forecast.today()).word() == "yes"),
            Field::MilestonesMissed => state(|item, one| one.state(item.forecast.today()).word() == "no"),
            Field::MilestonesPending => state(|item, one| one.state(item.forecast.today()).is_open()),
            Field::MilestonesOverdue => state(Self::is_overdue),
            Field::EdgesIn => count(self.ties.into.get(self.id.index()).copied()?),
            Field::EdgesOut => count(self.ties.from.get(self.id.index()).copied()?),
            Field::Facts => {
                let milestones = node.milestones.iter().map(|id| model.node(*id).facts(today).count());
                count(node.facts(today).count() + milestones.sum::<usize>())
            }
        })
    }

    /// Whether the window of a node is over and nothing has settled it. The milestones of what is settled are
    /// settled with it.
    fn is_overdue(&self, node: &Node) -> bool {
        let today = self.forecast.today();
        let is_open = |node: &Node| node.state(today).is_open();
        is_open(node)
            && node.parent.is_none_or(|parent| is_open(self.model.node(parent)))
            && node.window_on(today).is_some_and(|window| window.last() < today)
    }

    fn stated(&self) -> Option<Probability> {
        self.node.stated(self.forecast.today())
    }

    fn moved(&self) -> Option<f64> {
        Some(self.forecast.now(self.id)?.probability - self.stated()?.as_f64())
    }

    /// The day on which it was said; else of the first line about it or its milestones.
    fn first_day(&self) -> Option<Date> {
        let today = self.forecast.today();
        match &self.node.said {
            Some(said) => Some(said.date.last.min(today)),
            None => self.journal_days().min(),
        }
    }

    /// The days of the lines about it and its milestones, up to today.
    fn journal_days(&self) -> impl Iterator<Item = Date> {
        let today = self.forecast.today();
        let milestones = self.node.milestones.iter().flat_map(|id| &self.model.node(*id).journal);
        let lines = self.node.journal.iter().chain(milestones);
        lines.map(|fact| fact.date.value).filter(move |day| *day <= today)
    }

    /// A message with its fields filled in, in one line.
    fn filled(&self, message: &str) -> String {
        let mut out = String::new();
        let mut rest = message;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let found =
                after.split_once('}').and_then(|(name, after)| Some((Field::from_name(name)?, after)));
            match found {
                Some((field, after)) => {
                    out.push_str(&self.shown(field));
                    rest = after;
                }
                None => {
                    out.push('{');
                    rest = after;
                }
            }
        }
        out.push_str(rest);
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// A field as people read it; `-` where there is nothing.
    fn shown(&self, field: Field) -> String {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "all others are shown as what they are compared as"
        )]
        let shown = match field {
            Field::Title => Some(self.node.title.value.to_string()),
            Field::P => self.forecast.now(self.id).map(|belief| percent(belief.probability)),
            Field::Stated => self.stated().map(|stated| stated.to_string()),
            Field::Moved => self.moved().map(|moved| format!("{:.1} points", moved.abs() * 100.0)),
            // A badge is published: whoever is private is not named in it.
            Field::By => {
                let by = self.node.by.iter().filter_map(|id| self.model.predictors.get(id.index()));
                let names: Vec<&str> =
                    by.filter(|one| !one.private).map(|predictor| predictor.name.value.as_ref()).collect();
                Some(names.join(", "))
            }
            _ => self.field(field).map(|value| self.written(&value)),
        };
        shown.filter(|shown| !shown.is_empty()).unwrap_or_else(|| "-".to_owned())
    }

    fn written(&self, value: &Value<'_>) -> String {
        match value {
            Value::Truth(true) => "yes".to_owned(),
            Value::Truth(false) => "no".to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Day(day) => day.to_string(),
            Value::Since(day) => match day.days_until(self.forecast.today()) {
                1 => "1 day".to_owned(),
                days => format!("{days} days"),
            },
            Value::Length(length) => length.to_string(),
            Value::Words(words) => words.join(", "),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^53 of anything")]
fn count<'a>(count: usize) -> Value<'a> {
    Value::Number(count as f64)
}
