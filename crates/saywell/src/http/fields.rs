//! Fields as clients write them: a number or a string where either says the same, and an empty or a null field where
//! there might as well be none.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Error, SeqAccess, Unexpected, Visitor};

use super::error::{ApiError, brief};
use crate::name::Name;

/// The largest whole number that every JSON library writes without rounding it.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A name, as [`name`] makes one of it: a string, or a whole number as databases count.
pub(super) fn identifier<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    from.deserialize_any(Identifier)
}

/// A string; `None` of an empty one or of null.
pub(super) fn word<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    from.deserialize_any(Word)
}

/// A number, or a string that holds one; `None` of null or of an empty string.
pub(super) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f32>, D::Error> {
    from.deserialize_any(Number)
}

/// `true` or `false`; `None` of null or of an empty string.
pub(super) fn truth<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    from.deserialize_any(Truth)
}

/// A whole number that counts something, or a string that holds one; `None` of null or of an empty string.
pub(super) fn count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<usize>, D::Error> {
    from.deserialize_any(Count)
}

/// A list; an empty one of null or of an empty string.
pub(super) fn list<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    from.deserialize_any(List(PhantomData))
}

/// `None` of null, as of nothing.
pub(super) fn or_default<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: serde::Deserialize<'de> + Default,
{
    Ok(<Option<T> as serde::Deserialize>::deserialize(from)?.unwrap_or_default())
}

/// The name in a field, if there is one.
///
/// # Errors
/// `invalid_request` with the field and what is wrong with it.
pub(super) fn name(field: &'static str, given: Option<&str>) -> Result<Option<Name>, ApiError> {
    let name = given.map(Name::new).transpose();
    name.map_err(|fault| ApiError::invalid(field, format!("`{field}` {fault}.")))
}

fn some(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

struct Identifier;

impl Visitor<'_> for Identifier {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a whole number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(some(text))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        // Some languages write every number with a point. Beyond this two numbers would be one name.
        if number.fract() == 0.0 && number.abs() <= EXACT {
            Ok(Some(format!("{number:.0}")))
        } else {
            Err(E::invalid_value(Unexpected::Float(number), &self))
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

struct Word;

impl Visitor<'_> for Word {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(some(text))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

struct Truth;

impl Visitor<'_> for Truth {
    type Value = Option<bool>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true or false")
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Some(truth))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        match some(text) {
            None => Ok(None),
            Some(text) => Err(E::invalid_type(Unexpected::Str(&brief(&text)), &self)),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

struct Count;

impl Visitor<'_> for Count {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number, 0 or more")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(usize::try_from(number).unwrap_or(usize::MAX)))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        u64::try_from(number)
            .map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))
            .and_then(|number| self.visit_u64(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        // Some languages write every number with a point.
        if number.fract() == 0.0 && (0.0..=EXACT).contains(&number) {
            self.visit_u64(number as u64)
        } else {
            Err(E::invalid_value(Unexpected::Float(number), &self))
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let number = some(text).map(|text| text.trim().parse());
        number.transpose().map_err(|_| E::invalid_type(Unexpected::Other("a string that holds none"), &self))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

struct List<T>(PhantomData<T>);

impl<'de, T: serde::Deserialize<'de>> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        serde::Deserialize::deserialize(SeqAccessDeserializer::new(items))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        match some(text) {
            None => Ok(Vec::new()),
            Some(text) => Err(E::invalid_type(Unexpected::Str(&brief(&text)), &self)),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }
}

struct Number;

impl Visitor<'_> for Number {
    type Value = Option<f32>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let number = some(text).map(|text| text.trim().parse::<f32>());
        match number.transpose() {
            Ok(number) if number.is_none_or(f32::is_finite) => Ok(number),
            _ => Err(E::invalid_type(Unexpected::Other("a string that holds none"), &self)),
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Some(number as f32)
            .filter(|number| number.is_finite())
            .map(Some)
            .ok_or_else(|| E::invalid_value(Unexpected::Other("a number beyond all bounds"), &self))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number as f32))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number as f32))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}
