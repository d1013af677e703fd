//! X-SAMPA, IPA in ASCII, after J. C. Wells, "Computer-coding the IPA" (1995, revised 2000).

/// Symbols of X-SAMPA with what they are in IPA. Of two that begin alike the longer wins.
#[rustfmt::skip]
const SYMBOLS: &[(&str, &str)] = &[
    // Letters with marks of their own; plain lower case letters but `g` are themselves.
    ("b_<", "ɓ"), ("d_<", "ɗ"), ("g_<", "ɠ"), ("J\\_<", "ʄ"), ("G\\_<", "ʛ"),
    ("d`", "ɖ"), ("g", "ɡ"), ("h\\", "ɦ"), ("j\\", "ʝ"), ("l`", "ɭ"), ("l\\", "ɺ"), ("n`", "ɳ"),
    ("p\\", "ɸ"), ("r`", "ɽ"), ("r\\", "ɹ"), ("r\\`", "ɻ"), ("s`", "ʂ"), ("s\\", "ɕ"), ("t`", "ʈ"),
    ("v\\", "ʋ"), ("x\\", "ɧ"), ("z`", "ʐ"), ("z\\", "ʑ"),
    // Capitals.
    ("A", "ɑ"), ("B", "β"), ("B\\", "ʙ"), ("C", "ç"), ("D", "ð"), ("E", "ɛ"), ("F", "ɱ"), ("G", "ɣ"),
    ("G\\", "ɢ"), ("H", "ɥ"), ("H\\", "ʜ"), ("I", "ɪ"), ("I\\", "ᵻ"), ("J", "ɲ"), ("J\\", "ɟ"), ("K", "ɬ"),
    ("K\\", "ɮ"), ("L", "ʎ"), ("L\\", "ʟ"), ("M", "ɯ"), ("M\\", "ɰ"), ("N", "ŋ"), ("N\\", "ɴ"), ("O", "ɔ"),
    ("O\\", "ʘ"), ("P", "ʋ"), ("Q", "ɒ"), ("R", "ʁ"), ("R\\", "ʀ"), ("S", "ʃ"), ("T", "θ"), ("U", "ʊ"),
    ("U\\", "ᵿ"), ("V", "ʌ"), ("W", "ʍ"), ("X", "χ"), ("X\\", "ħ"), ("Y", "ʏ"), ("Z", "ʒ"),
    // Digits and signs.
    ("@", "ə"), ("@\\", "ɘ"), ("@`", "ɚ"), ("{", "æ"), ("}", "ʉ"), ("1", "ɨ"), ("2", "ø"), ("3", "ɜ"),
    ("3\\", "ɞ"), ("3`", "ɝ"), ("4", "ɾ"), ("5", "ɫ"), ("6", "ɐ"), ("7", "ɤ"), ("8", "ɵ"), ("9", "œ"),
    ("&", "ɶ"), ("?", "ʔ"), ("?\\", "ʕ"), ("<\\", "ʢ"), (">\\", "ʡ"), ("!\\", "ǃ"), ("|\\", "ǀ"),
    ("|\\|\\", "ǁ"), ("=\\", "ǂ"),
    // Stress, length, boundaries, tone.
    ("\"", "ˈ"), ("%", "ˌ"), (":", "ː"), (":\\", "ˑ"), (".", "."), ("|", "|"), ("||", "‖"), ("-\\", "‿"),
    ("-", ""), ("^", "ꜛ"), ("!", "ꜜ"), ("<F>", "↘"), ("<R>", "↗"), ("_T", "˥"), ("_H", "˦"), ("_M", "˧"),
    ("_L", "˨"), ("_B", "˩"), ("_R", "\u{30C}"), ("_F", "\u{302}"),
    // Diacritics.
    ("_\"", "\u{308}"), ("_+", "\u{31F}"), ("_-", "\u{320}"), ("_/", "\u{30C}"), ("_0", "\u{325}"),
    ("_=", "\u{329}"), ("=", "\u{329}"), ("_>", "ʼ"), ("_?\\", "ˤ"), ("_\\", "\u{302}"), ("_^", "\u{32F}"),
    ("_}", "\u{31A}"), ("`", "˞"), ("~", "\u{303}"), ("_~", "\u{303}"), ("_A", "\u{318}"), ("_a", "\u{33A}"),
    ("_c", "\u{31C}"), ("_d", "\u{32A}"), ("_e", "\u{334}"), ("_G", "ˠ"), ("_h", "ʰ"), ("_j", "ʲ"), ("'", "ʲ"),
    ("_k", "\u{330}"), ("_l", "ˡ"), ("_m", "\u{33B}"), ("_N", "\u{33C}"), ("_n", "ⁿ"), ("_O", "\u{339}"),
    ("_o", "\u{31E}"), ("_q", "\u{319}"), ("_r", "\u{31D}"), ("_t", "\u{324}"), ("_v", "\u{32C}"), ("_w", "ʷ"),
    ("_X", "\u{306}"), ("_x", "\u{33D}"), ("_", "\u{361}"),
];

/// `text` in IPA; the first symbol that X-SAMPA does not have is the error.
pub(crate) fn to_ipa(text: &str) -> Result<String, char> {
    let mut ipa = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let symbol = SYMBOLS
            .iter()
            .filter(|(symbol, _)| rest.starts_with(symbol))
            .max_by_key(|(symbol, _)| symbol.len());
        let length = match symbol {
            Some((symbol, sound)) => {
                ipa.push_str(sound);
                symbol.len()
            }
            None if first.is_ascii_lowercase() => {
                ipa.push(first);
                1
            }
            None if first.is_ascii_whitespace() => {
                ipa.push(' ');
                1
            }
            None => return Err(first),
        };
        rest = &rest[length..];
    }
    Ok(ipa)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for (x_sampa, ipa) in [
            ("h@\"l@U", "həˈləʊ"),
            ("t@\"meItoU", "təˈmeɪtoʊ"),
            ("pI\"kA:n", "pɪˈkɑːn"),
            ("\"SED.ju:l", "ˈʃɛð.juːl"),
            ("r\\E@d`", "ɹɛəɖ"),
            ("r\\`3`z\\s\\", "ɻɝʑɕ"),
            ("t_SaI_^", "t͡ʃaɪ̯"),
            ("bO~ZuR", "bɔ̃ʒuʁ"),
            ("\"mYl6", "ˈmʏlɐ"),
            ("p_h{t_}", "pʰæt̚"),
            ("a|b||c", "a|b‖c"),
            ("|\\|\\a|\\b", "ǁaǀb"),
            ("t_de_\"", "t̪e\u{308}"),
            ("ma_H mo_L", "ma˦ mo˨"),
        ] {
            assert_eq!(to_ipa(x_sampa).as_deref(), Ok(ipa), "{x_sampa}");
        }
        assert_eq!(to_ipa("ab#c"), Err('#'));
        assert_eq!(to_ipa("ə"), Err('ə'));
    }

    #[test]
    fn every_symbol_is_read_and_gives_ipa() {
        for (index, (symbol, ipa)) in SYMBOLS.iter().enumerate() {
            assert_eq!(to_ipa(symbol).as_deref(), Ok(*ipa), "{symbol}");
            assert!(SYMBOLS[..index].iter().all(|(other, _)| other != symbol), "{symbol} is there twice");
            assert_eq!(crate::ipa::unknown(ipa), None, "{symbol} gives {ipa}");
        }
        // Everything that IPA has a letter for, and X-SAMPA too.
        for sound in "pbtdʈɖcɟkɡqɢʔmɱnɳɲŋɴʙrʀɾɽɸβfvθðszʃʒʂʐçʝxɣχʁħʕhɦɬɮʋɹɻjɰlɭʎʟʘǀǃǂǁɓɗʄɠʛiyɨʉɯuɪʏʊeøɘɵɤoəɛœɜɞʌɔæɐaɶɑɒʍwɥʜʢʡɕʑɺɧ".chars() {
            let letter = sound.to_string();
            let known = sound.is_ascii_lowercase() || SYMBOLS.iter().any(|(_, ipa)| *ipa == letter);
            assert!(known, "{sound} cannot be written");
        }
    }
}
