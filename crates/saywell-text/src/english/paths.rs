//! What a shell is told: paths, file names, flags, variables.

use super::cursor::{Cursor, is_word};
use super::identifier::{extension, path, spoken, trimmed};
use super::kinds::Reader;
use super::spelled::Edit;

/// First folders by which small words with slashes between are known for a path.
const FOLDERS: [&str; 24] = [
    "src", "lib", "app", "apps", "docs", "test", "tests", "bin", "etc", "usr", "var", "home", "crates",
    "packages", "public", "static", "assets", "config", "scripts", "node_modules", "target", "build", "dist",
    "examples",
];

/// `/etc/nginx/nginx.conf`, `./run`, `~/.ssh`, `.gitignore` → `slash etc slash nginx` and so on.
pub fn absolute(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_chunk()
        || start.before() == Some('<')
        || !start.peek().is_some_and(|first| "/~.".contains(first))
    {
        return None;
    }
    let written = trimmed(start.chunk());
    let body = written.trim_start_matches(['/', '~', '.']);
    let lead = &written[..written.len() - body.len()];
    let is_name = body.starts_with(|first: char| first.is_ascii_alphabetic() || "_{:*".contains(first));
    let is_lead = matches!(lead, "/" | "." | "./" | "../" | "~/" | "~/." | "/.")
        || (lead.len() > 3 && lead.trim_start_matches("../").is_empty());
    let is_lead = is_lead || (body.is_empty() && matches!(written, "~/" | "./" | "../"));
    let small = lead != "." || body.starts_with(|first: char| first.is_ascii_lowercase());
    if !is_lead
        || !(is_name || (body.is_empty() && written.len() > 1))
        || !small
        || body.split('?').next().is_some_and(|body| body.contains(['(', '=', '$']))
    {
        return None;
    }
    let end = start.moved_to(start.offset() + written.len());
    let said = written.split('?').next()?;
    let said = if said.len() > 1 { said.strip_suffix('/').unwrap_or(said) } else { said };
    Some(Edit::new(start, end, path(said, reader)))
}

/// `C:\Users` → `C colon backslash Users`.
pub fn drive(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let written = trimmed(start.chunk());
    let is_path = start.starts_word()
        && written.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && written[1..].starts_with(":\\");
    let end = start.moved_to(start.offset() + written.len());
    is_path.then(|| Edit::new(start, end, path(written.trim_end_matches('\\'), reader)))
}

/// `src/main.rs`, `user/repo#123` → `src slash main dot RS`. `and/or` is no path.
pub fn relative(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_chunk() {
        return None;
    }
    let written = trimmed(start.chunk());
    let (first, rest) = written.split_once('/')?;
    let is_part = |part: &str| part.chars().all(|found| is_word(found) || ".-*#".contains(found));
    let last = rest.rsplit('/').next()?;
    let named = last.rsplit_once('.').is_some_and(|(name, end)| !name.is_empty() && extension(end).is_some());
    let issue = last
        .split_once('#')
        .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    let known = FOLDERS.contains(&first) && (rest.is_empty() || rest.starts_with(char::is_alphanumeric));
    if first.is_empty() || !written.split('/').all(is_part) || !(named || issue || known) {
        return None;
    }
    let end = start.moved_to(start.offset() + written.len());
    Some(Edit::new(start, end, path(written.trim_end_matches('/'), reader)))
}

/// `docker-compose.yml` → `docker compose dot YML`.
pub fn file_name(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() || start.before().is_some_and(|before| "/@".contains(before)) {
        return None;
    }
    let chunk = start.chunk();
    let end = chunk.find(|found: char| !is_word(found) && !".-".contains(found)).unwrap_or(chunk.len());
    let written = chunk[..end].trim_end_matches(['.', '-']);
    let (name, ending) = written.rsplit_once('.')?;
    let end = start.moved_to(start.offset() + written.len());
    let is_name = name.len() > 1 || matches!(ending, "rs" | "py" | "js" | "ts" | "txt" | "md" | "sh");
    (is_name && extension(ending).is_some() && end.ends_word())
        .then(|| Edit::new(start, end, path(written, reader)))
}

/// `*.py`, `**/*.ts` → `star dot PY`.
pub fn glob(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_chunk() || start.peek() != Some('*') {
        return None;
    }
    let written = trimmed(start.chunk());
    let body = written.trim_start_matches(['*', '/', '.']);
    let lead = &written[..written.len() - body.len()];
    let is_glob = lead.contains(['.', '/'])
        && !lead.contains("***")
        && body.starts_with(is_word)
        && body.chars().all(|found| is_word(found) || "./-*".contains(found));
    is_glob.then(|| Edit::new(start, start.moved_to(start.offset() + written.len()), path(written, reader)))
}

/// `--dry-run`, `-xvf`, `--level=3` → `dash dash dry run`, `dash X V F`, `dash dash level equals three`.
pub fn flag(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_chunk() {
        return None;
    }
    let mut at = start;
    let dashes = at.eat_while(|found| found == '-').len();
    let name = at;
    at.eat_if(|found| found.is_ascii_alphabetic())?;
    at.eat_while(|found| found.is_ascii_alphanumeric() || found == '-' || found == '_');
    if !(1..=2).contains(&dashes) || name.until(at).len() > 60 || name.until(at).ends_with('-') {
        return None;
    }
    let written = name.until(at);
    // `else -y`, `return -x`
    if dashes == 1 && written.len() == 1 && matches!(start.previous_word(), "else" | "return") {
        return Some(Edit::new(start, at, format!("minus {written}")));
    }
    // `pH = -log[H⁺]`
    if dashes == 1 && start.follows("= ") && at.peek().is_some_and(|next| "[(".contains(next)) {
        return None;
    }
    let mut words = if dashes == 1 { "dash ".to_owned() } else { "dash dash ".to_owned() };
    let spelled = dashes == 1
        && written.len() <= 4
        && written.bytes().all(|byte| byte.is_ascii_alphabetic())
        && (written.len() < 3 || !written.contains(['a', 'e', 'i', 'o', 'u']));
    words += &if spelled { reader.characters(written) } else { path(written, reader) };
    let edit = Edit::new(start, at, words);
    Some(if at.eat('=') { edit.say(at, "equals") } else { edit })
}

/// `$AAPL is up 2%` → `AAPL`: a share, where shares are spoken of; elsewhere it is a variable.
pub fn ticker(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const TALK: [&str; 12] = [
        "%", "bullish", "bearish", "calls", "earnings", "market", "price", "puts", "rally", "shares",
        "stock", "trading",
    ];
    let mut at = start;
    (at.eat('$') && !start.before().is_some_and(is_word)).then_some(())?;
    let dollar = at;
    let symbol = at.eat_while(|found| found.is_ascii_uppercase());
    let traded = |text: &str| TALK.iter().any(|word| text.contains(word));
    ((1..=5).contains(&symbol.len())
        && !matches!(symbol, "HOME" | "LANG" | "PATH" | "PWD" | "SHELL" | "TERM" | "USER")
        && at.ends_word()
        && (traded(at.window_after(48)) || traded(start.window_before(48))))
    .then(|| Edit::new(start, dollar, ""))
}

/// `$HOME`, `${VAR}`, `%PATH%` → `dollar HOME`, `dollar VAR`, `percent PATH percent`.
pub fn variable(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    if at.eat('%') {
        let name = at;
        at.eat_while(|found| found.is_ascii_uppercase() || found == '_' || found.is_ascii_digit());
        let name = name.until(at);
        let is_variable =
            name.starts_with(|first: char| first.is_ascii_uppercase()) && at.eat('%') && at.ends_word();
        if !is_variable || start.before().is_some_and(is_word) {
            return None;
        }
        let edit = Edit::new(start, at, format!("percent {} percent", spoken(name, reader)));
        // `%APPDATA%\Code`
        let rest = if at.peek() == Some('\\') { trimmed(at.chunk()).trim_end_matches('\\') } else { "" };
        return Some(match rest {
            "" => edit,
            rest => edit.say(at.moved_to(at.offset() + rest.len()), path(rest, reader)),
        });
    }
    at.eat('$').then_some(())?;
    let braced = at.eat('{');
    let name = at;
    at.eat_if(|found| found.is_ascii_alphabetic() || found == '_')?;
    at.eat_while(|found| found.is_ascii_alphanumeric() || found == '_' || (braced && found == '.'));
    let written = name.until(at);
    if written.len() > 80 || (braced && !at.eat('}')) {
        return None;
    }
    Some(Edit::new(start, at, format!("dollar {}", path(written, reader))))
}
