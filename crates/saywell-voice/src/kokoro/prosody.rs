//! From phonemes to what the decoder is told: durations, pitch, energy and the sound of the text, per frame.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions};
use rten_tensor::NdTensorView;

use super::elementwise::{add, fast_gelu, leaky, softmax};
use super::kernel::Level;
use super::layers::{File, LayerNorm, Memory, Residual, ResidualShape, STYLE, Style};
use super::product::Product;
use crate::network::Bend;
use crate::onnx::OnnxError;

/// Width of what describes a phoneme.
pub const TEXT: usize = 512;
/// Most phonemes at once, the boundaries at the ends included.
pub const LONGEST: usize = 512;
/// Different phonemes.
const IDS: usize = 178;

/// What the decoder is told, a row each frame of 25 ms; pitch and energy twice a frame.
pub struct Prosody {
    /// Frames of each phoneme.
    pub durations: Vec<u32>,
    /// Sound of the text.
    pub text: Vec<f32>,
    /// In Hz; what is not voiced lies about zero.
    pub pitch: Vec<f32>,
    pub energy: Vec<f32>,
}

/// The parts of the network ahead of the decoder.
pub struct Front {
    albert: Albert,
    to_text: Product,
    memories: [Memory; 3],
    styles: [Style; 3],
    duration_memory: Memory,
    duration: Product,
    shared: Memory,
    pitch: Curve,
    energy: Curve,
    text: TextEncoder,
}

impl Front {
    pub fn load(file: &File) -> Result<Self, OnnxError> {
        let predictor = "encoder.predictor";
        let style = |index: u32| Style::load(file, &format!("{predictor}.text_encoder.lstms.{index}"), TEXT);
        let linear = |weights, bias, shape| Product::linear(&file.weights, weights, bias, shape);
        Ok(Self {
            albert: Albert::load(file)?,
            to_text: linear("onnx::MatMul_6704", "encoder.bert_encoder.bias", [Albert::WIDTH, TEXT])?,
            memories: [
                Memory::load(file, [6748, 6749, 6750], TEXT + STYLE)?,
                Memory::load(file, [6793, 6794, 6795], TEXT + STYLE)?,
                Memory::load(file, [6838, 6839, 6840], TEXT + STYLE)?,
            ],
            styles: [style(1)?, style(3)?, style(5)?],
            duration_memory: Memory::load(file, [6883, 6884, 6885], TEXT + STYLE)?,
            duration: linear(
                "onnx::MatMul_6886",
                "encoder.predictor.duration_proj.linear_layer.bias",
                [2 * Memory::WIDTH, 50],
            )?,
            shared: Memory::load(file, [6980, 6981, 6982], TEXT + STYLE)?,
            pitch: Curve::load(file, "F0")?,
            energy: Curve::load(file, "N")?,
            text: TextEncoder::load(file)?,
        })
    }

    /// `style` is the half that tells how the prosody runs; `bends` says how each phoneme is said, none for all
    /// in the voice's own way.
    pub fn run(&self, level: Level, ids: &[u8], style: &[f32], speed: f32, bends: &[Bend]) -> Prosody {
        let described = self.describe(level, ids, style);
        let durations = self.durations(level, &described, speed, bends);
        let spoken = repeat(&described, TEXT + STYLE, &durations);
        let shared = self.shared.apply(level, &spoken);
        let mut pitch = self.pitch.run(level, style, &shared);
        bend_pitch(&mut pitch, &durations, bends);
        let energy = self.energy.run(level, style, &shared);
        let text = repeat(&self.text.run(level, ids), TEXT, &durations);
        Prosody { durations, text, pitch, energy }
    }

    /// Each phoneme in its surroundings, with the style beside it.
    fn describe(&self, level: Level, ids: &[u8], style: &[f32]) -> Vec<f32> {
        let mut described = self.to_text.apply_same(level, &self.albert.run(level, ids));
        for (memory, norm) in self.memories.iter().zip(&self.styles) {
            described = memory.apply(level, &beside(&described, style));
            let (gain, shift) = norm.apply(level, style);
            super::elementwise::layer_norm(&mut described, &gain, &shift, 1e-5);
        }
        beside(&described, style)
    }

    fn durations(&self, level: Level, described: &[f32], speed: f32, bends: &[Bend]) -> Vec<u32> {
        let steps = self.duration.apply_same(level, &self.duration_memory.apply(level, described));
        let sigmoid = |x: &f32| 1.0 / (1.0 + (-x).exp());
        let is_bent = |bend: &Bend| (bend.rate - 1.0).abs() > f32::EPSILON;
        let mut owed = 0.0;
        let frames = |(index, row): (usize, &[f32])| {
            let length: f32 = row.iter().map(sigmoid).sum::<f32>() / speed;
            let Some(Bend { rate, may_go, .. }) = bends.get(index).copied().filter(is_bent) else {
                owed = 0.0;
                return length.round_ties_even().max(1.0) as u32;
            };
            // Bent lengths are short: what rounding takes from one goes to the next, or words bent to three
            // times the pace would come out at one and a half.
            let wanted = length.round_ties_even().max(1.0) / rate + owed;
            let given = wanted.round_ties_even().max(if may_go { 0.0 } else { 1.0 });
            owed = (wanted - given).clamp(-1.0, 1.0);
            given as u32
        };
        steps.chunks_exact(self.duration.outputs()).enumerate().map(frames).collect()
    }
}

/// Multiplies the pitch of each phoneme's frames as it is bent; below and above what a voice can, it is held.
fn bend_pitch(pitch: &mut [f32], durations: &[u32], bends: &[Bend]) {
    const HELD: [f32; 2] = [50.0, 900.0];
    const VOICED: f32 = 10.0;
    let mut at = 0;
    for (bend, frames) in bends.iter().zip(durations) {
        let frames = 2 * *frames as usize;
        if bend.cents != 0.0 {
            let factor = (bend.cents / 1200.0).exp2();
            for pitch in pitch[at..at + frames].iter_mut().filter(|pitch| **pitch > VOICED) {
                *pitch = (*pitch * factor).clamp(HELD[0], HELD[1]);
            }
        }
        at += frames;
    }
}

/// Each row with the style behind it.
fn beside(rows: &[f32], style: &[f32]) -> Vec<f32> {
    rows.chunks_exact(TEXT).flat_map(|row| row.iter().chain(style)).copied().collect()
}

/// Each row as often as its duration says.
fn repeat(rows: &[f32], width: usize, durations: &[u32]) -> Vec<f32> {
    let mut output = Vec::new();
    for (row, frames) in rows.chunks_exact(width).zip(durations) {
        for _ in 0..*frames {
            output.extend_from_slice(row);
        }
    }
    output
}

/// The encoder of phonemes in context (Lan et al., 2019): one transformer layer, applied twelve times.
struct Albert {
    /// Of each phoneme and of each place, with what is added to all.
    phonemes: Vec<f32>,
    places: Vec<f32>,
    norm: LayerNorm,
    widen: Product,
    queries_keys_values: [Product; 3],
    joined: Product,
    attention_norm: LayerNorm,
    feed: [Product; 2],
    feed_norm: LayerNorm,
}

impl Albert {
    const WIDTH: usize = 768;
    const EMBEDDING: usize = 128;
    const HEADS: usize = 12;
    const LAYERS: usize = 12;

    fn load(file: &File) -> Result<Self, OnnxError> {
        const EPSILON: f32 = 1e-12;
        let bert = "encoder.bert.embeddings";
        let layer = "encoder.bert.encoder.albert_layer_groups.0.albert_layers.0";
        let table = |name: &str, rows| {
            embedding(file, &format!("{bert}.{name}_embeddings.weight"), [rows, Self::EMBEDDING])
        };
        let norm = |name: &str, width| {
            LayerNorm::load(file, [&format!("{name}.weight"), &format!("{name}.bias")], width, EPSILON)
        };
        let linear = |number: u32, suffix: &str, bias: &str, shape| {
            Product::linear(&file.weights, &format!("onnx::MatMul_{number}{suffix}"), bias, shape)
        };
        let square = [Self::WIDTH; 2];
        let attention =
            |number, name: &str| linear(number, "_3", &format!("{layer}.attention.{name}.bias"), square);
        let mut places = table("position", LONGEST)?;
        let kind = table("token_type", 2)?;
        for place in places.chunks_exact_mut(Self::EMBEDDING) {
            add(place, &kind[..Self::EMBEDDING], 1.0);
        }
        Ok(Self {
            phonemes: table("word", IDS)?,
            places,
            norm: norm(&format!("{bert}.LayerNorm"), Self::EMBEDDING)?,
            widen: linear(
                6547,
                "",
                "encoder.bert.encoder.embedding_hidden_mapping_in.bias",
                [Self::EMBEDDING, Self::WIDTH],
            )?,
            queries_keys_values: [
                attention(6548, "query")?,
                attention(6551, "key")?,
                attention(6554, "value")?,
            ],
            joined: attention(6558, "dense")?,
            attention_norm: norm(&format!("{layer}.attention.LayerNorm"), Self::WIDTH)?,
            feed: [
                linear(6559, "_3", &format!("{layer}.ffn.bias"), [Self::WIDTH, 2048])?,
                linear(6560, "_3", &format!("{layer}.ffn_output.bias"), [2048, Self::WIDTH])?,
            ],
            feed_norm: norm(&format!("{layer}.full_layer_layer_norm"), Self::WIDTH)?,
        })
    }

    fn run(&self, level: Level, ids: &[u8]) -> Vec<f32> {
        let mut embedded = Vec::with_capacity(ids.len() * Self::EMBEDDING);
        for (id, place) in ids.iter().zip(self.places.chunks_exact(Self::EMBEDDING)) {
            let phoneme = &self.phonemes[usize::from(*id) % IDS * Self::EMBEDDING..][..Self::EMBEDDING];
            embedded.extend(phoneme.iter().zip(place).map(|(a, b)| a + b));
        }
        self.norm.apply(&mut embedded);
        let mut x = self.widen.apply_same(level, &embedded);
        for _ in 0..Self::LAYERS {
            let attended = self.joined.apply_same(level, &self.attend(level, &x));
            add(&mut x, &attended, 1.0);
            self.attention_norm.apply(&mut x);
            let mut hidden = self.feed[0].apply_same(level, &x);
            fast_gelu(&mut hidden);
            add(&mut x, &self.feed[1].apply_same(level, &hidden), 1.0);
            self.feed_norm.apply(&mut x);
        }
        x
    }

    /// Every head's attention, side by side.
    fn attend(&self, level: Level, x: &[f32]) -> Vec<f32> {
        const HEAD: usize = Albert::WIDTH / Albert::HEADS;
        let rows = x.len() / Self::WIDTH;
        let [queries, keys, values] =
            [0, 1, 2].map(|which| self.queries_keys_values[which].apply_same(level, x));
        let view = |values| NdTensorView::from_data([rows, Self::WIDTH], values);
        let (queries, keys, values) = (view(&queries[..]), view(&keys[..]), view(&values[..]));
        let gemm = GemmExecutor::<f32>::default();
        let (mut scores, mut mixed) = (vec![0.0; rows * rows], vec![0.0; rows * HEAD]);
        let mut attended = vec![0.0; rows * Self::WIDTH];
        for head in 0..Self::HEADS {
            let part = head * HEAD..(head + 1) * HEAD;
            let alpha = 1.0 / (HEAD as f32).sqrt();
            let options = GemmOptions { alpha, ..GemmOptions::default() };
            let a = GemmInputA::Unpacked(queries.slice((.., part.clone())));
            let b = keys.slice((.., part.clone()));
            let done = gemm.gemm(&mut scores, a, GemmInputB::Unpacked(b.transposed()), options);
            debug_assert!(done.is_ok(), "{done:?}");
            softmax(&mut scores, rows);
            let a = GemmInputA::Unpacked(NdTensorView::from_data([rows, rows], &scores[..]));
            let b = GemmInputB::Unpacked(values.slice((.., part.clone())));
            let done = gemm.gemm(&mut mixed, a, b, GemmOptions::default());
            debug_assert!(done.is_ok(), "{done:?}");
            for (row, mixed) in attended.chunks_exact_mut(Self::WIDTH).zip(mixed.chunks_exact(HEAD)) {
                row[part.clone()].copy_from_slice(mixed);
            }
        }
        attended
    }
}

/// A table of 8-bit rows as floats.
fn embedding(file: &File, name: &str, shape: [usize; 2]) -> Result<Vec<f32>, OnnxError> {
    let scale = file.weights.floats(&format!("{name}_scale"), &[])?[0];
    let levels = file.weights.bytes(&format!("{name}_quantized"), &shape)?;
    Ok(levels.into_iter().map(|level| f32::from(level) * scale).collect())
}

/// Pitch or energy, two values a frame.
struct Curve {
    blocks: [Residual; 3],
    last: Product,
}

impl Curve {
    fn load(file: &File, which: &str) -> Result<Self, OnnxError> {
        const HALF: usize = TEXT / 2;
        let block = |index: u32, inputs, outputs, doubles| {
            let names = [format!("/encoder/{which}.{index}"), format!("encoder.predictor.{which}.{index}")];
            let shape = ResidualShape { inputs, outputs, doubles };
            Residual::load(file, [&names[0], &names[1]], &shape)
        };
        Ok(Self {
            blocks: [block(0, TEXT, TEXT, false)?, block(1, TEXT, HALF, true)?, block(2, HALF, HALF, false)?],
            last: Product::convolution(
                &file.weights,
                &file.graph,
                &format!("/encoder/{which}_proj"),
                Some(&format!("encoder.predictor.{which}_proj.bias")),
                [1, HALF, 1],
            )?,
        })
    }

    fn run(&self, level: Level, style: &[f32], shared: &[f32]) -> Vec<f32> {
        let mut x = self.blocks[0].apply(level, style, shared);
        for block in &self.blocks[1..] {
            x = block.apply(level, style, &x);
        }
        self.last.apply_same(level, &x)
    }
}

/// How the phonemes sound, regardless of style.
struct TextEncoder {
    phonemes: Vec<f32>,
    layers: Vec<(Product, LayerNorm)>,
    memory: Memory,
}

impl TextEncoder {
    fn load(file: &File) -> Result<Self, OnnxError> {
        let name = "encoder.text_encoder";
        let layer = |index: u32| {
            let convolution = Product::convolution(
                &file.weights,
                &file.graph,
                &format!("/encoder/text_encoder/cnn.{index}/cnn.{index}.0"),
                Some(&format!("{name}.cnn.{index}.0.bias")),
                [TEXT, TEXT, 5],
            )?;
            let norm = [format!("{name}.cnn.{index}.1.gamma"), format!("{name}.cnn.{index}.1.beta")];
            Ok((convolution, LayerNorm::load(file, [&norm[0], &norm[1]], TEXT, 1e-5)?))
        };
        Ok(Self {
            phonemes: embedding(file, &format!("{name}.embedding.weight"), [IDS, TEXT])?,
            layers: (0..3).map(layer).collect::<Result<_, OnnxError>>()?,
            memory: Memory::load(file, [6929, 6930, 6931], TEXT)?,
        })
    }

    fn run(&self, level: Level, ids: &[u8]) -> Vec<f32> {
        let row = |id: &u8| &self.phonemes[usize::from(*id) % IDS * TEXT..][..TEXT];
        let mut x: Vec<f32> = ids.iter().flat_map(row).copied().collect();
        for (convolution, norm) in &self.layers {
            x = convolution.apply_same(level, &x);
            norm.apply(&mut x);
            leaky(&mut x, 1.0, 0.2);
        }
        self.memory.apply(level, &x)
    }
}
