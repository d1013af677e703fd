//! Where modules stand: imports go one way, and down the floors that `docs/ARCHITECTURE.md` draws.
//!
//! Read from the source: every `crate::`, `super::` and `self::` in it, in macros too, but for what only tests are built
//! with. Between a module and those inside it there is no up and down; between any two beside each other there is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Macro, UseTree};

/// The document that draws the floors of a crate, the highest first, in a block that begins ```` ```floors CRATE ````.
const DRAWN: &str = "docs/ARCHITECTURE.md";

/// A module by the names that lead to it from its crate.
type Place = Vec<String>;

/// Why the tree does not stand as it should.
#[derive(Debug, thiserror::Error)]
pub enum FloorsError {
    /// A file could not be read, or not as Rust.
    #[error("{0}: {1}")]
    Unreadable(PathBuf, String),
    /// Imports that do not go down, modules that are not drawn, drawn ones that are not there.
    #[error("{}", .0.join("\n"))]
    Faults(Vec<String>),
}

/// Judges every crate below `crates/`.
///
/// # Errors
/// [`FloorsError`] with every fault.
pub fn check(repository: &Path) -> Result<String, FloorsError> {
    let drawn = read(&repository.join(DRAWN))?;
    let (mut faults, mut modules, mut floors) = (Vec::new(), 0, 0);
    for folder in entries(&repository.join("crates"))? {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let tree = Tree::read(&folder.join("src"))?;
        let own = floors_of(&drawn, &name);
        modules += tree.uses.len();
        floors += own.as_ref().map_or(0, Vec::len);
        faults.extend(tree.faults(own.as_deref()).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    if faults.is_empty() {
        Ok(format!("{modules} modules import one way, down {floors} floors"))
    } else {
        Err(FloorsError::Faults(faults))
    }
}

/// The floors drawn for a crate, if there are any. What follows a `#` is for the reader.
fn floors_of(document: &str, name: &str) -> Option<Vec<Vec<String>>> {
    let (_, rest) = document.split_once(&format!("```floors {name}\n"))?;
    let (block, _) = rest.split_once("```")?;
    let named = |line: &str| {
        let names = line.split('#').next().unwrap_or_default();
        names.split_whitespace().map(str::to_owned).collect()
    };
    Some(block.lines().map(named).collect())
}

/// The modules of a crate that are built without tests, each with the paths within the crate that it writes down.
#[derive(Debug, Default)]
struct Tree {
    uses: BTreeMap<Place, BTreeSet<Place>>,
}

impl Tree {
    fn read(source: &Path) -> Result<Self, FloorsError> {
        let mut tree = Self::default();
        for root in ["lib.rs", "main.rs"].map(|name| source.join(name)) {
            if root.is_file() {
                tree.add_file(&root, source, &Vec::new())?;
            }
        }
        Ok(tree)
    }

    /// Adds the module of this file, and those that it declares, whose files are in `folder`.
    fn add_file(&mut self, file: &Path, folder: &Path, place: &Place) -> Result<(), FloorsError> {
        let parsed = parse(&read(file)?).map_err(|error| FloorsError::Unreadable(file.to_owned(), error))?;
        for name in self.add(&parsed, place.clone()) {
            let mut inner = place.clone();
            inner.push(name.clone());
            let own = folder.join(&name);
            let flat = folder.join(format!("{name}.rs"));
            let file = if flat.is_file() { flat } else { own.join("mod.rs") };
            self.add_file(&file, &own, &inner)?;
        }
        Ok(())
    }

    /// Adds what a module writes down, and tells the modules that it has in files of their own.
    fn add(&mut self, file: &syn::File, place: Place) -> Vec<String> {
        let mut paths = Paths { place: place.clone(), seen: BTreeSet::new(), files: Vec::new() };
        paths.visit_file(file);
        self.uses.entry(place).or_default().extend(paths.seen);
        paths.files
    }

    fn faults(&self, floors: Option<&[Vec<String>]>) -> Vec<String> {
        let mut faults = Vec::new();
        for (within, edges) in self.levels() {
            if let Some(circle) = circle(&edges) {
                faults.push(format!("imports in a circle: {}", described(&circle, &within, &edges)));
            }
            if let (true, Some(floors)) = (within.is_empty(), floors) {
                faults.extend(self.undrawn(floors));
                faults.extend(upward(&edges, floors));
            }
        }
        faults
    }

    /// Who imports whom among the modules beside each other, by the module that they are in; with the modules that say so.
    fn levels(&self) -> BTreeMap<Place, BTreeMap<(String, String), BTreeSet<Place>>> {
        let mut levels: BTreeMap<Place, BTreeMap<_, BTreeSet<Place>>> =
            BTreeMap::from([(Vec::new(), BTreeMap::new())]);
        for (from, uses) in &self.uses {
            for to in uses.iter().map(|path| self.module(path)) {
                let common = from.iter().zip(to).take_while(|(a, b)| a == b).count();
                if let (Some(a), Some(b)) = (from.get(common), to.get(common)) {
                    let level = levels.entry(from[..common].to_vec()).or_default();
                    level.entry((a.clone(), b.clone())).or_default().insert(from.clone());
                }
            }
        }
        levels
    }

    /// The module that a path leads into.
    fn module<'a>(&self, path: &'a [String]) -> &'a [String] {
        let known = (0..=path.len()).rev().find(|length| self.uses.contains_key(&path[..*length]));
        &path[..known.unwrap_or(0)]
    }

    fn undrawn(&self, floors: &[Vec<String>]) -> Vec<String> {
        let drawn: BTreeSet<&String> = floors.iter().flatten().collect();
        let there: BTreeSet<&String> = self.uses.keys().filter_map(|place| place.first()).collect();
        let missing = there.difference(&drawn).map(|name| format!("`{name}` is on no floor of {DRAWN}"));
        let gone = drawn.difference(&there).map(|name| format!("there is no `{name}`, which {DRAWN} draws"));
        missing.chain(gone).collect()
    }
}

/// Imports that do not go down.
fn upward(edges: &BTreeMap<(String, String), BTreeSet<Place>>, floors: &[Vec<String>]) -> Vec<String> {
    let floor = |name: &String| floors.iter().position(|floor| floor.contains(name));
    let up = edges.iter().filter(|((from, to), _)| match (floor(from), floor(to)) {
        (Some(from), Some(to)) => to <= from,
        // What is not drawn is told apart.
        _ => false,
    });
    up.map(|((from, to), who)| format!("`{from}` must not know `{to}`, as {} does", names(who))).collect()
}

/// Modules that import each other, in order, if there are any.
fn circle(edges: &BTreeMap<(String, String), BTreeSet<Place>>) -> Option<Vec<String>> {
    let mut left: BTreeSet<&(String, String)> = edges.keys().collect();
    // Who imports nobody that is left is in no circle.
    loop {
        let importers: BTreeSet<&String> = left.iter().map(|(from, _)| from).collect();
        let before = left.len();
        left.retain(|(_, to)| importers.contains(to));
        if left.len() == before {
            break;
        }
    }
    let mut way = vec![left.first()?.0.clone()];
    loop {
        let (_, next) = left.iter().find(|(from, _)| way.last() == Some(from))?;
        if let Some(at) = way.iter().position(|name| name == next) {
            return Some(way.split_off(at));
        }
        way.push(next.clone());
    }
}

fn described(
    circle: &[String],
    within: &[String],
    edges: &BTreeMap<(String, String), BTreeSet<Place>>,
) -> String {
    let next = circle.iter().cycle().skip(1);
    let steps = circle.iter().zip(next).map(|(from, to)| {
        let who = edges.get(&(from.clone(), to.clone())).map(names).unwrap_or_default();
        format!("{from} → {to} (in {who})")
    });
    let place = if within.is_empty() { String::new() } else { format!("within {}: ", within.join("::")) };
    place + &steps.collect::<Vec<_>>().join(", ")
}

fn names(places: &BTreeSet<Place>) -> String {
    places.iter().map(|place| place.join("::")).collect::<Vec<_>>().join(", ")
}

/// The paths within the crate that a module writes down, and the modules that it has in files of their own.
struct Paths {
    /// Where we are, inline modules counted.
    place: Place,
    seen: BTreeSet<Place>,
    files: Vec<String>,
}

impl Paths {
    /// Takes down a path by its names, if it starts within the crate.
    fn take(&mut self, names: &[String]) {
        let mut place = match names.first().map(String::as_str) {
            Some("crate") => Vec::new(),
            Some("self" | "super") => self.place.clone(),
            _ => return,
        };
        for name in names {
            match name.as_str() {
                "crate" | "self" => {}
                "super" => drop(place.pop()),
                name => place.push(name.to_owned()),
            }
        }
        self.seen.insert(place);
    }

    fn take_tree(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.take_tree(&with(&path.ident), &path.tree),
            UseTree::Name(name) => self.take(&with(&name.ident)),
            UseTree::Rename(rename) => self.take(&with(&rename.ident)),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.take_tree(before, tree)),
            UseTree::Glob(_) => self.take(before),
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item(&mut self, item: &'ast Item) {
        if !for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        let name = module.ident.to_string();
        if module.content.is_none() {
            self.files.push(name);
            return;
        }
        self.place.push(name);
        visit::visit_item_mod(self, module);
        self.place.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.take_tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.take(&names);
        visit::visit_path(self, path);
    }

    /// What is inside a macro is not parsed; its paths can be seen all the same.
    fn visit_macro(&mut self, called: &'ast Macro) {
        let text = called.tokens.to_string().replace(" :: ", "::");
        for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')) {
            let names: Vec<String> = word.split("::").map(str::to_owned).collect();
            if names.len() > 1 {
                self.take(&names);
            }
        }
        visit::visit_macro(self, called);
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        _ => &[],
    }
}

/// `#[cfg(test)]`, or `test` among other conditions.
fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        attribute.meta.require_list().is_ok_and(|list| {
            let condition = list.tokens.to_string();
            !condition.starts_with("not")
                && condition.split(|c: char| !c.is_alphanumeric()).any(|word| word == "test")
        })
    })
}

fn parse(text: &str) -> Result<syn::File, String> {
    syn::parse_file(text).map_err(|error| error.to_string())
}

fn read(path: &Path) -> Result<String, FloorsError> {
    fs::read_to_string(path).map_err(|error| FloorsError::Unreadable(path.to_owned(), error.to_string()))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, FloorsError> {
    let unreadable = |error: std::io::Error| FloorsError::Unreadable(folder.to_owned(), error.to_string());
    let found = fs::read_dir(folder).map_err(unreadable)?;
    let mut paths = found
        .map(|entry| entry.map(|entry| entry.path()).map_err(unreadable))
        .collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_crate_imports_one_way_and_down_the_drawn_floors() {
        let said = check(&crate::repository());
        assert!(said.is_ok(), "{}", said.unwrap_err());
    }

    /// A tree of the modules of a crate, each with its source.
    fn tree(modules: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        for (name, source) in modules {
            tree.add(&parse(source).unwrap(), name.split("::").map(str::to_owned).collect());
        }
        tree
    }

    #[test]
    fn imports_are_seen_however_they_are_written() {
        let source = "
            use crate::{cache, limits::{self, Plan}};
            use crate::price::Price as P;
            use super::sibling::*;
            fn f() -> crate::net::ClientError { vec![crate::usage::asked()] }
            mod inline { use super::super::beside::It; }
            #[cfg(test)]
            mod tests { use crate::app::App; }
            #[cfg(any(test, feature = \"testing\"))]
            use crate::cli::Cli;
            mod child;
        ";
        let mut tree = Tree::default();
        let files = tree.add(&parse(source).unwrap(), vec!["speak".into(), "plan".into()]);
        let seen: Vec<String> = tree.uses.values().flatten().map(|path| path.join("::")).collect();
        let expected = [
            "cache", "limits", "limits::Plan", "net::ClientError", "price::Price", "speak::beside::It",
            "speak::sibling", "usage::asked",
        ];
        assert_eq!(seen, expected);
        assert_eq!(files, ["child"]);
    }

    #[test]
    fn a_circle_is_found_on_the_ground_and_within_a_module() {
        let ground = tree(&[("a", "use crate::b::c::D;"), ("b", ""), ("b::c", "use crate::a::E;")]);
        let faults = ground.faults(None);
        assert_eq!(faults, ["imports in a circle: a → b (in a), b → a (in b::c)"]);
        let within = tree(&[
            ("a", "use self::b::F; use crate::a::c::G;"),
            ("a::b", "use super::c::D;"),
            ("a::c", "use crate::a::b::E;"),
        ]);
        assert_eq!(within.faults(None), ["imports in a circle: within a: b → c (in a::b), c → b (in a::c)"]);
        let straight = tree(&[
            ("a", "use crate::b::C;"),
            ("b", ""),
            ("b::c", "use super::D; use crate::e::F;"),
            ("e", ""),
        ]);
        assert!(straight.faults(None).is_empty());
    }

    #[test]
    fn an_import_that_goes_up_is_a_fault_and_so_is_a_module_that_is_not_drawn() {
        let text = "```floors saywell\nhttp     # doors\norder render\nkey\n```\n";
        let floors = floors_of(text, "saywell").unwrap();
        assert!(floors_of(text, "saywell-text").is_none());
        let right =
            [("http", "use crate::order::A;"), ("order", "use crate::key::B;"), ("render", ""), ("key", "")];
        assert!(tree(&right).faults(Some(&floors)).is_empty());
        let wrong = [
            ("http", ""),
            ("order", "use crate::render::A;"),
            ("render", ""),
            ("key", "use crate::http::B;"),
            ("new", ""),
        ];
        let expected = [
            "`new` is on no floor of docs/ARCHITECTURE.md",
            "`key` must not know `http`, as key does",
            "`order` must not know `render`, as order does",
        ];
        assert_eq!(tree(&wrong).faults(Some(&floors)), expected);
        let gone = tree(&right[..3]).faults(Some(&floors));
        assert_eq!(gone, ["there is no `key`, which docs/ARCHITECTURE.md draws"]);
    }
}
