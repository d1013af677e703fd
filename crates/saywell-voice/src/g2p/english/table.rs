//! A read-only map from texts to byte strings that needs no loading: look-ups read the stored form in place.
//!
//! Stored form, integers little-endian: the number of slots, a power of two, as `u32`; for each slot the
//! offset of its record as `u32`, 0 for an empty slot; then the records: length of the key as `u8`, length of
//! the value as `u16`, key, value. A key is in the first free slot from that of its [`hash`] on. The build
//! script writes it.

/// The map, borrowed from its stored form. Damaged bytes lose entries and nothing else.
#[derive(Clone, Copy)]
pub struct Table<'a> {
    bytes: &'a [u8],
}

impl<'a> Table<'a> {
    /// The map stored in `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&'a [u8]> {
        let slots = self.number(0)?.max(1);
        let first = hash(key.as_bytes()) % slots;
        for slot in (first..slots).chain(0..first) {
            let record = match self.number(slot as usize + 1)? {
                0 => return None,
                offset => self.bytes.get(offset as usize..)?,
            };
            let (&[key_length, low, high], record) = record.split_first_chunk()?;
            let (found, record) = record.split_at_checked(key_length.into())?;
            if found == key.as_bytes() {
                return record.get(..u16::from_le_bytes([low, high]).into());
            }
        }
        None
    }

    /// Whether `key` is in the map.
    pub fn contains(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The value of `key` as text.
    pub fn text(&self, key: &str) -> Option<&'a str> {
        str::from_utf8(self.get(key)?).ok()
    }

    fn number(&self, index: usize) -> Option<u32> {
        let start = index * size_of::<u32>();
        self.bytes.get(start..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }
}

/// FNV-1a, 32 bits, with its halves folded, since a slot takes the low bits.
pub fn hash(key: &[u8]) -> u32 {
    let hash =
        key.iter().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    hash ^ (hash >> 15)
}
