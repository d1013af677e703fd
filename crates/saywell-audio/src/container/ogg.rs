//! Opus in Ogg (RFC 3533, RFC 7845).

use super::{OPUS_TICKS, PACKET_TICKS, PRE_SKIP, SILENT_PACKET, opus_head};
use crate::crc::crc32;
use crate::{Frames, SAMPLE_RATE};

/// Segments of one page: its table has a single byte for their number.
const PAGE_SEGMENTS: usize = 255;
/// Packets of one page: a second of sound, so that a seek lands close and a page is soon complete.
const PAGE_PACKETS: usize = 50;
/// Streams are told apart by this number where several are multiplexed; here there is one.
const SERIAL: u32 = 0x5357_454c;

const FIRST: u8 = 2;
const LAST: u8 = 4;

#[derive(Debug, Default)]
pub(super) struct Ogg {
    page: u32,
    /// Where the timeline stands, in 48 kHz ticks, the pre-skip included once all of it is out.
    granule: u64,
}

impl Ogg {
    pub fn header(&mut self) -> Vec<u8> {
        let mut bytes = self.page(FIRST, 0, &[&opus_head(SAMPLE_RATE)]);
        let vendor = b"saywell";
        let mut tags = b"OpusTags".to_vec();
        tags.extend((vendor.len() as u32).to_le_bytes());
        tags.extend(vendor);
        tags.extend(0_u32.to_le_bytes()); // no comments
        bytes.extend(self.page(0, 0, &[&tags]));
        bytes
    }

    pub fn clip(&mut self, frames: &Frames) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(frames.data().len() * 21 / 20 + 100);
        let mut packets: Vec<&[u8]> = Vec::with_capacity(PAGE_PACKETS);
        let mut segments = 0;
        for packet in frames.iter() {
            let needed = packet.len() / 255 + 1;
            if packets.len() == PAGE_PACKETS || segments + needed > PAGE_SEGMENTS {
                bytes.extend(self.sound(&packets));
                packets.clear();
                segments = 0;
            }
            packets.push(packet);
            segments += needed;
        }
        if !packets.is_empty() {
            bytes.extend(self.sound(&packets));
        }
        bytes
    }

    /// The last page ends before its packet does, which is how Ogg trims the end (RFC 7845, section 4.4).
    pub fn finish(mut self) -> Vec<u8> {
        self.page(LAST, self.granule + u64::from(PRE_SKIP), &[SILENT_PACKET])
    }

    fn sound(&mut self, packets: &[&[u8]]) -> Vec<u8> {
        self.granule += packets.len() as u64 * u64::from(PACKET_TICKS);
        self.page(0, self.granule, packets)
    }

    fn page(&mut self, flags: u8, granule: u64, packets: &[&[u8]]) -> Vec<u8> {
        let mut lacing = Vec::with_capacity(packets.len());
        for packet in packets {
            lacing.extend(std::iter::repeat_n(255, packet.len() / 255));
            lacing.push((packet.len() % 255) as u8);
        }
        let mut page = b"OggS\0".to_vec();
        page.push(flags);
        page.extend(granule.to_le_bytes());
        page.extend(SERIAL.to_le_bytes());
        page.extend(self.page.to_le_bytes());
        page.extend([0; 4]); // the checksum counts as zero while it is computed
        page.push(lacing.len() as u8);
        page.extend(lacing);
        for packet in packets {
            page.extend_from_slice(packet);
        }
        let checksum = crc32(&page).to_le_bytes();
        page[CHECKSUM].copy_from_slice(&checksum);
        self.page += 1;
        page
    }
}

/// Where the checksum stands in a page.
const CHECKSUM: std::ops::Range<usize> = 22..26;

const _: () = assert!(PACKET_TICKS as u64 == crate::Codec::Opus.frame_samples() as u64 * OPUS_TICKS);
