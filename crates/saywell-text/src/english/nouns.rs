//! Nouns that tell what a number before them means.

/// Nouns for what is counted in thousands and millions, in order.
const COUNTED: &[&str] = &[
    "accounts", "acres", "addresses", "animals", "apartments", "apps", "articles", "bags", "beds", "birds",
    "bits", "bolts", "books", "bottles", "boxes", "boys", "bricks", "bugs", "buildings", "bytes", "calls",
    "calories", "cars", "cases", "cats", "cells", "chairs", "characters", "children", "clicks", "clients",
    "coins", "comments", "commits", "companies", "connections", "copies", "cows", "customers", "cycles",
    "days", "deaths", "degrees", "developers", "devices", "doctors", "dogs", "dollars", "downloads",
    "emails", "employees", "endpoints", "entries", "euros", "events", "examples", "families", "fans", "feet",
    "files", "fish", "followers", "frames", "gallons", "genes", "gigabytes", "girls", "grams", "guests",
    "hits", "homes", "horsepower", "horses", "hours", "households", "houses", "images", "impressions",
    "inches", "installations", "installs", "islands", "items", "jobs", "kilobytes", "kilocalories",
    "kilograms", "kilometers", "kilometres", "laps", "letters", "likes", "lines", "listeners", "liters",
    "litres", "machines", "megabytes", "members", "men", "messages", "meters", "metres", "miles",
    "milligrams", "milliliters", "minutes", "nails", "neurons", "nodes", "nurses", "orders", "ounces",
    "pages", "participants", "passengers", "patients", "people", "photos", "pieces", "pixels", "planes",
    "players", "plays", "points", "posts", "pounds", "prisoners", "products", "proteins", "questions",
    "readers", "records", "refugees", "repositories", "requests", "residents", "respondents", "restaurants",
    "results", "retweets", "reviews", "robots", "rooms", "rows", "runs", "rupees", "samples", "satellites",
    "schools", "screws", "seats", "seconds", "sensors", "servers", "shares", "sheep", "ships", "shops",
    "signups", "soldiers", "species", "spectators", "stars", "steps", "stitches", "stores", "streams",
    "streets", "students", "subscribers", "survivors", "tables", "teachers", "tests", "texts", "tickets",
    "tiles", "tokens", "tons", "travelers", "travellers", "trees", "units", "upvotes", "users", "variables",
    "vectors", "vehicles", "victims", "videos", "views", "villages", "visitors", "visits", "volts",
    "volunteers", "voters", "votes", "watts", "weeks", "women", "words", "workers", "yards", "yen",
];

/// Whether a word is a noun of counting.
pub fn is_counted_noun(word: &str) -> bool {
    COUNTED.contains(&word)
}
