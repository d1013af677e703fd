//! Commands of TeX in words: fractions, roots, sums and their like, functions, delimiters.

use super::symbols::{self, Role};
use super::{Last, Reader, Said, Until};

impl Reader<'_> {
    pub(super) fn command(&mut self, name: &str, said: &mut Said, until: Until) {
        match name {
            // `U/t \sim 4`: a number has no distribution.
            "sim" if self.rest.trim_start().starts_with(|c: char| c.is_ascii_digit()) => {
                return said.operator("is about");
            }
            // The divergence is no product.
            "cdot" if said.words.ends_with("del") => return said.push("dot"),
            "frac" | "dfrac" | "tfrac" | "cfrac" => {
                let (over, under) = (self.argument(), self.argument());
                return fraction(&over, &under, said);
            }
            "binom" | "dbinom" | "tbinom" => {
                let (all, chosen) = (self.argument(), self.argument());
                return said.add(&[&all.words, " choose ", &chosen.words].concat(), Last::Other);
            }
            "mathbb" | "Bbb" => {
                let letter = self.argument().words;
                return self.scripts(
                    said,
                    symbols::number_set(&letter).unwrap_or(&letter),
                    false,
                    Last::Other,
                );
            }
            "R" | "N" | "Z" | "Q" | "C" => {
                return self.scripts(said, symbols::number_set(name).unwrap_or(name), false, Last::Other);
            }
            "pmod" => {
                let modulus = self.argument();
                return said.add(&["mod ", &modulus.words].concat(), Last::Other);
            }
            "not" => {
                self.skip_spaces();
                said.operator("not");
                return;
            }
            "mid" | "vert" => return said.operator(if until == Until::Set { "such that" } else { "given" }),
            "xrightarrow" | "xleftarrow" => {
                let _ = (self.option(), self.argument());
                return said.operator("goes to");
            }
            "sqrt" => return self.root(said),
            "text" | "textrm" | "textbf" | "textit" | "textsf" | "texttt" | "mbox" | "mathrm"
            | "operatorname" | "ce" | "emph" => return self.text(name, said, until),
            "lvert" | "lVert" | "lfloor" | "lceil" | "langle" => return self.delimited(name, said),
            "left" => return self.left(said),
            "begin" => return self.environment(said),
            "end" => {
                self.raw_argument();
                return;
            }
            "right" => {
                self.delimiter();
                return;
            }
            "to" | "rightarrow" if self.approaching => return said.operator("approaches"),
            _ => {}
        }
        self.symbol(name, said);
    }

    /// A command that the tables know, or nobody.
    fn symbol(&mut self, name: &str, said: &mut Said) {
        let Some((words, role)) = symbols::command(name) else {
            // Nobody knows it: its name says more than nothing.
            return self.scripts(said, name, false, Last::Other);
        };
        match role {
            Role::Name => self.scripts(said, words, false, Last::Other),
            Role::Operator => said.operator(words),
            Role::Comma => said.pause(),
            Role::Silent(arguments) => {
                for _ in 0..arguments {
                    self.raw_argument();
                }
            }
            Role::Style => {
                let argument = self.argument();
                if name.ends_with("brace") {
                    self.limits();
                    said.complex |= argument.complex;
                    said.add(&argument.words, argument.last);
                } else {
                    self.scripts(said, &argument.words, argument.complex, argument.last);
                }
            }
            Role::Accent => {
                let under = self.argument();
                let words = if name.contains("vec") || name.contains("arrow") {
                    [words, " ", &under.words]
                } else {
                    [&under.words, " ", words]
                };
                self.scripts(said, &words.concat(), false, Last::Other);
            }
            Role::Function => self.function(words, said),
            Role::Range | Role::Limit | Role::Extreme => self.with_limits(words, role, said),
        }
    }

    /// A root, with its degree before it in brackets or without.
    fn root(&mut self, said: &mut Said) {
        let degree = self.option();
        let root = self.argument();
        let degree = degree.map_or_else(
            || "square".to_owned(),
            |degree| match degree.words.as_str() {
                "" | "2" => "square".to_owned(),
                "3" => "cube".to_owned(),
                "4" => "fourth".to_owned(),
                degree => format!("{degree}th"),
            },
        );
        root_of(&degree, &root, said);
    }

    /// Words in a formula, as they are written.
    fn text(&mut self, name: &str, said: &mut Said, until: Until) {
        /// Words that may stand in a formula and are no functions.
        const JOINING: [&str; 6] = ["and", "for", "otherwise", "when", "where", "with"];
        self.eat("*");
        let text: String = self
            .raw_argument()
            .chars()
            .filter(|c| !matches!(c, '{' | '}' | '$' | '\\' | '^' | '_'))
            .collect();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = text.replace("->", "yields");
        if name == "text" && text.ends_with(',') {
            said.add(text.trim_end_matches(','), Last::Other);
            return said.pause();
        }
        let function = symbols::command(&text).filter(|(_, role)| {
            name.starts_with("op") && matches!(role, Role::Function | Role::Extreme | Role::Limit)
        });
        if function.is_some() {
            return self.command(&text, said, until);
        }
        // A function of this text's own: "softmax(x)".
        let named = text.len() >= 3 && text.bytes().all(|b| b.is_ascii_alphabetic());
        if named && !JOINING.contains(&text.as_str()) {
            let bytes = if self.rest.starts_with("\\left(") { "\\left".len() } else { 0 };
            if self.rest[bytes..].starts_with('(') {
                self.take(bytes);
                said.add(&text, Last::Other);
                return self.say_of(said);
            }
        }
        self.scripts(said, &text, false, Last::Other);
    }

    /// What stands between a pair of signs that say what it is.
    fn delimited(&mut self, name: &str, said: &mut Said) {
        let (until, what) = match name {
            "lVert" => (Until::Bar, "the norm of "),
            "lvert" => (Until::Bar, "the absolute value of "),
            "lfloor" => (Until::Bracket, "the floor of "),
            "lceil" => (Until::Bracket, "the ceiling of "),
            _ => (Until::Bracket, ""),
        };
        let inside = self.sequence(until);
        self.scripts(said, &[what, &inside.words].concat(), inside.complex, Last::Other);
    }

    /// "sine of x": a function with what is raised and lowered at it.
    fn function(&mut self, words: &str, said: &mut Said) {
        let (below, above) = self.limits();
        match above.as_ref().map(|above| above.words.as_str()) {
            Some("minus 1") => said.add(&["inverse ", words].concat(), Last::Other),
            Some("2") => said.add(&[words, " squared"].concat(), Last::Other),
            _ => {
                said.add(words, Last::Other);
                if let Some(above) = &above {
                    power(said, above);
                }
            }
        }
        if let Some(below) = below {
            said.push(if words == "log" { "base" } else { "sub" });
            said.push(&below.words);
        }
        self.skip_spaces();
        if self.rest.starts_with('(') {
            return self.say_of(said);
        }
        let goes_on = self.rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '{' | '|'));
        let command = symbols::command(self.peek_command());
        let operator = matches!(command, Some((_, Role::Operator | Role::Comma | Role::Silent(_))));
        if goes_on
            || (self.rest.starts_with('\\') && !operator && !self.peek_command().is_empty())
            || self.peek_command() == "left"
        {
            said.push("of");
            said.last = Last::Nothing;
        }
    }

    /// "the sum from i equals 1 to n of": what has limits below and above.
    fn with_limits(&mut self, words: &str, role: Role, said: &mut Said) {
        let around = std::mem::replace(&mut self.approaching, role == Role::Limit);
        let (below, above) = self.limits();
        self.approaching = around;
        said.add(words, Last::Other);
        if let Some(below) = below.filter(|below| !below.words.is_empty()) {
            let range = role == Role::Range && above.is_some();
            said.push(match role {
                Role::Limit => "as",
                _ if range => "from",
                _ => "over",
            });
            said.push(&below.words);
        }
        if let Some(above) = above.filter(|above| !above.words.is_empty()) {
            said.push("to");
            said.push(&above.words);
        }
        said.push("of");
        said.last = Last::Nothing;
        if self.rest.trim_start().is_empty() {
            said.words.truncate(said.words.len() - " of".len());
        }
    }

    /// What is between `\left` and `\right`.
    fn left(&mut self, said: &mut Said) {
        let what = match self.delimiter() {
            "(" => {
                return if matches!(
                    said.last,
                    Last::Letter('f' | 'g' | 'h' | 'F' | 'G' | 'H' | 'P' | 'O' | 'T' | 'E' | 'V')
                ) {
                    let inside = self.sequence(Until::Bracket);
                    said.push("of");
                    self.scripts(said, &inside.words, false, Last::Other);
                } else {
                    self.bracket(said, false);
                };
            }
            "[" => return self.bracket(said, true),
            "|" | "\\vert" | "\\lvert" => "the absolute value of ",
            "\\|" | "\\Vert" | "\\lVert" => "the norm of ",
            "\\{" => {
                let inside = self.sequence(Until::Set);
                let what = if inside.words.starts_with("in ") { "" } else { "the set of " };
                self.scripts(said, &[what, &inside.words].concat(), inside.complex, Last::Other);
                return said.pause();
            }
            "\\lfloor" => "the floor of ",
            "\\lceil" => "the ceiling of ",
            _ => "",
        };
        let until = if what.starts_with("the absolute") || what.starts_with("the norm") {
            Until::Bar
        } else {
            Until::Bracket
        };
        let inside = self.sequence(until);
        self.scripts(said, &[what, &inside.words].concat(), inside.complex, Last::Other);
    }
}

/// "x squared", "e to the minus x".
pub(super) fn power(said: &mut Said, above: &Said) {
    match above.words.as_str() {
        "2" => said.push("squared"),
        "3" => said.push("cubed"),
        "composed with" | "degrees" => said.push("degrees"),
        "prime" | "star" | "transpose" | "dagger" | "plus" | "minus" => said.push(&above.words),
        "T" => said.push("transpose"),
        // The end of an ordinal: "the $n^{th}$".
        end @ ("th" | "t h" | "st" | "nd" | "rd") => {
            said.words.push_str(if end.len() == 2 { end } else { "th" });
        }
        words => {
            said.push(if above.words.starts_with(|c: char| c.is_ascii_digit()) || above.complex {
                "to the power of"
            } else {
                "to the"
            });
            said.push(words);
            if above.complex {
                said.pause();
            }
        }
    }
    said.last = Last::Other;
}

fn fraction(over: &Said, under: &Said, said: &mut Said) {
    if let Some(words) = symbols::small_fraction(&over.words, &under.words) {
        return said.add(&words, Last::Other);
    }
    let begin = |word: &str| {
        let starts = |part: &Said| {
            part.words == word || part.words.strip_prefix(word).is_some_and(|rest| rest.starts_with(' '))
        };
        starts(over) && under.words != word && starts(under)
    };
    let derivative = (begin("d") || begin("partial")) && !over.complex && !under.complex;
    said.push(&over.words);
    if over.complex && !derivative && !said.words.ends_with(',') {
        said.words.push(',');
    }
    said.push(match () {
        () if derivative => "by",
        () if over.complex => "all over",
        () => "over",
    });
    if under.complex && !under.words.starts_with("the quantity ") {
        said.push("the quantity");
    }
    said.push(&under.words);
    if under.complex {
        said.pause();
    }
    said.last = Last::Other;
    said.complex = true;
}

pub(super) fn root_of(degree: &str, root: &Said, said: &mut Said) {
    said.add(&["the ", degree, " root of ", &root.words].concat(), Last::Other);
    if root.complex {
        said.pause();
        said.last = Last::Other;
    }
}

pub(super) fn vulgar(c: char) -> Option<&'static str> {
    Some(match c {
        '½' => "one half",
        '⅓' => "one third",
        '⅔' => "2 thirds",
        '¼' => "one quarter",
        '¾' => "3 quarters",
        _ => return None,
    })
}
