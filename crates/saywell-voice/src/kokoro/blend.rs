//! Blends: several voices of a pack mixed into one.

use std::fmt;
use std::ops::RangeInclusive;

/// Several voices and their shares, in the one form in which blends are compared: `af_heart:0.6+bf_emma:0.4`.
///
/// It is read as Kokoro's users write it: `af_heart:0.6+bf_emma:0.4`, `af_heart+bf_emma` (equal shares), and
/// `af_bella(2)+af_sky(1)` as Kokoro-FastAPI takes it. Weights are brought to a sum of one, and a voice that stands there
/// twice has both. What is said is said in the language of the first voice; the order of the others, and of
/// voices of that language, changes nothing and is that of their names.
///
/// ```
/// use saywell_voice::kokoro::Blend;
///
/// let read = |text| Blend::parse(text).unwrap().unwrap().to_string();
/// assert_eq!(read("af_sky(1) + af_bella(3)"), "af_bella:0.75+af_sky:0.25");
/// assert_eq!(read("af_bella(3)"), "af_bella");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Blend(Vec<(String, f64)>);

/// The steps that shares are given in: finer than anybody hears, and coarse enough that a third is a third however it was written.
const STEPS: f64 = 1e5;
/// The least share of a voice.
const LEAST_SHARE: f64 = 0.01;

/// A text is meant for a blend and is none. Written so that it follows the name of the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlendFault {
    /// Nothing stands where a voice should.
    #[error("misses a voice's name: a blend is written like `af_heart:0.6+bf_emma:0.4`")]
    NoName,
    /// A weight that is none.
    #[error(
        "gives a voice of the blend the weight `{0}`: a weight may be from {least} to {most}",
        least = Blend::WEIGHTS.start(),
        most = Blend::WEIGHTS.end()
    )]
    Weight(String),
    /// A voice that nobody would hear beside the others.
    #[error("gives `{0}` less than a hundredth of the blend")]
    Share(String),
    /// Too many voices.
    #[error("blends {0} voices: a blend may have at most {most}", most = Blend::MOST)]
    TooMany(usize),
    /// There is no such voice to be blended.
    #[error("blends `{0}`, and there is no voice of that name to be blended")]
    Unknown(String),
}

impl Blend {
    /// The most voices of one.
    pub const MOST: usize = 8;
    /// What a voice may weigh.
    pub const WEIGHTS: RangeInclusive<f64> = 0.01..=100.0;

    /// Reads a blend; `None` of a text that is not written as one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Result<Self, BlendFault>> {
        let is_meant =
            text.contains('+') || weighed(text).is_some_and(|(_, weight)| number(weight).is_some());
        is_meant.then(|| Self::read(text))
    }

    fn read(text: &str) -> Result<Self, BlendFault> {
        let count = text.split('+').count();
        if count > Self::MOST {
            return Err(BlendFault::TooMany(count));
        }
        let mut parts: Vec<(String, f64)> = Vec::new();
        for part in text.split('+') {
            let (name, weight) = weighed(part).unwrap_or((part, "1"));
            let weight = number(weight)
                .filter(|weight| Self::WEIGHTS.contains(weight))
                .ok_or_else(|| BlendFault::Weight(weight.trim().to_owned()))?;
            let name = name.trim();
            if name.is_empty() {
                return Err(BlendFault::NoName);
            }
            if name.contains([':', '(', ')']) {
                return Err(BlendFault::Unknown(name.to_owned()));
            }
            parts.push((name.to_owned(), weight));
        }
        let blend = Self(parts).in_order();
        match blend.0.iter().find(|(_, share)| *share < LEAST_SHARE) {
            Some((name, _)) => Err(BlendFault::Share(name.clone())),
            None => Ok(blend),
        }
    }

    /// The names of its voices, the one whose language is spoken first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The voices and their shares, which come to one.
    pub fn parts(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, share)| (name.as_str(), *share))
    }

    /// The same of the voices that these names mean.
    ///
    /// # Errors
    /// [`BlendFault::Unknown`] for one that means none.
    pub fn renamed<'a>(&self, meant: impl Fn(&str) -> Option<&'a str>) -> Result<Self, BlendFault> {
        let rename = |(name, share): &(String, f64)| match meant(name) {
            Some(meant) => Ok((meant.to_owned(), *share)),
            None => Err(BlendFault::Unknown(name.clone())),
        };
        let parts: Result<Vec<_>, _> = self.0.iter().map(rename).collect();
        Ok(Self(parts?).in_order())
    }

    /// The name that a blend begins with; of anything else, all of it.
    #[must_use]
    pub fn first_name(voice: &str) -> &str {
        voice.split(['+', ':', '(']).next().unwrap_or_default().trim()
    }

    /// Each voice once, in the order that is always the same, with shares that come to one.
    fn in_order(self) -> Self {
        let mut parts: Vec<(String, f64)> = Vec::new();
        for (name, weight) in self.0 {
            match parts.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => *known += weight,
                None => parts.push((name, weight)),
            }
        }
        let spoken = parts.first().and_then(|(name, _)| language(name));
        parts.sort_by(|(a, _), (b, _)| {
            let key = |name: &str| (language(name) != spoken, name.to_owned());
            key(a).cmp(&key(b))
        });
        let total: f64 = parts.iter().map(|(_, weight)| weight).sum();
        let exact: Vec<f64> = parts.iter().map(|(_, weight)| weight / total * STEPS).collect();
        let mut steps: Vec<f64> = exact.iter().map(|steps| (steps + 1e-6).floor()).collect();
        // What rounding down leaves over goes to those that it took most of, so that the shares come to one exactly and their
        // form, read again, is the same.
        let mut places: Vec<usize> = (0..steps.len()).collect();
        places.sort_by(|a, b| (exact[*b] - steps[*b]).total_cmp(&(exact[*a] - steps[*a])));
        let left = (STEPS - steps.iter().sum::<f64>()).max(0.0) as usize;
        for place in places.into_iter().take(left) {
            steps[place] += 1.0;
        }
        for ((_, weight), steps) in parts.iter_mut().zip(steps) {
            *weight = steps / STEPS;
        }
        Self(parts)
    }
}

impl fmt::Display for Blend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [(name, _)] = self.0.as_slice() {
            return f.write_str(name);
        }
        for (at, (name, share)) in self.0.iter().enumerate() {
            let joint = if at == 0 { "" } else { "+" };
            write!(f, "{joint}{name}:{share}")?;
        }
        Ok(())
    }
}

/// The letter that says a voice's language.
fn language(name: &str) -> Option<char> {
    name.split_once('_').and_then(|(kind, _)| kind.chars().next())
}

/// A name and the weight written after it: `name:0.6` or `name(2)`.
fn weighed(part: &str) -> Option<(&str, &str)> {
    match part.trim().strip_suffix(')') {
        Some(open) => open.split_once('('),
        None => part.split_once(':'),
    }
}

fn number(weight: &str) -> Option<f64> {
    weight.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_blend_has_one_form_however_it_is_written() {
        for (form, written) in [
            ("af_heart:0.6+bf_emma:0.4", &["af_heart:0.6+bf_emma:0.4", "af_heart(60) + bf_emma(40)"][..]),
            ("bf_emma:0.4+af_heart:0.6", &["bf_emma:0.4+af_heart:0.6"]),
            (
                "af_bella:0.66667+af_sky:0.33333",
                &["af_bella(2)+af_sky(1)", "af_sky+af_bella+af_bella", "af_sky:1+af_bella:2"],
            ),
            ("af_bella:0.5+af_sky:0.5", &["af_bella+af_sky", "af_sky+af_bella", "af_sky:3+af_bella:3"]),
            ("af_sky", &["af_sky:1", "af_sky(2)", "af_sky+af_sky"]),
        ] {
            for text in written {
                let blend = Blend::parse(text).unwrap().unwrap();
                assert_eq!(blend.to_string(), form, "{text}");
                assert!((blend.parts().map(|(_, share)| share).sum::<f64>() - 1.0).abs() < 1e-9);
                let again = Blend::parse(form).map_or(form.to_owned(), |again| again.unwrap().to_string());
                assert_eq!(again, form, "its form is its own");
            }
        }
    }

    #[test]
    fn what_is_no_blend_is_told_from_a_bad_one() {
        for name in ["af_heart", "", "en-US-Ava:DragonHD", "a:x", "anna (calm)", "(", ")", ":"] {
            assert!(Blend::parse(name).is_none(), "{name}");
        }
        for (text, fault) in [
            ("af_heart+", BlendFault::NoName),
            ("+", BlendFault::NoName),
            (":1", BlendFault::NoName),
            ("af_heart:0+bf_emma", BlendFault::Weight("0".into())),
            ("af_heart:101", BlendFault::Weight("101".into())),
            ("af_heart:nan+a", BlendFault::Weight("nan".into())),
            ("af_heart(much)+a", BlendFault::Weight("much".into())),
            ("af_heart(-1)", BlendFault::Weight("-1".into())),
            ("a+b+c+d+e+f+g+h+i", BlendFault::TooMany(9)),
            ("a:100+b:0.02", BlendFault::Share("b".into())),
            ("a:2(1)", BlendFault::Unknown("a:2".into())),
        ] {
            assert_eq!(Blend::parse(text), Some(Err(fault)), "{text}");
        }
        let said = BlendFault::Weight("0".into()).to_string();
        assert_eq!(said, "gives a voice of the blend the weight `0`: a weight may be from 0.01 to 100");
    }
}
