//! Every diagnostic by its name: how grave it is, whether a network may change that, and in one line what it is.

/// How grave a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Stops a build.
    Error,
    /// Does not.
    Warning,
}

impl Severity {
    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($variant:ident $name:literal $severity:ident $fixed:literal $summary:literal;)*) => {
        /// The name of a diagnostic.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $summary] $variant,)* }

        impl Code {
            /// All of them, in the order of the manual.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// As it is written.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Unless the network says otherwise.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// Whether its level stays as it is: without it the model would not be sound.
            pub fn is_fixed(self) -> bool {
                match self { $(Self::$variant => $fixed == "fixed",)* }
            }

            /// What it is, in one line.
            pub fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary,)* }
            }

            /// Its page of the manual, as Markdown.
            pub fn page(self) -> &'static str {
                match self { $(Self::$variant => include_str!(concat!("explain/", $name, ".md")),)* }
            }
        }
    };
}

codes! {
    // Text
    SyntaxError "syntax-error" Error "fixed" "a line does not have the form that its first word asks for";
    UnknownWord "unknown-word" Error "fixed" "a word that the language does not know where it stands";
    MisplacedClause "misplaced-clause" Error "fixed" "a clause inside an item that does not take it";
    RepeatedClause "repeated-clause" Error "fixed" "a clause given twice that can be said once";
    ConflictingClauses "conflicting-clauses" Error "fixed" "two clauses of which only one can hold";
    MissingClause "missing-clause" Error "fixed" "an item lacks what it cannot be without";
    UnclosedBlock "unclosed-block" Error "fixed" "a block is opened with `{` and never closed";
    StrayBrace "stray-brace" Error "fixed" "a brace where none can be";
    UnclosedText "unclosed-text" Error "fixed" "a text begins with a quote and never ends";
    MalformedText "malformed-text" Error "fixed" "a text with an escape that does not exist";
    MalformedId "malformed-id" Error "fixed" "an id that is not written as ids are";
    MalformedNumber "malformed-number" Error "fixed" "a number that is not written as numbers are";
    OutOfRange "out-of-range" Error "fixed" "a number past its bounds";
    CertainProbability "certain-probability" Error "fixed" "0% or 100% where nothing is certain";
    MalformedDate "malformed-date" Error "fixed" "a date or duration that is not written as dates are";
    ImpossibleDate "impossible-date" Error "fixed" "a date that is in no calendar";
    ReversedWindow "reversed-window" Error "fixed" "a window that ends before it begins";
    ForbiddenLink "forbidden-link" Error "fixed" "a link of a kind that must not be published";
    ControlCharacter "control-character" Error "fixed" "a character that hides or reorders text";
    NotUtf8 "not-utf8" Error "fixed" "a file with bytes that are not UTF-8";
    TooLarge "too-large" Error "fixed" "something is larger than the limits allow";
    TooDeep "too-deep" Error "fixed" "blocks or parentheses are nested too deeply";
    // Names
    UnknownNode "unknown-node" Error "free" "an id that names no node";
    AmbiguousNode "ambiguous-node" Error "free" "an inner id alone, which several nodes have";
    UnknownMilestone "unknown-milestone" Error "free" "a journal line about a milestone that does not exist";
    UnknownPredictor "unknown-predictor" Error "free" "an id that names no predictor";
    UnknownClass "unknown-class" Error "free" "an id that names no reference class";
    UnknownField "unknown-field" Error "fixed" "a rule asks about something that items do not have";
    UnknownRule "unknown-rule" Error "fixed" "`badged` names no rule that gives a badge";
    UnknownCode "unknown-code" Error "free" "an `allow` or `lint` of a diagnostic that does not exist";
    UnknownMention "unknown-mention" Warning "free" "a `[[link]]` in a text that leads nowhere";
    DuplicateId "duplicate-id" Error "fixed" "two items with one id";
    CaseOnlyDifference "case-only-difference" Error "fixed" "two ids that differ in case alone";
    SecondNetwork "second-network" Error "fixed" "more than one `network`";
    LiveRedirect "live-redirect" Error "fixed" "a redirect from an id that is still in use";
    CyclicRedirects "cyclic-redirects" Error "fixed" "redirects that lead round in a circle";
    // Edges, tables and choices
    CyclicEdges "cyclic-edges" Error "fixed" "edges that lead round in a circle";
    SelfEdge "self-edge" Error "fixed" "an edge from a node to itself";
    DuplicateEdge "duplicate-edge" Error "fixed" "an edge given twice";
    ContradictoryEdge "contradictory-edge" Error "free" "numbers that say the contrary of the edge's kind";
    EdgeWithinChoice "edge-within-choice" Error "fixed" "an edge between two scenarios of one choice";
    TableAndEdges "table-and-edges" Error "fixed" "a node with a full table and edges or a level besides";
    IncompleteTable "incomplete-table" Error "fixed" "a table that lacks rows";
    RepeatedRow "repeated-row" Error "fixed" "a table with a row given twice";
    UnbalancedChoice "unbalanced-choice" Error "fixed" "a choice whose scenarios cannot sum to one";
    MissingProbability "missing-probability" Error "fixed" "a node about which nothing says how likely it is";
    ImpossibleLag "impossible-lag" Warning "free" "a source that comes too late to reach its target";
    TemplateNumbers "template-numbers" Warning "free" "edges that all carry the same numbers";
    // Numbers
    UnreachableLevel "unreachable-level" Error "fixed" "a probability that gates and facts leave no room for";
    IncoherentEdge "incoherent-edge" Warning "free" "an edge that the rest of the network contradicts";
    // Facts and time
    ImpossibleFacts "impossible-facts" Error "fixed" "facts that cannot all have happened";
    StatementAfterResolution "statement-after-resolution" Error "free" "a statement about a node already resolved";
    ContradictoryFacts "contradictory-facts" Error "free" "two facts that cannot both have happened";
    UnmatchedCorrection "unmatched-correction" Error "free" "a correction of a line that is not there";
    EarlyResolution "early-resolution" Warning "free" "a resolution before the window opens";
    FutureFact "future-fact" Warning "free" "a journal line dated after the day of the compile";
    BulkFacts "bulk-facts" Warning "free" "many outcomes recorded under one date";
    MilestoneOutsideWindow "milestone-outside-window" Warning "free" "a milestone that ends after its node's window";
    OverdueMilestone "overdue-milestone" Warning "free" "a milestone whose window is over and that has no outcome";
    OverduePrediction "overdue-prediction" Warning "free" "a prediction whose window is over and that has no outcome";
    StalePrediction "stale-prediction" Warning "free" "a prediction of which nothing new was said for long";
    MissingWindow "missing-window" Warning "free" "a prediction or milestone without a window";
    UnmeasuredPrediction "unmeasured-prediction" Warning "free" "a prediction that nothing can decide";
    // Assertions and rules
    MisusedValue "misused-value" Error "fixed" "a value where an expression has no use for its kind";
    CyclicRules "cyclic-rules" Error "fixed" "rules that ask about each other's badges in a circle";
    FailedAssertion "failed-assertion" Error "free" "an assertion that does not hold";
    UndecidedAssertion "undecided-assertion" Warning "free" "an assertion whose sampled numbers are too near to tell";
    UnansweredAssertion "unanswered-assertion" Warning "free" "an assertion about something that has no probability";
    RuleFails "rule-fails" Error "free" "an item that a rule with `fail` speaks of";
    RuleWarns "rule-warns" Warning "free" "an item that a rule with `warn` speaks of";
    // The rest
    UnusedPredictor "unused-predictor" Warning "free" "a predictor whom nothing names";
    UnusedClass "unused-class" Warning "free" "a reference class that nothing uses";
    MissingFile "missing-file" Error "free" "a document whose file is not there";
    PrivateName "private-name" Error "fixed" "a public text that names a private item";
    UnusedAllow "unused-allow" Warning "free" "an `allow` that silences nothing";
    FixedLevel "fixed-level" Error "fixed" "an `allow` or `lint` of an error that must stay one";
}

impl Code {
    /// Whether it is found among the numbers, and so only where they are worked out.
    pub(crate) fn is_about_numbers(self) -> bool {
        matches!(self, Self::UnreachableLevel | Self::IncoherentEdge | Self::ImpossibleFacts)
            || self.is_verdict()
    }

    /// Whether it is what the network's own assertions and rules say of the numbers: they stay as they are.
    pub(crate) fn is_verdict(self) -> bool {
        matches!(
            self,
            Self::FailedAssertion
                | Self::UndecidedAssertion
                | Self::UnansweredAssertion
                | Self::RuleFails
                | Self::RuleWarns
        )
    }

    /// The code of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}
