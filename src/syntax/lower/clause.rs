//! The clauses of blocks.

use pest::iterators::Pair;

use super::super::grammar::Rule;
use super::super::tree::{
    Direction, Edge, Effect, Kind, Mode, Name, Prose, Relation, Says, Silence, Strength, Weblink,
};
use super::{Lower, Parts, required};
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::source::Spanned;
use crate::value::{Date, Duration, Period, Probability, Ratio, Refusal, Window, is_inside_repository};

const PROSE: [(&str, Prose); 10] = [
    ("text", Prose::Text),
    ("context", Prose::Context),
    ("quote", Prose::Quote),
    ("catalyst", Prose::Catalyst),
    ("watch", Prose::Watch),
    ("measure", Prose::Measure),
    ("role", Prose::Role),
    ("warn", Prose::Warn),
    ("fail", Prose::Fail),
    ("badge", Prose::Badge),
];

impl Lower<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the grammar lists the clauses")]
    #[expect(clippy::too_many_lines, reason = "one arm a clause, in the order of the grammar")]
    pub(super) fn says(&mut self, pair: Pair<'_, Rule>) -> Option<Says> {
        let rule = pair.as_rule();
        let mut parts = Parts::of(pair);
        let keyword = parts.0.next()?;
        let parts = &mut parts;
        Some(match rule {
            Rule::private => Says::Private,
            Rule::rest => Says::Rest,
            Rule::allow => {
                let code = self.name(&parts.take(Rule::id)?);
                Says::Allow { code, why: self.text(parts.take(Rule::text)?)? }
            }
            Rule::lint => {
                let code = self.name(&parts.take(Rule::id)?);
                let levels = [("allow", Level::Allow), ("warn", Level::Warn), ("deny", Level::Deny)];
                let level = self.choose(&parts.take(Rule::choice_word)?, "level", &levels)?;
                Says::Lint { code, level: level.value }
            }
            Rule::prose => {
                let (_, prose) = PROSE.iter().find(|(word, _)| *word == keyword.as_str())?;
                Says::Prose(*prose, self.text(parts.take(Rule::text)?)?)
            }
            Rule::weblink => {
                let link = self.link(&parts.take(Rule::link)?)?;
                let weblink = match keyword.as_str() {
                    "url" => Weblink::Url,
                    "repository" => Weblink::Repository,
                    _ => Weblink::Link,
                };
                Says::Weblink(weblink, link)
            }
            Rule::source => {
                let (text, link) = self.tail(parts)?;
                Says::Source { text, link }
            }
            Rule::probability => Says::Probability(self.uncertain(&parts.take(Rule::number)?)?),
            Rule::rate => Says::Rate(self.uncertain(&parts.take(Rule::number)?)?),
            Rule::confidence => Says::Confidence(self.uncertain(&parts.take(Rule::number)?)?),
            Rule::seen => {
                let times = self.read(&parts.take(Rule::number)?, count);
                parts.take(Rule::of_word)?;
                let of = self.read(&parts.take(Rule::number)?, count);
                let (times, of) = (times?, of?);
                if times.value > of.value || of.value == 0 {
                    self.out.push(
                        Diagnostic::new(
                            Code::OutOfRange,
                            times.span.to(of.span),
                            format!("{} of {} cannot be", times.value, of.value),
                        )
                        .help("first how often it happened, then in how many cases"),
                    );
                    return None;
                }
                Says::Seen { times: times.value, of: of.value }
            }
            Rule::window => Says::Window(self.periods(parts.take(Rule::periods)?)?),
            Rule::day => Says::Date(self.read(&parts.take(Rule::date)?, Date::read)?),
            Rule::said => {
                let date = self.read(&parts.take(Rule::date)?, Period::read);
                let (text, link) = self.tail(parts)?;
                Says::Said { date: date?, text, link }
            }
            Rule::mode => {
                let modes = [
                    ("forecast", Mode::Forecast),
                    ("prediction", Mode::Prediction),
                    ("speculation", Mode::Speculation),
                ];
                Says::Mode(self.choose(&parts.take(Rule::choice_word)?, "mode", &modes)?.value)
            }
            Rule::silence => {
                let silences = [("none", Silence::None), ("uniform", Silence::Uniform)];
                Says::Silence(self.choose(&parts.take(Rule::choice_word)?, "silence", &silences)?.value)
            }
            Rule::stale => {
                parts.take(Rule::after_word)?;
                Says::Stale(self.read(&parts.take(Rule::duration)?, Duration::read)?.value)
            }
            Rule::incoherent => {
                parts.take(Rule::past_word)?;
                Says::Incoherent(self.uncertain(&parts.take(Rule::number)?)?.value)
            }
            Rule::check_ins => {
                self.choose(&parts.take(Rule::choice_word)?, "way to check in", &[("quartiles", ())])?;
                Says::CheckIns
            }
            Rule::convictions => {
                let mut words = Vec::new();
                while let Some(id) = parts.take(Rule::id) {
                    let probability = self.uncertain(&parts.take(Rule::number)?);
                    words.push((self.name(&id), probability?));
                    parts.take(Rule::comma);
                }
                Says::Convictions(words)
            }
            Rule::conviction => {
                let word = self.name(&parts.take(Rule::id)?);
                let text = parts.take(Rule::text).map(|pair| self.text(pair));
                Says::Conviction { word, text: required(text)? }
            }
            Rule::domain => {
                let domain = parts.take(Rule::domain_path)?;
                Says::Domain(self.slug(&domain, "/")?)
            }
            Rule::tags => {
                let tags: Vec<Option<Name>> =
                    parts.list(Rule::id).iter().map(|tag| self.slug(tag, "-")).collect();
                Says::Tags(tags.into_iter().collect::<Option<_>>()?)
            }
            Rule::by => Says::By(self.name(&parts.take(Rule::id)?)),
            Rule::about => Says::About(self.names(parts.take(Rule::paths)?)),
            Rule::class => {
                let class = self.name(&parts.take(Rule::id)?);
                parts.take(Rule::weight_word);
                let weight = parts
                    .take(Rule::number)
                    .map(|pair| self.read(&pair, |words| Ratio::read_weight(words, true)));
                Says::Class { class, weight: required(weight)?.map(|weight| weight.value) }
            }
            Rule::tie => {
                parts.take(Rule::true_word)?;
                Says::Tie(self.numbers(parts)?)
            }
            Rule::weight => {
                Says::Weight(self.read(&parts.take(Rule::number)?, |words| Ratio::read_weight(words, false))?)
            }
            Rule::condition => Says::When(self.expression(parts.take(Rule::expression)?)?),
            Rule::subjects => {
                let kinds = [Kind::Prediction, Kind::Killer, Kind::Scenario, Kind::Milestone]
                    .map(|kind| (kind.word(), kind));
                let subjects: Vec<_> = parts
                    .list(Rule::choice_word)
                    .iter()
                    .map(|word| self.choose(word, "kind of node", &kinds))
                    .collect();
                Says::For(subjects.into_iter().collect::<Option<_>>()?)
            }
            Rule::relation => {
                let relation = self.relation(&keyword);
                let source = self.name(&parts.take(Rule::path)?);
                Says::Edge(self.edge(relation, source, parts)?)
            }
            Rule::exposure => {
                let symbols = parts.list(Rule::symbol).iter().map(|symbol| self.name(symbol)).collect();
                parts.take(Rule::weight_word);
                let weight = parts
                    .take(Rule::number)
                    .map(|pair| self.read(&pair, |words| Ratio::read_weight(words, true)));
                let weight = required(weight)?.map(|weight| weight.value);
                Says::Exposure { up: keyword.as_str() == "up", symbols, weight }
            }
            Rule::path_to_file => {
                let path = parts.take(Rule::file_path)?;
                Says::File(self.markdown_path(&path)?)
            }
            _ => return None,
        })
    }

    pub(super) fn row(&mut self, pair: Pair<'_, Rule>) -> Option<Says> {
        let mut parts = Parts::of(pair);
        let words = parts.list(Rule::state);
        let cells: Vec<_> = words
            .iter()
            .map(|word| self.choose(word, "state of a parent", &[("yes", true), ("no", false)]))
            .collect();
        let probability = self.read(&parts.take(Rule::number)?, Probability::read);
        Some(Says::Row { cells: cells.into_iter().collect::<Option<_>>()?, probability: probability? })
    }

    pub(super) fn relation(&self, pair: &Pair<'_, Rule>) -> Spanned<Relation> {
        let relation = match pair.as_str().split_whitespace().next() {
            Some("killed") => Relation::KilledBy,
            Some("moves") => Relation::MovesWith,
            _ => Relation::Needs,
        };
        Spanned::new(relation, self.span(pair))
    }

    pub(super) fn edge(
        &mut self,
        relation: Spanned<Relation>,
        source: Name,
        parts: &mut Parts<'_>,
    ) -> Option<Edge> {
        let mut effect = Parts::of(parts.take(Rule::effect)?);
        let effect = match effect.take(Rule::strength) {
            Some(strength) => self.strength(strength).map(Effect::Strength),
            None => self.numbers(&mut effect),
        };
        let lag = parts.take(Rule::lag).map(|lag| {
            let duration = lag.into_inner().nth(1)?;
            self.read(&duration, Duration::read)
        });
        let (text, link) = self.tail(parts)?;
        Some(Edge { relation, source, effect: effect?, lag: required(lag)?, text, link })
    }

    fn numbers(&mut self, parts: &mut Parts<'_>) -> Option<Effect> {
        let yes = self.read(&parts.take(Rule::number)?, Probability::read);
        parts.take(Rule::else_word)?;
        let no = self.read(&parts.take(Rule::number)?, Probability::read);
        Some(Effect::Numbers { yes: yes?, no: no? })
    }

    pub(super) fn strength(&mut self, pair: Pair<'_, Rule>) -> Option<Strength> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let direction = parts
            .take(Rule::for_word)
            .map(|word| Spanned::new(Direction::For, self.span(&word)))
            .or_else(|| {
                parts.take(Rule::against_word).map(|word| Spanned::new(Direction::Against, self.span(&word)))
            });
        let grade = parts.take(Rule::grade)?;
        let is_factor = grade
            .as_str()
            .strip_prefix('x')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let ratio = if is_factor {
            self.read(&grade, Ratio::read)
        } else {
            self.choose(&grade, "strength", &Ratio::GRADES)
        };
        Some(Strength { span, direction, ratio: ratio?.value })
    }

    /// A probability that a person states: never 0% or 100%.
    pub(super) fn uncertain(&mut self, pair: &Pair<'_, Rule>) -> Option<Spanned<Probability>> {
        let stated = self.read(pair, Probability::read)?;
        if !stated.value.is_certain() {
            return Some(stated);
        }
        let message = match pair.as_str() {
            "1" => "`1` is 100%, which leaves no room for doubt; one percent is `1%`".to_owned(),
            words => format!("`{words}` leaves no room for doubt"),
        };
        self.out.push(
            Diagnostic::new(Code::CertainProbability, stated.span, message)
                .why("no evidence can ever move what was certain; only edges and tables may be")
                .help("say how likely it is, or record the outcome in the journal with `resolved`"),
        );
        None
    }

    pub(super) fn periods(&mut self, pair: Pair<'_, Rule>) -> Option<Spanned<Window>> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let from = self.read(&parts.take(Rule::date)?, Period::read);
        parts.take(Rule::dots);
        let to = parts.take(Rule::date).map(|date| self.read(&date, Period::read));
        let to = required(to)?;
        let from = from?;
        let to = to.unwrap_or(from);
        if from.value.first > to.value.last {
            self.out.push(
                Diagnostic::new(
                    Code::ReversedWindow,
                    span,
                    format!("{} comes after {}", from.value, to.value),
                )
                .help(format!("write `{} .. {}`", to.value, from.value))
                .replace_with(format!("{} .. {}", to.value, from.value)),
            );
            return None;
        }
        Some(Spanned::new(Window { from: from.value, to: to.value }, span))
    }

    /// A tag or a domain: it becomes part of an address.
    fn slug(&mut self, pair: &Pair<'_, Rule>, also: &str) -> Option<Name> {
        if pair.as_str().chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c) || also.contains(c)) {
            return Some(self.name(pair));
        }
        let message = format!("`{}` has letters in it that addresses do not take", pair.as_str());
        self.out.push(
            Diagnostic::new(Code::MalformedId, self.span(pair), message)
                .help("ASCII letters, digits, `_` and `-`: it becomes part of an address"),
        );
        None
    }

    fn markdown_path(&mut self, pair: &Pair<'_, Rule>) -> Option<Name> {
        let path = pair.as_str();
        let is_markdown = path.to_ascii_lowercase().ends_with(".md");
        if is_inside_repository(path) && is_markdown {
            return Some(self.name(pair));
        }
        let message = format!("`{path}` is not the path of a Markdown file below the source folder");
        self.out.push(
            Diagnostic::new(Code::ForbiddenLink, self.span(pair), message)
                .help("a path such as `docs/margins.md`: no `..`, nothing hidden, `/` between folders"),
        );
        None
    }
}

fn count(words: &str) -> Result<u32, Refusal> {
    match words.parse() {
        Ok(number) if words.bytes().all(|byte| byte.is_ascii_digit()) => Ok(number),
        _ => Err(Refusal {
            code: Code::MalformedNumber,
            message: format!("`{words}` is no count"),
            help: Some("write a whole number".to_owned()),
            instead: None,
        }),
    }
}
