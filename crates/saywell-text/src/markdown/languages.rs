//! What a block of code is called: its language as a person says it, or the diagram it draws.

/// What the opening line of fenced code names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// Code in a language, announced with its length.
    Code(String),
    /// What has a name of its own, likewise.
    Named(&'static str),
    /// A change of files.
    Diff,
    /// Text that draws something; the words say what, if they are known without looking into it.
    Diagram(Option<&'static str>),
    /// A formula.
    Formula,
    /// TeX: a formula, unless it is a whole document.
    Tex,
    /// A call of a tool.
    ToolCall,
}

/// What the text after the opening fence means.
pub(super) fn written(info: &str) -> Written {
    let tag = tag(info);
    match tag.as_str() {
        "diff" | "patch" | "udiff" => Written::Diff,
        "mermaid" | "mmd" => Written::Diagram(None),
        "dot" | "graphviz" | "gv" => Written::Diagram(Some("A Graphviz diagram")),
        "plantuml" | "puml" | "uml" => Written::Diagram(Some("A PlantUML diagram")),
        "d2" => Written::Diagram(Some("A D2 diagram")),
        "ditaa" | "svgbob" | "asciiflow" => Written::Diagram(Some("A text diagram")),
        "bpmn" => Written::Diagram(Some("A process diagram")),
        "vega" | "vega-lite" | "vegalite" | "chart" | "echarts" => Written::Diagram(Some("A chart")),
        "svg" => Written::Diagram(Some("A drawing")),
        "tikz" => Written::Diagram(Some("A TikZ drawing")),
        "math" | "katex" | "mathjax" | "displaymath" => Written::Formula,
        "tex" | "latex" => Written::Tex,
        "tool_code" | "tool_call" | "tool_calls" | "tool_output" | "tool_outputs" | "tool_use"
        | "function_call" => Written::ToolCall,
        _ => code(&tag),
    }
}

/// The language in the text after the fence, in small letters: `rust,ignore`, `{.python}`, `ts:src/a.ts`,
/// `src/main.rs`.
fn tag(info: &str) -> String {
    let info = info.trim().trim_start_matches(['{', '.', ' ']);
    let word = info
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '{' | '}' | ':' | ';' | '='))
        .next()
        .unwrap_or_default();
    // A file's name says its language by its end.
    let end = word
        .rsplit(['.', '/'])
        .next()
        .filter(|end| !end.is_empty() && !word.starts_with("obj"))
        .unwrap_or(word);
    let good = |c: &char| c.is_alphanumeric() || matches!(c, '+' | '#' | '-' | '_');
    end.chars().take_while(good).take(20).flat_map(char::to_lowercase).collect()
}

/// What a block in this language is called.
fn code(tag: &str) -> Written {
    let mut letters = tag.chars();
    match (whole(tag), language(tag)) {
        ("", "") => match letters.next().filter(|first| first.is_alphabetic()) {
            Some(first) => Written::Code(format!("{}{}", first.to_uppercase(), letters.as_str())),
            None => Written::Named("Code"),
        },
        ("", language) => Written::Code(language.to_owned()),
        (whole, _) => Written::Named(whole),
    }
}

/// What is named without being called code.
fn whole(tag: &str) -> &'static str {
    match tag {
        "" => "Code",
        "text" | "txt" | "plaintext" | "plain" | "none" | "output" | "log" | "logs" | "ascii" => "Text",
        "console" | "terminal" | "shell-session" | "shellsession" | "sh-session" | "session" => {
            "Terminal session"
        }
        "json" | "jsonc" | "json5" | "jsonl" | "ndjson" | "geojson" => "JSON",
        "yaml" | "yml" => "YAML",
        "toml" => "TOML",
        "xml" | "xsd" | "plist" => "XML",
        "csv" | "tsv" => "CSV",
        "ini" | "cfg" | "conf" | "properties" | "env" | "dotenv" | "editorconfig" => "Settings",
        "md" | "markdown" | "mdx" => "Markdown",
        "dockerfile" | "docker" | "containerfile" => "A Dockerfile",
        "makefile" | "make" | "mk" => "A Makefile",
        "cmake" => "A CMake file",
        "gitignore" => "A gitignore file",
        "regex" | "regexp" => "A regular expression",
        "http" => "An HTTP message",
        "ebnf" | "bnf" | "abnf" => "A grammar",
        _ => "",
    }
}

/// The language of a tag, as it is said.
fn language(tag: &str) -> &'static str {
    match tag {
        "rs" | "rust" => "Rust",
        "py" | "python" | "python3" | "py3" | "pyi" | "ipython" | "pycon" | "sage" => "Python",
        "js" | "javascript" | "mjs" | "cjs" | "jsx" | "node" | "nodejs" => "JavaScript",
        "ts" | "typescript" | "tsx" | "mts" | "cts" => "TypeScript",
        "sh" | "bash" | "zsh" | "shell" | "fish" | "ksh" => "Shell",
        "ps" | "ps1" | "powershell" | "pwsh" | "posh" => "PowerShell",
        "bat" | "cmd" | "batch" => "Batch",
        "c" | "h" => "C",
        "cpp" | "c++" | "cxx" | "cc" | "hpp" => "C++",
        "cs" | "csharp" | "c#" => "C#",
        "fs" | "fsharp" | "f#" | "fsx" => "F#",
        "vb" | "vbnet" | "vba" => "Visual Basic",
        "go" | "golang" => "Go",
        "java" => "Java",
        "kt" | "kts" | "kotlin" => "Kotlin",
        "scala" | "sc" => "Scala",
        "groovy" | "gradle" => "Groovy",
        "clj" | "clojure" | "cljs" => "Clojure",
        "rb" | "ruby" | "erb" => "Ruby",
        "php" => "PHP",
        "pl" | "perl" => "Perl",
        "lua" => "Lua",
        "r" | "rscript" => "R",
        "jl" | "julia" => "Julia",
        "m" | "objc" | "objective-c" | "objectivec" | "mm" => "Objective-C",
        "matlab" | "octave" => "MATLAB",
        "swift" => "Swift",
        "dart" => "Dart",
        "ex" | "exs" | "elixir" | "heex" => "Elixir",
        "erl" | "erlang" => "Erlang",
        "hs" | "haskell" => "Haskell",
        "ml" | "ocaml" => "OCaml",
        "lisp" | "cl" | "elisp" | "emacs-lisp" => "Lisp",
        "scm" | "scheme" | "racket" | "rkt" => "Scheme",
        "zig" => "Zig",
        "nim" => "Nim",
        "v" | "verilog" | "sv" | "systemverilog" => "Verilog",
        "vhdl" | "vhd" => "VHDL",
        "asm" | "assembly" | "nasm" | "x86asm" | "s" => "Assembly",
        "wasm" | "wat" => "WebAssembly",
        "sql" | "postgresql" | "postgres" | "mysql" | "sqlite" | "plsql" | "tsql" | "psql" => "SQL",
        "cypher" => "Cypher",
        "sparql" => "SPARQL",
        "graphql" | "gql" => "GraphQL",
        "html" | "htm" | "xhtml" => "HTML",
        "css" => "CSS",
        "scss" | "sass" => "Sass",
        "less" => "Less",
        "vue" => "Vue",
        "svelte" => "Svelte",
        "astro" => "Astro",
        "proto" | "protobuf" => "Protocol Buffers",
        "tf" | "hcl" | "terraform" => "Terraform",
        "nginx" => "nginx",
        "apache" => "Apache",
        "nix" => "Nix",
        "sol" | "solidity" => "Solidity",
        "tex" | "latex" => "LaTeX",
        "bib" | "bibtex" => "BibTeX",
        "glsl" | "hlsl" | "wgsl" => "Shader",
        "cu" | "cuda" => "CUDA",
        "gd" | "gdscript" => "GDScript",
        "f90" | "f95" | "fortran" => "Fortran",
        "cob" | "cobol" => "COBOL",
        "pas" | "pascal" | "delphi" => "Pascal",
        "vim" | "viml" => "Vim script",
        "jinja" | "jinja2" | "j2" => "Jinja",
        "hbs" | "handlebars" => "Handlebars",
        "ino" | "arduino" => "Arduino",
        "awk" => "Awk",
        "jq" => "jq",
        "pseudocode" | "pseudo" => "Pseudo",
        _ => "",
    }
}

/// What a Mermaid diagram is, by its first words.
pub(super) fn mermaid(code: &str) -> &'static str {
    let mut in_front_matter = false;
    let first = code.lines().map(str::trim).find(|line| {
        if *line == "---" {
            in_front_matter = !in_front_matter;
            return false;
        }
        !line.is_empty() && !line.starts_with("%%") && !in_front_matter
    });
    let word =
        first.unwrap_or_default().split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    match word {
        "flowchart" | "graph" => "A flowchart",
        "sequenceDiagram" | "zenuml" => "A sequence diagram",
        "classDiagram" => "A class diagram",
        "stateDiagram" => "A state diagram",
        "erDiagram" => "An entity relationship diagram",
        "gantt" => "A Gantt chart",
        "pie" => "A pie chart",
        "gitGraph" => "A Git graph",
        "journey" => "A user journey diagram",
        "mindmap" => "A mind map",
        "timeline" => "A timeline",
        "quadrantChart" => "A quadrant chart",
        "requirementDiagram" => "A requirement diagram",
        "C4Context" | "C4Container" | "C4Component" | "C4Dynamic" | "C4Deployment" => "A C4 diagram",
        "sankey" => "A Sankey diagram",
        "xychart" => "A chart",
        "block" => "A block diagram",
        "packet" => "A packet diagram",
        "kanban" => "A Kanban board",
        "architecture" => "An architecture diagram",
        "radar" => "A radar chart",
        "treemap" => "A tree map",
        _ => "A diagram",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_people_say_them() {
        for (info, said) in [
            ("rust,ignore", "Rust code"),
            ("cpp", "C++ code"),
            ("C#", "C# code"),
            ("yml", "YAML"),
            ("{.python}", "Python code"),
            ("ts:src/a.tsx", "TypeScript code"),
            ("src/main.rs", "Rust code"),
            ("12:15:src/x.go", "Code"),
            ("", "Code"),
            ("console", "Terminal session"),
            ("foolang", "Foolang code"),
            ("js title=\"a.js\"", "JavaScript code"),
            ("objective-c", "Objective-C code"),
        ] {
            let expected = match said.strip_suffix(" code") {
                Some(language) => Written::Code(language.to_owned()),
                None => Written::Named(said),
            };
            assert_eq!(written(info), expected, "{info:?}");
        }
        assert_eq!(written("mermaid"), Written::Diagram(None));
        assert_eq!(mermaid("---\ntitle: x\n---\n%% note\nsequenceDiagram\n"), "A sequence diagram");
        assert_eq!(mermaid("stateDiagram-v2\n"), "A state diagram");
        assert_eq!(mermaid(""), "A diagram");
    }
}
