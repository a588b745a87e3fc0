//! What `--fail-on` asks for.

use crate::diagnostic::counted;
use crate::review::{BreachKind, Review};

/// Days after which a new line counts as dated back, if nobody says so.
pub(super) const LONG_AGO: i64 = 30;

/// Something that a review may find.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Condition {
    /// Lines of the journal were changed or removed.
    RewrittenHistory,
    /// A statement without a day was changed although facts have come.
    Restated,
    /// An assertion fails that did not.
    FailedAssert,
    /// A number moved by at least so many points.
    Moved(f64),
    /// A new line is dated more than so many days back.
    Backdated(i64),
}

impl Condition {
    /// From the words of the command line.
    pub(super) fn parse(words: &str) -> Result<Self, String> {
        let (name, value) = words.split_once('=').map_or((words, None), |(name, value)| (name, Some(value)));
        match (name, value) {
            ("rewritten-history", None) => Ok(Self::RewrittenHistory),
            ("restated", None) => Ok(Self::Restated),
            ("failed-assert", None) => Ok(Self::FailedAssert),
            ("moved", Some(points)) => super::points(points).map(Self::Moved),
            ("backdated", None) => Ok(Self::Backdated(LONG_AGO)),
            ("backdated", Some(days)) => {
                let days =
                    days.parse::<u32>().map_err(|_| "backdated=DAYS takes a number of days".to_owned());
                days.map(|days| Self::Backdated(i64::from(days)))
            }
            _ => {
                Err("one of rewritten-history, restated, failed-assert, moved=POINTS, backdated=DAYS"
                    .to_owned())
            }
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::RewrittenHistory => "rewritten-history",
            Self::Restated => "restated",
            Self::FailedAssert => "failed-assert",
            Self::Moved(_) => "moved",
            Self::Backdated(_) => "backdated",
        }
    }

    /// The days of `backdated`.
    pub(super) fn days(&self) -> Option<i64> {
        match self {
            Self::Backdated(days) => Some(*days),
            Self::RewrittenHistory | Self::Restated | Self::FailedAssert | Self::Moved(_) => None,
        }
    }

    /// What of it was found, in words.
    pub(super) fn found_in(&self, found: &Review) -> Option<String> {
        let breaches = |kinds: &[BreachKind]| {
            let all = found.integrity.iter().filter(|one| kinds.contains(&one.kind));
            let count = all.clone().count();
            all.clone().next().map(|first| format!("{}, of `{}` first", counted(count, "line"), first.id))
        };
        match self {
            Self::RewrittenHistory => breaches(&[BreachKind::Rewritten, BreachKind::Removed]),
            Self::Restated => breaches(&[BreachKind::Restated]),
            Self::Backdated(_) => breaches(&[BreachKind::Backdated]),
            Self::FailedAssert => {
                let fails = |word: &Option<String>| word.as_deref() == Some("fails");
                let turned = found.assertions.iter().filter(|one| fails(&one.after) && !fails(&one.before));
                let count = turned.count();
                (count > 0).then(|| counted(count, "assertion"))
            }
            Self::Moved(points) => {
                let far = |by: f64| (100.0 * by).abs() >= points - 1e-9;
                let moved = found.moves.iter().filter(|one| !one.is_settled && far(one.by));
                let first = moved.clone().next()?;
                let count = counted(moved.count(), "node");
                Some(format!("{count}, `{}` by {:+.1} points", first.id, 100.0 * first.by))
            }
        }
    }
}
