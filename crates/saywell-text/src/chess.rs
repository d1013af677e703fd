//! Moves of chess as they are written: `e4`, `Nf3`, `Rfxe8+`, `exd8=Q#`.

/// A move of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Move<'t> {
    /// `K`, `Q`, `R`, `B` or `N`; none for a pawn.
    pub(crate) piece: Option<char>,
    /// The file, the rank or both that it comes from, where it has to be said.
    pub(crate) origin: &'t str,
    /// Whether it takes what stands there.
    pub(crate) takes: bool,
    /// Where it goes: a file and a rank.
    pub(crate) square: &'t str,
    /// How many bytes of the text this is, with what a pawn becomes, without the mark of a check.
    pub(crate) length: usize,
}

/// The move that `text` begins with.
pub(crate) fn read(text: &str) -> Option<Move<'_>> {
    let piece = text.chars().next().filter(|first| "KQRBN".contains(*first));
    let begins = usize::from(piece.is_some());
    [2, 1, 0].into_iter().find_map(|origin_length| {
        let origin = text.get(begins..begins + origin_length)?;
        let on_board = |b: u8| is_file(b) || is_rank(b);
        origin.bytes().all(on_board).then_some(())?;
        let takes = text[begins + origin_length..].starts_with('x');
        let at = begins + origin_length + usize::from(takes);
        let square = text.get(at..at + 2)?;
        matches!(square.as_bytes(), &[file, rank] if is_file(file) && is_rank(rank)).then_some(())?;
        let rest = &text[at + 2..];
        let promoted = rest.strip_prefix('=').is_some_and(|rest| rest.starts_with(['Q', 'R', 'B', 'N']));
        Some(Move { piece, origin, takes, square, length: at + 2 + if promoted { 2 } else { 0 } })
    })
}

/// Whether `token` is a move, or castling, and nothing else.
pub(crate) fn is_move(token: &str) -> bool {
    matches!(token, "O-O" | "O-O-O" | "0-0" | "0-0-0")
        || read(token).is_some_and(|found| found.length == token.len())
}

fn is_file(b: u8) -> bool {
    matches!(b, b'a'..=b'h')
}

fn is_rank(b: u8) -> bool {
    matches!(b, b'1'..=b'8')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_are_read_with_where_they_come_from() {
        let parts = |text| read(text).map(|found| (found.piece, found.origin, found.takes, found.square));
        assert_eq!(parts("Nf3 is played"), Some((Some('N'), "", false, "f3")));
        assert_eq!(parts("Rfxe8+"), Some((Some('R'), "f", true, "e8")));
        assert_eq!(parts("N1d2"), Some((Some('N'), "1", false, "d2")));
        assert_eq!(parts("Qh4e1"), Some((Some('Q'), "h4", false, "e1")));
        assert_eq!(parts("exd8=Q"), Some((None, "e", true, "d8")));
        assert_eq!(parts("Nine"), None);
        assert_eq!(parts("é4"), None);
    }

    #[test]
    fn a_token_is_a_move_as_a_whole() {
        for token in ["e4", "Nf3", "Qxh2", "exd8=Q", "O-O", "0-0-0"] {
            assert!(is_move(token), "{token}");
        }
        for token in ["e9", "i4", "B12", "e4e", "", "x", "K"] {
            assert!(!is_move(token), "{token}");
        }
    }
}
