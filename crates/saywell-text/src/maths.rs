//! Formulas in words, as a teacher would read them out: `\frac{-b}{2a}` is "minus b over 2 a".
//!
//! Speech has no brackets, so what is complex is announced ("the quantity", "all over") and ended by a
//! short pause. A formula is read once from left to right; whatever is wrong in it (a brace that is
//! missing, a command that nobody knows) is said as far as it makes sense, never refused.

pub(crate) use find::{Formulas, Found, scripted};

mod commands;
mod find;
mod rows;
mod science;
mod siunitx;
mod symbols;

use commands::{power, root_of, vulgar};

/// A longer formula, in bytes, is not read out, whatever it would say.
const LONGEST: usize = 2000;
/// One that is nested deeper than this is not, either.
const DEEPEST: usize = 24;

/// What is said for the formula `tex`, without its delimiters; `None` if it is too long or too deep to
/// be followed by ear. `most` is the most characters to be said.
pub(crate) fn speak(tex: &str, most: usize) -> Option<String> {
    if tex.len() > LONGEST {
        return None;
    }
    if let Some(words) = science::chemistry(tex) {
        return Some(words).filter(|words| words.chars().count() <= most);
    }
    let tex = &science::plain_units(tex);
    let tex = &science::units(tex);
    let mut reader = Reader { rest: tex, depth: 0, rows: 0, approaching: false, too_deep: false };
    let said = reader.sequence(Until::End);
    let words = said.words.trim_end_matches([',', ' ']);
    (!reader.too_deep && words.chars().count() <= most).then(|| words.to_owned())
}

/// Words said for a part of a formula.
#[derive(Debug, Default)]
struct Said {
    words: String,
    /// It has more than one term, so that where it ends has to be heard.
    complex: bool,
    /// What was said last, for what follows it.
    last: Last,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Last {
    /// Nothing yet, an operator or a pause: a sign that follows belongs to what comes.
    #[default]
    Nothing,
    Number,
    Letter(char),
    Other,
}

impl Said {
    fn push(&mut self, words: &str) {
        if words.is_empty() {
            return;
        }
        if !self.words.is_empty() && !self.words.ends_with(' ') {
            self.words.push(' ');
        }
        self.words.push_str(words);
    }

    /// Adds one term.
    fn add(&mut self, words: &str, last: Last) {
        self.push(words);
        if !words.is_empty() {
            self.last = last;
        }
    }

    fn pause(&mut self) {
        if !self.words.is_empty() && !self.words.ends_with(',') {
            self.words.push(',');
        }
        self.last = Last::Nothing;
    }

    fn operator(&mut self, words: &str) {
        self.complex |= self.last != Last::Nothing;
        self.push(words);
        self.last = Last::Nothing;
    }
}

/// What ends the part that is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    End,
    /// `}`
    Brace,
    /// `)` or `]`, or `\right` where `\left` opened it.
    Bracket,
    /// `\}`
    Set,
    /// The second of two bars.
    Bar,
    /// `&`, `\\` or `\end` of a matrix.
    Cell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    /// `\alpha`
    Command(&'a str),
    /// `\,`
    Sign(char),
    Number(&'a str),
    /// Letters that are a word, such as a function without a backslash.
    Word(&'a str),
    Character(char),
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
    /// Matrices and the like around.
    rows: usize,
    /// Below a limit an arrow is "approaches".
    approaching: bool,
    too_deep: bool,
}

impl<'a> Reader<'a> {
    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start_matches(|c: char| c.is_whitespace() || c == '~');
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        taken
    }

    fn eat(&mut self, text: &str) -> bool {
        self.rest.strip_prefix(text).map(|rest| self.rest = rest).is_some()
    }

    /// The command that comes next, without its backslash; empty if none does.
    fn peek_command(&self) -> &'a str {
        let name = self.rest.strip_prefix('\\').unwrap_or_default();
        &name[..name.bytes().take_while(u8::is_ascii_alphabetic).count()]
    }

    fn token(&mut self) -> Option<Token<'a>> {
        let first = self.rest.chars().next()?;
        if first == '\\' {
            let name = self.peek_command();
            if name.is_empty() {
                self.take(1);
                let sign = self.rest.chars().next()?;
                self.take(sign.len_utf8());
                return Some(Token::Sign(sign));
            }
            self.take(1 + name.len());
            return Some(Token::Command(name));
        }
        let length = |good: fn(char) -> bool| self.rest.find(|c| !good(c)).unwrap_or(self.rest.len());
        if first.is_ascii_digit() {
            // Where a comma is no list, TeX needs it in braces: "350{,}000".
            let mut end = length(|c| c.is_ascii_digit() || c == '.' || c == ',');
            while let Some(group) = self.rest[end..].strip_prefix("{,}")
                && group.as_bytes().get(..3).is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
            {
                end += "{,}000".len();
            }
            if self.rest[..end].contains('{') {
                return Some(Token::Number(self.take(end)));
            }
            let run = &self.rest[..end];
            let run = run.trim_end_matches(['.', ',']);
            // "1,2,3" are three numbers, "1,000" is one.
            let grouped =
                run.split(',').skip(1).all(|group| group.split('.').next().is_some_and(|g| g.len() == 3));
            let run = if grouped { run } else { run.split(',').next().unwrap_or(run) };
            return Some(Token::Number(self.take(run.len())));
        }
        if first.is_ascii_alphabetic() {
            let run = &self.rest[..length(|c| c.is_ascii_alphabetic())];
            if run.len() >= 4 || symbols::plain_function(run) {
                return Some(Token::Word(self.take(run.len())));
            }
        }
        self.take(first.len_utf8());
        Some(Token::Character(first))
    }

    /// Reads to what ends this part, and that too, where it is there.
    fn sequence(&mut self, until: Until) -> Said {
        self.depth += 1;
        if self.depth > DEEPEST {
            self.too_deep = true;
            self.rest = "";
        }
        let mut said = Said::default();
        loop {
            self.skip_spaces();
            if self.rest.is_empty() || self.ends(until) {
                break;
            }
            self.part(&mut said, until);
        }
        self.depth -= 1;
        said
    }

    /// Whether the part ends here; its own end is taken, that of a part around is not.
    fn ends(&mut self, until: Until) -> bool {
        let command = self.peek_command();
        match until {
            Until::Brace if self.eat("}") => return true,
            Until::Set if self.eat("\\}") => return true,
            Until::Bracket if self.eat(")") || self.eat("]") => return true,
            Until::Bracket
                if command == "right" || command == "rangle" || command == "rfloor" || command == "rceil" =>
            {
                self.take(1 + command.len());
                if command == "right" {
                    self.delimiter();
                }
                return true;
            }
            Until::Bar if self.eat("|") || self.eat("\\|") || self.eat("\\rvert") || self.eat("\\rVert") => {
                return true;
            }
            Until::Set | Until::Bar if command == "right" => {
                self.take(1 + command.len());
                self.delimiter();
                return true;
            }
            _ => {}
        }
        let cell = self.rest.starts_with('&') || self.rest.starts_with("\\\\") || command == "end";
        match until {
            Until::End | Until::Brace => false,
            Until::Cell => cell,
            _ => self.rest.starts_with('}') || (cell && self.rows > 0),
        }
    }

    /// Takes the character after `\left` or `\right`.
    fn delimiter(&mut self) -> &'a str {
        self.skip_spaces();
        let command = self.peek_command();
        let bytes = match self.rest.chars().next() {
            None => 0,
            Some('\\') if command.is_empty() => 1 + self.rest[1..].chars().next().map_or(0, char::len_utf8),
            Some('\\') => 1 + command.len(),
            Some(c) => c.len_utf8(),
        };
        self.take(bytes)
    }

    /// One term, sign or command.
    fn part(&mut self, said: &mut Said, until: Until) {
        let Some(token) = self.token() else { return };
        match token {
            Token::Command(name) => self.command(name, said, until),
            Token::Sign(sign) => match sign {
                '{' => {
                    let inside = self.sequence(Until::Set);
                    let words = if inside.words.is_empty() {
                        "the empty set".into()
                    } else {
                        ["the set of ", &inside.words].concat()
                    };
                    self.scripts(said, &words, inside.complex, Last::Other);
                    said.pause();
                }
                '|' => {
                    let inside = self.sequence(Until::Bar);
                    self.scripts(
                        said,
                        &["the norm of ", &inside.words].concat(),
                        inside.complex,
                        Last::Other,
                    );
                }
                '\\' => said.pause(),
                '%' => said.add("percent", Last::Other),
                '$' | '#' | '&' | '_' => said.add(if sign == '&' { "and" } else { "" }, Last::Other),
                _ => {}
            },
            Token::Number(number) => self.scripts(said, &number.replace("{,}", ","), false, Last::Number),
            Token::Word(word) => match symbols::command(word).filter(|_| symbols::plain_function(word)) {
                Some(_) => self.command(word, said, until),
                None => self.scripts(said, word, false, Last::Other),
            },
            Token::Character(c) => self.character(c, said, until),
        }
    }

    fn character(&mut self, c: char, said: &mut Said, until: Until) {
        match c {
            '{' => {
                let group = self.sequence(Until::Brace);
                self.scripts(said, &group.words, group.complex, group.last);
            }
            '(' => self.bracket(said, false),
            '[' => self.bracket(said, true),
            '|' if until == Until::Set => said.operator("such that"),
            '|' if until == Until::Bracket && said.last != Last::Nothing => said.operator("given"),
            '|' if self.rest.contains('|') => {
                let inside = self.sequence(Until::Bar);
                self.scripts(
                    said,
                    &["the absolute value of ", &inside.words].concat(),
                    inside.complex,
                    Last::Other,
                );
            }
            '+' => said.operator("plus"),
            '-' | '−' => said.operator("minus"),
            '=' => said.operator("equals"),
            '<' => said.operator("is less than"),
            '>' => said.operator("is greater than"),
            '*' => said.operator("times"),
            '/' => {
                said.operator("over");
                said.complex = true;
            }
            ':' if self.eat("=") => said.operator("is defined as"),
            ':' if until == Until::Set => said.operator("such that"),
            ',' | ';' | ':' => said.pause(),
            '!' => said.add("factorial", Last::Other),
            '\'' => said.add("prime", Last::Other),
            '%' => said.add("percent", Last::Other),
            // A script without anything to stand at.
            '^' | '_' => {
                self.argument();
            }
            _ if c.is_alphanumeric() || !c.is_ascii() => self.letter(c, said, until),
            _ => {}
        }
    }

    fn letter(&mut self, c: char, said: &mut Said, until: Until) {
        if let Some(name) = symbols::character(c) {
            // With a bound below, these letters are the signs that they stand for.
            let name = match name {
                "Sigma" if self.rest.starts_with('_') => "sum",
                "Pi" if self.rest.starts_with('_') => "prod",
                name => name,
            };
            return self.command(name, said, until);
        }
        if c == '√' {
            let root = self.argument();
            return root_of("square", &root, said);
        }
        if let Some(fraction) = vulgar(c) {
            return said.add(fraction, Last::Other);
        }
        if !c.is_alphanumeric() || symbols::script(c).is_some() {
            return;
        }
        self.scripts(said, c.encode_utf8(&mut [0; 4]), false, Last::Letter(c));
        while self.eat("'") {
            said.add("prime", Last::Other);
        }
        let function = matches!(c, 'f' | 'g' | 'h' | 'F' | 'G' | 'H' | 'P' | 'O' | 'T' | 'E' | 'V');
        if function && self.rest.starts_with('(') {
            self.say_of(said);
        }
    }

    /// The argument in brackets of the function said last.
    fn say_of(&mut self, said: &mut Said) {
        self.take(1);
        let inside = self.sequence(Until::Bracket);
        if !inside.words.is_empty() {
            said.push("of");
            self.scripts(said, &inside.words, false, Last::Other);
            if inside.complex {
                said.pause();
                said.last = Last::Other;
            }
        }
    }

    /// Something in round or square brackets, which have been opened.
    fn bracket(&mut self, said: &mut Said, square: bool) {
        let inside = self.sequence(Until::Bracket);
        if square && let (Some(from), Some(to)) = self.evaluated() {
            said.add(&inside.words, Last::Other);
            said.push(&format!(", evaluated from {} to {}", from.words, to.words));
            said.words = said.words.replace(" , evaluated", ", evaluated");
            return said.pause();
        }
        if square && inside.words.matches(',').count() == 1 {
            said.add(&["the interval from ", &inside.words.replace(',', " to")].concat(), Last::Other);
            return;
        }
        if !inside.complex {
            return self.scripts(said, &inside.words, false, inside.last);
        }
        match said.last {
            Last::Nothing => {}
            _ => said.push("times"),
        }
        self.scripts(said, &["the quantity ", &inside.words, ","].concat(), false, Last::Other);
        said.complex = true;
    }

    /// The bounds between which a primitive in brackets is evaluated: `\left[ x^2 \right]_0^1`.
    fn evaluated(&mut self) -> (Option<Said>, Option<Said>) {
        let before = self.rest;
        self.skip_spaces();
        if self.rest.starts_with('_')
            && let (Some(from), Some(to)) = self.limits()
        {
            return (Some(from), Some(to));
        }
        self.rest = before;
        (None, None)
    }

    /// The next term, as the argument of a command or as a script.
    fn argument(&mut self) -> Said {
        self.skip_spaces();
        if self.eat("{") {
            return self.sequence(Until::Brace);
        }
        if self.eat("(") {
            return self.sequence(Until::Bracket);
        }
        let mut said = Said::default();
        self.depth += 1;
        if self.depth > DEEPEST {
            self.too_deep = true;
            self.rest = "";
        } else if self.rest.starts_with('\\') {
            let command = self.peek_command();
            if !matches!(command, "end" | "right") {
                self.part(&mut said, Until::Brace);
            }
        } else if let Some(c) = self.rest.chars().next().filter(|c| !matches!(c, '}' | '&')) {
            self.take(c.len_utf8());
            match symbols::character(c) {
                Some(name) => self.command(name, &mut said, Until::Brace),
                None if c == '*' => said.add("star", Last::Other),
                None if c == '+' || c == '-' => {
                    said.add(if c == '+' { "plus" } else { "minus" }, Last::Other);
                }
                None => said.add(c.encode_utf8(&mut [0; 4]), Last::Letter(c)),
            }
        }
        self.depth -= 1;
        said
    }

    /// The argument as it is written, without what it does to the type.
    fn raw_argument(&mut self) -> &'a str {
        self.skip_spaces();
        if !self.rest.starts_with('{') {
            let bytes = self.rest.chars().next().map_or(0, char::len_utf8);
            return self.take(bytes);
        }
        self.take(1);
        let mut open = 1;
        let end = self.rest.find(|c| {
            match c {
                '{' => open += 1,
                '}' => open -= 1,
                _ => {}
            }
            open == 0
        });
        let inside = self.take(end.unwrap_or(self.rest.len()));
        self.eat("}");
        inside
    }

    fn option(&mut self) -> Option<Said> {
        self.skip_spaces();
        self.eat("[").then(|| self.sequence(Until::Bracket))
    }

    /// What stands below and above at this place.
    fn limits(&mut self) -> (Option<Said>, Option<Said>) {
        let (mut below, mut above) = (None, None);
        loop {
            self.skip_spaces();
            while matches!(self.peek_command(), "limits" | "nolimits") {
                let length = 1 + self.peek_command().len();
                self.take(length);
                self.skip_spaces();
            }
            if below.is_none() && self.eat("_") {
                below = Some(self.argument());
            } else if above.is_none() && self.eat("^") {
                above = Some(self.argument());
            } else if let Some((_, raised)) = self.rest.chars().next().and_then(symbols::script)
                && (if raised { above.is_none() } else { below.is_none() })
            {
                let script = self.script_characters(raised);
                *(if raised { &mut above } else { &mut below }) = Some(script);
            } else {
                return (below, above);
            }
        }
    }

    /// A run of raised or lowered characters.
    fn script_characters(&mut self, raised: bool) -> Said {
        let mut said = Said::default();
        let mut number = false;
        while let Some(c) = self.rest.chars().next()
            && let Some((plain, _)) = symbols::script(c).filter(|(_, up)| *up == raised)
        {
            self.take(c.len_utf8());
            match plain {
                '+' => said.operator("plus"),
                '-' => said.operator("minus"),
                '=' => said.operator("equals"),
                '(' | ')' => {}
                _ if number && plain.is_ascii_digit() => said.words.push(plain),
                _ => said.add(plain.encode_utf8(&mut [0; 4]), Last::Letter(plain)),
            }
            number = plain.is_ascii_digit();
        }
        said
    }

    /// Adds `base` with the index and power that follow it.
    fn scripts(&mut self, said: &mut Said, base: &str, complex: bool, last: Last) {
        let (below, above) = self.limits();
        let raised = above.is_some() && complex;
        said.add(&if raised { ["the quantity ", base, ","].concat() } else { base.to_owned() }, last);
        said.complex |= complex && !raised;
        if let Some(below) = below.filter(|below| !below.words.is_empty()) {
            said.add("sub", Last::Other);
            // `v_{max}`: a name, nothing that is looked for.
            said.push(match &*below.words {
                "the maximum" | "the maximum of" => "max",
                "the minimum" | "the minimum of" => "min",
                words => words,
            });
            if below.complex {
                said.pause();
                said.last = Last::Other;
            }
        }
        if let Some(above) = above.filter(|above| !above.words.is_empty()) {
            power(said, &above);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tex: &str, expected: &str) {
        assert_eq!(speak(tex, 400).as_deref(), Some(expected), "{tex}");
    }

    #[test]
    fn fractions_roots_and_powers() {
        check(
            r"x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}",
            "x equals minus b plus or minus the square root of b squared minus 4 a c, all over 2 a",
        );
        check(r"\frac{1}{2}mv^2", "one half m v squared");
        check(r"\frac{a}{b} + \frac{1}{1+x}", "a over b plus 1 over the quantity 1 plus x");
        check(r"\frac{dy}{dx} = \frac{\partial f}{\partial x}", "d y by d x equals partial f by partial x");
        check(
            r"(a+b)^2 = a^2 + 2ab + b^2",
            "the quantity a plus b, squared equals a squared plus 2 a b plus b squared",
        );
        check(r"2(x+1)", "2 times the quantity x plus 1");
        check(r"e^{i\pi} + 1 = 0", "e to the i pi plus 1 equals 0");
        check(r"10^{-3}, 2^{n+1}", "10 to the minus 3, 2 to the power of n plus 1");
        check(r"\left[ x^2 \right]_0^1 - 1", "x squared, evaluated from 0 to 1, minus 1");
        check(r"\text{softmax}\left(x\right) = 350{,}000", "softmax of x equals 350,000");
        check(r"\sqrt[3]{x}, \sqrt[n]{x+1}", "the cube root of x, the nth root of x plus 1");
        check("90^\\circ, n^{th}, A^T, f'(x)", "90 degrees, nth, A transpose, f prime of x");
        check(
            "x² + y₁⁻² ≤ √2",
            "x squared plus y sub 1 to the minus 2 is less than or equal to the square root of 2",
        );
    }

    #[test]
    fn sums_integrals_and_limits() {
        check(
            r"\int_0^\infty e^{-x^2} dx = \frac{\sqrt{\pi}}{2}",
            "the integral from 0 to infinity of e to the minus x squared d x equals the square root of pi over 2",
        );
        check(
            r"\sum_{i=1}^{n} i = \frac{n(n+1)}{2}",
            "the sum from i equals 1 to n of i equals n times the quantity n plus 1, all over 2",
        );
        check(
            r"\lim_{x \to 0} \frac{\sin x}{x} = 1",
            "the limit as x approaches 0 of sine of x over x equals 1",
        );
        check(r"\max_{x \in S} f(x)", "the maximum over x in S of f of x");
        check(
            r"\log_2 n, \sin^{-1}(x), \ln(1+x)",
            "log base 2 of n, inverse sine of x, natural log of 1 plus x",
        );
    }

    #[test]
    fn sets_accents_and_text() {
        check(r"x \in \mathbb{R}, A \cup B", "x in the real numbers, A union B");
        check(r"\{x \mid x > 0\}", "the set of x such that x is greater than 0");
        check(r"P(A|B)", "P of A given B");
        check(r"\hat{y}, \bar x, \vec{v} \cdot \mathbf{w}", "y hat, x bar, vector v times w");
        check(r"|x - y| < \varepsilon", "the absolute value of x minus y is less than epsilon");
        check(r"v = 3\,\text{m/s} \quad \text{if } t > 0", "v equals 3 m/s, if t is greater than 0");
        check(r"[0, 1]", "the interval from 0 to 1");
        check(r"O(n \log n)", "O of n log of n");
        check(r"\theta := \alpha_{ij} \rightarrow \Delta", "theta is defined as alpha sub i j to delta");
    }

    #[test]
    fn what_has_rows() {
        check(r"A = \begin{pmatrix} 1 & 2 \\ 3 & 4 \\ \end{pmatrix}", "A equals a 2 by 2 matrix");
        check(
            r"|x| = \begin{cases} x & \text{if } x \ge 0 \\ -x & \text{otherwise} \end{cases}",
            "the absolute value of x equals, in 2 cases, x if x is greater than or equal to 0, minus x otherwise",
        );
        check(r"\begin{aligned} a &= b \\ &= c \end{aligned}", "a equals b, equals c");
        check(
            r"\det \begin{vmatrix} a \\ b \end{vmatrix}",
            "the determinant of the determinant of a 2 by 1 matrix",
        );
    }

    #[test]
    fn what_is_broken_is_said_as_far_as_it_goes() {
        check(r"\frac{a", "a over");
        check(r"x^", "x");
        check(r"}}a_{", "a");
        check(r"\left( a + ", "the quantity a plus");
        check(r"\begin{matrix} a & b", "a 1 by 2 matrix");
        check(r"\foo{x}\", "foo x");
        check(r"\end{x} \right) &&& \\ b", "b");
        assert_eq!(speak(&"{".repeat(1000), 400), None);
        assert_eq!(speak(&"x^{".repeat(600), 400), None);
        assert_eq!(speak(&"x".repeat(900), 100).map(|words| words.len()), None);
        for tex in [
            "\\", "^^__", "\\sqrt[", "\\frac", "\\begin", "\\begin{", "\\left", "|", "||||", "\\{|", "é\\é",
            "\\sum_", "\\text{", "$",
        ] {
            let _ = speak(tex, 400);
        }
    }
}
