//! The values of SSML's attributes: durations, paces, pitches, volumes, tags of languages.

use crate::mark::Prosody;
use std::time::Duration;

/// The longest break; a longer one is shortened. Azure stops at 20 s, Polly at 10 s.
pub(crate) const LONGEST_BREAK: Duration = Duration::from_secs(10);
/// The pitch in hertz against which a change in hertz is taken, as a voice's own is not known here:
/// between the usual averages of men (about 120 Hz) and women (about 210 Hz).
const REFERENCE_HERTZ: f64 = 165.0;

/// A value that was understood, and whether it had to be brought within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Read<T> {
    pub(crate) value: T,
    pub(crate) clamped: bool,
}

/// `250ms`, `1.5s`, `+2s`; seconds where there is no unit is not SSML.
pub(crate) fn time(text: &str) -> Option<Read<Duration>> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let milliseconds = match text.strip_suffix("ms") {
        Some(number) => decimal(number)?,
        None => decimal(text.strip_suffix('s')?)? * 1000.0,
    };
    let longest = LONGEST_BREAK.as_secs_f64() * 1000.0;
    let value = Duration::from_millis(milliseconds.min(longest).round() as u64);
    Some(Read { value, clamped: milliseconds > longest })
}

/// The break that a strength stands for; the lengths are those of the pauses of the same weight.
pub(crate) fn strength(name: &str) -> Option<Duration> {
    let milliseconds = match name {
        "none" => 0,
        "x-weak" => 120,
        "weak" => 200,
        "medium" => 300,
        "strong" => 600,
        "x-strong" => 1000,
        _ => return None,
    };
    Some(Duration::from_millis(milliseconds))
}

/// `prosody`'s rate in percent: a name, `80%` of the voice's own, `+20%` more, `1.5` times. The names are
/// worth what they are to Azure.
pub(crate) fn rate(text: &str) -> Option<Read<u16>> {
    let percent = match text {
        "x-slow" => 50.0,
        "slow" => 64.0,
        "medium" | "default" => 100.0,
        "fast" => 155.0,
        "x-fast" => 200.0,
        _ => match text.strip_suffix('%') {
            Some(number) if is_signed(number) => 100.0 + signed(number)?,
            Some(number) => decimal(number)?,
            None => decimal(text)? * 100.0,
        },
    };
    let value = percent.clamp(20.0, 300.0).round();
    Some(Read { value: value as u16, clamped: !(20.0..=300.0).contains(&percent) })
}

/// What a pitch asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pitch {
    /// Cents above the voice's own.
    Cents(Read<i16>),
    /// A pitch in hertz for any voice, which is not followed: it would turn one voice into another.
    Absolute,
    /// A percentage without its sign: of the pitch, or above it, it does not say.
    Unsigned,
}

/// `prosody`'s pitch: a name, `+2st`, `-10%`, `+20Hz`. The names are worth what they are to Azure.
pub(crate) fn pitch(text: &str) -> Option<Pitch> {
    let cents = |ratio: f64| 1200.0 * ratio.log2();
    let cents = match text {
        "x-low" => cents(0.55),
        "low" => cents(0.8),
        "medium" | "default" => 0.0,
        "high" => cents(1.2),
        "x-high" => cents(1.45),
        _ => {
            let (number, unit) = text.split_at(text.rfind(|c: char| c.is_ascii_digit() || c == '.')? + 1);
            let change = if is_signed(number) { signed(number)? } else { decimal(number)? };
            match unit {
                "st" => change * 100.0,
                "Hz" | "hz" | "HZ" if is_signed(number) => {
                    cents((1.0 + change / REFERENCE_HERTZ).max(f64::MIN_POSITIVE))
                }
                "Hz" | "hz" | "HZ" => return Some(Pitch::Absolute),
                "%" if is_signed(number) => cents((1.0 + change / 100.0).max(f64::MIN_POSITIVE)),
                "%" => return Some(Pitch::Unsigned),
                _ => return None,
            }
        }
    };
    let value = cents.clamp(-2400.0, 2400.0).round();
    Some(Pitch::Cents(Read { value: value as i16, clamped: !(-2400.0..=2400.0).contains(&cents) }))
}

/// `prosody`'s volume in tenths of a decibel: a name, `+6dB`, `80` of 100 as an amplitude, `-20%` of it.
pub(crate) fn volume(text: &str) -> Option<Read<i16>> {
    let decibels = match text {
        "silent" => f64::NEG_INFINITY,
        "x-soft" => -12.0,
        "soft" => -6.0,
        "medium" | "default" => 0.0,
        "loud" => 4.0,
        "x-loud" => 8.0,
        _ => {
            if let Some(number) = text.strip_suffix("dB").or_else(|| text.strip_suffix("db")) {
                signed(number)?
            } else {
                let number = text.strip_suffix('%').unwrap_or(text);
                let percent = if is_signed(number) { 100.0 + signed(number)? } else { decimal(number)? };
                20.0 * (percent.max(0.0) / 100.0).log10()
            }
        }
    };
    if decibels == f64::NEG_INFINITY {
        return Some(Read { value: Prosody::SILENT, clamped: false });
    }
    let value = (decibels * 10.0).clamp(-600.0, 200.0).round();
    Some(Read { value: value as i16, clamped: !(-60.0..=20.0).contains(&decibels) })
}

fn is_signed(number: &str) -> bool {
    number.starts_with(['+', '-'])
}

/// A number with or without a sign.
fn signed(number: &str) -> Option<f64> {
    match number.strip_prefix('-') {
        Some(number) => decimal(number).map(|number| -number),
        None => decimal(number.strip_prefix('+').unwrap_or(number)),
    }
}

/// Digits with at most one point among them; no sign, exponent or name.
fn decimal(number: &str) -> Option<f64> {
    let plain = (1..=12).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if plain { number.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let milliseconds = |text| time(text).map(|read| (read.value.as_millis(), read.clamped));
        assert_eq!(milliseconds("250ms"), Some((250, false)));
        assert_eq!(milliseconds("1.5s"), Some((1500, false)));
        assert_eq!(milliseconds("+.25s"), Some((250, false)));
        assert_eq!(milliseconds("0s"), Some((0, false)));
        assert_eq!(milliseconds("10s"), Some((10_000, false)));
        assert_eq!(milliseconds("99999999s"), Some((10_000, true)));
        for wrong in ["", "s", "ms", "1", "-1s", "1 s", "1e3s", "infs", "1.2.3s", ".s", "long"] {
            assert_eq!(milliseconds(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn rates() {
        let percent = |text| rate(text).map(|read| (read.value, read.clamped));
        for (text, value) in [
            ("slow", 64),
            ("default", 100),
            ("80%", 80),
            ("100%", 100),
            ("+20%", 120),
            ("-30%", 70),
            ("1.5", 150),
            ("0.5", 50),
        ] {
            assert_eq!(percent(text), Some((value, false)), "{text:?}");
        }
        assert_eq!(percent("5"), Some((300, true)));
        assert_eq!(percent("-99%"), Some((20, true)));
        for wrong in ["", "%", "quick", "-1", "+1", "NaN", "inf", "1,5", "10 %"] {
            assert_eq!(percent(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn pitches() {
        let cents = |text| match pitch(text) {
            Some(Pitch::Cents(read)) => Some((read.value, read.clamped)),
            _ => None,
        };
        for (text, value) in [
            ("+2st", 200),
            ("-1.5st", -150),
            ("3st", 300),
            ("high", 316),
            ("low", -386),
            ("medium", 0),
            ("+100%", 1200),
            ("-50%", -1200),
            ("+165Hz", 1200),
        ] {
            assert_eq!(cents(text), Some((value, false)), "{text:?}");
        }
        assert_eq!(cents("+99st"), Some((2400, true)));
        assert_eq!(cents("-100%"), Some((-2400, true)));
        assert_eq!(cents("-999Hz"), Some((-2400, true)));
        assert_eq!(pitch("150Hz"), Some(Pitch::Absolute));
        assert_eq!(pitch("50%"), Some(Pitch::Unsigned));
        for wrong in ["", "st", "+st", "up", "+2", "2x"] {
            assert_eq!(pitch(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn volumes() {
        let tenths = |text| volume(text).map(|read| (read.value, read.clamped));
        for (text, value) in [
            ("+6dB", 60),
            ("-3.5dB", -35),
            ("soft", -60),
            ("silent", Prosody::SILENT),
            ("100", 0),
            ("50", -60),
            ("0", Prosody::SILENT),
            ("+100%", 60),
            ("-50%", -60),
            ("-100%", Prosody::SILENT),
        ] {
            assert_eq!(tenths(text), Some((value, false)), "{text:?}");
        }
        assert_eq!(tenths("+99dB"), Some((200, true)));
        assert_eq!(tenths("-99dB"), Some((-600, true)));
        for wrong in ["", "dB", "%", "big", "+-3dB"] {
            assert_eq!(tenths(wrong), None, "{wrong:?}");
        }
    }
}
