//! Where the electrons of an atom are: `1s² 2s² 2p⁶`, `[Ar] 3d¹⁰`, `sp³`.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;

/// `1s² 2s² 2p⁶`, `3d¹⁰ 4s²`, `1s2 2s2` → `one s two, two s two, two p six`: where the electrons of an atom are.
pub fn orbitals(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const MOST: usize = 20;
    start.starts_number().then_some(())?;
    let mut words: Vec<String> = Vec::new();
    let (mut at, mut end) = (start, start);
    while words.len() < MOST
        && let Some(words_here) = orbital(&mut at, reader)
    {
        words.push(words_here);
        end = at;
        at.eat(' ');
    }
    let named = || {
        start.follows("] ")
            || start.words_before().take(6).any(|word| {
                ["configuration", "orbital", "subshell", "valence", "electron"]
                    .iter()
                    .any(|name| word.starts_with(name))
            })
    };
    ((words.len() > 1 || !words.is_empty() && named()) && end.ends_word())
        .then(|| Edit::new(start, end, words.join(", ")))
}

/// One orbital with its electrons: `2p⁶`, `2p^6`, `2p6`.
fn orbital(at: &mut Cursor<'_>, reader: Reader) -> Option<String> {
    const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    let mut end = *at;
    let shell = end.digits(1..=1).filter(|shell| ("1"..="7").contains(shell))?;
    let letter = end.eat_one_of(["s", "p", "d", "f"])?;
    end.eat('^');
    let raised = end.eat_while(|found| RAISED.contains(found));
    let count: String = raised
        .chars()
        .filter_map(|found| RAISED.chars().position(|raised| raised == found))
        .map(|digit| digit.to_string())
        .collect();
    let count = if count.is_empty() { end.digits(1..=2)?.to_owned() } else { count };
    (count.len() < 3).then_some(())?;
    *at = end;
    Some(format!("{} {letter} {}", reader.count(shell), reader.count(&count)))
}

/// The `[Ar]` of `[Ar] 3d¹⁰ 4s²` → `argon`: the noble gas whose electrons an atom has as well.
pub fn core(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const GASES: [(&str, &str); 6] = [
        ("[He]", "helium"),
        ("[Ne]", "neon"),
        ("[Ar]", "argon"),
        ("[Kr]", "krypton"),
        ("[Xe]", "xenon"),
        ("[Rn]", "radon"),
    ];
    let mut at = start;
    let (_, name) = GASES.iter().find(|(written, _)| at.eat_text(written))?;
    let mut next = at;
    next.eat(' ');
    orbital(&mut next, reader).map(|_| Edit::new(start, at, format!("{name},")))
}

/// `sp³`, `sp2`, `sp³d²` → `S P three`, `S P three D two`: how the orbitals of an atom mix.
pub fn hybrid(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const COUNTS: [(&str, &str); 6] =
        [("²", "2"), ("³", "3"), ("2", "2"), ("3", "3"), ("^2", "2"), ("^3", "3")];
    let mut at = start;
    (start.starts_word() && at.eat_text("sp")).then_some(())?;
    let count = |at: &mut Cursor<'_>| {
        COUNTS.iter().find(|(written, _)| at.eat_text(written)).map(|(_, count)| reader.count(count))
    };
    let mut words = format!("S P {}", count(&mut at)?);
    if at.eat('d') {
        words += " D";
        words.extend(count(&mut at).map(|count| format!(" {count}")));
    }
    at.ends_word().then(|| Edit::new(start, at, words))
}
