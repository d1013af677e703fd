//! Prints the phonemes of each line of standard input:
//! `echo "It cost $4.2 billion." | cargo run -p saywell-voice --example phonemes`
//! With `--words`, each word with the text that it says as well; with `--language zh-CN`, in that language.

#![expect(clippy::print_stdout, reason = "it prints")]

use std::io::BufRead as _;

use saywell_voice::g2p::{Language, Phonemizer};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let with_words = std::env::args().any(|argument| argument == "--words");
    let tag = std::env::args().skip_while(|argument| argument != "--language").nth(1);
    let named = |language: &Language| tag.as_deref().is_none_or(|tag| tag == language.tag());
    let language = Language::ALL.into_iter().find(named).ok_or("no such language")?;
    let phonemizer = Phonemizer::for_language(language)?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let phonemes = phonemizer.phonemize(&line);
        println!("{}", phonemes.text);
        for word in phonemes.words.iter().filter(|_| with_words) {
            println!("    {}\t{}", &phonemes.text[word.phonemes.clone()], &line[word.source.clone()]);
        }
    }
    Ok(())
}
