use super::*;

#[test]
fn placeholder() {
    assert_eq!(spell_out("a", Reader::Words).text(), "a");
}
