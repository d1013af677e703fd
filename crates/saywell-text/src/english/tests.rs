//! What each reader is given: as written, for a voice that knows words only, and for one that reads numbers by itself.

use super::*;

const TABLE: &[[&str; 3]] = &[
    ["It has 1,234 parts.", "It has one thousand two hundred thirty four parts.", "It has 1,234 parts."],
    ["the 23rd of them", "the twenty third of them", "the 23rd of them"],
    ["in 1984 and 2007", "in nineteen eighty four and two thousand seven", "in 1984 and 2007"],
    ["the 1990s and '90s", "the nineteen nineties and nineties", "the 1990s and '90s"],
    ["pi is 3.14159", "pi is three point one four one five nine", "pi is 3.14159"],
    ["3/4 of it", "three quarters of it", "3 quarters of it"],
    ["pages 10-20", "pages ten to twenty", "pages 10 to 20"],
    ["a 16:9 screen", "a sixteen to nine screen", "a 16 to 9 screen"],
    ["won 3-2", "won three to two", "won 3 to 2"],
    ["up 45%", "up forty five percent", "up 45%"],
    ["$4.2 billion", "four point two billion dollars", "$4.2 billion"],
    ["€12,50", "twelve euros and fifty cents", "€12,50"],
    ["£3.5m", "three point five million pounds", "£3.5m"],
    ["12 EUR", "twelve euros", "12 EUR"],
    ["USD 5", "five dollars", "USD 5"],
    ["-$5", "minus five dollars", "-$5"],
    ["50¢", "fifty cents", "50 cents"],
    ["$0.002", "zero point zero zero two dollars", "$0.002"],
    ["₹500", "five hundred rupees", "₹500"],
    ["C$20", "twenty Canadian dollars", "C$20"],
    ["5km away", "five kilometers away", "5km away"],
    ["16 GiB of RAM", "sixteen gibibytes of RAM", "16 gibibytes of RAM"],
    ["100 Mbps", "one hundred megabits per second", "100 megabits per second"],
    ["250µs", "two hundred fifty microseconds", "250 microseconds"],
    ["-5 °C", "minus five degrees Celsius", "-5 degrees Celsius"],
    ["300 K", "three hundred kelvins", "300 kelvins"],
    ["at 14:30 UTC", "at fourteen thirty UTC", "at 14:30 UTC"],
    ["at 9am PST", "at nine A.M. PST", "at 9am PST"],
    ["on 2024-05-10", "on May tenth, twenty twenty four", "on 2024-05-10"],
    [
        "2024-05-10T10:00:00+02:00",
        "May tenth, twenty twenty four, ten o'clock UTC plus two",
        "May 10, 2024, 10 o'clock UTC plus 2",
    ],
    ["after 1h30m", "after one hour thirty minutes", "after 1 hour 30 minutes"],
    ["in 00:12:34", "in twelve minutes thirty four seconds", "in 12 minutes 34 seconds"],
    ["PT15M", "fifteen minutes", "15 minutes"],
    ["call 555-123-4567", "call five five five, one two three, four five six seven", "call 555-123-4567"],
    [
        "call +1 415 555 2671",
        "call plus one, four one five, five five five, two six seven one",
        "call +1 415 555 2671",
    ],
    ["v1.2.3-beta.1", "version one point two point three beta one", "version 1 point 2 point 3 beta 1"],
    ["Python 3.12", "Python three point twelve", "Python 3.12"],
    [">=2.0", "greater than or equal to two point zero", "greater than or equal to 2.0"],
    ["^1.2", "caret one point two", "caret 1.2"],
    [
        "192.168.0.1:8080",
        "one ninety two dot one sixty eight dot zero dot one port eighty eighty",
        "192 dot 168 dot 0 dot 1 port 8080",
    ],
    ["10.0.0.0/8", "ten dot zero dot zero dot zero slash eight", "10 dot 0 dot 0 dot 0 slash 8"],
    ["fe80::1", "F E eight zero colon colon one", "F E 8 0 colon colon 1"],
    ["00:1A:2B:3C:4D:5E", "zero zero, one A, two B, three C, four D, five E", "0 0, 1 A, 2 B, 3 C, 4 D, 5 E"],
    ["0xFF", "hex F F", "hex F F"],
    ["#ff8800", "color F F, eight eight, zero zero", "color F F, 8 8, 0 0"],
    [
        "commit 9f86d081884c7d659a2feaa0c55ad015",
        "commit hash nine F eight six D zero eight",
        "commit hash 9 F 8 6 D 0 8",
    ],
    ["123e4567-e89b-12d3-a456-426614174000", "UUID one two three E", "UUID 1 2 3 E"],
    [
        "/etc/nginx/nginx.conf",
        "slash etc slash nginx slash nginx dot conf",
        "slash etc slash nginx slash nginx dot conf",
    ],
    ["C:\\Users\\ada", "C colon backslash Users backslash ada", "C colon backslash Users backslash ada"],
    ["./src/main.rs", "dot slash src slash main dot RS", "dot slash src slash main dot RS"],
    ["~/.ssh/config", "tilde slash dot ssh slash config", "tilde slash dot ssh slash config"],
    ["*.py", "star dot PY", "star dot PY"],
    ["--dry-run", "dash dash dry run", "dash dash dry run"],
    ["tar -xvf", "tar dash X V F", "tar dash X V F"],
    ["$HOME", "dollar HOME", "dollar HOME"],
    ["${VAR}", "dollar VAR", "dollar VAR"],
    ["RUST_BACKTRACE=1", "RUST BACKTRACE equals one", "RUST BACKTRACE equals 1"],
    ["getUserById(42)", "get user by ID of forty two", "get user by ID of 42"],
    ["serde_json::from_str", "serde json from str", "serde json from str"],
    ["MAX_RETRY_COUNT", "MAX RETRY COUNT", "MAX RETRY COUNT"],
    ["my-component", "my-component", "my-component"],
    ["Vec<String>", "Vec of String", "Vec of String"],
    ["obj.method()", "obj dot method", "obj dot method"],
    ["arr[0]", "arr at zero", "arr at 0"],
    ["a?.b", "a dot b", "a dot b"],
    ["@scope/pkg", "at scope slash pkg", "at scope slash pkg"],
    ["user/repo#123", "user slash repo number one twenty three", "user slash repo number 123"],
    ["ada@example.com", "ada at example dot com", "ada at example dot com"],
    ["Ctrl+C", "control C", "control C"],
    ["⌘K", "command K", "command K"],
    ["H2O and CO₂", "H two O and C O two", "H 2 O and C O 2"],
    ["C6H12O6", "C six H twelve O six", "C 6 H 12 O 6"],
    ["World War II", "World War two", "World War two"],
    ["Chapter IV", "Chapter four", "Chapter four"],
    ["Henry VIII", "Henry the eighth", "Henry the eighth"],
    ["NASA and SQL", "NASA and SQL", "NASA and SQL"],
    ["k8s and i18n", "K eights and internationalization", "K eights and internationalization"],
    ["a != b", "a not equal to b", "a not equal to b"],
    ["x += 1", "x plus equals one", "x plus equals 1"],
    ["A -> B", "A to B", "A to B"],
    ["w/ milk", "with milk", "w/ milk"],
    ["cats vs. dogs", "cats versus dogs", "cats vs. dogs"],
    ["R&D", "R and D", "R and D"],
    ["#1", "number one", "#1"],
    ["2x faster", "two x faster", "2 x faster"],
    ["10^6", "ten to the power of six", "10 to the power of 6"],
    ["5 × 3² ± 1", "five times three squared plus or minus one", "5 times 3 squared plus or minus 1"],
    ["48.8566° N", "forty eight point eight five six six degrees north", "48.8566 degrees north"],
    ["1920x1080", "nineteen twenty by ten eighty", "1920 by 1080"],
    ["24/7", "twenty four seven", "24 7"],
    ["John 3:16", "John three sixteen", "John 3 16"],
    ["§ 4.2", "section four point two", "section 4.2"],
    ["JIRA-123", "JIRA one twenty three", "JIRA-123"],
    ["CVE-2024-3094", "CVE twenty twenty four, three zero nine four", "CVE 2024, 3 0 9 4"],
    ["GPT-4o", "GPT four O", "GPT-4o"],
    ["RTX 4090", "RTX forty ninety", "RTX 4090"],
    ["Llama 3.1 70B", "Llama three point one seventy billion", "Llama 3.1 70 billion"],
    ["HTTP 404", "HTTP four oh four", "HTTP 404"],
    [
        "ISBN 978-3-16-148410-0",
        "ISBN nine seven eight, three, one six, one four eight four one zero, zero",
        "ISBN 9 7 8, 3, 1 6, 1 4 8 4 1 0, 0",
    ],
    ["4 s, 100 g, 4 h", "four seconds, one hundred grams, four hours", "4 s, 100 g, 4 h"],
    ["70 kg/m³", "seventy kilograms per cubic meter", "70 kilograms per cubic meter"],
    ["Result<T>", "Result of T", "Result of T"],
    ["4/4 time", "four four time", "4 4 time"],
    ["221B Baker Street", "two twenty one B Baker Street", "221B Baker Street"],
    ["1:50,000", "one to fifty thousand", "1 to 50,000"],
    ["10¹²", "ten to the twelve", "10 to the 12"],
    ["7/10", "seven tenths", "7 tenths"],
    [".env", "dot env", "dot env"],
    ["approx. ten", "approximately ten", "approx. ten"],
    ["Prof. Jones", "Professor Jones", "Prof. Jones"],
    ["June 3.", "June third.", "June 3."],
    ["Nf3 and O-O", "knight F three and castles short", "knight F 3 and castles short"],
    ["1. e4 e5", "one. e four e five", "1. E 4 E 5"],
    ["Rfe8 and N1xd2", "rook F E eight and knight one takes D two", "rook F E 8 and knight 1 takes D 2"],
    ["measured in mg/dL", "measured in milligrams per deciliter", "measured in milligrams per deciliter"],
    ["pace (min/km)", "pace (minutes per kilometer)", "pace (minutes per kilometer)"],
    ["Rain (mm), MB/GB", "Rain (millimeters), MB/GB", "Rain (millimeters), MB/GB"],
    ["32.2 ft/s²", "thirty two point two feet per second squared", "32.2 ft/s squared"],
    [
        "120/80 mmHg",
        "one hundred twenty over eighty millimeters of mercury",
        "120 over 80 millimeters of mercury",
    ],
    [
        "¼ tsp and 2½ tbsp",
        "one quarter teaspoon and two and a half tablespoons",
        "one quarter teaspoon and 2 and a half tablespoons",
    ],
    ["3/4 tsp", "three quarters teaspoon", "3 quarters teaspoon"],
    [
        "+3.4 pp, 272 pp.)",
        "plus three point four percentage points, two hundred seventy two pages)",
        "+3.4 pp, 272 pp.)",
    ],
    [
        "a 9x13\" pan, 10x12\", a \"9x13\" one",
        "a nine by thirteen inch pan, ten by twelve inches, a \"nine by thirteen\" one",
        "a 9 by 13 inch pan, 10 by 12 inches, a \"9 by 13\" one",
    ],
    ["4\" from a 1/2\" bolt", "four inches from a one half inch bolt", "4 inches from a 1 half inch bolt"],
    ["an 8' wall, 12' wide", "an eight foot wall, twelve feet wide", "an 8 foot wall, 12 feet wide"],
    ["a 10' x 12' room", "a ten by twelve foot room", "a 10 by 12 foot room"],
    ["5 ft 10 in tall", "five feet ten inches tall", "5 feet 10 inches tall"],
    [
        "29' Goal, in the 78'.",
        "twenty ninth minute, Goal, in the seventy eighth minute.",
        "29th minute, Goal, in the 78th minute.",
    ],
    [
        "said '29' and \"call 911\" to",
        "said 'twenty nine' and \"call nine one one\" to",
        "said '29' and \"call 911\" to",
    ],
    ["four 2x4s", "four two by fours", "four 2 by 4s"],
    ["chapters IV–VI", "chapters four to six", "chapters four to six"],
    ["Acts I and II", "Acts one and two", "Acts one and two"],
    ["Mon–Fri, Sat.-Sun.", "Monday to Friday, Saturday to Sunday.", "Mon–Fri, Sat.-Sun."],
    ["Jan–Mar 2024", "January to March twenty twenty four", "Jan–Mar 2024"],
    ["Q1–Q3", "Q one to Q three", "Q 1 to Q 3"],
    [
        "Docker 20.10+ and 4.75+",
        "Docker twenty point ten plus and four point seven five plus",
        "Docker 20.10 plus and 4.75 plus",
    ],
    ["%APPDATA%\\Code", "percent APPDATA percent backslash Code", "percent APPDATA percent backslash Code"],
    ["Step 3 (3/5)", "Step three (three of five)", "Step 3 (3 of 5)"],
    ["a third (1/3)", "a third (one third)", "a third (1 third)"],
    ["4 g/24 h", "four grams per twenty four hours", "4 g/24 h"],
    ["1 c. sugar, 1/2 t. salt", "one cup sugar, one half teaspoon salt", "1 c. sugar, 1 half teaspoon salt"],
    ["a 15-oz. can", "a fifteen ounce can", "a 15-oz. can"],
    ["500 mg b.i.d. with food", "five hundred milligrams twice a day with food", "500 mg b.i.d. with food"],
    [
        "est. 1998, $1.40 est.",
        "established nineteen ninety eight, one dollar and forty cents estimated.",
        "est. 1998, $1.40 est.",
    ],
    ["3x − 5", "three x minus five", "3 x minus 5"],
    ["22q11.2", "twenty two q eleven point two", "22q11.2"],
    ["Rating: 4/5", "Rating: four out of five", "Rating: 4 out of 5"],
    ["RPE of 7/10", "RPE of seven out of ten", "RPE of 7 out of 10"],
    ["GPA 3.8/4.0", "GPA three point eight out of four point zero", "GPA 3.8 out of 4.0"],
    ["in 3/4 or 6/8", "in three four or six eight", "in 3 4 or 6 8"],
    ["in 3/4 of cases", "in three quarters of cases", "in 3 quarters of cases"],
    ["Wed., 10/15, 2 pm", "Wednesday, October fifteenth, two P.M.", "Wed., October 15, 2 pm"],
    ["5′ 7″ tall", "five foot seven tall", "5 foot 7 tall"],
    [
        "112 in the EU, 112 in all",
        "one one two in the EU, one hundred twelve in all",
        "112 in the EU, 112 in all",
    ],
    ["Jun–Sep 2020", "June to September twenty twenty", "Jun–Sep 2020"],
    ["Cmd for Ctrl", "command for control", "command for control"],
];

#[test]
fn each_reader_is_given_what_it_can_read() {
    let mut wrong = Vec::new();
    for [written, words, natural] in TABLE {
        for (reader, expected) in [(Reader::Words, words), (Reader::Natural, natural)] {
            let given = spell_out(written, reader);
            if given.text() != *expected {
                wrong.push(format!("{written:?} for {reader:?}: {:?}, not {expected:?}", given.text()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_protected_stays() {
    let kept = 4..6;
    let given = spell_out_around("Buy 42 of 7.", std::slice::from_ref(&kept), Reader::Words);
    assert_eq!(given.text(), "Buy 42 of seven.");
}

#[test]
fn marks_are_applied_to_what_is_written_out() {
    let mark = |text: Range<usize>, how: How| Mark { text, how };
    let text = "Dial 911, read 3/20 in tomato km.";
    let marks = [
        mark(5..8, How::Alias("9 1 1".into())),
        mark(15..19, How::Alias("three over twenty".into())),
        mark(16..17, How::Alias("inside another".into())),
        mark(23..29, How::Phonemes("təˈmɑːtoʊ".into())),
    ];
    assert_eq!(written_out(text, &marks), "Dial nine one one, read three over twenty in tomato km.");
    assert_eq!(written_out(text, &[]), "Dial nine one one, read three twentieths in tomato km.");
}
