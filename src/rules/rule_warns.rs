//! `rule-fails` and `rule-warns`: what the network's own rules say of its items.

use super::Scene;
use crate::answers::rules::rules;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::forecast::Forecast;
use crate::model::Action;

pub(super) fn check(scene: &Scene<'_>, forecast: &Forecast, out: &mut Diagnostics) {
    if !forecast.troubles().is_empty() {
        return;
    }
    for spoken in rules(scene.model, forecast) {
        let code = match spoken.action {
            Action::Fail => Code::RuleFails,
            Action::Warn => Code::RuleWarns,
            Action::Badge => continue,
        };
        let rule = scene.model.rule(spoken.rule);
        let node = scene.model.node(spoken.node);
        out.push(
            Diagnostic::new(code, node.id_span, spoken.message)
                .also(rule.id.span, "this rule says so")
                .about(rule.span)
                .why(rule.title.value.to_string()),
        );
    }
}
