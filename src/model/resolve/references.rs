//! Looking names up, and saying what was probably meant when they are not there.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::names::Named;
use super::super::{
    ClassId, Direction, Edge, Effect, Model, NodeId, PredictorId, Reference, Relation, expression,
};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest, or_list, quoted};
use crate::source::{Span, Spanned};
use crate::syntax::tree::{self, Name};
use crate::value::Date;

/// So many pairs of names are compared; past that, a typo stays without a suggestion.
const COMPARISONS: usize = 2_000_000;

/// The model as far as it is built, and the sink.
pub(super) struct Resolver<'a> {
    pub(super) model: Model,
    pub(super) out: &'a mut Diagnostics,
    /// How many more pairs of names may be compared.
    pub(super) comparisons: usize,
    /// The corrections of each journal: the line with its day, and the day of the line that it mends.
    pub(super) corrections: BTreeMap<NodeId, Vec<(Date, Span, Spanned<Date>)>>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(model: Model, out: &'a mut Diagnostics) -> Self {
        Self { model, out, comparisons: COMPARISONS, corrections: BTreeMap::new() }
    }

    /// A node of any kind. One of another kind is named as what it is.
    pub(super) fn node(&mut self, name: &Name) -> Option<NodeId> {
        match self.model.names.get(&name.value) {
            Some(Named::Node(id)) => Some(id),
            Some(other) => {
                self.out.push(
                    Diagnostic::new(
                        Code::UnknownNode,
                        name.span,
                        format!("{} is {}, not a node", quoted(&name.value), other.what()),
                    )
                    .help("a prediction, a killer, a scenario or a milestone belongs here"),
                );
                None
            }
            None => {
                self.unknown_node(name);
                None
            }
        }
    }

    fn unknown_node(&mut self, name: &Name) {
        let whole = self.model.names.milestones(&name.value);
        match whole {
            [] => self.unknown(name, Code::UnknownNode, "node"),
            [one] => {
                let one = Arc::clone(one);
                self.out.push(
                    Diagnostic::new(
                        Code::UnknownNode,
                        name.span,
                        format!("there is no node {}", quoted(&name.value)),
                    )
                    .help(format!("did you mean `{one}`?"))
                    .replace_with(one.as_ref()),
                );
            }
            many => {
                let all: Vec<String> = many.iter().take(5).map(|one| format!("`{one}`")).collect();
                self.out.push(
                    Diagnostic::new(
                        Code::AmbiguousNode,
                        name.span,
                        format!("{} could be any of {} milestones", quoted(&name.value), many.len()),
                    )
                    .why("an inner id alone means nothing outside of its node")
                    .help(format!("write {}", or_list(&all))),
                );
            }
        }
    }

    pub(super) fn unknown(&mut self, name: &Name, code: Code, what: &str) {
        let diagnostic =
            Diagnostic::new(code, name.span, format!("there is no {what} {}", quoted(&name.value)));
        self.model.unknown_predictors |= code == Code::UnknownPredictor;
        self.model.unknown_classes |= code == Code::UnknownClass;
        let near = self.near(&name.value, code);
        self.out.push(match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace_with(near),
            None => diagnostic.help(match code {
                Code::UnknownPredictor => format!("declare it: `predictor {} \"Name\"`", name.value),
                Code::UnknownClass => {
                    format!("declare it: `class {} \"Title\" {{ seen 7 of 40 }}`", name.value)
                }
                _ => "every id has to be declared by an item".to_owned(),
            }),
        });
    }

    /// Whether so many names more may be compared.
    pub(super) fn may_compare(&mut self, names: usize) -> bool {
        let left = self.comparisons.checked_sub(names);
        self.comparisons = left.unwrap_or(0);
        left.is_some()
    }

    fn near(&mut self, name: &str, code: Code) -> Option<String> {
        if !self.may_compare(self.model.nodes.len()) {
            return None;
        }
        let model = &self.model;
        let near = match code {
            Code::UnknownPredictor => nearest(name, model.predictors.iter().map(|one| one.id.value.as_ref())),
            Code::UnknownClass => nearest(name, model.classes.iter().map(|one| one.id.value.as_ref())),
            _ => model.nearest(name),
        };
        near.map(ToOwned::to_owned)
    }

    pub(super) fn predictor(&mut self, name: &Name) -> Option<PredictorId> {
        match self.model.names.get(&name.value) {
            Some(Named::Predictor(id)) => Some(id),
            Some(other) => self.other_kind(name, Code::UnknownPredictor, other, "a predictor"),
            None => {
                self.unknown(name, Code::UnknownPredictor, "predictor");
                None
            }
        }
    }

    pub(super) fn class(&mut self, name: &Name) -> Option<ClassId> {
        match self.model.names.get(&name.value) {
            Some(Named::Class(id)) => Some(id),
            Some(other) => self.other_kind(name, Code::UnknownClass, other, "a class"),
            None => {
                self.unknown(name, Code::UnknownClass, "class");
                None
            }
        }
    }

    fn other_kind<T>(&mut self, name: &Name, code: Code, is: Named, wanted: &str) -> Option<T> {
        let message = format!("{} is {}, not {wanted}", quoted(&name.value), is.what());
        self.out.push(Diagnostic::new(code, name.span, message).help(format!("{wanted} belongs here")));
        None
    }

    /// The diagnostic that an `allow` or a `lint` names, if it may be set.
    pub(super) fn code(&mut self, name: &Name) -> Option<Code> {
        let Some(code) = Code::from_name(&name.value) else {
            let diagnostic = Diagnostic::new(
                Code::UnknownCode,
                name.span,
                format!("there is no diagnostic {}", quoted(&name.value)),
            );
            let near = nearest(&name.value, Code::ALL.iter().map(|code| code.name()));
            self.out.push(match near {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace_with(near),
                None => diagnostic.help("`forecastc explain` lists them all"),
            });
            return None;
        };
        if code.is_fixed() {
            self.out.push(
                Diagnostic::new(Code::FixedLevel, name.span, format!("`{}` is always an error", code.name()))
                    .why("without it the network could not be evaluated or published safely")
                    .help("remove this line and mend what it would hide"),
            );
            return None;
        }
        Some(code)
    }

    /// An edge, its target known. `None` if its source is not there.
    pub(super) fn edge(
        &mut self,
        from: &tree::Edge,
        target: NodeId,
        private: bool,
        span: Span,
    ) -> Option<Edge> {
        let source = self.node(&from.source)?;
        let mut sources = Vec::new();
        if from.link.is_some() {
            sources.push(Reference { text: None, link: from.link.clone() });
        }
        Some(Edge {
            source,
            target,
            relation: from.relation,
            effect: effect(&from.effect, from.relation.value),
            lag: from.lag,
            text: from.text.clone(),
            sources,
            private: private || self.model.node(source).private,
            source_span: from.source.span,
            span,
        })
    }

    pub(super) fn claim(&mut self, claim: &tree::Expression) -> Option<super::super::Claim> {
        // The look-up and the conversion both report: the sink changes hands for the time.
        let mut out = Diagnostics::new();
        let mut node = |name: &Name, _: &mut Diagnostics| self.node(name);
        let claim = expression::claim(claim, &mut node, &mut out);
        self.out.extend(out);
        claim
    }
}

pub(super) fn effect(from: &tree::Effect, relation: Relation) -> Effect {
    match from {
        tree::Effect::Numbers { yes, no } => Effect::Numbers { yes: *yes, no: *no },
        tree::Effect::Strength(strength) => {
            let usual = if relation == Relation::KilledBy { Direction::Against } else { Direction::For };
            Effect::Strength {
                direction: strength.direction.map_or(usual, |direction| direction.value),
                written: strength.direction.map(|_| strength.span),
                ratio: strength.ratio,
            }
        }
    }
}
