//! The words that are added to a reply's own, in the languages whose words are known here: one file each.
//! A language is added by its file and its name in [`languages`].

use crate::tag;

mod en;

/// What is said in a sentence or before it, and is not in the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phrase {
    /// Instead of an address whose host is not known, ...
    Link,
    /// ... and before the host.
    LinkTo,
    /// Before the description of an image.
    Image,
    /// Before a footnote and its number.
    Footnote,
    /// Before a task.
    Done,
    ToDo,
    /// Before an alert.
    Note,
    Tip,
    Important,
    Warning,
    Caution,
    /// Instead of a formula that is too long to be followed by ear, in a sentence ...
    Formula,
    /// ... or alone.
    AloneFormula,
    /// Instead of a mark in a table.
    Yes,
    No,
    Partly,
}

/// How a language says each [`Phrase`].
pub(crate) struct Phrases {
    link: &'static str,
    link_to: &'static str,
    image: &'static str,
    footnote: &'static str,
    done: &'static str,
    to_do: &'static str,
    note: &'static str,
    tip: &'static str,
    important: &'static str,
    warning: &'static str,
    caution: &'static str,
    /// With its article, as inside a sentence.
    formula: &'static str,
    yes: &'static str,
    no: &'static str,
    partly: &'static str,
}

/// The words of a language; `{}` stands for what is counted or named. What is counted has three forms: one,
/// two to four where that is a form of its own, and more.
pub(crate) struct Words {
    /// BCP 47, without a region.
    language: &'static str,
    phrases: Phrases,
    /// Code of which nothing more is known, and files whose English names nobody would understand.
    pub(crate) code: &'static str,
    pub(crate) code_in: &'static str,
    pub(crate) text: &'static str,
    pub(crate) diagram: &'static str,
    pub(crate) lines: [&'static str; 3],
    pub(crate) diff: &'static str,
    /// Without agreement in gender and number, which some of these languages ask of "added".
    pub(crate) added: &'static str,
    pub(crate) removed: &'static str,
    /// Of so many rows and so many columns, in the forms that its words ask for.
    pub(crate) table: &'static str,
    pub(crate) rows: [&'static str; 3],
    pub(crate) columns: [&'static str; 3],
    pub(crate) and: &'static str,
    /// After the names of some columns: "and 3 more".
    pub(crate) more: &'static str,
    /// Before what is in another language, with its name, ...
    in_language: &'static str,
    /// ... as it is called there: of [`NAMED`], in that order.
    languages: &'static str,
    pub(crate) sentences: [&'static str; 3],
}

/// The languages whose names are known in each.
const NAMED: &str = "ar bg cs da de el en es fi fr he hi hu id it ja ko nb nl pl pt ro ru sv th tr uk vi zh";

macro_rules! languages {
    ($($language:ident)*) => {
        $(mod $language;)*
        /// Every language but English.
        const LANGUAGES: &[Words] = &[$($language::WORDS),*];
    };
}

languages! { de es fr it nl pl pt }

/// The words of `language` (BCP 47); `None` for English and where they are not known.
pub(crate) fn words(language: &str) -> Option<&'static Words> {
    let primary = tag::primary(language);
    LANGUAGES.iter().find(|words| words.language.eq_ignore_ascii_case(primary))
}

impl Phrase {
    pub(crate) fn english(self) -> String {
        self.phrase(&en::PHRASES)
    }

    /// In `language` (BCP 47), in English where its words are not known.
    pub(crate) fn said_in(self, language: &str) -> String {
        self.phrase(words(language).map_or(&en::PHRASES, |words| &words.phrases))
    }

    fn phrase(self, phrases: &Phrases) -> String {
        match self {
            Self::Link => phrases.link,
            Self::LinkTo => phrases.link_to,
            Self::Image => phrases.image,
            Self::Footnote => phrases.footnote,
            Self::Done => phrases.done,
            Self::ToDo => phrases.to_do,
            Self::Note => phrases.note,
            Self::Tip => phrases.tip,
            Self::Important => phrases.important,
            Self::Warning => phrases.warning,
            Self::Caution => phrases.caution,
            Self::Formula => phrases.formula,
            Self::AloneFormula => {
                let mut formula = phrases.formula.chars();
                return formula.next().into_iter().flat_map(char::to_uppercase).chain(formula).collect();
            }
            Self::Yes => phrases.yes,
            Self::No => phrases.no,
            Self::Partly => phrases.partly,
        }
        .to_owned()
    }
}

impl Words {
    /// "In Spanish", for what is in `language` (BCP 47); `None` where its name is not known.
    pub(crate) fn in_language(&self, language: &str) -> Option<String> {
        let primary = tag::primary(language);
        let number = NAMED.split(' ').position(|tag| tag.eq_ignore_ascii_case(primary))?;
        Some(self.in_language.replace("{}", self.languages.split(' ').nth(number)?))
    }

    /// `count` of what `forms` name.
    pub(crate) fn counted(count: usize, forms: &[&str; 3]) -> String {
        let [one, few, many] = forms;
        let form = match (count, count % 10, count % 100) {
            (1, ..) => one,
            (_, _, 12..=14) => many,
            (_, 2..=4, _) => few,
            _ => many,
        };
        form.replace("{}", &count.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_words() {
        assert_eq!(Phrase::LinkTo.said_in("de-AT"), "Link zu");
        assert_eq!(Phrase::AloneFormula.said_in("fr"), "Une formule");
        assert_eq!(Phrase::ToDo.said_in("PT-br"), "A fazer");
        assert_eq!(Phrase::ToDo.said_in("ja"), Phrase::ToDo.english());
        assert_eq!(Phrase::AloneFormula.english(), "A formula");
        assert!(words("en").is_none());
    }

    #[test]
    fn every_template_has_its_places() {
        for words in LANGUAGES {
            assert_eq!(words.languages.split(' ').count(), NAMED.split(' ').count(), "{}", words.language);
            let one_place = [words.code_in, words.added, words.removed, words.more, words.in_language];
            let many = [words.lines, words.rows, words.columns, words.sentences]
                .into_iter()
                .flat_map(|[_, few, many]| [few, many]);
            for template in one_place.into_iter().chain(many) {
                assert_eq!(template.matches("{}").count(), 1, "{}: {template}", words.language);
            }
            assert_eq!(words.table.matches("{}").count(), 2, "{}", words.language);
        }
    }
}
