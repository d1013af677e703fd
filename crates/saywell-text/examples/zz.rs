fn main() {
    use saywell_text::english::{Reader, spell_out};
    let reader = if std::env::args().nth(1).is_some() { Reader::Natural } else { Reader::Words };
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let out = spell_out(&line, reader);
        let again = spell_out(out.text(), reader);
        println!("{line}\n    {}", out.text());
        if again.text() != out.text() {
            println!("  !!{}", again.text());
        }
    }
}
