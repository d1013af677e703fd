//! English, which is said where nothing else is known. How it announces is in [`crate::announcement`].

use super::Phrases;

pub(super) const PHRASES: Phrases = Phrases {
    link: "link",
    link_to: "link to",
    image: "Image",
    footnote: "Footnote",
    done: "Done",
    to_do: "To do",
    note: "Note",
    tip: "Tip",
    important: "Important",
    warning: "Warning",
    caution: "Caution",
    formula: "a formula",
    yes: "yes",
    no: "no",
    partly: "partly",
};
