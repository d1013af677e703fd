//! Why something failed, in one line.

/// An error and what led to it, each once: `error sending request: connection refused`.
#[must_use]
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut said: Vec<String> = Vec::new();
    for cause in std::iter::successors(Some(error), |error| error.source()) {
        let cause = cause.to_string();
        if !said.iter().any(|earlier| earlier.contains(&cause)) {
            said.push(cause);
        }
    }
    said.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the door does not open")]
    struct Door(#[source] Key);

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Key(&'static str);

    #[test]
    fn each_cause_is_said_once() {
        assert_eq!(causes(&Door(Key("the key is lost"))), "the door does not open: the key is lost");
        assert_eq!(causes(&Door(Key("does not open"))), "the door does not open");
    }
}
