//! Sums of products of 16-bit numbers, for the processor at hand.
//!
//! This is the one module with `unsafe` code. The compiler does not find the shape that keeps the multipliers
//! busy (accumulators of a tile of outputs that stay in registers while the inputs pass by) by itself, and the
//! instructions for it are reached through `std::arch` alone. What has to be right for it to be sound is checked
//! in [`multiply`], the only way in: the features of the processor, and the lengths of all three slices.
//!
//! All kernels add whole numbers, so all give the same result to the last bit; a test compares them.

#![expect(unsafe_code, reason = "vector instructions; see above")]

/// Outputs that a panel of weights makes, and a tile has side by side.
pub const PANEL: usize = 32;

/// What the processor has, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// 512-bit dot products of 16-bit pairs (AVX-512 VNNI).
    Vnni,
    /// 512-bit vectors (AVX-512 BW).
    Avx512,
    /// 256-bit vectors.
    Avx2,
    /// What the compiler makes of plain loops: NEON and all others.
    Portable,
}

impl Level {
    const ALL: [Self; 4] = [Self::Vnni, Self::Avx512, Self::Avx2, Self::Portable];

    /// Every level that this processor has, the best first; never empty.
    #[must_use]
    pub fn available() -> Vec<Self> {
        Self::ALL.into_iter().filter(|level| level.is_available()).collect()
    }

    #[cfg(target_arch = "x86_64")]
    fn is_available(self) -> bool {
        let wide = || is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
        match self {
            Self::Vnni => wide() && is_x86_feature_detected!("avx512vnni"),
            Self::Avx512 => wide(),
            Self::Avx2 => is_x86_feature_detected!("avx2"),
            Self::Portable => true,
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn is_available(self) -> bool {
        self == Self::Portable
    }

    /// The best one.
    #[must_use]
    pub fn detect() -> Self {
        Self::available().first().copied().unwrap_or(Self::Portable)
    }
}

/// Where the inputs of an output lie, in numbers (not bytes).
#[derive(Debug, Clone, Copy)]
pub struct Walk {
    /// From the inputs of one row of outputs to those of the next.
    pub row: usize,
    /// Runs of inputs that an output is made of.
    pub taps: usize,
    /// From one run to the next.
    pub tap: usize,
    /// Length of a run; even.
    pub inputs: usize,
}

impl Walk {
    /// Numbers of weights in a panel.
    pub fn panel(&self) -> usize {
        self.taps * self.inputs * PANEL
    }

    /// Numbers of inputs that `rows` rows reach.
    fn reach(&self, rows: usize) -> usize {
        match rows {
            0 => 0,
            _ => (rows - 1) * self.row + (self.taps - 1) * self.tap + self.inputs,
        }
    }
}

/// `sums[row][output] = Σ inputs × weights`, wrapping. `weights` is a panel: for each tap and each pair of its
/// inputs, [`PANEL`] outputs' two weights.
///
/// # Panics
/// When a slice is too short, or the processor lacks `level`.
pub fn multiply(level: Level, walk: Walk, inputs: &[i16], weights: &[i16], sums: &mut [i32]) {
    let rows = sums.len() / PANEL;
    assert!(walk.taps > 0 && walk.inputs.is_multiple_of(2), "an empty or odd walk");
    assert!(weights.len() >= walk.panel() && inputs.len() >= walk.reach(rows), "a walk past the end");
    assert!(level.is_available(), "a processor without {level:?}");
    let mut row = 0;
    while row < rows {
        let done = match level {
            #[cfg(target_arch = "x86_64")]
            Level::Vnni | Level::Avx512 | Level::Avx2 => {
                x86::tiles(level, walk, &inputs[row * walk.row..], weights, &mut sums[row * PANEL..])
            }
            _ => portable(walk, &inputs[row * walk.row..], weights, &mut sums[row * PANEL..]),
        };
        row += done;
    }
}

/// One row.
fn portable(walk: Walk, inputs: &[i16], weights: &[i16], sums: &mut [i32]) -> usize {
    let mut totals = [0i32; PANEL];
    let mut panels = weights.chunks_exact(2 * PANEL);
    for tap in 0..walk.taps {
        let run = &inputs[tap * walk.tap..][..walk.inputs];
        for (pair, weights) in run.chunks_exact(2).zip(&mut panels) {
            let (first, second) = (i32::from(pair[0]), i32::from(pair[1]));
            for (total, weights) in totals.iter_mut().zip(weights.chunks_exact(2)) {
                let product = first * i32::from(weights[0]) + second * i32::from(weights[1]);
                *total = total.wrapping_add(product);
            }
        }
    }
    sums[..PANEL].copy_from_slice(&totals);
    1
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m256i, __m512i, _mm256_add_epi32, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_set1_epi32,
        _mm256_setzero_si256, _mm256_storeu_si256, _mm512_add_epi32, _mm512_dpwssd_epi32, _mm512_loadu_si512,
        _mm512_madd_epi16, _mm512_set1_epi32, _mm512_setzero_si512, _mm512_storeu_si512,
    };

    use super::{Level, PANEL, Walk};

    /// As many rows as a tile has, or as are left; returns how many. The caller has checked all lengths for all
    /// rows of `sums`, and the processor.
    pub fn tiles(level: Level, walk: Walk, inputs: &[i16], weights: &[i16], sums: &mut [i32]) -> usize {
        let left = sums.len() / PANEL;
        let (a, w, out) = (inputs.as_ptr(), weights.as_ptr(), sums.as_mut_ptr());
        macro_rules! rows {
            ($tile:ident, $($count:literal)*) => {
                match left {
                    // SAFETY: the caller checked that these rows' inputs, the panel and these sums exist.
                    $($count => { unsafe { $tile::<$count>(walk, a, w, out) }; $count })*
                    // SAFETY: as above; more rows than a tile's are left.
                    _ => { unsafe { $tile::<{ LARGEST }>(walk, a, w, out) }; LARGEST }
                }
            };
        }
        match level {
            Level::Vnni => {
                const LARGEST: usize = 12;
                rows!(vnni, 1 2 3 4 5 6 7 8 9 10 11)
            }
            Level::Avx512 => {
                const LARGEST: usize = 12;
                rows!(avx512, 1 2 3 4 5 6 7 8 9 10 11)
            }
            _ => {
                const LARGEST: usize = 6;
                rows!(avx2, 1 2 3 4 5)
            }
        }
    }

    /// Two neighbouring inputs, as the 32 bits that are laid beside every output's weights.
    ///
    /// # Safety
    /// `at` and the number behind it can be read.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "part of an inner loop")]
    unsafe fn pair(at: *const i16) -> i32 {
        // SAFETY: the caller's.
        unsafe { at.cast::<i32>().read_unaligned() }
    }

    macro_rules! wide {
        ($name:ident, $features:literal, $step:expr) => {
            /// # Safety
            /// The processor has the features, `R` rows of inputs, the panel and `R` rows of sums exist.
            #[target_feature(enable = $features)]
            unsafe fn $name<const R: usize>(
                walk: Walk,
                inputs: *const i16,
                weights: *const i16,
                sums: *mut i32,
            ) {
                let mut totals = [[_mm512_setzero_si512(); 2]; R];
                let mut weights = weights;
                let step = $step;
                for tap in 0..walk.taps {
                    // SAFETY: within what the caller vouches for, as are all places below.
                    let mut at = unsafe { inputs.add(tap * walk.tap) };
                    for _ in 0..walk.inputs / 2 {
                        // SAFETY: as above.
                        let (low, high) = unsafe {
                            (
                                _mm512_loadu_si512(weights.cast()),
                                _mm512_loadu_si512(weights.add(PANEL).cast()),
                            )
                        };
                        for (row, totals) in totals.iter_mut().enumerate() {
                            // SAFETY: as above.
                            let both = _mm512_set1_epi32(unsafe { pair(at.add(row * walk.row)) });
                            totals[0] = step(totals[0], both, low);
                            totals[1] = step(totals[1], both, high);
                        }
                        // SAFETY: one past the end at most.
                        (at, weights) = unsafe { (at.add(2), weights.add(2 * PANEL)) };
                    }
                }
                for (row, totals) in totals.iter().enumerate() {
                    // SAFETY: as above.
                    unsafe {
                        _mm512_storeu_si512(sums.add(row * PANEL).cast(), totals[0]);
                        _mm512_storeu_si512(sums.add(row * PANEL + PANEL / 2).cast(), totals[1]);
                    }
                }
            }
        };
    }

    wide!(vnni, "avx512f,avx512bw,avx512vnni", |sum: __m512i, a, b| _mm512_dpwssd_epi32(sum, a, b));
    wide!(avx512, "avx512f,avx512bw", |sum: __m512i, a, b| _mm512_add_epi32(sum, _mm512_madd_epi16(a, b)));

    /// # Safety
    /// The processor has the feature, `R` rows of inputs, the panel and `R` rows of sums exist.
    #[target_feature(enable = "avx2")]
    unsafe fn avx2<const R: usize>(walk: Walk, inputs: *const i16, weights: *const i16, sums: *mut i32) {
        const LANES: usize = 8;
        for half in 0..2 {
            let mut totals: [[__m256i; 2]; R] = [[_mm256_setzero_si256(); 2]; R];
            // SAFETY: within what the caller vouches for, as are all places below.
            let mut weights = unsafe { weights.add(half * PANEL) };
            for tap in 0..walk.taps {
                // SAFETY: as above.
                let mut at = unsafe { inputs.add(tap * walk.tap) };
                for _ in 0..walk.inputs / 2 {
                    // SAFETY: as above.
                    let (low, high) = unsafe {
                        (
                            _mm256_loadu_si256(weights.cast()),
                            _mm256_loadu_si256(weights.add(2 * LANES).cast()),
                        )
                    };
                    for (row, totals) in totals.iter_mut().enumerate() {
                        // SAFETY: as above.
                        let both = _mm256_set1_epi32(unsafe { pair(at.add(row * walk.row)) });
                        totals[0] = _mm256_add_epi32(totals[0], _mm256_madd_epi16(both, low));
                        totals[1] = _mm256_add_epi32(totals[1], _mm256_madd_epi16(both, high));
                    }
                    // SAFETY: not used once past the end of the panel.
                    (at, weights) = (at.wrapping_add(2), weights.wrapping_add(2 * PANEL));
                }
            }
            for (row, totals) in totals.iter().enumerate() {
                // SAFETY: as above.
                unsafe {
                    let sums = sums.add(row * PANEL + half * PANEL / 2);
                    _mm256_storeu_si256(sums.cast(), totals[0]);
                    _mm256_storeu_si256(sums.add(LANES).cast(), totals[1]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without a pattern, from −`most` to `most`.
    fn numbers(count: usize, most: i64, seed: u64) -> Vec<i16> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33).cast_signed().rem_euclid(2 * most + 1) - most
        };
        (0..count).map(|_| next() as i16).collect()
    }

    /// By the definition, in 64 bits.
    fn plain(walk: Walk, inputs: &[i16], weights: &[i16], rows: usize) -> Vec<i32> {
        let mut sums = Vec::new();
        for row in 0..rows {
            for output in 0..PANEL {
                let term = |k: usize| {
                    let input = inputs[row * walk.row + k / walk.inputs * walk.tap + k % walk.inputs];
                    i64::from(input) * i64::from(weights[k / 2 * 2 * PANEL + 2 * output + k % 2])
                };
                sums.push((0..walk.taps * walk.inputs).map(term).sum::<i64>() as i32);
            }
        }
        sums
    }

    #[test]
    fn every_kernel_is_exact() {
        for (taps, tap, inputs, row) in
            [(1, 0, 2, 2), (1, 0, 128, 128), (3, 64, 64, 64), (11, 110, 22, 22), (12, 6, 6, 36)]
        {
            let walk = Walk { row, taps, tap, inputs };
            for rows in [1, 2, 5, 6, 7, 11, 12, 13, 25, 40] {
                let values = numbers(walk.reach(rows), 32_767, 7);
                let weights = numbers(walk.panel(), 127, 9);
                let expected = plain(walk, &values, &weights, rows);
                for level in Level::available() {
                    let mut sums = vec![-1; rows * PANEL];
                    multiply(level, walk, &values, &weights, &mut sums);
                    assert_eq!(sums, expected, "{level:?}, {walk:?}, {rows} rows");
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "a walk past the end")]
    fn a_walk_past_the_end_is_refused() {
        let walk = Walk { row: 2, taps: 2, tap: 4, inputs: 2 };
        multiply(Level::detect(), walk, &[0; 7], &[0; 128], &mut [0; 2 * PANEL]);
    }
}
