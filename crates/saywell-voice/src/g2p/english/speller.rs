//! Pronounces words that no dictionary has, letter by letter: a small network that has learned English
//! spelling.
//!
//! A transformer encoder over characters (4 layers, width 128, 4 heads, normalization first). For each
//! character it writes a few slots, each a phoneme or a blank; repeats are collapsed and blanks dropped
//! (connectionist temporal classification).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use multiversion::multiversion;

use super::Accent;
use super::tables::{
    BRITISH_SPELLER, BRITISH_SPELLER_LENGTH, BRITISH_SPELLER_LETTERS, BRITISH_SPELLER_PHONEMES,
    BRITISH_SPELLER_SLOTS, SPELLER, SPELLER_LENGTH, SPELLER_LETTERS, SPELLER_PHONEMES, SPELLER_SLOTS,
};
use crate::math;
use crate::onnx::{OnnxError, Weights};

const WIDTH: usize = 128;
const HIDDEN: usize = 384;
const HEADS: usize = 4;
const HEAD_WIDTH: usize = WIDTH / HEADS;
const LAYERS: usize = 4;
/// Both accents' networks have one shape.
const _: () = assert!(SPELLER_SLOTS == BRITISH_SPELLER_SLOTS && SPELLER_LENGTH == BRITISH_SPELLER_LENGTH);
/// A word is read in pieces of [`SPELLER_LENGTH`] letters, and no further than this many pieces.
const PIECES: usize = 5;
/// Words remembered.
const REMEMBERED: usize = 4096;

/// The network, with the words it has read lately.
pub struct Speller {
    /// The characters it reads, in order.
    alphabet: &'static [char],
    /// The phonemes it writes: for each slot of a character one of them, or the blank before them.
    sounds: &'static [char],
    letters: Vec<f32>,
    positions: Vec<f32>,
    layers: Vec<Layer>,
    norm: Norm,
    head: Linear,
    remembered: Mutex<HashMap<String, String>>,
}

impl Speller {
    /// The network that spells in `accent`.
    pub fn load(accent: Accent) -> Result<Self, OnnxError> {
        let (file, alphabet, sounds) = match accent {
            Accent::American => (SPELLER, SPELLER_LETTERS, SPELLER_PHONEMES),
            Accent::British => (BRITISH_SPELLER, BRITISH_SPELLER_LETTERS, BRITISH_SPELLER_PHONEMES),
        };
        let weights = Weights::parse(file)?;
        let outputs = SPELLER_SLOTS * (sounds.len() + 1);
        Ok(Self {
            alphabet,
            sounds,
            letters: weights.floats("m.emb.weight", &[alphabet.len() + 1, WIDTH])?,
            positions: weights.floats("m.pos", &[SPELLER_LENGTH, WIDTH])?,
            layers: (0..LAYERS).map(|index| Layer::load(&weights, index)).collect::<Result<_, _>>()?,
            norm: Norm::load(&weights, "m.norm")?,
            head: Linear::load(&weights, "m.head.bias", "onnx::MatMul_534", [WIDTH, outputs])?,
            remembered: Mutex::default(),
        })
    }

    /// The phonemes of `word`. Characters that the network does not know are passed over.
    pub fn spell(&self, word: &str) -> String {
        let remembered = || self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(phonemes) = remembered().get(word) {
            return phonemes.clone();
        }
        let ids: Vec<usize> = word
            .chars()
            .filter_map(|letter| self.alphabet.binary_search(&letter).ok())
            .take(PIECES * SPELLER_LENGTH)
            .collect();
        let phonemes: String = ids.chunks(SPELLER_LENGTH).map(|piece| self.read(piece)).collect();
        let mut remembered = remembered();
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(word.to_owned(), phonemes.clone());
        phonemes
    }

    /// The phonemes of at most [`SPELLER_LENGTH`] letters, given by their places in the alphabet.
    fn read(&self, letters: &[usize]) -> String {
        let mut state = Vec::with_capacity(letters.len() * WIDTH);
        for (letter, position) in letters.iter().zip(self.positions.chunks_exact(WIDTH)) {
            let embedding = self.letters.chunks_exact(WIDTH).nth(letter + 1).unwrap_or_default();
            state.extend(embedding.iter().zip(position).map(|(a, b)| a + b));
        }
        for layer in &self.layers {
            layer.apply(&mut state);
        }
        let outputs = self.head.apply(&self.norm.apply(&state));
        let mut phonemes = String::new();
        let mut last = 0;
        for slot in outputs.chunks_exact(self.sounds.len() + 1) {
            let best = slot.iter().enumerate().rev().max_by(|(_, a), (_, b)| a.total_cmp(b));
            let best = best.map_or(0, |(index, _)| index);
            if best != last && best > 0 {
                phonemes.extend(self.sounds.get(best - 1));
            }
            last = best;
        }
        phonemes
    }
}

struct Layer {
    before_attention: Norm,
    /// Queries, keys and values side by side.
    projections: Linear,
    joined: Linear,
    before_hidden: Norm,
    widen: Linear,
    narrow: Linear,
}

impl Layer {
    fn load(weights: &Weights<'_>, index: usize) -> Result<Self, OnnxError> {
        // The exporter numbered the matrices: eleven from one layer to the next.
        let matrix = |place: usize| format!("onnx::MatMul_{}", place + 11 * index);
        let part = |name: &str| format!("m.layers.{index}.{name}");
        let linear = |bias: &str, place, shape| Linear::load(weights, &part(bias), &matrix(place), shape);
        Ok(Self {
            before_attention: Norm::load(weights, &part("norm1"))?,
            projections: linear("self_attn.in_proj_bias", 490, [WIDTH, 3 * WIDTH])?,
            joined: linear("self_attn.out_proj.bias", 498, [WIDTH, WIDTH])?,
            before_hidden: Norm::load(weights, &part("norm2"))?,
            widen: linear("linear1.bias", 499, [WIDTH, HIDDEN])?,
            narrow: linear("linear2.bias", 500, [HIDDEN, WIDTH])?,
        })
    }

    fn apply(&self, state: &mut [f32]) {
        let attended = attend(&self.projections.apply(&self.before_attention.apply(state)));
        add(state, &self.joined.apply(&attended));
        let mut hidden = self.widen.apply(&self.before_hidden.apply(state));
        gelu(&mut hidden);
        add(state, &self.narrow.apply(&hidden));
    }
}

/// Each place looks at every place: softmax(q · k / √width) weighs the values.
fn attend(projections: &[f32]) -> Vec<f32> {
    let places: Vec<&[f32]> = projections.chunks_exact(3 * WIDTH).collect();
    let mut attended = vec![0.0; places.len() * WIDTH];
    let mut scores = vec![0.0; places.len()];
    for (query, out) in places.iter().zip(attended.chunks_exact_mut(WIDTH)) {
        for (head, out) in out.chunks_exact_mut(HEAD_WIDTH).enumerate() {
            let part = |place: &&[f32], which: usize| {
                let start = which * WIDTH + head * HEAD_WIDTH;
                place.get(start..start + HEAD_WIDTH).unwrap_or_default().to_vec()
            };
            let q = part(query, 0);
            for (score, place) in scores.iter_mut().zip(&places) {
                let dot: f32 = q.iter().zip(part(place, 1)).map(|(a, b)| a * b).sum();
                *score = dot / (HEAD_WIDTH as f32).sqrt();
            }
            let most = scores.iter().copied().fold(f32::MIN, f32::max);
            for score in &mut scores {
                *score = (*score - most).exp();
            }
            let total: f32 = scores.iter().sum();
            for (score, place) in scores.iter().zip(&places) {
                for (out, value) in out.iter_mut().zip(part(place, 2)) {
                    *out += score / total * value;
                }
            }
        }
    }
    attended
}

/// Mean 0 and variance 1 across each row, then scaled and shifted.
struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Norm {
    fn load(weights: &Weights<'_>, name: &str) -> Result<Self, OnnxError> {
        let part = |part: &str| weights.floats(&format!("{name}.{part}"), &[WIDTH]);
        Ok(Self { weight: part("weight")?, bias: part("bias")? })
    }

    fn apply(&self, rows: &[f32]) -> Vec<f32> {
        const EPSILON: f32 = 1e-5;
        let mut out = Vec::with_capacity(rows.len());
        for row in rows.chunks_exact(WIDTH) {
            let mean = row.iter().sum::<f32>() / WIDTH as f32;
            let variance =
                row.iter().map(|value| (value - mean) * (value - mean)).sum::<f32>() / WIDTH as f32;
            let scale = 1.0 / (variance + EPSILON).sqrt();
            let scaled = row.iter().zip(&self.weight).zip(&self.bias);
            out.extend(scaled.map(|((value, weight), bias)| (value - mean) * scale * weight + bias));
        }
        out
    }
}

/// A matrix product plus a bias.
struct Linear {
    /// Row-major, a row for each input.
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Linear {
    fn load(weights: &Weights<'_>, bias: &str, weight: &str, shape: [usize; 2]) -> Result<Self, OnnxError> {
        let bias = weights.floats(bias, &shape[1..])?;
        let floats = weights.floats(weight, &shape);
        // The British network's are in 8 bits.
        let weight = match floats {
            Err(OnnxError::Missing(_)) => quantized(weights, weight, shape)?,
            floats => floats?,
        };
        Ok(Self { weight, bias })
    }

    fn apply(&self, rows: &[f32]) -> Vec<f32> {
        let inputs = self.weight.len() / self.bias.len();
        let mut out = self.bias.repeat(rows.len() / inputs);
        add_product(rows, &self.weight, inputs, &mut out);
        out
    }
}

/// A matrix of 8-bit numbers that have one scale and one zero.
fn quantized(weights: &Weights<'_>, name: &str, shape: [usize; 2]) -> Result<Vec<f32>, OnnxError> {
    let of = |part: &str| format!("{name}_{part}");
    let scale = weights.floats(&of("scale"), &[])?.first().copied().unwrap_or_default();
    let zero = weights.bytes(&of("zero_point"), &[])?.first().copied().unwrap_or_default();
    let bytes = weights.bytes(&of("quantized"), &shape)?;
    Ok(bytes.iter().map(|byte| (f32::from(*byte) - f32::from(zero)) * scale).collect())
}

/// Adds to `out` the product of `rows`, each of so many `inputs`, and `weight`, which has a row for each input.
#[multiversion(targets = "simd")]
fn add_product(rows: &[f32], weight: &[f32], inputs: usize, out: &mut [f32]) {
    let outputs = weight.len() / inputs;
    // Four inputs at a time, so that each visit of the outputs does four times the work.
    for (input, weights) in weight.chunks_exact(4 * outputs).enumerate() {
        let (first, second) = weights.split_at(2 * outputs);
        let ((w0, w1), (w2, w3)) = (first.split_at(outputs), second.split_at(outputs));
        for (row, out) in rows.chunks_exact(inputs).zip(out.chunks_exact_mut(outputs)) {
            let Some(&[x0, x1, x2, x3]) = row.get(4 * input..).and_then(|row| row.first_chunk()) else {
                continue;
            };
            for ((((out, w0), w1), w2), w3) in out.iter_mut().zip(w0).zip(w1).zip(w2).zip(w3) {
                *out += x0 * w0 + x1 * w1 + (x2 * w2 + x3 * w3);
            }
        }
    }
}

#[multiversion(targets = "simd")]
fn gelu(values: &mut [f32]) {
    for value in values {
        *value = math::gelu(*value);
    }
}

fn add(to: &mut [f32], values: &[f32]) {
    for (to, value) in to.iter_mut().zip(values) {
        *to += value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_words_as_the_reference_does() {
        let speller = Speller::load(Accent::American).unwrap();
        assert_eq!(speller.spell("kubectl"), "kjˈubɛktᵊl");
        assert_eq!(speller.spell(""), "");
        assert_eq!(speller.spell("日本"), "");
        assert!(!speller.spell(&"pneumono".repeat(1000)).is_empty());
    }
}
