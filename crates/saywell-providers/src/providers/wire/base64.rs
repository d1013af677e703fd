//! Base64 that comes in pieces.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::provider::ProviderError;

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Decodes base64 whose pieces may each stand for themselves, padded, or be cut anywhere.
#[derive(Debug, Default)]
pub struct Base64Reader {
    /// Up to three characters that are no whole group yet.
    held: Vec<u8>,
}

impl Base64Reader {
    /// The bytes that `piece` completes.
    ///
    /// # Errors
    /// `Unavailable` for what is not base64.
    pub fn push(&mut self, piece: &str) -> Result<Vec<u8>, ProviderError> {
        let mut bytes = Vec::new();
        self.held.extend(piece.bytes().filter(|byte| !byte.is_ascii_whitespace()));
        // Padding ends one base64 text within the piece; what follows it is another.
        while let Some(end) = self.held.iter().position(|byte| *byte == b'=') {
            let end = (end + 1).next_multiple_of(4).min(self.held.len());
            if end % 4 != 0 {
                // The rest of the padding is in the next piece.
                return Ok(bytes);
            }
            decode(&self.held[..end], &mut bytes)?;
            self.held.drain(..end);
        }
        let whole = self.held.len() - self.held.len() % 4;
        decode(&self.held[..whole], &mut bytes)?;
        self.held.drain(..whole);
        Ok(bytes)
    }

    /// The bytes of a last group without padding.
    ///
    /// # Errors
    /// `Unavailable` for what is not base64.
    pub fn finish(self) -> Result<Vec<u8>, ProviderError> {
        let mut bytes = Vec::new();
        decode(&self.held, &mut bytes)?;
        Ok(bytes)
    }
}

fn decode(text: &[u8], bytes: &mut Vec<u8>) -> Result<(), ProviderError> {
    ENGINE
        .decode_vec(text, bytes)
        .map_err(|error| ProviderError::Unavailable(format!("sent sound that is not base64: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&str]) -> Result<Vec<u8>, ProviderError> {
        let mut reader = Base64Reader::default();
        let mut bytes = Vec::new();
        for piece in pieces {
            bytes.extend(reader.push(piece)?);
        }
        bytes.extend(reader.finish()?);
        Ok(bytes)
    }

    #[test]
    fn pieces_of_any_size_are_the_same() {
        for text in ["aGVsbG8gd29ybGQ=", "aGVsbG8gd29ybGQ", "aGVsbG8=IHdv cmxk"] {
            for size in 1..=text.len() {
                let pieces: Vec<&str> =
                    text.as_bytes().chunks(size).map(|piece| std::str::from_utf8(piece).unwrap()).collect();
                assert_eq!(read(&pieces).unwrap(), b"hello world", "{text} in pieces of {size}");
            }
        }
    }

    #[test]
    fn padded_pieces_stand_for_themselves() {
        assert_eq!(read(&["aA==", "aQ==", ""]).unwrap(), b"hi");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["a", "aGVsb!", "=aaa", "a=aa"] {
            assert!(read(&[text]).is_err(), "{text}");
        }
    }
}
