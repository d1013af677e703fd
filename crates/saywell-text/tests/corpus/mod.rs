//! The replies in `golden/`, which several tests read.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

/// A reply as an assistant wrote it.
pub struct Reply {
    /// Its subject and name: `maths/statistics`.
    pub name: String,
    pub text: String,
}

/// Where the replies are kept, one folder for each subject.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// All replies, by subject and name.
///
/// # Panics
/// If the folder cannot be read or the corpus has shrunk.
pub fn replies() -> Vec<Reply> {
    let root = folder();
    let (mut folders, mut replies) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder of replies") {
            let path = entry.expect("an entry of the folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let name = path.strip_prefix(&root).unwrap_or(&path).with_extension("");
                let text = std::fs::read_to_string(&path).expect("a reply in UTF-8");
                replies.push(Reply { name: name.to_string_lossy().replace('\\', "/"), text });
            }
        }
    }
    assert!(replies.len() >= 145, "replies are missing: {} are left", replies.len());
    replies.sort_by(|a, b| a.name.cmp(&b.name));
    replies
}
