//! Random expressions as they are written: `and`, `or`, `not`, sums and products, over whatever atoms there are.
//!
//! Nothing is parsed here: a phrase is made, written, and told true or false by whoever knows its atoms.

use crate::laws::generate::Random;

/// Something that is true or false.
#[derive(Clone, Debug)]
pub(crate) enum Logic<A> {
    Is(A),
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
}

/// Something that is reckoned out.
#[derive(Clone, Debug)]
pub(crate) enum Sum<A> {
    Of(A),
    /// As it is written: `0.35` or `35%`.
    Number(String),
    Negative(Box<Self>),
    Both(Box<Self>, char, Box<Self>),
}

/// `<`, `<=`, `>`, `>=`, `=`, `!=`
pub(crate) type Mark = &'static str;

pub(crate) const MARKS: [Mark; 6] = ["<", "<=", ">", ">=", "=", "!="];

/// How two numbers compare whose difference is this.
pub(crate) fn is_so(difference: f64, mark: Mark) -> bool {
    let equal = difference.abs() <= 1e-9;
    match mark {
        "<" => difference < 0.0 && !equal,
        "<=" => difference < 0.0 || equal,
        ">" => difference > 0.0 && !equal,
        ">=" => difference > 0.0 || equal,
        "=" => equal,
        _ => !equal,
    }
}

impl<A> Logic<A> {
    /// At most `depth` deep.
    pub(crate) fn random(random: &mut Random, depth: usize, atom: &mut impl FnMut(&mut Random) -> A) -> Self {
        let kind = if depth == 0 { 0 } else { random.below(6) };
        let mut several = |random: &mut Random| {
            let count = random.between(2, 3);
            (0..count).map(|_| Self::random(random, depth - 1, atom)).collect()
        };
        match kind {
            0..=1 => Self::Is(atom(random)),
            2 => Self::Not(Box::new(Self::random(random, depth - 1, atom))),
            3 => Self::Or(several(random)),
            _ => Self::And(several(random)),
        }
    }

    /// With as few parentheses as may be, and now and then with some to spare.
    pub(crate) fn written(&self, random: &mut Random, atom: &impl Fn(&A, &mut Random) -> String) -> String {
        self.within(0, random, atom)
    }

    /// `tightness` is how tightly binds what stands around: nothing or `or` 0, `and` 1, `not` 2.
    fn within(
        &self,
        tightness: usize,
        random: &mut Random,
        atom: &impl Fn(&A, &mut Random) -> String,
    ) -> String {
        let mut joined = |all: &[Self], word: &str, inner| {
            let all: Vec<String> = all.iter().map(|one| one.within(inner, random, atom)).collect();
            all.join(word)
        };
        let (own, text) = match self {
            Self::Is(one) => (3, atom(one, random)),
            Self::Not(inner) => (2, format!("not {}", inner.within(2, random, atom))),
            Self::And(all) => (1, joined(all, " and ", 2)),
            Self::Or(all) => (0, joined(all, " or ", 1)),
        };
        match own < tightness || random.one_in(12) {
            true if random.one_in(6) => format!("(\n            {text})"),
            true => format!("({text})"),
            false => text,
        }
    }
}

impl<A> Sum<A> {
    pub(crate) fn random(
        random: &mut Random,
        depth: usize,
        atom: &mut impl FnMut(&mut Random) -> Self,
    ) -> Self {
        let kind = if depth == 0 { 0 } else { random.below(7) };
        match kind {
            0..=3 => atom(random),
            4 => Self::Negative(Box::new(Self::random(random, depth - 1, atom))),
            _ => {
                let [left, right] = [(); 2].map(|()| Box::new(Self::random(random, depth - 1, atom)));
                Self::Both(left, ['+', '-', '*', '/'][random.below(4)], right)
            }
        }
    }

    pub(crate) fn written(&self, random: &mut Random, atom: &impl Fn(&A, &mut Random) -> String) -> String {
        self.within(0, random, atom)
    }

    /// `tightness` is how tightly binds what stands around: `+` 1, `*` 2, a sign 3; one more right of a mark.
    fn within(
        &self,
        tightness: usize,
        random: &mut Random,
        atom: &impl Fn(&A, &mut Random) -> String,
    ) -> String {
        let (own, text) = match self {
            Self::Of(one) => (4, atom(one, random)),
            Self::Number(words) => (4, words.clone()),
            Self::Negative(inner) => (3, format!("-{}", inner.within(4, random, atom))),
            Self::Both(left, mark, right) => {
                let own = if matches!(mark, '+' | '-') { 1 } else { 2 };
                let left = left.within(own, random, atom);
                (own, format!("{left} {mark} {}", right.within(own + 1, random, atom)))
            }
        };
        if own < tightness || random.one_in(16) { format!("({text})") } else { text }
    }

    /// Whether there is an atom in it.
    pub(crate) fn has_atom(&self) -> bool {
        match self {
            Self::Of(_) => true,
            Self::Number(_) => false,
            Self::Negative(inner) => inner.has_atom(),
            Self::Both(left, _, right) => left.has_atom() || right.has_atom(),
        }
    }

    /// Whether it is a number by itself, and more than 1.
    pub(crate) fn is_large(&self) -> bool {
        matches!(self, Self::Number(words) if number(words) > 1.0)
    }
}

/// A number as it is written.
pub(crate) fn number(words: &str) -> f64 {
    match words.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().unwrap() / 100.0,
        None => words.parse().unwrap(),
    }
}
