//! `forecastc score`

mod change;
mod text;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::output::Format;
use super::{Call, Ending, Fault, Network};
use crate::answers::score::{self, By, Derivation, Group, Marks, Mean, Share};
use crate::diagnostic::nearest;
use crate::model::{Model, PredictorId};

/// Score what was stated against what came
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The id of a predictor: its scores, and where its weight κ comes from
    predictor: Option<String>,
    /// Score group by group
    #[arg(long, value_name = "WHAT", conflicts_with = "predictor")]
    by: Option<ByChoice>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ByChoice {
    Predictor,
    Domain,
    Tag,
    Mode,
    Kind,
    /// Each change of what was stated, by its author and its commit
    Change,
}

impl ByChoice {
    /// What nodes are grouped by; none where it is no nodes.
    fn by(self) -> Option<By> {
        Some(match self {
            Self::Predictor => By::Predictor,
            Self::Domain => By::Domain,
            Self::Tag => By::Tag,
            Self::Mode => By::Mode,
            Self::Kind => By::Kind,
            Self::Change => return None,
        })
    }

    fn word(self) -> &'static str {
        match self {
            Self::Predictor => "predictor",
            Self::Domain => "domain",
            Self::Tag => "tag",
            Self::Mode => "mode",
            Self::Kind => "kind",
            Self::Change => "change",
        }
    }
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let Some(network) = call.network()? else { return Ok(Ending::NetworkAtFault) };
    let Network { model, forecast, .. } = &network;
    let (groups, derivation) = match (&arguments.predictor, arguments.by) {
        (Some(name), _) => {
            let id = predictor(model, name)?;
            let own = model.nodes().filter(|(_, node)| node.by.contains(&id)).map(|(node, _)| node);
            let own = own.filter(|node| model.node(*node).kind == crate::model::NodeKind::Prediction);
            let group = Group { name: Some(name.clone()), ..score::of(model, forecast, own) };
            (vec![group], Derivation::of(forecast, id))
        }
        (None, by) => match by.map(ByChoice::by) {
            Some(Some(by)) => (score::by(model, forecast, by), None),
            Some(None) => return change::run(arguments.format, &network, call),
            None => (vec![score::all(model, forecast)], None),
        },
    };
    if arguments.format == Format::Json {
        call.output.json(&json(&network, arguments.by, &groups, derivation.as_ref(), None))?;
        return Ok(Ending::Fine);
    }
    let text = match (arguments.by, groups.first()) {
        (None, Some(group)) => text::group(group, derivation.as_ref(), model),
        (_, _) => text::groups(&groups),
    };
    call.output.result(&text);
    if derivation.is_none() && groups.iter().all(|group| group.cases.is_empty()) {
        call.output.message("nothing is settled yet that a probability was stated of\n");
    }
    Ok(Ending::Fine)
}

fn predictor(model: &Model, name: &str) -> Result<PredictorId, Fault> {
    let ids = || model.predictors.iter().map(|one| one.id.value.as_ref());
    if let Some(place) = ids().position(|id| id == name) {
        return Ok(PredictorId::new(place));
    }
    let hint = match nearest(name, ids()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`forecastc score --by predictor` lists all predictors".to_owned(),
    };
    Err(format!("there is no predictor `{name}`\n  {hint}").into())
}

fn json<'a>(
    network: &'a Network,
    by: Option<ByChoice>,
    groups: &'a [Group],
    derivation: Option<&'a Derivation>,
    changes: Option<change::ChangesJson<'a>>,
) -> impl Serialize + use<'a> {
    #[derive(Serialize)]
    struct Score<'a> {
        schema_version: u32,
        as_of: String,
        by: Option<&'static str>,
        groups: Vec<GroupJson<'a>>,
        kappa: Option<KappaJson<'a>>,
        changes: Option<change::ChangesJson<'a>>,
    }
    #[derive(Serialize)]
    struct GroupJson<'a> {
        name: Option<&'a str>,
        open: usize,
        void: usize,
        unstated: usize,
        all: Option<MarksJson>,
        closed: Option<MarksJson>,
        early: ShareJson,
        calibration: Vec<BinJson>,
        cases: Vec<CaseJson<'a>>,
    }
    #[derive(Serialize)]
    struct BinJson {
        least: f64,
        most: f64,
        stated: f64,
        observed: ShareJson,
    }
    #[derive(Serialize)]
    struct CaseJson<'a> {
        id: &'a str,
        date: String,
        came_true: bool,
        stated: f64,
        network: Option<f64>,
        class: Option<f64>,
        early: bool,
        closed: bool,
    }
    #[derive(Serialize)]
    struct KappaJson<'a> {
        kappa: f64,
        peak: Option<f64>,
        prior_pull: f64,
        pulls: Vec<PullJson<'a>>,
    }
    #[derive(Serialize)]
    struct PullJson<'a> {
        id: &'a str,
        stated: f64,
        came_true: bool,
        log_odds: f64,
        weighed: f64,
        pull: f64,
    }
    let model = &network.model;
    let group = |group: &'a Group| GroupJson {
        name: group.name.as_deref(),
        open: group.open,
        void: group.void,
        unstated: group.unstated,
        all: group.marks().as_ref().map(MarksJson::new),
        closed: group.closed().as_ref().map(MarksJson::new),
        early: ShareJson::new(group.early()),
        calibration: group
            .calibration()
            .into_iter()
            .map(|bin| BinJson {
                least: f64::from(bin.tenth) / 10.0,
                most: f64::from(bin.tenth + 1) / 10.0,
                stated: bin.stated,
                observed: ShareJson::new(bin.share),
            })
            .collect(),
        cases: group
            .cases
            .iter()
            .map(|case| CaseJson {
                id: &model.node(case.node).id,
                date: case.date.to_string(),
                came_true: case.came_true,
                stated: case.stated,
                network: case.network,
                class: case.class,
                early: case.is_early,
                closed: case.is_closed,
            })
            .collect(),
    };
    Score {
        schema_version: 1,
        as_of: network.forecast.today().to_string(),
        by: by.map(ByChoice::word),
        groups: groups.iter().map(group).collect(),
        kappa: derivation.map(|derivation| KappaJson {
            kappa: derivation.kappa,
            peak: derivation.peak,
            prior_pull: derivation.prior,
            pulls: derivation
                .pulls
                .iter()
                .map(|pull| PullJson {
                    id: &model.node(pull.node).id,
                    stated: pull.stated,
                    came_true: pull.came_true,
                    log_odds: pull.log_odds,
                    weighed: pull.weighed,
                    pull: pull.pull,
                })
                .collect(),
        }),
        changes,
    }
}

#[derive(Serialize)]
struct MarksJson {
    observed: ShareJson,
    brier: MeanJson,
    log_score: MeanJson,
    time_weighted: MeanJson,
    base_skill: Option<f64>,
    class_skill: Option<f64>,
    with_class: usize,
    network: Option<NetworkJson>,
}

#[derive(Serialize)]
struct NetworkJson {
    count: usize,
    brier: MeanJson,
    log_score: MeanJson,
}

/// None where it is minus infinity.
#[derive(Serialize)]
struct MeanJson {
    mean: Option<f64>,
    interval: Option<[f64; 2]>,
}

#[derive(Serialize)]
struct ShareJson {
    count: usize,
    came_true: usize,
    interval: [f64; 2],
}

impl MarksJson {
    fn new(marks: &Marks) -> Self {
        Self {
            observed: ShareJson::new(marks.share),
            brier: MeanJson::new(marks.brier),
            log_score: MeanJson::new(marks.log_score),
            time_weighted: MeanJson::new(marks.time_weighted),
            base_skill: marks.base_skill,
            class_skill: marks.class_skill.map(|(skill, _)| skill),
            with_class: marks.class_skill.map_or(0, |(_, count)| count),
            network: marks.network.as_ref().map(|network| NetworkJson {
                count: network.count,
                brier: MeanJson::new(network.brier),
                log_score: MeanJson::new(network.log_score),
            }),
        }
    }
}

impl MeanJson {
    fn new(mean: Mean) -> Self {
        Self { mean: Some(mean.value).filter(|mean| mean.is_finite()), interval: mean.interval }
    }
}

impl ShareJson {
    fn new(share: Share) -> Self {
        Self { count: share.count, came_true: share.came_true, interval: share.interval() }
    }
}
