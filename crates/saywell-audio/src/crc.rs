//! Cyclic redundancy checks, most significant bit first, as Ogg and FLAC use them.

/// CRC-8 of FLAC frame headers: polynomial 0x07 (RFC 9639, section 9.1.8).
pub(crate) fn crc8(bytes: &[u8]) -> u8 {
    const TABLE: [u32; 256] = table(0x07, 8);
    bytes.iter().fold(0, |crc, &byte| TABLE[usize::from(crc ^ byte)] as u8)
}

/// CRC-16 of FLAC frames: polynomial 0x8005 (RFC 9639, section 9.3).
pub(crate) fn crc16(bytes: &[u8]) -> u16 {
    const TABLE: [u32; 256] = table(0x8005, 16);
    bytes.iter().fold(0, |crc, &byte| (crc << 8) ^ TABLE[usize::from((crc >> 8) as u8 ^ byte)] as u16)
}

/// CRC-32 of Ogg pages: polynomial 0x04c11db7, no inversion (RFC 3533, section 6).
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = table(0x04c1_1db7, 32);
    bytes.iter().fold(0, |crc, &byte| (crc << 8) ^ TABLE[usize::from((crc >> 24) as u8 ^ byte)])
}

const fn table(polynomial: u32, width: u32) -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        // Worked in the top bits, so that one loop serves every width.
        let mut crc = (index as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000_0000 == 0 { crc << 1 } else { (crc << 1) ^ (polynomial << (32 - width)) };
            bit += 1;
        }
        table[index] = crc >> (32 - width);
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Check values of CRC-8/SMBUS, CRC-16/UMTS and CRC-32 with this polynomial, no inversion, for "123456789".
    #[test]
    fn published_check_values() {
        assert_eq!(crc8(b"123456789"), 0xf4);
        assert_eq!(crc16(b"123456789"), 0xfee8);
        assert_eq!(crc32(b"123456789"), 0x89a1_897f);
    }
}
