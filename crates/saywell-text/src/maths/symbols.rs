//! What the commands and characters of formulas are called.

/// What a symbol does in a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A name: a letter, a constant.
    Name,
    /// Stands between two terms: what is around it is more than one term.
    Operator,
    /// A named function: "sine", said with "of" before its argument.
    Function,
    /// A sum, product or integral: from below to above.
    Range,
    /// A limit: "as" what is below.
    Limit,
    /// A maximum: "over" what is below.
    Extreme,
    /// A mark over what follows, said after it.
    Accent,
    /// Only how its argument looks.
    Style,
    /// Says nothing, nor do this many of its arguments.
    Silent(u8),
    /// A short pause.
    Comma,
}

/// The words of a command, without its backslash, and what it does.
pub(super) fn command(name: &str) -> Option<(&'static str, Role)> {
    greek(name)
        .map(|letter| (letter, Role::Name))
        .or_else(|| operator(name))
        .or_else(|| constant(name).map(|words| (words, Role::Name)))
        .or_else(|| function(name))
        .or_else(|| mark(name))
}

/// What stands between terms, and what says nothing but a pause there.
fn operator(name: &str) -> Option<(&'static str, Role)> {
    let words = match name {
        "times" | "cdot" | "ast" | "bullet" => "times",
        "div" => "divided by",
        "pm" => "plus or minus",
        "mp" => "minus or plus",
        "oplus" => "circle plus",
        "otimes" => "circle times",
        "circ" => "composed with",
        "star" => "star",
        "bmod" | "mod" => "mod",
        "le" | "leq" | "leqslant" => "is less than or equal to",
        "ge" | "geq" | "geqslant" => "is greater than or equal to",
        "lt" => "is less than",
        "gt" => "is greater than",
        "ll" => "is much less than",
        "gg" => "is much greater than",
        "ne" | "neq" => "is not equal to",
        "eq" => "equals",
        "approx" | "approxeq" => "is approximately",
        "simeq" => "is asymptotically equal to",
        "sim" => "is distributed as",
        "cong" => "is congruent to",
        "equiv" => "is equivalent to",
        "propto" => "is proportional to",
        "coloneqq" | "triangleq" => "is defined as",
        "perp" => "is perpendicular to",
        "parallel" => "is parallel to",
        "in" => "in",
        "ni" => "contains",
        "notin" => "not in",
        "subset" => "is a subset of",
        "subseteq" => "is a subset of or equal to",
        "supset" => "is a superset of",
        "supseteq" => "is a superset of or equal to",
        "cup" => "union",
        "cap" => "intersection",
        "setminus" | "backslash" => "without",
        "land" | "wedge" => "and",
        "lor" | "vee" => "or",
        "therefore" => "therefore",
        "because" => "because",
        "to" | "rightarrow" | "longrightarrow" => "to",
        "gets" | "leftarrow" => "gets",
        "Rightarrow" | "Longrightarrow" | "implies" => "implies",
        "Leftarrow" | "impliedby" => "is implied by",
        "leftrightarrow" | "Leftrightarrow" | "Longleftrightarrow" | "iff" => "if and only if",
        "mapsto" | "longmapsto" => "maps to",
        "rightleftharpoons" => "is in equilibrium with",
        "vdash" => "proves",
        "models" => "models",
        "colon" | "quad" | "qquad" | "newline" => return Some(("", Role::Comma)),
        _ => return None,
    };
    Some((words, Role::Operator))
}

/// Constants and other names.
fn constant(name: &str) -> Option<&'static str> {
    Some(match name {
        "lnot" | "neg" => "not",
        "forall" => "for all",
        "exists" => "there exists",
        "nexists" => "there is no",
        "uparrow" => "up",
        "downarrow" => "down",
        "infty" => "infinity",
        "partial" => "partial",
        "nabla" => "del",
        "emptyset" | "varnothing" => "the empty set",
        "hbar" => "h bar",
        "ell" => "l",
        "Re" => "the real part of",
        "Im" => "the imaginary part of",
        "aleph" => "aleph",
        "angle" => "angle",
        "triangle" => "triangle",
        "degree" => "degrees",
        "prime" => "prime",
        "dagger" => "dagger",
        "top" => "transpose",
        "bot" => "bottom",
        "ldots" | "dots" | "cdots" | "vdots" | "ddots" | "dotsc" | "dotsb" => "and so on",
        _ => return None,
    })
}

/// Functions, and what has limits below and above.
fn function(name: &str) -> Option<(&'static str, Role)> {
    use Role::{Extreme, Function, Limit, Range};
    Some(match name {
        "sin" => ("sine", Function),
        "cos" => ("cosine", Function),
        "tan" => ("tangent", Function),
        "cot" => ("cotangent", Function),
        "sec" => ("secant", Function),
        "csc" => ("cosecant", Function),
        "arcsin" => ("arc sine", Function),
        "arccos" => ("arc cosine", Function),
        "arctan" => ("arc tangent", Function),
        "sinh" => ("hyperbolic sine", Function),
        "cosh" => ("hyperbolic cosine", Function),
        "tanh" => ("hyperbolic tangent", Function),
        "log" | "lg" => ("log", Function),
        "ln" => ("natural log", Function),
        "exp" => ("the exponential", Function),
        "det" => ("the determinant", Function),
        "dim" => ("the dimension", Function),
        "ker" => ("the kernel", Function),
        "deg" => ("the degree", Function),
        "gcd" => ("the greatest common divisor", Function),
        "lcm" => ("the least common multiple", Function),
        "Pr" => ("the probability", Function),
        "arg" => ("the argument", Function),
        "sum" => ("the sum", Range),
        "prod" => ("the product", Range),
        "int" => ("the integral", Range),
        "iint" => ("the double integral", Range),
        "iiint" => ("the triple integral", Range),
        "oint" => ("the closed integral", Range),
        "bigcup" => ("the union", Range),
        "bigcap" => ("the intersection", Range),
        "bigoplus" => ("the direct sum", Range),
        "lim" => ("the limit", Limit),
        "limsup" => ("the upper limit", Limit),
        "liminf" => ("the lower limit", Limit),
        "max" => ("the maximum", Extreme),
        "min" => ("the minimum", Extreme),
        "sup" => ("the supremum", Extreme),
        "inf" => ("the infimum", Extreme),
        "argmax" => ("the arg max", Extreme),
        "argmin" => ("the arg min", Extreme),
        _ => return None,
    })
}

/// Accents, styles, and what is only for the eye.
fn mark(name: &str) -> Option<(&'static str, Role)> {
    use Role::{Accent, Silent, Style};
    Some(match name {
        "hat" | "widehat" => ("hat", Accent),
        "bar" | "overline" => ("bar", Accent),
        "tilde" | "widetilde" => ("tilde", Accent),
        "dot" => ("dot", Accent),
        "ddot" => ("double dot", Accent),
        "vec" | "overrightarrow" => ("vector", Accent),
        "mathbf" | "mathit" | "mathcal" | "mathscr" | "mathfrak" | "mathsf" | "mathtt" | "boldsymbol"
        | "bm" | "pmb" | "underline" | "boxed" | "overbrace" | "underbrace" | "cancel" | "substack"
        | "mathop" | "mathbin" | "mathrel" | "num" | "unit" | "SI" | "qty" | "si" => ("", Style),
        "left" | "right" | "big" | "Big" | "bigg" | "Bigg" | "bigl" | "bigr" | "Bigl" | "Bigr" | "biggl"
        | "biggr" | "middle" | "limits" | "nolimits" | "displaystyle" | "textstyle" | "scriptstyle"
        | "nonumber" | "notag" | "hline" | "rm" | "bf" | "it" | "centering" | "hfill" => ("", Silent(0)),
        "label" | "tag" | "color" | "hspace" | "vspace" | "phantom" | "vphantom" | "hphantom"
        | "textcolor" | "ref" | "eqref" | "cite" | "overset" | "underset" | "stackrel" => ("", Silent(1)),
        _ => return None,
    })
}

/// The name of a Greek letter's command, capital or not.
fn greek(name: &str) -> Option<&'static str> {
    const LETTERS: &[&str] = &[
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda",
        "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
    ];
    const CAPITALS: &[(&str, &str)] = &[
        ("Gamma", "capital gamma"),
        ("Delta", "delta"),
        ("Theta", "capital theta"),
        ("Lambda", "capital lambda"),
        ("Xi", "capital xi"),
        ("Pi", "capital pi"),
        ("Sigma", "capital sigma"),
        ("Upsilon", "capital upsilon"),
        ("Phi", "capital phi"),
        ("Psi", "capital psi"),
        ("Omega", "omega"),
    ];
    let plain = name.strip_prefix("var").unwrap_or(name);
    let small = LETTERS.iter().find(|letter| **letter == plain);
    small.copied().or_else(|| CAPITALS.iter().find(|(capital, _)| *capital == name).map(|(_, said)| *said))
}

/// The command that a character stands for.
pub(super) fn character(c: char) -> Option<&'static str> {
    const GREEK: &str = "αalpha βbeta γgamma δdelta εepsilon ϵepsilon ζzeta ηeta θtheta ϑtheta ιiota κkappa \
        λlambda μmu νnu ξxi πpi ρrho σsigma ςsigma τtau υupsilon φphi ϕphi χchi ψpsi ωomega ΓGamma ΔDelta \
        ΘTheta ΛLambda ΞXi ΠPi ΣSigma ΦPhi ΨPsi ΩOmega";
    const SIGNS: &str = "×times ·cdot ∙cdot ⋅cdot ∗ast ÷div ±pm ∓mp ⊕oplus ⊗otimes ∘circ ≤le ⩽le ≥ge ⩾ge \
        ≪ll ≫gg ≠ne ≈approx ≃simeq ∼sim ≅cong ≡equiv ∝propto ≔coloneqq ⊥perp ∥parallel ∈in ∋ni ∉notin \
        ⊂subset ⊆subseteq ⊃supset ⊇supseteq ∪cup ∩cap ∖setminus ∧land ∨lor ¬lnot ∀forall ∃exists ∄nexists \
        ∴therefore ∵because →to ⟶to ←gets ↔leftrightarrow ⇒implies ⟹implies ⇐impliedby ⇔iff ⟺iff ↦mapsto \
        ⇌rightleftharpoons ∞infty ∂partial ∇nabla ∅emptyset ℏhbar ℓell ∠angle °degree ′prime †dagger …ldots \
        ⋯ldots ⋮ldots ∑sum ∏prod ∫int ∬iint ∭iiint ∮oint";
    let entries = if ('\u{370}'..='\u{3ff}').contains(&c) { GREEK } else { SIGNS };
    entries.split_ascii_whitespace().find_map(|entry| entry.strip_prefix(c))
}

/// A raised or lowered character as the plain one, and whether it is raised.
pub(super) fn script(c: char) -> Option<(char, bool)> {
    const RAISED: &str = "⁰0¹1²2³3⁴4⁵5⁶6⁷7⁸8⁹9⁺+⁻-⁼=⁽(⁾)ⁿnⁱiᵀT";
    const LOWERED: &str = "₀0₁1₂2₃3₄4₅5₆6₇7₈8₉9₊+₋-₌=₍(₎)ₙnᵢiⱼjₖkₓx";
    let find = |table: &str| {
        let mut characters = table.chars();
        while let (Some(from), Some(to)) = (characters.next(), characters.next()) {
            if from == c {
                return Some(to);
            }
        }
        None
    };
    find(RAISED).map(|plain| (plain, true)).or_else(|| find(LOWERED).map(|plain| (plain, false)))
}

/// The name of a blackboard letter.
pub(super) fn number_set(letter: &str) -> Option<&'static str> {
    Some(match letter {
        "R" => "the real numbers",
        "Z" => "the integers",
        "N" => "the natural numbers",
        "Q" => "the rational numbers",
        "C" => "the complex numbers",
        _ => return None,
    })
}

/// A fraction of small numbers: "1 half", "3 quarters".
pub(super) fn small_fraction(over: &str, under: &str) -> Option<String> {
    let count: u8 = over.parse().ok().filter(|count| (1..20).contains(count))?;
    let part = match under {
        "2" if count == 1 => "half",
        "2" => "halves",
        "3" => "third",
        "4" => "quarter",
        "5" => "fifth",
        "6" => "sixth",
        "8" => "eighth",
        "10" => "tenth",
        _ => return None,
    };
    let plural = if count == 1 || under == "2" { "" } else { "s" };
    let count = if count == 1 { "one".to_owned() } else { count.to_string() };
    Some(format!("{count} {part}{plural}"))
}

/// Functions that are known without a backslash.
pub(super) fn plain_function(word: &str) -> bool {
    matches!(
        word,
        "sin"
            | "cos"
            | "tan"
            | "log"
            | "ln"
            | "exp"
            | "max"
            | "min"
            | "lim"
            | "det"
            | "gcd"
            | "sinh"
            | "cosh"
            | "tanh"
    )
}
