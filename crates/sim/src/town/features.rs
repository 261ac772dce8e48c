//! What may happen in a town: each thing can be left out, to look at the others alone.

/// What a town contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features {
    /// Families whose members sign in on one device in turns.
    pub families: bool,
    /// A device in a shop that many customers use.
    pub kiosks: bool,
    /// An agent's device that takes orders for many customers.
    pub call_centres: bool,
    /// E-mail addresses and ids that many people share, or that programs write when they have nothing to say.
    pub junk: bool,
    /// Links sent on to others, with the click id in them.
    pub forwarded: bool,
    /// Records that arrive out of order, hours or days late.
    pub late: bool,
    /// Times claimed that are far from when the record came, and many within one millisecond.
    pub clock_jumps: bool,
    /// One id seen with about as many others as it may be, around the limit and its span.
    pub floods: bool,
    /// Partners, ads and contracts that change while people shop.
    pub changing_set_up: bool,
    /// Shared credit, codes with conditions, groups, channels, assigned values, impressions, and orders that follow
    /// from others.
    pub policies: bool,
    /// Terms with payout groups, restrictions and adjustments, by order or by item, offers of terms, and overlays.
    pub conditions: bool,
}

impl Features {
    /// Everything.
    pub const FULL: Features = Features {
        families: true,
        kiosks: true,
        call_centres: true,
        junk: true,
        forwarded: true,
        late: true,
        clock_jumps: true,
        floods: true,
        changing_set_up: true,
        policies: true,
        conditions: true,
    };

    /// Everybody has devices of their own, and everything arrives when it happens.
    pub const PLAIN: Features = Features {
        families: false,
        kiosks: false,
        call_centres: false,
        junk: false,
        forwarded: false,
        late: false,
        clock_jumps: false,
        floods: false,
        changing_set_up: true,
        policies: true,
        conditions: true,
    };
}
