//! Opus in `WebM` (RFC 9559 and the Opus mapping of Matroska): one cluster for each clip, nothing that has to be
//! known in advance, so that every cluster can be appended to a `SourceBuffer` as it comes.

use super::{OPUS_RATE, PACKET_TICKS, PRE_SKIP, SILENT_PACKET, opus_head};
use crate::Frames;

/// A block's time is a signed 16-bit number of milliseconds after its cluster's: 1,500 packets are 30 s.
const CLUSTER_PACKETS: u64 = 1_500;
/// Milliseconds of a packet.
const PACKET_MS: u64 = (PACKET_TICKS / (OPUS_RATE / 1000)) as u64;
/// What a decoder must have heard before a seek target (RFC 7845, section 4.6), in nanoseconds.
const SEEK_PRE_ROLL: u64 = 80_000_000;
/// Nanoseconds of one Opus tick, times three, since one tick is not a whole number of them.
const TICK_NS_TIMES_3: u64 = 3_000_000_000 / OPUS_RATE as u64;

const EBML: u32 = 0x1a45_dfa3;
const SEGMENT: u32 = 0x1853_8067;
const CLUSTER: u32 = 0x1f43_b675;
const CLUSTER_TIMESTAMP: u32 = 0xe7;
const SIMPLE_BLOCK: u32 = 0xa3;
const BLOCK_GROUP: u32 = 0xa0;
const BLOCK: u32 = 0xa1;
const DISCARD_PADDING: u32 = 0x75a2;

#[derive(Debug, Default)]
pub(super) struct Webm {
    packets: u64,
}

pub(super) fn header() -> Vec<u8> {
    let ebml = [
        unsigned(0x4286, 1),      // EBMLVersion
        unsigned(0x42f7, 1),      // EBMLReadVersion
        unsigned(0x42f2, 4),      // EBMLMaxIDLength
        unsigned(0x42f3, 8),      // EBMLMaxSizeLength
        element(0x4282, b"webm"), // DocType
        unsigned(0x4287, 4),      // DocTypeVersion: 4 has CodecDelay and SeekPreRoll
        unsigned(0x4285, 2),      // DocTypeReadVersion
    ];
    let info = [
        unsigned(0x2a_d7b1, 1_000_000), // TimestampScale: milliseconds
        element(0x4d80, b"saywell"),    // MuxingApp
        element(0x5741, b"saywell"),    // WritingApp
    ];
    let audio = [
        element(0xb5, &f64::from(OPUS_RATE).to_be_bytes()), // SamplingFrequency
        unsigned(0x9f, 1),                                  // Channels
    ];
    let track = [
        unsigned(0xd7, 1),                                           // TrackNumber
        unsigned(0x73c5, 1),                                         // TrackUID
        unsigned(0x83, 2),                                           // TrackType: audio
        unsigned(0x9c, 0),                                           // FlagLacing
        element(0x22_b59c, b"und"), // Language: the sound's own; not known here
        element(0x86, b"A_OPUS"),   // CodecID
        unsigned(0x56aa, u64::from(PRE_SKIP) * TICK_NS_TIMES_3 / 3), // CodecDelay
        unsigned(0x56bb, SEEK_PRE_ROLL),
        unsigned(0x23_e383, PACKET_MS * 1_000_000), // DefaultDuration
        element(0x63a2, &opus_head(OPUS_RATE)),     // CodecPrivate
        element(0xe1, &audio.concat()),
    ];
    let mut bytes = element(EBML, &ebml.concat());
    bytes.extend(id(SEGMENT));
    bytes.extend([0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]); // size unknown: up to the end
    bytes.extend(element(0x1549_a966, &info.concat())); // Info
    bytes.extend(element(0x1654_ae6b, &element(0xae, &track.concat()))); // Tracks, TrackEntry
    bytes
}

impl Webm {
    pub fn clip(&mut self, frames: &Frames) -> Vec<u8> {
        let packets: Vec<&[u8]> = frames.iter().collect();
        let mut bytes = Vec::with_capacity(frames.data().len() + 8 * packets.len() + 32);
        for run in packets.chunks(CLUSTER_PACKETS as usize) {
            let mut cluster = unsigned(CLUSTER_TIMESTAMP, self.packets * PACKET_MS);
            for (packet, time) in run.iter().zip((0_i16..).step_by(PACKET_MS as usize)) {
                cluster.extend(element(SIMPLE_BLOCK, &block(time, 0x80, packet))); // 0x80: a keyframe
            }
            bytes.extend(element(CLUSTER, &cluster));
            self.packets += run.len() as u64;
        }
        bytes
    }

    /// The packet that drives the decoder's delay out, with what is too much of it marked to be thrown away.
    pub fn finish(self) -> Vec<u8> {
        let discard = u64::from(PACKET_TICKS - u32::from(PRE_SKIP)) * TICK_NS_TIMES_3 / 3;
        let group =
            [element(BLOCK, &block(0, 0, SILENT_PACKET)), unsigned(DISCARD_PADDING, discard)].concat();
        let time = unsigned(CLUSTER_TIMESTAMP, self.packets * PACKET_MS);
        element(CLUSTER, &[time, element(BLOCK_GROUP, &group)].concat())
    }
}

fn block(time: i16, flags: u8, packet: &[u8]) -> Vec<u8> {
    let mut block = vec![0x81]; // track 1
    block.extend(time.to_be_bytes());
    block.push(flags);
    block.extend_from_slice(packet);
    block
}

/// An element: its id, its size, its content.
fn element(name: u32, content: &[u8]) -> Vec<u8> {
    let mut bytes = id(name);
    // As many bytes as the number needs, seven bits each, all ones being reserved; the first byte's leading zeros
    // say how many follow.
    let length = content.len() as u64;
    let width = (1..8).find(|width| length < (1 << (7 * width)) - 1).unwrap_or(8);
    bytes.extend_from_slice(&((1 << (7 * width)) | length).to_be_bytes()[8 - width..]);
    bytes.extend_from_slice(content);
    bytes
}

fn unsigned(name: u32, value: u64) -> Vec<u8> {
    // One bit to spare keeps the value positive where the element is signed.
    let width = (64 - value.leading_zeros() as usize) / 8 + 1;
    element(name, &value.to_be_bytes()[8 - width.min(8)..])
}

/// Ids carry their own length mark; leading zero bytes are not part of them.
fn id(name: u32) -> Vec<u8> {
    name.to_be_bytes().into_iter().skip_while(|&byte| byte == 0).collect()
}
