//! What lies in the storage is a whole entry or an error, whatever has become of it.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use saywell::cache::Header;

fuzz_target!(|data: &[u8]| {
    let object = Bytes::copy_from_slice(data);
    if let Ok((_, notes)) = Header::parse(&object) {
        assert!(data.ends_with(&notes));
    }
});
