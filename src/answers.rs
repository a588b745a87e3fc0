//! Answers: what people ask of a forecast.
//!
//! A model and its forecast come in; values come out that commands print, pages show and reviews compare: how likely
//! something is given something else, what follows if a node comes true, why a number is what it is. Nothing here
//! knows how text is written, what a diagnostic is, or what time it is.

pub mod assertions;
pub mod coherence;
pub mod due;
pub mod elicit;
mod information;
pub mod memory;
pub mod past;
pub mod query;
pub mod reach;
pub mod rules;
pub mod score;
pub mod sensitivity;
pub mod watch;
pub mod whatif;
pub mod why;
