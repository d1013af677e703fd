//! FLAC (RFC 9639): 16 bit, fixed predictors, partitioned Rice codes. Lossless, small and quick; a general LPC
//! search would save a few per cent of the bytes for several times the work.
//!
//! A stored frame has neither header nor checksum: both hold the frame's number in the stream, which only the
//! container knows. [`crate::Muxer`] writes them around the bytes made here.

use crate::crc::crc8;
use crate::pcm::to_s16;
use crate::{Codec, Frames};

const BLOCK: usize = Codec::Flac.frame_samples();
/// 576 = 64 · 3², so partitions of 36 samples are the smallest of equal length that hold a warm-up of four.
const MAX_PARTITION_ORDER: u32 = 4;

pub(super) fn encode(samples: &[f32]) -> Frames {
    let mut frames = Frames::new(Codec::Flac);
    let mut block = [0i32; BLOCK];
    for chunk in samples.chunks(BLOCK) {
        block.fill(0);
        for (slot, &sample) in block.iter_mut().zip(chunk) {
            *slot = i32::from(to_s16(sample));
        }
        frames.push(&subframe(&block));
    }
    frames
}

/// The header of frame `number`: fixed block size of 576, 24 kHz, mono, 16 bit.
pub(crate) fn frame_header(number: u64) -> Vec<u8> {
    // Sync and fixed block size; 576 samples (2) at 24 kHz (7); mono (0), 16 bit (4), reserved bit.
    let mut header = vec![0xff, 0xf8, 0x27, 0x08];
    coded_number(number, &mut header);
    header.push(crc8(&header));
    header
}

/// The number in the extended form of UTF-8 (RFC 9639, section 9.1.5), up to 36 bits.
fn coded_number(number: u64, out: &mut Vec<u8>) {
    if number < 0x80 {
        out.push(number as u8);
        return;
    }
    // `more` continuation bytes carry six bits each, the first byte what is left: 6 - more bits.
    let more = (1..6).find(|&more| number < 1 << (6 * more + 6 - more)).unwrap_or(6);
    let mark = 0xff_u8 << (7 - more);
    out.push(mark | (number >> (6 * more)) as u8);
    for place in (0..more).rev() {
        out.push(0x80 | (number >> (6 * place)) as u8 & 0x3f);
    }
}

/// One block as a subframe, filled up to a whole byte.
fn subframe(block: &[i32; BLOCK]) -> Vec<u8> {
    let mut bits = Bits::default();
    if block.iter().all(|&sample| sample == block[0]) {
        bits.put(0b0000_0000, 8); // constant
        bits.put_signed(block[0], 16);
        return bits.finish();
    }
    let (order, residual) = best_predictor(block);
    let plan = RicePlan::of(&residual, order);
    if plan.bits + 16 * order as u64 >= 16 * BLOCK as u64 {
        bits.put(0b0000_0010, 8); // verbatim
        for &sample in block {
            bits.put_signed(sample, 16);
        }
        return bits.finish();
    }
    bits.put(0b0001_0000 | (order as u32) << 1, 8); // fixed predictor of that order
    for &sample in &block[..order] {
        bits.put_signed(sample, 16);
    }
    plan.write(&residual, order, &mut bits);
    bits.finish()
}

/// The fixed predictor whose residual is smallest in sum, as the reference encoder picks it, and that residual.
/// The first `order` values are warm-up samples, not residual.
fn best_predictor(block: &[i32; BLOCK]) -> (usize, [i32; BLOCK]) {
    let mut residual = *block;
    let mut best = (0, residual, sum(&residual[4..]));
    for order in 1..=4 {
        // Each order is the difference of the one before (RFC 9639, section 9.2.5).
        for index in (order..BLOCK).rev() {
            residual[index] -= residual[index - 1];
        }
        let size = sum(&residual[4..]);
        if size < best.2 {
            best = (order, residual, size);
        }
    }
    (best.0, best.1)
}

fn sum(values: &[i32]) -> u64 {
    values.iter().map(|&value| u64::from(value.unsigned_abs())).sum()
}

/// How a residual is cut into partitions, and each one's Rice parameter.
struct RicePlan {
    partition_order: u32,
    parameters: Vec<u32>,
    bits: u64,
}

impl RicePlan {
    fn of(residual: &[i32; BLOCK], order: usize) -> Self {
        let mut best = RicePlan { partition_order: 0, parameters: Vec::new(), bits: u64::MAX };
        for partition_order in 0..=MAX_PARTITION_ORDER {
            let mut parameters = Vec::with_capacity(1 << partition_order);
            let mut bits = 6;
            for partition in partitions(residual, order, partition_order) {
                let (parameter, cost) = cheapest(partition);
                parameters.push(parameter);
                bits += 4 + cost;
            }
            if bits < best.bits {
                best = RicePlan { partition_order, parameters, bits };
            }
        }
        best
    }

    fn write(&self, residual: &[i32; BLOCK], order: usize, bits: &mut Bits) {
        bits.put(0b00, 2); // parameters of four bits
        bits.put(self.partition_order, 4);
        let partitions = partitions(residual, order, self.partition_order);
        for (partition, &parameter) in partitions.zip(&self.parameters) {
            bits.put(parameter, 4);
            for &value in partition {
                let folded = fold(value);
                bits.zeros(folded >> parameter);
                bits.put(1 << parameter | folded & ((1 << parameter) - 1), parameter + 1);
            }
        }
    }
}

/// Equal parts of the block; the first is short by the warm-up samples.
fn partitions(residual: &[i32; BLOCK], order: usize, partition_order: u32) -> impl Iterator<Item = &[i32]> {
    let length = BLOCK >> partition_order;
    residual
        .chunks(length)
        .enumerate()
        .map(move |(index, part)| if index == 0 { &part[order..] } else { part })
}

/// The Rice parameter that codes the values in the fewest bits, and that number. 15 would be an escape.
fn cheapest(values: &[i32]) -> (u32, u64) {
    let mean = sum(values) * 2 / (values.len() as u64).max(1);
    // The best parameter is within one of the logarithm of the mean folded value.
    let near = mean.checked_ilog2().unwrap_or(0);
    (near.saturating_sub(1)..=near + 1)
        .map(|parameter| {
            let parameter = parameter.min(14);
            (
                parameter,
                values.iter().map(|&v| u64::from(fold(v) >> parameter) + 1 + u64::from(parameter)).sum(),
            )
        })
        .min_by_key(|&(_, bits): &(u32, u64)| bits)
        .unwrap_or((0, 0))
}

/// Signed to unsigned, small magnitudes first: 0, -1, 1, -2 … become 0, 1, 2, 3 …
fn fold(value: i32) -> u32 {
    ((value << 1) ^ (value >> 31)) as u32
}

/// Bits written from the top of each byte.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    pending: u64,
    count: u32,
}

impl Bits {
    /// The lowest `count` bits of `value`, at most 32.
    fn put(&mut self, value: u32, count: u32) {
        self.pending = self.pending << count | u64::from(value);
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            self.bytes.push((self.pending >> self.count) as u8);
        }
    }

    fn put_signed(&mut self, value: i32, count: u32) {
        self.put(value as u32 & ((1 << count) - 1), count);
    }

    fn zeros(&mut self, mut count: u32) {
        while count > 0 {
            let now = count.min(32);
            self.put(0, now);
            count -= now;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.put(0, 8 - self.count);
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Examples of the coding in RFC 3629, which this one extends.
    #[test]
    fn frame_numbers_are_coded_like_utf8() {
        for (number, bytes) in [
            (0x7f, vec![0x7f]),
            (0x80, vec![0xc2, 0x80]),
            (0x20ac, vec![0xe2, 0x82, 0xac]),
            (0x1_0348, vec![0xf0, 0x90, 0x8d, 0x88]),
            (0x20_0000, vec![0xf8, 0x88, 0x80, 0x80, 0x80]),
        ] {
            let mut out = Vec::new();
            coded_number(number, &mut out);
            assert_eq!(out, bytes, "{number:#x}");
        }
    }

    #[test]
    fn silence_takes_three_bytes_a_block() {
        assert_eq!(encode(&[0.0; 2 * BLOCK]).data().len(), 6);
    }
}
