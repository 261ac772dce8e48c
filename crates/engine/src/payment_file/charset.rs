//! Any text in the letters that every bank of SEPA takes.

/// Letters and what they become. Latin first, then Greek and Cyrillic as the European Payments Council writes them.
const LETTERS: &str = "ÄAe äae ÖOe öoe ÜUe üue ßss ÆAE æae ŒOE œoe ÞTh þth ÐD ðd ĐD đd ØO øo ŁL łl ıi ŊN ŋn \
    ÀA ÁA ÂA ÃA ÅA ĀA ĂA ĄA àa áa âa ãa åa āa ăa ąa ÇC ĆC ĈC ĊC ČC çc ćc ĉc ċc čc ĎD ďd \
    ÈE ÉE ÊE ËE ĒE ĔE ĖE ĘE ĚE èe ée êe ëe ēe ĕe ėe ęe ěe ĜG ĞG ĠG ĢG ĝg ğg ġg ģg ĤH ĦH ĥh ħh \
    ÌI ÍI ÎI ÏI ĨI ĪI ĬI ĮI İI ìi íi îi ïi ĩi īi ĭi įi ĴJ ĵj ĶK ķk ĹL ĻL ĽL ĿL ĺl ļl ľl ŀl \
    ÑN ŃN ŅN ŇN ñn ńn ņn ňn ÒO ÓO ÔO ÕO ŌO ŎO ŐO òo óo ôo õo ōo ŏo őo ŔR ŖR ŘR ŕr ŗr řr \
    ŚS ŜS ŞS ŠS ȘS śs ŝs şs šs șs ŢT ŤT ŦT ȚT ţt ťt ŧt țt ÙU ÚU ÛU ŨU ŪU ŬU ŮU ŰU ŲU ùu úu ûu ũu ūu ŭu ůu űu ųu \
    ŴW ŵw ÝY ŶY ŸY ýy ÿy ŷy ŹZ ŻZ ŽZ źz żz žz \
    ΑA ΒV ΓG ΔD ΕE ΖZ ΗI ΘTH ΙI ΚK ΛL ΜM ΝN ΞX ΟO ΠP ΡR ΣS ΤT ΥY ΦF ΧCH ΨPS ΩO ΆA ΈE ΉI ΊI ΌO ΎY ΏO \
    αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χch ψps ωo άa έe ήi ίi όo ύy ώo ϊi ϋy ΐi ΰy \
    АA БB ВV ГG ДD ЕE ЖZH ЗZ ИI ЙY КK ЛL МM НN ОO ПP РR СS ТT УU ФF ХH ЦTS ЧCH ШSH ЩSHT ЪA ЬY ЮYU ЯYA \
    аa бb вv гg дd еe жzh зz иi йy кk лl мm нn оo пp рr сs тt уu фf хh цts чch шsh щsht ъa ьy юyu яya \
    ЁE ЫY ЭE ІI ЇI ЄE ҐG ёe ыy эe іi їi єe ґg";

/// Only letters, digits and `/-?:().,'+` and the blank; what has no likeness among them becomes a point. Neither
/// begins nor ends with a slash, holds no two of them, and is cut after so many signs.
pub(crate) fn plain(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push('+'),
            '/' if out.ends_with('/') => {}
            '_' | '–' | '—' | '−' => out.push('-'),
            '’' | '‘' | '`' | '´' => out.push('\''),
            letter if letter.is_whitespace() => out.push(' '),
            letter if is_plain(letter) => out.push(letter),
            letter => out.push_str(likeness(letter)),
        }
    }
    let words = out.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let cut: String = words.trim_matches(['/', ' ']).chars().take(most).collect();
    cut.trim_end_matches(['/', ' ']).to_owned()
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(letter)
}

fn likeness(letter: char) -> &'static str {
    LETTERS.split_whitespace().find_map(|pair| pair.strip_prefix(letter)).unwrap_or(".")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letters_keep_their_likeness() {
        for (text, expected) in [
            ("Müller & Söhne GmbH", "Mueller + Soehne GmbH"),
            ("Łódź Škoda Ærø", "Lodz Skoda AEro"),
            ("Ωμέγα България", "Omega Balgariya"),
            ("//a//b/ ", "a/b"),
            ("5 € <x> 日本", "5 . .x. .."),
            ("a\r\n  b_c’d", "a b-c'd"),
        ] {
            assert_eq!(plain(text, 70), expected, "{text}");
        }
        assert_eq!(plain("abc /def", 5), "abc");
    }

    proptest! {
        #[test]
        fn whatever_comes_in_only_these_letters_come_out(text in "\\PC{0,200}", most in 1_usize..150) {
            let out = plain(&text, most);
            prop_assert!(out.chars().count() <= most && out.chars().all(is_plain), "{}", out);
            prop_assert!(!out.contains("//") && !out.starts_with('/') && !out.ends_with('/'), "{}", out);
        }
    }
}
