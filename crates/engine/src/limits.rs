//! Every limit of the product, with its reason.

/// Records that may wait for the log. At 100,000 a second this is most of a second: past it, answers would be late anyway.
pub const LOG_QUEUE_RECORDS_MAX: usize = 65_536;
/// Bytes that may wait for the log: bounds memory when reports are large.
pub const LOG_QUEUE_BYTES_MAX: usize = 64 << 20;
/// Records in one frame: bounds what one checksum, one message and one retry cover.
pub const FRAME_RECORDS_MAX: usize = 4_096;
/// What a frame may decompress to: bounds what a damaged length can ask for. 4,096 of the largest reports fit.
pub const FRAME_BYTES_MAX: usize = 256 << 20;
/// How long a click waits for the log before its visitor is sent on with a flagged id.
pub const CLICK_DEADLINE_MS: u64 = 250;
/// How long a report waits for the log before its sender is asked to come again.
pub const REPORT_DEADLINE_MS: u64 = 5_000;
/// How long the settings may take to say whose a token is, before its sender is asked to come again.
pub const TOKEN_WAIT_MS: u64 = 5_000;
/// The same for a token that is known from before: then it counts as what it was.
pub const KNOWN_TOKEN_WAIT_MS: u64 = 500;
/// How long that lasts. A token that was revoked meanwhile is taken as well, so it is not for ever.
pub const KNOWN_TOKEN_MINUTES: u64 = 60;
/// Tokens of a partner with one brand that open something: one for each of its programs, and some to change over.
pub const PARTNER_TOKENS_MAX: u32 = 20;
/// What a token is called.
pub const TOKEN_NAME_CHARS_MAX: usize = 100;
/// How often a token that is in use is said to be, at most: each time is a write.
pub const TOKEN_USED_EVERY_MS: i64 = 60_000;
/// Records the machine applies in one transaction.
pub const BATCH_RECORDS_MAX: usize = 2_048;
/// How much of the books' file is read through a mapping: all that the library allows, which takes addresses, not memory.
pub const BOOKS_MAPPED_BYTES_MAX: u64 = 1 << 40;
/// The longest window and the longest time to lock, in days, that terms name.
pub const TERMS_DAYS_MAX: u32 = 365;
/// Payout groups, restrictions or adjustments of one event type: each order is held against all of them.
pub const TERMS_RULES_MAX: usize = 100;
/// Conditions of one rule, and values of one condition.
pub const TERMS_CONDITIONS_MAX: usize = 20;
pub const TERMS_VALUES_MAX: usize = 1_000;
/// Values of one list that terms name: a shop's whole range, and one fact.
pub const LIST_VALUES_MAX: usize = 10_000;
/// A list as it is sent: the most values of the longest, in letters of two bytes.
pub const LIST_BYTES_MAX: usize = 5 << 20;
/// Pieces of queued work one record takes.
pub const WORK_LIMIT: u32 = 500;
/// How long a person's command may take before the answer is "accepted, not yet done".
pub const SETTLE_DEADLINE_MS: u64 = 2_000;
/// How often the books are asked for a command that this edge had to keep itself: a log that stalls is mostly back at once.
pub const SPOOLED_ASKED_EVERY_MS: u64 = 50;
/// How long a read waits for its reader's own write to reach the books.
pub const READ_AFTER_MS: u64 = 1_000;
/// Rows of one page of a list of the API, if it does not say, and at most.
pub const PAGE_ROWS_DEFAULT: u32 = 100;
pub const PAGE_ROWS_MAX: u32 = 1_000;
/// A request body: room for an order of a thousand items.
pub const BODY_BYTES_MAX: usize = 512 << 10;
/// Further fields of one report that are kept.
pub const CUSTOM_FIELDS_MAX: usize = 80;
/// Items of one order.
pub const ITEMS_MAX: usize = 1_000;
/// Fields of one report: room for a thousand items with a few each.
pub const FIELDS_MAX: usize = 12_000;
/// An order's id, as the documented interfaces limit it.
pub const ORDER_ID_CHARS_MAX: usize = 64;
/// A value that names a person, as the documented interfaces limit it.
pub const IDENTIFIER_CHARS_MAX: usize = 255;
/// Entries of the list of identifiers of one page load or report: one of each kind, and some of which there are several.
pub const IDENTIFIERS_MAX: usize = 20;
/// Values of a brand's own that name nobody: every edge holds them, and asks them of each identifier.
pub const BLOCKS_MAX: usize = 1_000;
/// Days of what was left out that are shown if none are named: long enough to see when a shop's page changed.
pub const LEFT_OUT_DAYS: i32 = 30;
/// Lines of it in one answer: there are a few a day, so this is years of a program.
pub const LEFT_OUT_ROWS_MAX: u32 = 10_000;
/// Any other short text of a report.
pub const TEXT_CHARS_MAX: usize = 255;
/// The path of a vanity link.
pub const SLUG_CHARS_MAX: usize = 64;
/// A page address or user agent.
pub const URL_CHARS_MAX: usize = 2_048;
/// How far ahead of the server's clock a claimed time may be.
pub const FUTURE_MS_MAX: i64 = 5 * 60 * 1_000;
/// Touchpoints and orders of a profile that are shown.
pub const PROFILE_EVENTS_MAX: u32 = 200;
/// Records that are replayed for a question asked on a screen: some seconds of work.
pub const WHAT_IF_RECORDS_MAX: u64 = 500_000;
/// The longest span, in days, that may be asked for.
pub const WHAT_IF_DAYS_MAX: u32 = 3_650;
/// How far back a claimed time may be, as the documented interfaces limit it.
pub const PAST_DAYS_MAX: u32 = 88;
/// How long an order that earned nothing may be decided again: the longest settle time. Later it would surprise.
pub const SETTLE_HOURS_MAX: u32 = 30 * 24;
/// How long a refused report is kept for whoever looks for it.
pub const REFUSED_REPORT_DAYS: u32 = 30;
/// How long raw addresses, user agents and pages are kept, unless the configuration says otherwise; so are those below.
pub const RAW_DAYS: u32 = 90;
/// A working week and a little: long enough for daily use, short enough for a lost laptop.
pub const SESSION_DAYS: u32 = 7;
/// How long mail that went out is kept, for whoever asks what a partner was told.
pub const MAIL_DAYS: u32 = 365;
/// Refused reports that are shown of one order: a sender that tries again and again tells nothing new.
pub const REFUSED_SHOWN_MAX: u32 = 20;
/// Orders that are named with a click: more than any buyer places after one.
pub const NAMING_ORDERS_MAX: u32 = 50;
/// Partners of one group: every touchpoint is looked up in it, and all of it is one fact.
pub const GROUP_MEMBERS_MAX: usize = 5_000;
/// The most whole months between an event's month and its locking. No partner waits longer than a year.
pub const LOCK_MONTHS_MAX: u32 = 12;

/// The longest view window: 90 days. What somebody saw longer ago persuaded nobody.
pub const VIEW_WINDOW_HOURS_MAX: u32 = 2_160;

/// A file of changes or conversions: some minutes of a person's time to look through, and a second of the machine's.
pub const IMPORT_BYTES_MAX: usize = 5 << 20;
pub const IMPORT_LINES_MAX: usize = 20_000;
/// Columns of such a file, and characters of one cell: more is not a table of orders.
pub const IMPORT_COLUMNS_MAX: usize = 100;
pub const IMPORT_CELL_CHARS_MAX: usize = 1_000;
/// How long a file that nobody applied is kept, with what it says of people.
pub const IMPORT_DAYS: u32 = 7;
/// Lines that are recorded before the books are asked what became of them.
pub const IMPORT_LINES_AT_ONCE: usize = 500;

/// A file of exchange rates: the whole history of a central bank has 700 kB.
pub const RATE_BYTES_MAX: usize = 2 << 20;
/// There are some 180 currencies.
pub const RATE_COLUMNS_MAX: usize = 200;
/// Days of rates in one fact: each has some 30 rates of a few bytes.
pub const RATE_DAYS_IN_FACT: usize = 250;

/// What a person writes about an inquiry: a page of text.
pub const NOTE_CHARS_MAX: usize = 2_000;
/// A file of inquiries: each line waits for the rules' word.
pub const INQUIRY_LINES_MAX: usize = 1_000;
/// Inquiries that are answered together: as many as one page shows.
pub const INQUIRIES_ANSWERED_MAX: usize = 100;

/// Further parameters that are kept of a link: more than terms ask for, and few enough for every click's record.
pub const LINK_PARAMS_MAX: usize = 8;
/// A host of DNS has at most 253 letters, and an app's name no more.
pub const REFERRER_HOST_CHARS_MAX: usize = 255;
/// A list of networks: forty times the one inside the program.
pub const NETWORK_LIST_BYTES_MAX: u64 = 32 << 20;
/// A file of autonomous systems or countries: the largest with cities have 150 MB.
pub const NETWORK_DATABASE_BYTES_MAX: u64 = 256 << 20;
/// How old a click may be that says where an app opens first: later it was opened for another reason.
pub const DEFERRED_LINK_DAYS: u32 = 7;
/// Hosts of one kind that a program names: each tracking host is looked up again and again.
pub const PROGRAM_HOSTS_MAX: usize = 50;
/// So many days before the day of pending clicks closes, it is said.
pub const CLICK_NOTICE_DAYS: u32 = 3;

/// A string of consent: the longest of a thousand vendors, by number, has some 700 letters, and a few go together.
pub const CONSENT_CHARS_MAX: usize = 8_192;
/// What is kept of one, as proof.
pub const CONSENT_KEPT_CHARS_MAX: usize = 1_024;
/// Fields of one request that tell of consent: each has two names at most.
pub const CONSENT_WORDS_MAX: usize = 24;
/// Records of the log that an export of somebody's data holds: more than a person makes, and what a browser still takes.
pub const SUBJECT_RECORDS_MAX: usize = 50_000;
/// A webhook of a shop: room for an order of five hundred lines, each with its taxes and discounts.
pub const SHOP_BYTES_MAX: usize = 4 << 20;
/// Lines of an order of a shop: as many as an order may have items.
pub const SHOP_LINES_MAX: usize = ITEMS_MAX;
/// Refunds of an order of a shop: each is held in its row.
pub const SHOP_REFUNDS_MAX: usize = 250;
/// How long messages of shops are remembered, so that one that comes again is known: the shop tries for four hours, and people
/// look back further.
pub const SHOP_DELIVERY_DAYS: u32 = 30;
/// Messages of a shop that are shown.
pub const SHOP_DELIVERIES_SHOWN: u32 = 50;
/// How long a shop's admin may take to send a person back.
pub const SHOP_STATE_MINUTES: i64 = 15;
/// How far back a shop is asked for orders at first: further back an app is not told without a permission of its own.
pub const SHOP_RECONCILE_DAYS: u32 = 60;
