//! FLAC (RFC 9639): 16 bit, fixed predictors, partitioned Rice codes. Lossless, small and quick; a general LPC
//! search would save a few per cent of the bytes for several times the work.
//!
//! A stored frame has neither header nor checksum: both hold the frame's number in the stream, which only the
//! container knows. [`crate::Muxer`] writes them around the bytes made here.

use crate::crc::crc8;
use crate::pcm::{from_s16, to_s16};
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

/// The samples of frames that [`encode`] made; `None` for any others.
pub(super) fn decode(frames: &Frames) -> Option<Vec<f32>> {
    let mut samples = Vec::with_capacity(BLOCK * frames.count());
    for frame in frames.iter() {
        let block = read_subframe(frame)?;
        let block = block.iter().map(|&sample| i16::try_from(sample).ok().map(from_s16));
        samples.extend(block.collect::<Option<Vec<_>>>()?);
    }
    Some(samples)
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
    let plan = RicePlan::choose(&residual, order);
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
    fn choose(residual: &[i32; BLOCK], order: usize) -> Self {
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

/// The block of a subframe, as [`subframe`] writes it.
fn read_subframe(bytes: &[u8]) -> Option<[i32; BLOCK]> {
    let mut bits = BitReader { bytes, at: 0 };
    let mut block = [0; BLOCK];
    let kind = bits.take(8)?;
    match kind {
        0b0000_0000 => block.fill(bits.signed()?),
        0b0000_0010 => {
            for sample in &mut block {
                *sample = bits.signed()?;
            }
        }
        _ if kind & !0b0000_1110 == 0b0001_0000 && kind >> 1 & 7 <= 4 => {
            let order = (kind >> 1 & 7) as usize;
            for sample in &mut block[..order] {
                *sample = bits.signed()?;
            }
            read_residual(&mut bits, order, &mut block)?;
            for index in order..BLOCK {
                let before = |distance: usize| block[index - distance];
                let predicted = match order {
                    0 => 0,
                    1 => before(1),
                    2 => 2 * before(1) - before(2),
                    3 => 3 * (before(1) - before(2)) + before(3),
                    _ => 4 * (before(1) + before(3)) - 6 * before(2) - before(4),
                };
                block[index] = block[index].checked_add(predicted)?;
                // No further than samples go, so that nothing above overflows.
                i16::try_from(block[index]).ok()?;
            }
        }
        _ => return None,
    }
    Some(block)
}

fn read_residual(bits: &mut BitReader<'_>, order: usize, block: &mut [i32; BLOCK]) -> Option<()> {
    let (coding, partition_order) = (bits.take(2)?, bits.take(4)?);
    if coding != 0 || partition_order > MAX_PARTITION_ORDER {
        return None;
    }
    let length = BLOCK >> partition_order;
    for (index, partition) in block.chunks_mut(length).enumerate() {
        let parameter = bits.take(4).filter(|&parameter| parameter < 15)?;
        for value in &mut partition[if index == 0 { order } else { 0 }..] {
            let high = u64::from(bits.zeros()?) << parameter;
            *value = unfold(u32::try_from(high | u64::from(bits.take(parameter)?)).ok()?);
        }
    }
    Some(())
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

/// What [`fold`] made of it, back.
fn unfold(folded: u32) -> i32 {
    (folded >> 1).cast_signed() ^ -(folded & 1).cast_signed()
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

/// Bits read from the top of each byte; nothing past the end.
struct BitReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl BitReader<'_> {
    /// The next bits and those that follow, from the top; zeros past the end.
    fn ahead(&self) -> u64 {
        let rest = self.bytes.get(self.at / 8..).unwrap_or_default();
        let mut next = [0; 8];
        let some = rest.len().min(8);
        next[..some].copy_from_slice(&rest[..some]);
        u64::from_be_bytes(next) << (self.at % 8)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.at += count;
        (self.at <= 8 * self.bytes.len()).then_some(())
    }

    /// The next `count` bits as a number, at most 32.
    fn take(&mut self, count: u32) -> Option<u32> {
        let ahead = self.ahead();
        self.skip(count as usize)?;
        Some(if count == 0 { 0 } else { (ahead >> (64 - count)) as u32 })
    }

    fn signed(&mut self) -> Option<i32> {
        Some(i32::from((self.take(16)? as u16).cast_signed()))
    }

    /// How many zeros come before the next one, which is passed over.
    fn zeros(&mut self) -> Option<u32> {
        let mut zeros = 0;
        loop {
            let ahead = self.ahead();
            if ahead != 0 {
                let some = ahead.leading_zeros();
                self.skip(some as usize + 1)?;
                return Some(zeros + some);
            }
            // As many as were certainly looked at.
            zeros += 56;
            self.skip(56)?;
        }
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
    fn what_was_encoded_reads_back_to_the_bit() {
        let loud = |index: usize| if index.is_multiple_of(2) { 1.0 } else { -1.0 };
        let kinds: [&dyn Fn(usize) -> f32; 6] = [
            &|_| 0.0,
            &|_| -1.0,
            &|index| (index as f32 * 0.05).sin() * 0.4,
            &|index| (index as f32 * index as f32 * 0.37).sin(),
            &loud,
            &|index| if index == 700 { 0.99 } else { (index % 7) as f32 / 32_768.0 },
        ];
        for (number, kind) in kinds.iter().enumerate() {
            let samples: Vec<f32> = (0..3 * BLOCK + 100).map(kind).collect();
            let read = decode(&encode(&samples)).unwrap();
            assert_eq!(read.len(), 4 * BLOCK);
            let pairs = samples.iter().chain(std::iter::repeat(&0.0)).zip(&read);
            for (wanted, read) in pairs {
                assert_eq!(to_s16(*wanted), to_s16(*read), "kind {number}");
            }
        }
    }

    #[test]
    fn damage_is_none_or_another_sound_and_nothing_worse() {
        let samples: Vec<f32> = (0..BLOCK).map(|index| (index as f32 * 0.05).sin() * 0.4).collect();
        let whole = encode(&samples).iter().next().unwrap().to_vec();
        for length in 0..whole.len() {
            assert!(read_subframe(&whole[..length]).is_none(), "cut to {length} bytes");
        }
        for bit in 0..8 * whole.len() {
            let mut damaged = whole.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let _ = read_subframe(&damaged);
        }
    }

    #[test]
    fn silence_takes_three_bytes_a_block() {
        assert_eq!(encode(&[0.0; 2 * BLOCK]).data().len(), 6);
    }
}
