//! Replies to speak: like an assistant's, no two alike, the same in every run.

use std::fmt::Write as _;

const SUBJECTS: [&str; 12] = [
    "the new release", "your second question", "the test suite", "that error message", "the monthly report",
    "a longer answer", "the search index", "this small change", "the weather service", "your calendar",
    "the first example", "the old database",
];
const OPENINGS: [&str; 8] = [
    "Sure, here is what I found about",
    "Let me explain",
    "There is one thing to know about",
    "You asked me about",
    "I looked into",
    "Yes, that is possible with",
    "Here is a short summary of",
    "Good news about",
];
const SENTENCES: [&str; 10] = [
    "It takes about {n} minutes, and nothing else has to stop while it runs.",
    "Most people who tried {s} were happy with it after {n} days.",
    "If you would rather wait, you can come back to {s} at any time.",
    "In {n} of the cases we looked at, the result was the same as before.",
    "The important part is that {s} keeps working when the network is slow.",
    "I would start with {s}, because everything else depends on it.",
    "Afterwards you will see {n} new entries, one for each of your projects.",
    "Please check the second line twice; it is easy to overlook.",
    "That is usually enough, although {s} may need a little more care.",
    "When you are done, tell me what you think and we will take the next step.",
];

/// Makes replies; every one differs from the ones before it in its first sentence and in its numbers.
#[derive(Default)]
pub struct Replies {
    made: usize,
}

impl Replies {
    pub fn next(&mut self, sentences: usize) -> String {
        self.made += 1;
        let number = self.made;
        let mut reply = format!(
            "{} {}, number {number}.",
            pick(&OPENINGS, number),
            pick(&SUBJECTS, number / OPENINGS.len())
        );
        for index in 1..sentences {
            let sentence = pick(&SENTENCES, number + index)
                .replace("{n}", &(number * 7 + index).to_string())
                .replace("{s}", pick(&SUBJECTS, number * 5 + index));
            reply.push(' ');
            reply.push_str(&sentence);
        }
        reply
    }

    /// A reply in Markdown of this many words, or a few more: headings, paragraphs, and lists with what has to be
    /// written out.
    pub fn long(&mut self, words: usize) -> String {
        let mut reply = String::new();
        while reply.split_whitespace().count() < words {
            let paragraph = self.next(5);
            let number = self.made;
            // Writing to a string cannot fail.
            let _ = write!(
                reply,
                "## Step {number}\n\n{paragraph}\n\n\
                 - **Time**: about {number}.5 ms, or 3–{} % of the {} MB.\n\
                 - Run `cargo test --workspace` by 2026-03-{:02}; it costs ${}.20.\n\
                 - See [the guide](https://example.com/{number}) for version 1.{number}.0.\n\n",
                number % 90 + 4,
                number * 3,
                number % 28 + 1,
                number + 9,
            );
        }
        reply
    }
}

fn pick<'a>(from: &[&'a str], index: usize) -> &'a str {
    from.get(index % from.len()).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_replies_are_alike() {
        let mut replies = Replies::default();
        let mut seen: Vec<String> = (0..2000).map(|_| replies.next(5)).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 2000);
        assert_eq!(replies.next(5).matches('.').count(), 5);
    }

    #[test]
    fn a_long_reply_is_about_as_long_as_it_should_be() {
        let mut replies = Replies::default();
        let words = replies.long(2000).split_whitespace().count();
        assert!((2000..2200).contains(&words), "{words}");
        assert_ne!(replies.long(200), replies.long(200));
    }
}
