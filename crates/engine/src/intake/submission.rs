//! Names of submissions, as senders know them.

use referee_core::id::SubmissionId;
use referee_core::time::Timestamp;

use super::hex::hex;
use crate::settings::random_bytes;

/// A new name for a report, that nobody can guess: a UUID of version 7. It begins with its millisecond, so that the newest
/// reports stand together in the books.
pub fn new_submission(now: Timestamp) -> SubmissionId {
    submission_of(now, random_bytes())
}

/// The name that a moment and ten bytes give.
pub fn submission_of(now: Timestamp, random: [u8; 10]) -> SubmissionId {
    let millisecond = u64::try_from(now.0).unwrap_or_default().to_be_bytes();
    let mut id = [0; 16];
    id[..6].copy_from_slice(&millisecond[2..]);
    id[6..].copy_from_slice(&random);
    id[6] = 0x70 | id[6] & 0x0f;
    id[8] = 0x80 | id[8] & 0x3f;
    SubmissionId(id)
}

/// `A-` and the number in the form of a UUID.
pub fn submission_name(id: SubmissionId) -> String {
    let text = hex(&id.0);
    format!("A-{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

pub fn submission_named(name: &str) -> Option<SubmissionId> {
    let digits: String = name.strip_prefix("A-")?.chars().filter(|letter| *letter != '-').collect();
    let sound = digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = u128::from_str_radix(&digits, 16).ok().filter(|_| sound)?;
    Some(SubmissionId(number.to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_names_begin_with_their_millisecond() {
        let id = submission_of(Timestamp(0x0192_3456_789a), [0xff; 10]);
        assert_eq!(submission_name(id), "A-01923456-789a-7fff-bfff-ffffffffffff");
        assert!(new_submission(Timestamp(1_000)) < new_submission(Timestamp(1_001)));
    }

    #[test]
    fn names_read_back() {
        let id = SubmissionId([7; 16]);
        assert_eq!(submission_name(id), "A-07070707-0707-0707-0707-070707070707");
        assert_eq!(submission_named(&submission_name(id)), Some(id));
        for other in
            ["", "A-", "A-07", "B-07070707-0707-0707-0707-070707070707", "A-+7070707-0707-0707-0707-070707070707"]
        {
            assert_eq!(submission_named(other), None, "{other}");
        }
    }
}
