//! Opus in fragmented MP4 (ISO/IEC 14496-12, "Encapsulation of Opus in ISO Base Media File Format"): one fragment
//! for each clip.
//!
//! The sample entry says 48,000 Hz, since engines compare it with the Opus header and refuse anything else.

use super::{OPUS_RATE, OPUS_TICKS, PACKET_TICKS, PRE_SKIP, SILENT_PACKET};
use crate::Frames;

const TRACK: u32 = 1;
/// Packets a decoder must have heard before a seek target: 80 ms (RFC 7845, section 4.6).
const ROLL_PACKETS: i16 = 4;
/// `sample_depends_on` = 2: every packet stands alone.
const SYNC_SAMPLE: u32 = 0x0200_0000;

#[derive(Debug, Default)]
pub(super) struct Mp4 {
    fragments: u32,
    ticks: u64,
}

pub(super) fn header() -> Vec<u8> {
    let file_type = boxed(*b"ftyp", &[b"iso5", &be32(0), b"iso5iso6mp41"]);
    let movie_header = full(
        *b"mvhd",
        0,
        0,
        &[
            &[0; 8], // times
            &be32(OPUS_RATE),
            &be32(0), // duration: in the fragments
            &be32(0x0001_0000),
            &[1, 0],
            &[0; 10],
            &UNITY_MATRIX,
            &[0; 24],
            &be32(TRACK + 1),
        ],
    );
    let track_header = full(
        *b"tkhd",
        0,
        7, // enabled, in the movie, in the preview
        &[&[0; 8], &be32(TRACK), &[0; 8], &[0; 8], &[0; 4], &[1, 0], &[0; 2], &UNITY_MATRIX, &[0; 8]],
    );
    // The timeline begins where the decoder's delay ends; duration 0 means all the fragments there will be.
    let edit_list =
        full(*b"elst", 0, 0, &[&be32(1), &be32(0), &be32(u32::from(PRE_SKIP)), &be32(0x0001_0000)]);
    let media_header = full(*b"mdhd", 0, 0, &[&[0; 8], &be32(OPUS_RATE), &be32(0), &UNDETERMINED, &[0; 2]]);
    let handler = full(*b"hdlr", 0, 0, &[&[0; 4], b"soun", &[0; 12], b"saywell\0"]);
    let url = full(*b"url ", 0, 1, &[]); // 1: the data is in this file
    let data_information = boxed(*b"dinf", &[&full(*b"dref", 0, 0, &[&be32(1), &url])]);
    let sample_tables = boxed(
        *b"stbl",
        &[
            &full(*b"stsd", 0, 0, &[&be32(1), &sample_entry()]),
            &full(*b"stts", 0, 0, &[&be32(0)]),
            &full(*b"stsc", 0, 0, &[&be32(0)]),
            &full(*b"stsz", 0, 0, &[&be32(0), &be32(0)]),
            &full(*b"stco", 0, 0, &[&be32(0)]),
            &full(*b"sgpd", 1, 0, &[b"roll", &be32(2), &be32(1), &(-ROLL_PACKETS).to_be_bytes()]),
        ],
    );
    let media_information =
        boxed(*b"minf", &[&full(*b"smhd", 0, 0, &[&[0; 4]]), &data_information, &sample_tables]);
    let media = boxed(*b"mdia", &[&media_header, &handler, &media_information]);
    let track = boxed(*b"trak", &[&track_header, &boxed(*b"edts", &[&edit_list]), &media]);
    let track_defaults =
        full(*b"trex", 0, 0, &[&be32(TRACK), &be32(1), &be32(PACKET_TICKS), &be32(0), &be32(SYNC_SAMPLE)]);
    let movie = boxed(*b"moov", &[&movie_header, &track, &boxed(*b"mvex", &[&track_defaults])]);
    [file_type, movie].concat()
}

impl Mp4 {
    pub fn clip(&mut self, frames: &Frames) -> Vec<u8> {
        if frames.count() == 0 {
            return Vec::new();
        }
        let sizes: Vec<u8> = frames.iter().flat_map(|packet| be32(packet.len() as u32)).collect();
        let fragment = self.fragment(frames.count() as u32, SIZES, &sizes, frames.data());
        self.ticks += frames.samples() * OPUS_TICKS;
        fragment
    }

    /// The packet that drives the decoder's delay out; it counts for no more than that.
    pub fn finish(mut self) -> Vec<u8> {
        let entry = [be32(u32::from(PRE_SKIP)), be32(SILENT_PACKET.len() as u32)].concat();
        self.fragment(1, DURATIONS | SIZES, &entry, SILENT_PACKET)
    }

    fn fragment(&mut self, packets: u32, fields: u32, table: &[u8], data: &[u8]) -> Vec<u8> {
        self.fragments += 1;
        let mfhd = full(*b"mfhd", 0, 0, &[&be32(self.fragments)]);
        let tfhd = full(*b"tfhd", 0, 0x02_0000, &[&be32(TRACK)]); // offsets count from the moof
        let tfdt = full(*b"tfdt", 1, 0, &[&self.ticks.to_be_bytes()]);
        let sbgp = full(*b"sbgp", 0, 0, &[b"roll", &be32(1), &be32(packets), &be32(1)]);
        let moof = |data_offset: u32| {
            let run = [&be32(packets)[..], &be32(data_offset), table].concat();
            let trun = full(*b"trun", 0, DATA_OFFSET | fields, &[&run]);
            boxed(*b"moof", &[&mfhd, &boxed(*b"traf", &[&tfhd, &tfdt, &trun, &sbgp])])
        };
        let length = moof(0).len() as u32;
        [moof(length + BOX_HEADER), boxed(*b"mdat", &[data])].concat()
    }
}

/// Fields of a track run.
const DATA_OFFSET: u32 = 0x1;
const DURATIONS: u32 = 0x100;
const SIZES: u32 = 0x200;

/// The language code "und", five bits a letter.
const UNDETERMINED: [u8; 2] = [0x55, 0xc4];

/// The identity transformation, in 16.16 and 2.30 fixed point.
const UNITY_MATRIX: [u8; 36] = {
    let mut matrix = [0; 36];
    matrix[1] = 1;
    matrix[17] = 1;
    matrix[32] = 0x40;
    matrix
};

fn sample_entry() -> Vec<u8> {
    let dops = boxed(
        *b"dOps",
        // Version 0, one channel; no gain, mapping family 0.
        &[&[0, 1], &PRE_SKIP.to_be_bytes(), &be32(OPUS_RATE), &[0, 0, 0]],
    );
    boxed(
        *b"Opus",
        &[
            &[0, 0, 0, 0, 0, 0, 0, 1], // reserved; data reference 1
            &[0; 8],
            &[0, 1, 0, 16], // one channel, 16 bit by convention
            &[0; 4],
            &be32(OPUS_RATE << 16),
            &dops,
        ],
    )
}

/// Bytes of a box's size and name.
const BOX_HEADER: u32 = 8;

fn boxed(name: [u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let length = BOX_HEADER as usize + parts.iter().map(|part| part.len()).sum::<usize>();
    let mut bytes = Vec::with_capacity(length);
    bytes.extend(be32(length as u32));
    bytes.extend(name);
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}

/// A box with a version and flags.
fn full(name: [u8; 4], version: u8, flags: u32, parts: &[&[u8]]) -> Vec<u8> {
    let prefix = be32(u32::from(version) << 24 | flags);
    boxed(name, &[&prefix, &parts.concat()])
}

fn be32(value: u32) -> [u8; 4] {
    value.to_be_bytes()
}
