//! Arithmetic on 64 worlds at a time, and random numbers that belong to a node and a world.
//!
//! Every loop runs over an array of 64 numbers, in an order that no processor changes, and nothing is fused: the
//! same bytes come out with vectors of any width.
#![expect(clippy::indexing_slicing, reason = "every loop runs to WIDTH, the length of every array of lanes")]

use super::super::number::mix;

/// How many worlds a block has: one bit each in a word.
pub(super) const WIDTH: usize = 64;

/// A number for each world of a block.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Lanes(pub(super) [f32; WIDTH]);

impl Lanes {
    pub(super) const ONE: Self = Self([1.0; WIDTH]);
    pub(super) const ZERO: Self = Self([0.0; WIDTH]);

    #[inline(always)]
    pub(super) fn splat(x: f32) -> Self {
        Self([x; WIDTH])
    }

    /// The worlds in which this is below the other.
    #[inline(always)]
    pub(super) fn below(&self, other: &Self) -> u64 {
        let mut bits = 0;
        for l in 0..WIDTH {
            bits |= u64::from(self.0[l] < other.0[l]) << l;
        }
        bits
    }

    /// The worlds in which this is zero or less.
    #[inline(always)]
    pub(super) fn vanishing(&self) -> u64 {
        let mut bits = 0;
        for l in 0..WIDTH {
            bits |= u64::from(self.0[l] <= 0.0) << l;
        }
        bits
    }

    /// Multiplies by `up` and `down` in the worlds given.
    #[inline(always)]
    pub(super) fn scale(&mut self, up: u64, factor: f32, down: u64, inverse: f32) {
        for l in 0..WIDTH {
            let by = if (up >> l) & 1 != 0 { factor } else { 1.0 };
            let by = if (down >> l) & 1 != 0 { inverse } else { by };
            self.0[l] *= by;
        }
    }

    #[inline(always)]
    pub(super) fn scale_where(&mut self, bits: u64, factor: f32) {
        for l in 0..WIDTH {
            self.0[l] *= if (bits >> l) & 1 != 0 { factor } else { 1.0 };
        }
    }

    /// The other in the worlds given, this elsewhere.
    #[inline(always)]
    pub(super) fn replace_where(&mut self, bits: u64, other: &Self) {
        // Mixed bit by bit: with a condition they would be loaded one by one.
        for l in 0..WIDTH {
            let take = (((bits >> l) & 1) as u32).wrapping_neg();
            self.0[l] = f32::from_bits(other.0[l].to_bits() & take | self.0[l].to_bits() & !take);
        }
    }

    #[inline(always)]
    pub(super) fn set_where(&mut self, bits: u64, value: f32) {
        for l in 0..WIDTH {
            self.0[l] = if (bits >> l) & 1 != 0 { value } else { self.0[l] };
        }
    }

    /// One minus it.
    #[inline(always)]
    pub(super) fn complement(&mut self) {
        for l in 0..WIDTH {
            self.0[l] = 1.0 - self.0[l];
        }
    }

    #[inline(always)]
    pub(super) fn times(&mut self, other: &Self) {
        for l in 0..WIDTH {
            self.0[l] *= other.0[l];
        }
    }

    #[inline(always)]
    pub(super) fn plus(&mut self, other: &Self) {
        for l in 0..WIDTH {
            self.0[l] += other.0[l];
        }
    }

    #[inline(always)]
    pub(super) fn less(&mut self, other: &Self) {
        for l in 0..WIDTH {
            self.0[l] -= other.0[l];
        }
    }

    #[inline(always)]
    pub(super) fn over(&mut self, other: &Self) {
        for l in 0..WIDTH {
            self.0[l] /= other.0[l];
        }
    }

    /// P(false) of odds.
    #[inline(always)]
    pub(super) fn no(&self) -> Self {
        let mut no = *self;
        for l in 0..WIDTH {
            no.0[l] = 1.0 / (1.0 + self.0[l]);
        }
        no
    }

    /// P(true) of odds; exact to the last bits for small odds.
    #[inline(always)]
    pub(super) fn yes(&self) -> Self {
        let mut yes = *self;
        for l in 0..WIDTH {
            yes.0[l] = self.0[l] / (1.0 + self.0[l]);
        }
        yes
    }

    /// P(true) of odds, and how fast that grows with their logarithm.
    #[inline(always)]
    pub(super) fn yes_and_slope(&self) -> [Self; 2] {
        let (mut yes, mut slope) = (*self, *self);
        for l in 0..WIDTH {
            let no = 1.0 / (1.0 + self.0[l]);
            yes.0[l] = self.0[l] * no;
            slope.0[l] = yes.0[l] * no;
        }
        [yes, slope]
    }

    /// P(true) of odds that may be infinite.
    #[inline(always)]
    pub(super) fn share(&self) -> Self {
        let mut share = *self;
        for l in 0..WIDTH {
            share.0[l] = 1.0 - 1.0 / (1.0 + self.0[l]);
        }
        share
    }

    /// The numbers that made these states from shares `yes`: below the share where true, above it where not.
    #[inline(always)]
    pub(super) fn held(&self, bits: u64, yes: &Self) -> Self {
        let mut held = *self;
        for l in 0..WIDTH {
            let (u, q) = (self.0[l], yes.0[l]);
            held.0[l] = if (bits >> l) & 1 != 0 { u * q } else { q + u * (1.0 - q) };
        }
        held
    }

    /// The states that the numbers make which made these states from odds `old`, now with odds `new`. With shares
    /// q = e / (1 + e) the number was u·q or q + u·(1 − q), and is now compared with the new share; both sides
    /// are multiplied out, since divisions are slow.
    #[inline(always)]
    pub(super) fn follow(&self, bits: u64, old: &Self, new: &Self) -> u64 {
        let mut turned = 0;
        for l in 0..WIDTH {
            let (u, e, f) = (self.0[l], old.0[l], new.0[l]);
            let held = if (bits >> l) & 1 != 0 { u * e } else { e + u };
            turned |= u64::from(held * (1.0 + f) < f * (1.0 + e)) << l;
        }
        turned
    }

    /// The weighted sum, added up in sixteen fixed columns.
    #[inline(always)]
    pub(super) fn dot(&self, weight: &Self) -> f64 {
        let mut columns = [0.0_f32; 16];
        for row in 0..WIDTH / 16 {
            for (l, column) in columns.iter_mut().enumerate() {
                *column += self.0[16 * row + l] * weight.0[16 * row + l];
            }
        }
        columns.iter().map(|column| f64::from(*column)).sum()
    }

    /// The sum over the worlds given, added up in sixteen fixed columns.
    #[inline(always)]
    pub(super) fn sum_where(&self, bits: u64) -> f64 {
        let mut columns = [0.0_f32; 16];
        for row in 0..WIDTH / 16 {
            for (l, column) in columns.iter_mut().enumerate() {
                let counts = (bits >> (16 * row + l)) & 1 != 0;
                *column += if counts { self.0[16 * row + l] } else { 0.0 };
            }
        }
        columns.iter().map(|column| f64::from(*column)).sum()
    }
}

/// A quotient of long products. Powers of two are split off before a product leaves the range of its type.
pub(super) struct Tally {
    pub(super) yes: Lanes,
    pub(super) no: Lanes,
    exponent: [i32; WIDTH],
}

impl Tally {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self { yes: Lanes::ONE, no: Lanes::ONE, exponent: [0; WIDTH] }
    }

    /// What a child says about a parent: with running odds e of the child, P(child | parent true) and
    /// P(child | parent false) are in the ratio w^child · (1 + e₀) / (1 + e₁), where e₁ = w·e₀.
    #[inline(always)]
    pub(super) fn child(&mut self, odds: &Lanes, parent: u64, child: u64, factor: f32, inverse: f32) {
        for l in 0..WIDTH {
            let without = if (parent >> l) & 1 != 0 { odds.0[l] * inverse } else { odds.0[l] };
            let with = without * factor;
            let by = if (child >> l) & 1 != 0 { factor } else { 1.0 };
            self.yes.0[l] = (self.yes.0[l] + self.yes.0[l] * without) * by;
            self.no.0[l] += self.no.0[l] * with;
        }
    }

    /// The same, except for the worlds in which gates alone decide about the child.
    #[inline(always)]
    pub(super) fn gated_child(
        &mut self,
        odds: &Lanes,
        parent: u64,
        child: u64,
        (factor, inverse): (f32, f32),
        decided: u64,
    ) {
        for l in 0..WIDTH {
            let without = if (parent >> l) & 1 != 0 { odds.0[l] * inverse } else { odds.0[l] };
            let with = without * factor;
            let by = if (child >> l) & 1 != 0 { factor } else { 1.0 };
            let free = (decided >> l) & 1 == 0;
            self.yes.0[l] *= if free { (1.0 + without) * by } else { 1.0 };
            self.no.0[l] *= if free { 1.0 + with } else { 1.0 };
        }
    }

    /// Moves the powers of two of both products into the exponent. Zeros become tiny; who divides by zero has
    /// to know it by other means.
    #[inline(always)]
    pub(super) fn renormalize(&mut self) {
        for l in 0..WIDTH {
            let (yes, no) = (self.yes.0[l].to_bits(), self.no.0[l].to_bits());
            self.exponent[l] += (yes >> 23) as i32 - (no >> 23) as i32;
            self.yes.0[l] = f32::from_bits((yes & 0x007F_FFFF) | 0x3F80_0000);
            self.no.0[l] = f32::from_bits((no & 0x007F_FFFF) | 0x3F80_0000);
        }
    }

    /// The quotient, held between 2⁻¹⁰⁰ and 2¹⁰⁰.
    #[inline(always)]
    pub(super) fn quotient(&mut self) -> Lanes {
        self.renormalize();
        self.scaled(&[0; WIDTH])
    }

    /// The quotient where nothing was split off.
    #[inline(always)]
    pub(super) fn plain_quotient(&self) -> Lanes {
        let mut quotient = self.yes;
        quotient.over(&self.no);
        quotient
    }

    /// The quotient divided by powers of two that are given.
    #[inline(always)]
    pub(super) fn scaled(&self, exponents: &[i32; WIDTH]) -> Lanes {
        let mut quotient = self.yes;
        for (l, other) in exponents.iter().enumerate() {
            let exponent = self.exponent[l].saturating_sub(*other).clamp(-100, 100);
            let power = f32::from_bits(((exponent + 127) as u32) << 23);
            quotient.0[l] = self.yes.0[l] / self.no.0[l] * power;
        }
        quotient
    }

    /// Raises the exponents given to those of this, where this is greater and not impossible.
    #[inline(always)]
    pub(super) fn raise(&self, exponents: &mut [i32; WIDTH], impossible: u64) {
        for (l, greatest) in exponents.iter_mut().enumerate() {
            let possible = (impossible >> l) & 1 == 0;
            *greatest = if possible { (*greatest).max(self.exponent[l]) } else { *greatest };
        }
    }
}

/// What a random number is for; together with a node, a world and the time it names the number.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Calibrate = 1,
    Sweep,
    Forward,
    Absorb,
    Turn,
    Accept,
    Pick,
    Resample,
}

/// The name of 2³² random numbers, one for each world.
#[derive(Clone, Copy)]
pub(super) struct Draw(u32, u32);

impl Draw {
    #[inline(always)]
    pub(super) fn new(seed: u64, node: u64, time: u64, purpose: Purpose) -> Self {
        let z = mix(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ node);
        let z = mix(z ^ time.wrapping_mul(0xD1B5_4A32_D192_ED03) ^ ((purpose as u64) << 56));
        Self(z as u32, (z >> 32) as u32)
    }

    /// A number in 0..1, never 0 or 1.
    pub(super) fn one(self) -> f64 {
        let bits = (u64::from(self.0) << 21) ^ u64::from(self.1 >> 11);
        (bits as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Numbers in 0..1, never 0 or 1, for the worlds from the given one on.
    #[inline(always)]
    pub(super) fn worlds(self, first: u32) -> Lanes {
        let mut out = Lanes::ZERO;
        for l in 0..WIDTH {
            // Two rounds of a 32-bit finalizer, the second half of the name mixed in between.
            let h = (first + l as u32) ^ self.0;
            let h = (h ^ (h >> 16)).wrapping_mul(0x7FEB_352D);
            let h = (h ^ (h >> 15)).wrapping_add(self.1).wrapping_mul(0x846C_A68B);
            let h = (h ^ (h >> 16)) >> 9;
            out.0[l] = (h as i32 as f32 + 0.5) * (1.0 / 8_388_608.0);
        }
        out
    }
}

/// The kernels, compiled for wider vectors too; which one runs changes no bit of what comes out.
macro_rules! vectorized {
    ($($item:item)*) => { $(
        #[multiversion::multiversion(targets(
            "x86_64+avx2+avx512f+avx512bw+avx512dq+avx512vl",
            "x86_64+avx2",
        ))]
        $item
    )* };
}
pub(in crate::forecast) use vectorized;
