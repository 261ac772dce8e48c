//! A drawing of each product.

use maud::{Markup, html};

use super::products::{Product, Shape};

pub fn picture(product: &Product) -> Markup {
    let [upper, sole, ground] = product.colours;
    html! {
        svg viewBox="0 0 240 160" role="img" aria-label=(product.name) {
            rect width="240" height="160" fill=(ground) {}
            ellipse cx="122" cy="130" rx="86" ry="6" fill="#000" opacity=".08" {}
            @match product.shape {
                Shape::Boot => (boot(upper, sole)),
                Shape::Runner => (runner(upper, sole)),
                Shape::SlipOn => (slip_on(upper, sole)),
                Shape::Sandal => (sandal(upper, sole)),
                Shape::Low => (low(upper, sole)),
                Shape::Socks => (socks(upper, sole)),
            }
        }
    }
}

fn laces(path: &str, colour: &str) -> Markup {
    html! { path d=(path) stroke=(colour) stroke-width="3" stroke-linecap="round" fill="none" {} }
}

fn boot(upper: &str, sole: &str) -> Markup {
    html! {
        path d="M70 26c16 6 36 6 50 0 2 22 4 38 16 46 14 9 38 10 52 18 8 5 10 12 10 20H66c0-30 2-58 4-84z" fill=(upper) {}
        path d="M70 26c16 6 36 6 50 0l1 10c-16 6-36 6-52 0z" fill=(sole) opacity=".35" {}
        path d="M64 108h136c2 6 1 10-1 12h-26l-4-4h-50l-3 12H66c-3-6-3-14-2-20z" fill=(sole) {}
        (laces("M110 44l16-3M112 54l17-3M116 64l17-5M124 73l15-8", sole))
    }
}

fn runner(upper: &str, sole: &str) -> Markup {
    html! {
        path d="M52 62c14 8 32 4 42-10 14 20 40 32 72 38 20 4 26 12 26 20H48c-4-18-3-36 4-48z" fill=(upper) {}
        path d="M72 110c4-18 18-30 40-36l12 10c-18 6-28 14-30 26z" fill=(sole) opacity=".8" {}
        path d="M44 106c20 6 44-2 66 2s56 4 84-2c6 8 4 22-8 22H58c-12 0-16-10-14-22z" fill=(sole) {}
        path d="M52 128l6-6 8 6 8-6 8 6 8-6 8 6 8-6 8 6 8-6 8 6 8-6 8 6 8-6 8 6 8-6 8 6 6-6" stroke=(upper) stroke-width="2" fill="none" {}
        (laces("M106 70l14-8M116 77l14-8M127 83l13-7", sole))
    }
}

fn slip_on(upper: &str, sole: &str) -> Markup {
    html! {
        path d="M48 78c8-4 14-4 20 0 16 8 34 6 46-4 20 14 44 18 62 22 14 3 18 10 18 18H48c-3-14-3-26 0-36z" fill=(upper) {}
        path d="M92 84c10-1 18-4 24-9l12 8c-8 8-16 14-22 22z" fill=(sole) opacity=".7" {}
        path d="M46 112h150c2 10-3 16-10 16H56c-8 0-12-6-10-16z" fill=(sole) {}
        path d="M48 120h146" stroke=(upper) stroke-width="2" opacity=".5" {}
    }
}

fn sandal(upper: &str, sole: &str) -> Markup {
    html! {
        path d="M54 108c2-28 6-44 14-56" stroke=(upper) stroke-width="10" fill="none" {}
        path d="M64 62c24 10 40 22 48 46" stroke=(upper) stroke-width="10" fill="none" stroke-linecap="round" {}
        path d="M116 108c4-22 14-34 30-40 12 8 20 22 22 40z" fill=(upper) {}
        path d="M138 108c2-16 8-26 16-32" stroke=(sole) stroke-width="3" fill="none" {}
        rect x="80" y="66" width="12" height="12" rx="3" fill="none" stroke=(sole) stroke-width="3" {}
        path d="M42 106c40-2 60 6 90 4 26-2 46-4 66-4 4 10 0 20-10 20H54c-10 0-14-8-12-20z" fill=(sole) {}
    }
}

fn low(upper: &str, sole: &str) -> Markup {
    html! {
        path d="M54 60c14 7 32 5 44-6 12 20 40 32 72 38 16 3 22 10 22 20H50c-4-18-3-38 4-52z" fill=(upper) stroke=(sole) stroke-width="2" {}
        path d="M54 62c4 10 4 26 2 48H50c-4-18-3-36 4-48z" fill=(sole) {}
        path d="M46 110h148c2 10-2 18-10 18H56c-8 0-11-8-10-18z" fill="#fff" stroke=(sole) stroke-width="2" {}
        (laces("M104 74l16-8M116 82l16-8M130 88l14-7", sole))
        path d="M168 92c-10 4-14 10-14 20" stroke=(sole) stroke-width="2" fill="none" {}
    }
}

fn socks(upper: &str, sole: &str) -> Markup {
    let sock = |place: &str| {
        html! {
            g transform=(place) {
                path d="M0 0h36v54c0 9 5 15 14 19l20 9c15 7 13 26-4 28-22 3-46 0-58-14C1 88 0 78 0 68z" fill=(upper) {}
                path d="M0 0h36v16H0z" fill=(sole) {}
                path d="M0 70c8-6 20-4 24 6s-4 22-14 24C2 90 0 80 0 70z" fill=(sole) {}
                path d="M58 76l12 6c15 7 13 26-4 28l-10 1c-6-12-5-24 2-35z" fill=(sole) {}
            }
        }
    };
    html! { (sock("translate(92 14)")) (sock("translate(62 22)")) }
}
