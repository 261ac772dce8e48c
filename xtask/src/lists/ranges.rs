//! Ranges of addresses: those that touch become one, and each is written as short as it can be.

use std::ops::RangeInclusive;

pub type Range = (RangeInclusive<u128>, &'static str);

pub fn joined(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort_by_key(|(range, _)| *range.start());
    let mut out: Vec<Range> = Vec::new();
    for (range, class) in ranges {
        match out.last_mut() {
            Some((before, of)) if *of == class && before.end().checked_add(1) == Some(*range.start()) => {
                *before = *before.start()..=*range.end();
            }
            _ => out.push((range, class)),
        }
    }
    out
}

/// `a.b.c.d/n` where the range is one block, else `first-last`.
pub fn written(range: &RangeInclusive<u128>, bits: u32, name: impl Fn(u128) -> String) -> String {
    let (first, last) = (*range.start(), *range.end());
    let size = last - first + 1;
    if size.is_power_of_two() && first % size == 0 {
        return format!("{}/{}", name(first), bits - size.trailing_zeros());
    }
    format!("{}-{}", name(first), name(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_touches_is_joined_and_blocks_are_blocks() {
        let ranges = vec![(8..=11, "hosting"), (0..=7, "hosting"), (12..=12, "vpn"), (20..=21, "vpn")];
        let joined = joined(ranges);
        let text: Vec<String> =
            joined.iter().map(|(range, class)| format!("{} {class}", written(range, 8, |it| it.to_string()))).collect();
        assert_eq!(text, ["0-11 hosting", "12/8 vpn", "20/7 vpn"]);
    }
}
