//! Clicks that are paid: loaded and kept as an engine does.

use super::Books;
use crate::contract::ClickMode;
use crate::fact::Record;
use crate::row::{PayableClickRow, ReviewCursor, ReviewRow, ReviewState};
use crate::slice::{ReviewPiece, Slice};
use crate::time::Timestamp;

impl Books {
    pub(super) fn load_clicks(&self, records: &[Record], slice: &mut Slice) {
        let (clicks, marks) = slice.wanted_payables(records);
        for no in clicks {
            slice.payables.load(no, self.payables.get(&no).cloned());
        }
        for key in marks {
            slice.marks.load(key, self.marks.get(&key).copied());
        }
        for key in slice.wanted_click_days(records) {
            slice.click_days.load(key, self.click_days.get(&key).cloned());
        }
    }

    pub(super) fn load_click_work(&self, limit: usize, slice: &mut Slice) {
        let due = |at: Timestamp| at <= self.state.brand_time;
        let mut to_close: Vec<_> =
            self.click_days.iter().filter_map(|(key, day)| Some((day.due_at.filter(|at| due(*at))?, *key))).collect();
        to_close.sort();
        for (_, key) in to_close.into_iter().take(limit) {
            slice.click_days.load(key, self.click_days.get(&key).cloned());
            slice.work.to_close.push(key);
        }
        let at_work = |it: &&ReviewRow| matches!(it.state, ReviewState::Working | ReviewState::Undoing);
        let Some(review) = self.reviews.values().find(at_work) else { return };
        let is_open = |row: &PayableClickRow| {
            row.day_key().and_then(|key| self.click_days.get(&key)).is_some_and(|day| day.due_at.is_some())
        };
        let next = self.payables.values().filter(|row| is_next(review, row) && is_open(row));
        let mut rows: Vec<&PayableClickRow> = next.collect();
        rows.sort_by_key(|row| cursor(row));
        rows.truncate(limit + 1);
        for row in &rows {
            slice.payables.load(row.no, Some((*row).clone()));
            if let Some(key) = row.day_key() {
                slice.click_days.load(key, self.click_days.get(&key).cloned());
            }
        }
        slice.reviews.load(review.id, Some(review.clone()));
        let clicks = rows.iter().map(|row| row.no).collect();
        slice.work.to_review = Some(ReviewPiece { review: review.id, clicks, reached: None });
    }

    pub(super) fn save_clicks(&mut self, slice: &Slice) {
        self.payables.extend(slice.payables.changed().map(|(no, row)| (*no, row.clone())));
        self.click_days.extend(slice.click_days.changed().map(|(key, row)| (*key, row.clone())));
        self.marks.extend(slice.marks.changed().map(|(key, row)| (*key, *row)));
        self.reviews.extend(slice.reviews.changed().map(|(id, row)| (*id, row.clone())));
        self.click_doubts.extend(slice.new.click_doubts.iter().cloned());
        for (key, added) in &slice.new.click_counts {
            let sum = self.click_counts.entry(*key).or_default();
            *sum = sum.plus(*added);
        }
        let closed = &slice.new.closed_groups;
        self.click_groups.retain(|key, _| !closed.contains(&(key.program, key.day, key.partner)));
        for (key, added) in &slice.new.click_groups {
            let sum = self.click_groups.entry(key.clone()).or_default();
            *sum = sum.plus(*added);
        }
        self.click_counts.retain(|_, sum| sum.clicks != 0);
        self.click_groups.retain(|_, sum| sum.clicks != 0);
    }
}

fn cursor(row: &PayableClickRow) -> ReviewCursor {
    ReviewCursor { day: row.day, partner: row.partner, click: row.no }
}

fn is_next(review: &ReviewRow, row: &PayableClickRow) -> bool {
    let is_meant = match review.state {
        ReviewState::Undoing => row.review == Some(review.id),
        _ => row.mode == Some(ClickMode::Reviewed) && review.filter.takes(row),
    };
    row.program == review.program && row.record < review.record && is_meant && cursor(row) > review.cursor
}
