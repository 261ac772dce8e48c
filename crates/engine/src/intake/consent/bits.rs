//! Strings of consent are numbers of some bits each, written as letters of six bits.

/// Reads from the front. Whatever is not there is none; nothing panics.
#[derive(Debug, Clone, Copy)]
pub struct Bits<'a> {
    letters: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    /// None where a letter is none of base64url.
    pub fn of(text: &'a str) -> Option<Bits<'a>> {
        let letters = text.as_bytes();
        letters.iter().all(|letter| value(*letter).is_some()).then_some(Bits { letters, at: 0 })
    }

    pub fn bit(&mut self) -> Option<bool> {
        let letter = value(*self.letters.get(self.at / 6)?)?;
        let bit = letter >> (5 - self.at % 6) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    /// A number of at most 64 bits, the first one the highest.
    pub fn number(&mut self, width: u32) -> Option<u64> {
        (0..width).try_fold(0, |number, _| Some(number << 1 | u64::from(self.bit()?)))
    }

    /// The same from a place on.
    pub fn from(mut self, place: usize) -> Option<Bits<'a>> {
        self.at = 0;
        self.skip(place).map(|()| self)
    }

    pub fn skip(&mut self, width: usize) -> Option<()> {
        self.at = self.at.checked_add(width)?;
        (self.at <= self.letters.len() * 6).then_some(())
    }

    /// A number as a sum of Fibonacci's, which ends with two ones.
    pub fn fibonacci(&mut self) -> Option<u64> {
        let (mut this, mut next) = (1_u64, 2_u64);
        let (mut sum, mut before) = (0_u64, false);
        loop {
            let bit = self.bit()?;
            if bit && before {
                return Some(sum);
            }
            if bit {
                sum = sum.checked_add(this)?;
            }
            before = bit;
            (this, next) = (next, this.checked_add(next)?);
        }
    }
}

fn value(letter: u8) -> Option<u8> {
    Some(match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_from_the_front() {
        let mut bits = Bits::of("DBAA").expect("letters");
        assert_eq!(
            (bits.number(6), bits.number(6), bits.number(12), bits.number(1)),
            (Some(3), Some(1), Some(0), None)
        );
        assert!(Bits::of("a+b").is_none() && Bits::of("ä").is_none() && Bits::of("a=").is_none());
        assert!(Bits::of("A").expect("a letter").skip(7).is_none());
    }

    #[test]
    fn fibonacci_numbers_end_with_two_ones() {
        // 11 is 1, 011 is 2, 0011 is 3, 1011 is 4: 110110 011101 1...
        let mut bits = Bits::of("2d").expect("letters");
        assert_eq!([bits.fibonacci(), bits.fibonacci(), bits.fibonacci()], [Some(1), Some(2), Some(3)]);
        assert_eq!(Bits::of("AAAA").expect("letters").fibonacci(), None);
        assert_eq!(Bits::of(&"A".repeat(60)).expect("letters").fibonacci(), None, "numbers end");
    }
}
