//! What developers run: fetch the voice, regenerate documents, bench.
fn main() {}
