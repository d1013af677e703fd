fn main() {
    let p = saywell_voice::g2p::Phonemizer::american().unwrap();
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        println!("{}\t{}", line, p.phonemize(&line).text);
    }
}
