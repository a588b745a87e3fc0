//! Repairs: the smallest change of one number after which things go together.

use super::Line;
use crate::forecast::number::{logit, sigmoid};
use crate::model::{Edge, Effect};
use crate::source::{Sources, Span, Spanned};
use crate::value::Probability;

/// A change of one number, as it would be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repair {
    /// The words to replace.
    pub span: Span,
    /// What they say.
    pub from: Probability,
    /// What to write instead.
    pub to: Probability,
}

impl Repair {
    /// An edge as it would be written with the change, up to its numbers.
    pub fn written(&self, edge: &Edge, sources: &Sources) -> String {
        let Effect::Numbers { no, .. } = edge.effect else { return String::new() };
        let before = sources.slice(Span { end: self.span.start, ..edge.span });
        let after = sources.slice(Span { start: self.span.end, ..self.span.to(no.span) });
        let words = [before, &self.to.to_string(), after].concat();
        let mut all = String::with_capacity(words.len());
        for word in words.split_whitespace() {
            if !all.is_empty() {
                all.push(' ');
            }
            all.push_str(word);
        }
        all
    }
}

/// The one number of an edge that, changed the least, makes it imply what its target is. Gates stay, and the edge
/// goes on raising or lowering as it did.
pub(super) fn of_edge(edge: &Edge, source: f64, target: f64, past: f64) -> Option<Repair> {
    let Effect::Numbers { yes, no } = edge.effect else { return None };
    let raises = yes.value >= no.value;
    let sides = [
        (yes, source, (target - (1.0 - source) * no.value.as_f64()) / source),
        (no, 1.0 - source, (target - source * yes.value.as_f64()) / (1.0 - source)),
    ];
    let repairs = sides.into_iter().enumerate().filter_map(|(side, (number, weight, wanted))| {
        let repair = rounded(number, wanted, weight, past)?;
        let (yes, no) = if side == 0 { (repair.to, no.value) } else { (yes.value, repair.to) };
        // What raised does not come to lower.
        let keeps = if raises { yes >= no } else { yes <= no };
        keeps.then_some(repair)
    });
    repairs.reduce(|least, repair| if size(repair) < size(least) { repair } else { least })
}

/// The level that its edges imply, as a node has it that states none: their mean in log odds.
pub(super) fn of_level(prior: &Spanned<Probability>, lines: &[Line], past: f64) -> Option<Repair> {
    let sum: f64 = lines.iter().map(|line| logit(line.implied)).sum();
    rounded(*prior, sigmoid(sum / lines.len() as f64), 1.0, past)
}

/// The number in as few digits as do; none if it would be certain, or is certain now, or would not change.
fn rounded(number: Spanned<Probability>, wanted: f64, weight: f64, past: f64) -> Option<Repair> {
    if number.value.is_certain() || !(0.0..=1.0).contains(&wanted) {
        return None;
    }
    let to = (0..=4).find_map(|digits| {
        let to = Probability::rounded(wanted, digits);
        let is_near = weight * (to.as_f64() - wanted).abs() <= past / 10.0;
        (is_near && !to.is_certain()).then_some(to)
    })?;
    (to != number.value).then_some(Repair { span: number.span, from: number.value, to })
}

fn size(repair: Repair) -> Probability {
    repair.to.minus(repair.from).plus(repair.from.minus(repair.to))
}
