//! What the shop sells.

/// What its picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Boot,
    Runner,
    SlipOn,
    Sandal,
    Low,
    Socks,
}

pub struct Product {
    pub id: &'static str,
    pub name: &'static str,
    pub category: &'static str,
    pub price_cents: u64,
    pub line: &'static str,
    pub shape: Shape,
    /// Upper, sole and background of its picture.
    pub colours: [&'static str; 3],
}

pub const PRODUCTS: [Product; 6] = [
    Product {
        id: "ridge",
        name: "Ridge Boot",
        category: "Boots",
        price_cents: 14_900,
        line: "Waxed leather for wet hills. Resoles twice.",
        shape: Shape::Boot,
        colours: ["#7a4b2b", "#2d2a26", "#efe6da"],
    },
    Product {
        id: "scree",
        name: "Scree Runner",
        category: "Trail",
        price_cents: 11_900,
        line: "Light, grippy, dries by lunch.",
        shape: Shape::Runner,
        colours: ["#1f5f4a", "#e9d8a6", "#e4efe9"],
    },
    Product {
        id: "harbour",
        name: "Harbour Slip-on",
        category: "Everyday",
        price_cents: 7_900,
        line: "Canvas and cork, made for piers.",
        shape: Shape::SlipOn,
        colours: ["#274c77", "#f1f1ea", "#e3ebf3"],
    },
    Product {
        id: "meadow",
        name: "Meadow Sandal",
        category: "Summer",
        price_cents: 6_400,
        line: "Three straps, one buckle, no blisters.",
        shape: Shape::Sandal,
        colours: ["#b5763a", "#5e3b1c", "#f6eee1"],
    },
    Product {
        id: "court",
        name: "Court Low",
        category: "Everyday",
        price_cents: 8_900,
        line: "A quiet white shoe that cleans with a cloth.",
        shape: Shape::Low,
        colours: ["#f7f7f4", "#c9c9c0", "#e6e6df"],
    },
    Product {
        id: "socks",
        name: "Wool Socks, pair",
        category: "Extras",
        price_cents: 1_400,
        line: "Merino, mended free for life.",
        shape: Shape::Socks,
        colours: ["#9b2c2c", "#e7c9c4", "#f6e9e7"],
    },
];

pub fn find(id: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.id == id)
}

/// Euros with two decimals.
pub fn euros(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
