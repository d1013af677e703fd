//! Where a span belongs, as the W3C's Trace Context writes it.

/// The place of a span in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The trace.
    pub(super) trace: [u8; 16],
    /// The span.
    pub(super) span: [u8; 8],
    /// The span above it.
    pub(super) above: Option<[u8; 8]>,
    wanted: bool,
}

impl Place {
    /// The first span of a new trace.
    pub(super) fn new() -> Self {
        Self { trace: rand::random(), span: rand::random(), above: None, wanted: true }
    }

    /// A new span beneath this one.
    pub(super) fn beneath(self) -> Self {
        Self { span: rand::random(), above: Some(self.span), ..self }
    }

    /// The same span in another's trace.
    pub(super) fn below(self, other: Self) -> Self {
        Self { trace: other.trace, above: Some(other.span), wanted: other.wanted, ..self }
    }

    /// Whether it is to be kept: whoever began the trace decided that.
    pub(super) fn is_wanted(self) -> bool {
        self.wanted
    }

    /// Reads a `traceparent`: version, trace, span and flags in hexadecimal. Later versions may have more at the end.
    pub(super) fn read(traceparent: &str) -> Option<Self> {
        let mut parts = traceparent.trim().split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if version == "00" && parts.next().is_some() {
            return None;
        }
        let [version] = bytes::<1>(version)?;
        let (trace, span, [flags]) = (bytes::<16>(trace)?, bytes::<8>(span)?, bytes::<1>(flags)?);
        let valid = version != 0xff && trace != [0; 16] && span != [0; 8];
        valid.then_some(Self { trace, span, above: None, wanted: flags & 1 == 1 })
    }

    /// Writes it.
    pub(super) fn traceparent(&self) -> String {
        let (trace, span) = (hex::encode(self.trace), hex::encode(self.span));
        format!("00-{trace}-{span}-{:02x}", u8::from(self.wanted))
    }
}

/// So many bytes in hexadecimal, in small letters.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let small = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let mut bytes = [0; N];
    (small && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceparent_is_read_as_the_w3c_writes_it() {
        let written = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let place = Place::read(written).unwrap();
        assert_eq!(place.traceparent(), written);
        let within = Place::new().below(place);
        assert_eq!((within.trace, within.above), (place.trace, Some(place.span)));
        let beneath = within.beneath();
        assert_eq!((beneath.trace, beneath.above), (place.trace, Some(within.span)));
        assert!(beneath.is_wanted());
        let unwanted = Place::read(&written.replace("-01", "-00")).unwrap();
        assert!(!Place::new().below(unwanted).beneath().is_wanted());
        assert!(Place::read(&written.replace("00-4", "01-4").replace("-01", "-01-more")).is_some());
        for wrong in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-é-é-é",
        ] {
            assert_eq!(Place::read(wrong), None, "{wrong}");
        }
    }
}
