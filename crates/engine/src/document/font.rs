//! Helvetica, which every reader of PDF brings along, for the languages that are written with Latin letters.

use crate::payment_file::plain;

/// Letters beyond ASCII, each followed by its glyph's name in the font.
const GLYPHS: &str = "€Euro ÀAgrave ÁAacute ÂAcircumflex ÃAtilde ÄAdieresis ÅAring ÆAE ÇCcedilla ÈEgrave ÉEacute \
    ÊEcircumflex ËEdieresis ÌIgrave ÍIacute ÎIcircumflex ÏIdieresis ÐEth ÑNtilde ÒOgrave ÓOacute ÔOcircumflex ÕOtilde \
    ÖOdieresis ØOslash ÙUgrave ÚUacute ÛUcircumflex ÜUdieresis ÝYacute ÞThorn ßgermandbls àagrave áaacute âacircumflex \
    ãatilde äadieresis åaring æae çccedilla èegrave éeacute êecircumflex ëedieresis ìigrave íiacute îicircumflex \
    ïidieresis ðeth ñntilde òograve óoacute ôocircumflex õotilde öodieresis øoslash ùugrave úuacute ûucircumflex \
    üudieresis ýyacute þthorn ÿydieresis ĀAmacron āamacron ĂAbreve ăabreve ĄAogonek ąaogonek ĆCacute ćcacute ČCcaron \
    čccaron ĎDcaron ďdcaron ĐDcroat đdcroat ĒEmacron ēemacron ĖEdotaccent ėedotaccent ĘEogonek ęeogonek ĚEcaron \
    ěecaron ĞGbreve ğgbreve ĢGcommaaccent ģgcommaaccent ĪImacron īimacron ĮIogonek įiogonek İIdotaccent ıdotlessi \
    ĶKcommaaccent ķkcommaaccent ĹLacute ĺlacute ĻLcommaaccent ļlcommaaccent ĽLcaron ľlcaron ŁLslash łlslash ŃNacute \
    ńnacute ŅNcommaaccent ņncommaaccent ŇNcaron ňncaron ŌOmacron ōomacron ŐOhungarumlaut őohungarumlaut ŒOE œoe \
    ŔRacute ŕracute ŖRcommaaccent ŗrcommaaccent ŘRcaron řrcaron ŚSacute śsacute ŞScedilla şscedilla ŠScaron šscaron \
    ȘScommaaccent șscommaaccent ŢTcommaaccent ţtcommaaccent ȚTcommaaccent țtcommaaccent ŤTcaron ťtcaron ŪUmacron \
    ūumacron ŮUring ůuring ŰUhungarumlaut űuhungarumlaut ŲUogonek ųuogonek ŸYdieresis ŹZacute źzacute ŻZdotaccent \
    żzdotaccent ŽZcaron žzcaron –endash —emdash ’quoteright ‘quoteleft “quotedblleft ”quotedblright „quotedblbase \
    …ellipsis £sterling §section °degree ·periodcentered";

/// How wide the signs of ASCII are, from the blank on, in thousandths of the font's size.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

/// Signs that are wider than the letter their name begins with.
const WIDE: [(&str, u16); 9] = [
    ("Euro", 556),
    ("AE", 1000),
    ("OE", 1000),
    ("ae", 889),
    ("oe", 944),
    ("germandbls", 611),
    ("emdash", 1000),
    ("ellipsis", 1000),
    ("oslash", 611),
];

/// The first number of a sign beyond ASCII.
const FIRST: u8 = 128;

/// Which number stands for which glyph in one file. It is made as the text is written.
#[derive(Default)]
pub struct Encoding {
    glyphs: Vec<&'static str>,
}

impl Encoding {
    /// The glyphs from 128 on.
    pub fn glyphs(&self) -> &[&'static str] {
        &self.glyphs
    }

    pub fn first() -> u8 {
        FIRST
    }

    /// The bytes that show a text. What the font does not have becomes what is most like it.
    pub fn bytes(&mut self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(text.len());
        for letter in text.chars() {
            match glyph(letter) {
                _ if matches!(letter, ' '..='~') => bytes.push(letter as u8),
                _ if letter == '−' => bytes.push(b'-'),
                Some(name) => bytes.extend(self.number(name).or(Some(b'?'))),
                None if letter.is_whitespace() => bytes.push(b' '),
                None => bytes.extend(plain(letter.encode_utf8(&mut [0; 4]), 3).bytes()),
            }
        }
        bytes
    }

    fn number(&mut self, name: &'static str) -> Option<u8> {
        let place = self.glyphs.iter().position(|it| *it == name).unwrap_or_else(|| {
            self.glyphs.push(name);
            self.glyphs.len() - 1
        });
        u8::try_from(place).ok()?.checked_add(FIRST)
    }

    /// How wide these bytes are, in thousandths of the font's size.
    fn width(&self, byte: u8) -> u16 {
        let ascii = |byte: u8| WIDTHS.get(usize::from(byte.wrapping_sub(b' '))).copied().unwrap_or(556);
        match byte.checked_sub(FIRST).and_then(|place| self.glyphs.get(usize::from(place))) {
            Some(name) => {
                WIDE.iter().find(|(it, _)| it == name).map_or_else(|| ascii(name.as_bytes()[0]), |(_, width)| *width)
            }
            None => ascii(byte),
        }
    }

    pub fn width_of(&self, bytes: &[u8], size: f32) -> f32 {
        let thousandths: u32 = bytes.iter().map(|byte| u32::from(self.width(*byte))).sum();
        thousandths as f32 * size / 1_000.0
    }
}

fn glyph(letter: char) -> Option<&'static str> {
    if letter.is_ascii() {
        return None;
    }
    GLYPHS.split_whitespace().find_map(|pair| pair.strip_prefix(letter))
}
