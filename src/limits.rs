//! How much is too much. Compiled in: a file of the network can never raise a limit.

/// Bytes of one `.pred` file.
pub const FILE_BYTES: u64 = 4 << 20;
/// Bytes of one Markdown document.
pub const DOCUMENT_BYTES: u64 = 1 << 20;
/// Bytes of all files together.
pub const TOTAL_BYTES: u64 = 256 << 20;
/// Number of files.
pub const FILES: usize = 20_000;
/// Bytes of one line.
pub const LINE_BYTES: usize = 64 << 10;
/// Blocks or parentheses inside each other.
pub const DEPTH: usize = 64;
/// Items of the whole network.
pub const ITEMS: usize = 250_000;
/// Edges of the whole network.
pub const EDGES: usize = 1_000_000;
/// Edges that may end in one node.
pub const PARENTS: usize = 1_024;
/// Parents of a full table: it has two to this power rows.
pub const TABLE_PARENTS: usize = 12;
/// Bytes of an id.
pub const ID_BYTES: usize = 64;
/// Characters of a title.
pub const TITLE_CHARS: usize = 300;
/// Bytes of a link.
pub const LINK_BYTES: usize = 2 << 10;
/// Bytes of a text.
pub const TEXT_BYTES: usize = 128 << 10;
/// Faults reported of one file; a file with more is not what it seems to be.
pub const FAULTS_PER_FILE: usize = 1_000;
/// Faults shown on a terminal or as annotations.
pub const FAULTS_SHOWN: usize = 100;
