//! States of quantum mechanics: `|ψ⟩`, `⟨φ|ψ⟩`.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;

/// `|ψ⟩`, `⟨φ|ψ⟩`, `⟨ψ|H|ψ⟩` → `ket psi`, `bra phi ket psi`, `bra psi H ket psi`: states of quantum mechanics.
pub fn state(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const LONGEST: usize = 32;
    let window = start.window_after(LONGEST);
    let end = window.find('⟩').map(|close| close + '⟩'.len_utf8());
    let words = |inside: &str| -> Option<String> {
        let digits = inside.bytes().all(|byte| byte.is_ascii_digit());
        (!inside.is_empty() && !inside.contains(' ')).then_some(())?;
        Some(match inside {
            "+" => "plus".to_owned(),
            "-" | "−" => "minus".to_owned(),
            _ if digits => reader.characters(inside),
            _ => super::spell_out(inside, reader).text().to_owned(),
        })
    };
    if let Some(end) = end
        && let Some(ket) = window[..end].strip_prefix('|')
    {
        let ket = words(ket.trim_end_matches('⟩')).filter(|_| !ket.contains('|'))?;
        return Some(Edit::new(start, start.moved_to(start.offset() + end), format!("ket {ket}")));
    }
    let inside = window.strip_prefix('⟨')?;
    // `⟨φ|` alone, or with its other half.
    let bar = inside.find('|')?;
    let closes = inside.find('⟩').filter(|close| !inside[..*close].contains(' '));
    let bra = format!("bra {}", words(&inside[..bar])?);
    let Some(close) = closes else {
        let end = start.moved_to(start.offset() + '⟨'.len_utf8() + bar + 1);
        return Some(Edit::new(start, end, bra));
    };
    let mut said = bra;
    let mut parts = inside[bar + 1..close].split('|').peekable();
    while let Some(part) = parts.next() {
        said += if parts.peek().is_some() { " " } else { " ket " };
        said += &words(part)?;
    }
    let end = start.moved_to(start.offset() + '⟨'.len_utf8() + close + '⟩'.len_utf8());
    Some(Edit::new(start, end, said))
}
