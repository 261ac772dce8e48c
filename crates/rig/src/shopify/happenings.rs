//! What happens in the shop, and the webhooks that follow.

use serde_json::Value;

use super::delivery::{Delivery, Told};
use super::money::Purse;
use super::order::{Customer, Edit, Line, Order, Placed, PlacedLine, PlacedRefund, Refund, RefundMoney, RefundedLine};
use super::payload::{self, Changes};
use super::{LINES, ORDERS, REFUNDS, Script, VERSION, World, lock, moment};

/// What a happening came to.
#[derive(Debug, Clone)]
pub struct Done {
    /// The order.
    pub id: u64,
    /// What Shopify would send of it, in its order.
    pub deliveries: Vec<Delivery>,
}

impl Done {
    pub fn of(&self, topic: &str) -> &Delivery {
        let found = self.deliveries.iter().find(|it| it.topic == topic);
        found.unwrap_or_else(|| panic!("there is a webhook of {topic}"))
    }
}

impl World {
    /// Everything that one change brings about has one event.
    fn tell(&mut self, news: Vec<(&str, Value)>) -> Vec<Delivery> {
        let event = self.fresh("event");
        let (at, nanos) = self.now.map_or_else(moment::precise, |at| (at, 0));
        let triggered_at = format!("{}.{nanos:09}Z", moment::utc(at).trim_end_matches('Z'));
        let mut all = Vec::new();
        for (topic, body) in news {
            let mut wanted: Vec<(String, Vec<String>)> = Vec::new();
            if !self.webhooks.is_empty() {
                wanted.push((self.webhooks.clone(), Vec::new()));
            }
            let own = self.subscriptions.iter().filter(|it| it.topic == topic);
            wanted.extend(own.map(|it| (it.address.clone(), it.fields.clone())));
            // A test may still want to see what nobody asked for.
            if wanted.is_empty() {
                wanted.push((String::new(), Vec::new()));
            }
            for (address, fields) in wanted {
                let resource = body["admin_graphql_api_id"].as_str().map(str::to_owned);
                let told = Told {
                    topic: topic.to_owned(),
                    body: payload::only(body.clone(), &fields).to_string().into_bytes(),
                    webhook_id: self.fresh("webhook"),
                    event_id: event.clone(),
                    triggered_at: triggered_at.clone(),
                    address,
                    resource,
                };
                all.push(Delivery::new(told, &self.domain, VERSION, &self.secret));
            }
        }
        self.outbox.extend(all.iter().cloned());
        all
    }

    fn change(&mut self, id: u64, change: impl FnOnce(&mut Placed, i64)) -> Placed {
        let now = self.now();
        let placed = self.orders.get_mut(&id).unwrap_or_else(|| panic!("there is an order {id}"));
        change(placed, now);
        // Two changes within a second still have an order.
        placed.updated_at = now.max(placed.updated_at + 1);
        placed.clone()
    }

    pub(super) fn place(&mut self, order: Order) -> (u64, Vec<Delivery>) {
        let number = self.next();
        let (id, at) = (ORDERS + number * 1_000, order.at.unwrap_or_else(|| self.now()));
        let lines = order.lines.iter().map(|line| self.line(line)).collect();
        let checkout_token = order.checkout_token.clone().unwrap_or_else(|| self.fresh("checkout").to_lowercase());
        let purse = Purse { shop: self.currency.clone(), presentment: order.presentment.clone() };
        let mut placed = Placed {
            id,
            number: 1_000 + number,
            token: self.fresh("order").to_lowercase(),
            checkout_token,
            created_at: at,
            updated_at: at,
            paid_at: order.paid.then_some(at),
            cancelled: None,
            order,
            purse,
            lines,
            shipping_discount: 0,
            shipping_tax: 0,
            refunds: Vec::new(),
        };
        placed.price();
        let body = payload::order(self, &placed);
        let mut news = vec![("orders/create", body.clone())];
        if placed.paid_at.is_some() {
            news.push(("orders/paid", body.clone()));
        }
        news.push(("orders/updated", body));
        self.orders.insert(id, placed);
        (id, self.tell(news))
    }

    fn line(&mut self, line: &Line) -> PlacedLine {
        let id = LINES + self.next() * 10;
        PlacedLine {
            id,
            quantity: line.quantity,
            line: line.clone(),
            returned: 0,
            allocations: Vec::new(),
            tax: 0,
            returned_net: 0,
            returned_tax: 0,
        }
    }

    /// Takes goods and shipping back, and says what that came to.
    fn take_back(&mut self, id: u64, refund: &Refund, restock: &'static str) -> Placed {
        let refund_id = REFUNDS + self.next() * 1_000;
        let lines: Vec<_> = refund.lines.iter().filter(|(_, quantity)| *quantity > 0).copied().collect();
        self.change(id, |placed, now| {
            let take = |(place, (line, quantity)): (usize, &(usize, u32))| {
                let (subtotal, tax) = placed.take_out(*line, *quantity);
                let id = refund_id + 10 + place as u64;
                RefundedLine { id, line: *line, quantity: *quantity, subtotal, tax, restock }
            };
            let lines: Vec<_> = lines.iter().enumerate().map(take).collect();
            let shipping_tax = placed.tax_on(refund.shipping);
            let mut reckoned: i64 = lines.iter().map(|it| it.subtotal + placed.added_tax(it.tax)).sum();
            reckoned += refund.shipping + placed.added_tax(shipping_tax);
            let money = match refund.money {
                RefundMoney::AsReckoned => Some(reckoned),
                RefundMoney::None => None,
                RefundMoney::Exactly(units) => Some(units),
            };
            placed.refunds.push(PlacedRefund {
                id: refund_id,
                at: now,
                note: refund.note.clone(),
                lines,
                shipping: refund.shipping,
                shipping_tax,
                discrepancy: money.map_or(0, |money| reckoned - money),
                money,
            });
        })
    }

    fn newest_refund(&self, placed: &Placed) -> Value {
        let refund = placed.refunds.last().expect("it was just made");
        payload::refund(self, placed, refund)
    }

    fn edit(&mut self, id: u64, edit: &Edit) -> (Placed, Changes) {
        let first_new = self.orders[&id].lines.len();
        let new: Vec<_> = edit.additions.iter().map(|line| self.line(line)).collect();
        self.change(id, |placed, _| {
            placed.lines.extend(new);
            for i in first_new..placed.lines.len() {
                placed.retax(i);
            }
            for (line, delta) in edit.quantities.iter().filter(|(_, delta)| *delta > 0) {
                placed.lines[*line].quantity += delta.unsigned_abs();
                placed.retax(*line);
            }
        });
        let fewer = edit.quantities.iter().filter(|(_, delta)| *delta < 0);
        let lines: Vec<_> = fewer.map(|(line, delta)| (*line, delta.unsigned_abs())).collect();
        if edit.without_refund {
            self.change(id, |placed, _| {
                lines.iter().for_each(|(line, quantity)| _ = placed.take_out(*line, *quantity))
            });
        } else if !lines.is_empty() {
            // A refund without money.
            let refund = Refund { lines, money: RefundMoney::None, ..Refund::default() };
            self.take_back(id, &refund, "cancel");
        }
        let placed = self.orders[&id].clone();
        let changes = payload::changes_of(&placed, edit, first_new);
        (placed, changes)
    }
}

impl Script {
    pub fn order(&self, order: Order) -> Done {
        let (id, deliveries) = lock(&self.world).place(order);
        Done { id, deliveries }
    }

    pub fn pay(&self, id: u64) -> Done {
        self.happen(id, |world| {
            let placed = world.change(id, |placed, now| placed.paid_at = Some(now));
            let body = payload::order(world, &placed);
            vec![("orders/paid", body.clone()), ("orders/updated", body)]
        })
    }

    pub fn refund(&self, id: u64, refund: Refund) -> Done {
        self.happen(id, |world| {
            let placed = world.take_back(id, &refund, "return");
            let (refund, order) = (world.newest_refund(&placed), payload::order(world, &placed));
            vec![("refunds/create", refund), ("orders/updated", order)]
        })
    }

    /// All that is left goes back; the money too where the order was paid.
    pub fn cancel(&self, id: u64) -> Done {
        self.happen(id, |world| {
            let placed = world.change(id, |placed, now| placed.cancelled = Some((now, "customer".into())));
            let lines = placed.lines.iter().enumerate().map(|(place, it)| (place, it.current())).collect();
            let money = if placed.paid_at.is_some() { RefundMoney::AsReckoned } else { RefundMoney::None };
            let refund = Refund { lines, shipping: placed.current_shipping(), money, note: None };
            let placed = world.take_back(id, &refund, "cancel");
            let (refund, order) = (world.newest_refund(&placed), payload::order(world, &placed));
            vec![("orders/cancelled", order.clone()), ("refunds/create", refund), ("orders/updated", order)]
        })
    }

    pub fn edit(&self, id: u64, edit: Edit) -> Done {
        self.happen(id, |world| {
            let refunds = world.orders[&id].refunds.len();
            let (placed, changes) = world.edit(id, &edit);
            let edit_id = REFUNDS + world.next();
            let mut news = vec![("orders/edited", payload::edited(world, &placed, edit_id, &changes))];
            if placed.refunds.len() > refunds {
                news.push(("refunds/create", world.newest_refund(&placed)));
            }
            news.push(("orders/updated", payload::order(world, &placed)));
            news
        })
    }

    /// Something of no matter changed, such as a tag.
    pub fn touch(&self, id: u64) -> Done {
        self.happen(id, |world| {
            let placed = world.change(id, |_, _| ());
            vec![("orders/updated", payload::order(world, &placed))]
        })
    }

    /// Its tokens and its own subscriptions end with it; the last webhook still comes.
    pub fn uninstall(&self) -> Done {
        let done = self.happen(0, |world| vec![("app/uninstalled", payload::shop(world))]);
        let mut world = lock(&self.world);
        world.installed = false;
        world.tokens.clear();
        world.refreshes.clear();
        world.subscriptions.clear();
        world.pixel = None;
        done
    }

    /// A customer asks what is kept of them.
    pub fn request_data(&self, customer: &Customer) -> Done {
        self.of_customer(customer, "customers/data_request")
    }

    /// A customer is to be forgotten.
    pub fn redact_customer(&self, customer: &Customer) -> Done {
        self.of_customer(customer, "customers/redact")
    }

    fn of_customer(&self, customer: &Customer, topic: &'static str) -> Done {
        self.happen(0, |world| {
            let is_theirs = |placed: &&Placed| placed.order.customer.as_ref().is_some_and(|it| it.id == customer.id);
            let orders: Vec<_> = world.orders.values().filter(is_theirs).map(|it| it.id).collect();
            vec![(topic, payload::of_customer(world, customer, &orders, topic == "customers/data_request"))]
        })
    }

    /// 48 hours after it was uninstalled.
    pub fn redact_shop(&self) -> Done {
        self.happen(0, |world| vec![("shop/redact", payload::shop_redact(world))])
    }

    fn happen(&self, id: u64, happening: impl FnOnce(&mut World) -> Vec<(&'static str, Value)>) -> Done {
        let mut world = lock(&self.world);
        let news = happening(&mut world);
        Done { id, deliveries: world.tell(news) }
    }

    /// The order as a webhook would have it now.
    pub fn payload(&self, id: u64) -> Value {
        let world = lock(&self.world);
        payload::order(&world, &world.orders[&id])
    }

    pub fn order_ids(&self) -> Vec<u64> {
        lock(&self.world).orders.keys().copied().collect()
    }
}
