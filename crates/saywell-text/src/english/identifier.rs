//! What names of code, files and addresses are made of, in words.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::number_words;

/// Names with capitals inside that are words of their own, in byte order.
const KEPT: &[&str] = &[
    "AirPods", "BitTorrent", "ChatGPT", "CloudFront", "CoreML", "DaVinci", "DeFi", "DeepMind", "DeepSeek",
    "DevOps", "DynamoDB", "ESLint", "FaceTime", "FastAPI", "FedEx", "FreeBSD", "GHz", "GitHub", "GitLab",
    "GitOps", "GmbH", "GraphQL", "HeLa", "HuggingFace", "IntelliJ", "JavaScript", "JetBrains", "KeePass",
    "LLaMA", "LaTeX", "LangChain", "LinkedIn", "LlamaIndex", "LoRA", "MHz", "MariaDB", "MasterCard",
    "MathML", "MongoDB", "MySQL", "NaN", "NeXT", "NeurIPS", "Nm", "NoSQL", "NumPy", "OAuth", "OAuth2",
    "OCaml", "OneDrive", "OpenAI", "OpenBSD", "OpenCV", "OpenGL", "OpenSSL", "PCIe", "PayPal", "PhD", "PhDs",
    "PlayStation", "PostgreSQL", "PowerPC", "PowerPoint", "PowerShell", "PyPI", "PyTorch", "QLoRA",
    "QuickTime", "README", "RabbitMQ", "ReLU", "RuBisCO", "SQLite", "SaaS", "SciPy", "SharePoint",
    "SoftBank", "SpaceX", "StackOverflow", "SwiftUI", "TensorFlow", "TikTok", "TypeScript", "UNIX", "VMware",
    "WeChat", "WebAssembly", "WebGL", "WebGPU", "WebRTC", "WebSocket", "WhatsApp", "WiFi", "WordPress",
    "XGBoost", "YouTube", "eBay", "gRPC", "iCloud", "iMac", "iOS", "iPad", "iPadOS", "iPhone", "jQuery",
    "kWh", "mAh", "macOS", "pH", "tvOS", "watchOS",
];

/// Pieces of names that are said as letters.
const LETTERS: &[&str] = &[
    "api", "aws", "cli", "cpu", "css", "csv", "db", "dns", "dto", "gpu", "html", "http", "https", "id",
    "ids", "io", "ip", "jwt", "llm", "os", "pdf", "rpc", "sdk", "sql", "ssh", "ssl", "svg", "tcp", "tls",
    "tts", "ttl", "udp", "ui", "uid", "uri", "url", "urls", "utf", "uuid", "ux", "vm", "xml",
];

/// Endings of file names → as spoken, in byte order.
const EXTENSIONS: &[(&str, &str)] = &[
    ("asm", "ASM"),
    ("bak", "back"),
    ("bash", "bash"),
    ("bat", "bat"),
    ("bin", "bin"),
    ("bmp", "BMP"),
    ("cc", "CC"),
    ("cfg", "CFG"),
    ("conf", "conf"),
    ("cpp", "CPP"),
    ("cs", "CS"),
    ("css", "CSS"),
    ("csv", "CSV"),
    ("dll", "DLL"),
    ("doc", "doc"),
    ("docx", "doc X"),
    ("env", "env"),
    ("exe", "exe"),
    ("gif", "gif"),
    ("go", "go"),
    ("gz", "GZ"),
    ("hpp", "HPP"),
    ("htm", "HTM"),
    ("html", "HTML"),
    ("ico", "ICO"),
    ("ini", "INI"),
    ("ipynb", "notebook"),
    ("jar", "jar"),
    ("java", "java"),
    ("jpeg", "JPEG"),
    ("jpg", "JPG"),
    ("js", "JS"),
    ("json", "JSON"),
    ("jsx", "JSX"),
    ("kt", "KT"),
    ("lock", "lock"),
    ("log", "log"),
    ("md", "MD"),
    ("mjs", "MJS"),
    ("mov", "MOV"),
    ("mp3", "MP three"),
    ("mp4", "MP four"),
    ("pdf", "PDF"),
    ("php", "PHP"),
    ("pkl", "pickle"),
    ("png", "PNG"),
    ("ppt", "PPT"),
    ("proto", "proto"),
    ("ps1", "PS one"),
    ("py", "PY"),
    ("rb", "RB"),
    ("rs", "RS"),
    ("scss", "SCSS"),
    ("sh", "SH"),
    ("so", "SO"),
    ("sql", "SQL"),
    ("svg", "SVG"),
    ("swift", "swift"),
    ("tar", "tar"),
    ("tex", "tex"),
    ("tf", "TF"),
    ("toml", "toml"),
    ("ts", "TS"),
    ("tsx", "TSX"),
    ("ttf", "TTF"),
    ("txt", "TXT"),
    ("vue", "view"),
    ("wasm", "wasm"),
    ("wav", "wav"),
    ("webp", "web P"),
    ("xls", "XLS"),
    ("xlsx", "XLSX"),
    ("xml", "XML"),
    ("yaml", "yaml"),
    ("yml", "YML"),
    ("zip", "zip"),
    ("zsh", "ZSH"),
];

/// A name of code in words: `getUserById` → `get user by ID`, `__init__` → `dunder init`.
pub fn spoken(name: &str, reader: Reader) -> String {
    if is_kept(name) {
        return name.to_owned();
    }
    let inner = name.trim_matches('_');
    let dunder = inner.len() + 4 <= name.len() && name.starts_with("__") && name.ends_with("__");
    let mut words: Vec<String> = Vec::new();
    words.extend(dunder.then(|| "dunder".to_owned()));
    let starts_small = inner.starts_with(|first: char| first.is_ascii_lowercase());
    for part in inner.split('_').filter(|part| !part.is_empty()) {
        let pieces = humps(part);
        let is_split = pieces.len() > 1;
        for piece in pieces {
            words.push(spoken_piece(piece, is_split, starts_small, inner.len() != part.len(), reader));
        }
    }
    match words.as_slice() {
        [] if name.len() == 1 => "underscore".to_owned(),
        words => words.join(" "),
    }
}

fn is_kept(name: &str) -> bool {
    let singular = name.strip_suffix('s').unwrap_or(name);
    KEPT.binary_search(&name).is_ok() || KEPT.binary_search(&singular).is_ok()
}

fn spoken_piece(piece: &str, is_split: bool, starts_small: bool, is_part: bool, reader: Reader) -> String {
    if piece.starts_with(|first: char| first.is_ascii_digit()) {
        return reader.label(piece);
    }
    let lower = piece.to_ascii_lowercase();
    if (is_split || is_part) && LETTERS.binary_search(&lower.as_str()).is_ok() {
        return match lower.strip_suffix('s').filter(|_| lower == "ids" || lower == "urls") {
            Some(singular) => format!("{}s", singular.to_ascii_uppercase()),
            None => lower.to_ascii_uppercase(),
        };
    }
    let is_word = piece.chars().skip(1).all(|found| found.is_ascii_lowercase());
    if is_split && piece.len() == 1 {
        piece.to_ascii_uppercase()
    } else if is_split && starts_small && is_word {
        lower
    } else {
        piece.to_owned()
    }
}

/// Cuts a name where small letters become capital, before the last of several capitals, and at digits. Names of
/// people and capitals with a plural stay whole.
fn humps(part: &str) -> Vec<&str> {
    const PREFIXES: [&str; 10] = ["Mc", "Mac", "De", "Le", "La", "Di", "Du", "Van", "Fitz", "Da"];
    let bytes = part.as_bytes();
    let mut cuts = vec![0];
    for at in 1..bytes.len() {
        let (before, here, next) = (bytes[at - 1], bytes[at], bytes.get(at + 1));
        let rises = before.is_ascii_lowercase() && here.is_ascii_uppercase();
        let last_capital = before.is_ascii_uppercase()
            && here.is_ascii_uppercase()
            && next.is_some_and(u8::is_ascii_lowercase)
            // `APIs` is a plural.
            && !(next == Some(&b's') && at + 2 == bytes.len());
        if rises || last_capital || before.is_ascii_digit() != here.is_ascii_digit() {
            cuts.push(at);
        }
    }
    cuts.push(bytes.len());
    let pieces: Vec<&str> = cuts.windows(2).map(|cut| &part[cut[0]..cut[1]]).collect();
    if pieces.len() == 2 && PREFIXES.contains(&pieces[0]) { vec![part] } else { pieces }
}

/// What is written without spaces, part by part: `src/main.rs` → `src slash main dot RS`.
pub fn path(written: &str, reader: Reader) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut rest = written;
    while let Some(first) = rest.chars().next() {
        let length =
            rest.find(|found: char| !found.is_ascii_alphanumeric() && found != '_').unwrap_or(rest.len());
        if length > 0 {
            let (name, after) = rest.split_at(length);
            let is_last = after.is_empty() || !after.starts_with(['.', '-']);
            let extension =
                extension(name).filter(|_| is_last && words.last().is_some_and(|word| word == "dot"));
            words.push(extension.map_or_else(|| path_word(name, reader), str::to_owned));
            rest = after;
            continue;
        }
        rest = &rest[first.len_utf8()..];
        words.push(match first {
            '/' => "slash".to_owned(),
            '\\' => "backslash".to_owned(),
            '.' => "dot".to_owned(),
            '~' => "tilde".to_owned(),
            '*' => "star".to_owned(),
            ':' => "colon".to_owned(),
            '@' => "at".to_owned(),
            '#' => "number".to_owned(),
            '%' => "percent".to_owned(),
            '=' => "equals".to_owned(),
            '+' => "plus".to_owned(),
            '&' => "and".to_owned(),
            other if other.is_alphabetic() => other.to_string(),
            _ => continue,
        });
    }
    words.join(" ")
}

fn path_word(name: &str, reader: Reader) -> String {
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        number_or_label(name, reader)
    } else {
        spoken(name, reader)
    }
}

fn number_or_label(digits: &str, reader: Reader) -> String {
    match reader {
        Reader::Words => number_words::label(digits),
        Reader::Natural => digits.to_owned(),
    }
}

/// How the ending of a file name is spoken.
pub fn extension(name: &str) -> Option<&'static str> {
    EXTENSIONS.binary_search_by_key(&name, |(written, _)| written).ok().map(|index| EXTENSIONS[index].1)
}

/// What is written without spaces, without the marks after it that belong to the sentence.
pub fn trimmed(chunk: &str) -> &str {
    let end = chunk.find(|found: char| "\"'`<>{}|,;“”’".contains(found)).unwrap_or(chunk.len());
    let mut chunk = &chunk[..end];
    loop {
        let shorter = chunk.trim_end_matches(|mark| ".:!?*".contains(mark));
        // A bracket that was opened outside closes outside.
        let shorter = match shorter.strip_suffix([')', ']']) {
            Some(inner) if !inner.contains(['(', '[']) => inner,
            _ => shorter,
        };
        if shorter.len() == chunk.len() {
            return chunk;
        }
        chunk = shorter;
    }
}

/// A name of code, at most 80 bytes: letters, digits and `_`, with no digit in front.
pub fn name<'t>(at: &mut Cursor<'t>) -> Option<&'t str> {
    let start = *at;
    at.eat_if(|found| found.is_ascii_alphabetic() || found == '_')?;
    at.eat_while(|found| found.is_ascii_alphanumeric() || found == '_');
    Some(start.until(*at)).filter(|name| name.len() <= 80)
}
