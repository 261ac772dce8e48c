//! Names of submissions, as senders know them.

use referee_core::id::SubmissionId;

use super::hex::hex;

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
