//! The small words of languages, and the letters that only some have.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The words that sentences are held together by, for each language, with a space between them.
pub(super) const WORDS: &[(&str, &str)] = &[
    (
        "en",
        "met said wrote made works means called run add a about after all also an and any are as at be because been before between but by can could did \
         do does each every first for from get had has have he hello her here his how i if in into is it \
         its just let like make may me more most must my need next no not now of off ok on one only or \
         other our out over please set she should so some such sure than thanks that the their them then \
         there these they this those three through to two under up use used was we were what when where \
         which while who why will with would yes yesterday you your",
    ),
    (
        "de",
        "aber alle als also am an auch auf aus bei bevor bin bis bitte da damit danke dann das dass dein \
         deine dem den denn der des dich die dies diese dieser dieses dir du durch ein eine einem einen \
         einer eines er es für gegen haben hat hier ich ihm ihn ihr ihre im in ist ja jede kann kannst \
         kein keine können man mehr mein mit muss nach natürlich nein nicht noch nur ob oder ohne schon \
         sehr sein sich sie sind so über um und uns unter von vor war was weil wenn werden wie wir wird \
         wo würde zu zum zur zuerst zwischen",
    ),
    (
        "fr",
        "ai alors au aussi aux avant avec avez bien bon bonjour c car ce cela ces cette chez comme d dans \
         de des donc du elle elles en est et êtes être fait faire il ils j je jour l la le les leur lui \
         ma mais merci moi mon n ne nous on ont ou où oui par pas peut plus pour pouvez puis qu quand que \
         qui s sa sans se ses si son sont sous suis sur sûr t te ton tout très tu un une vers voici vos \
         votre vous y à",
    ),
    (
        "es",
        "a ahora al antes aquí así bien como con cuando de del desde después dos el ella en entre era es \
         esa ese eso esta está este esto favor gracias gusta ha hay hemos hola la las le les lo los luego \
         me mi mucho muy más ni no nos o para pero por porque primero puede puedes que qué se sea ser si \
         sin sobre son su sus sí también te tiene tienes todo tu un una unos y ya yo",
    ),
    (
        "it",
        "a abbiamo ai al alla anche che chi ci ciao ciò come con cosa così cui da dal dei del della delle \
         di dopo dove e ecco era gli grazie ha hai hanno ho i il in io la le lo loro ma me meno mi mio \
         molto nel nella no noi non o ogni per perché piace più poi prima puoi può qui quando quella \
         quello questa questo se sei si sia sono su sua sul sulla suo te ti tra tutto un una uno va è",
    ),
    (
        "pt",
        "a agora ao aos aqui as até bem com como da das de dela dele depois diga do dos e ela ele em \
         entre era essa esse esta este está eu foi gostar há isso isto já lhe mais mas me meu muito na \
         nas no nos não o obrigado olá os ou para pela pelo pode por porque primeiro quando que se sem \
         ser seu sim sobre são sua também te tem ter tudo um uma você à é",
    ),
    (
        "nl",
        "aan al als bij dan dat de deze die dit door dus een eerst en er ga geen goed graag hallo hem het \
         hier hij hoe ik in is ja je jij jou jouw kan kun kunt laat maar me meer met mijn moet naar nee \
         niet nog nu of om omdat ons ook op over te toch tot u uit uw van veel voor waar want waren was \
         wat we weer weten wel werd wij wordt worden ze zich zij zijn zo zou",
    ),
    (
        "sv",
        "att av bara blir bra de dem den det detta dig din du där efter eftersom eller en ett finns från \
         för först ha han har hej hon hur här i inte ja jag kan man med men mer mig min mot mycket måste \
         nej nu när och om på sedan ska skulle som så tack till under upp ur utan var vi vid vill är än \
         över",
    ),
    (
        "da",
        "omkring derefter ændre af alle at blev bliver de dem den der dette det dig din du efter eller en end er et for fordi \
         fra først ham han har havde hej her hun hvad hvis hvor i ikke ind ja jeg kan kun man med meget \
         men mig min mod mulighed må nej nogle nu når og om op over på se sig skal som så tak til ud \
         under var ved vi vil være",
    ),
    (
        "nb",
        "omtrent liker endre alle at av bare ble blir de dem den der dette det deg din du eller en enn er et etter for fordi \
         fra først ham han har hei her hun hva hvis hvor hvordan i ikke inn ja jeg kan man med meg men \
         mer mot mye må nei noe noen nå når og også om opp over på se seg skal som så takk til under ut \
         var ved vi vil ville være",
    ),
    (
        "fi",
        "ei en eivät että ensin ennen hän he hyvä ja jos joka jotka jälkeen kanssa kiitos koska kuin kun \
         kyllä minä me mitä mikä miten mutta myös myöhemmin ne niin noin nyt oli olla olen on ovat pidä \
         pitää se sekä sen sitten siitä sinä sinun tai te tämä tämän vain voi voit vielä uudelleen",
    ),
    (
        "pl",
        "a aby albo ale bardzo bez by być był była ci co czy dla do dziękuję gdy go i ich ja jak jako \
         jego jej jest jeszcze jeśli już ją kiedy która które który ma może możesz można na najpierw nie \
         o od oraz po pod ponieważ potem przed przez przy się są ta tak tam te tego ten to tu tylko tym w \
         we więc z za ze że żeby",
    ),
    (
        "cs",
        "a aby ale asi ani až bude by byl byla být bych co do druhou ho i jak jako je jeho jen jsem jsme \
         jsou k kde kdy když která které který ma mezi mi mu můžete může na nebo nejdřív není než nic o \
         od pak po pod podle pokud potom pro protože před při s se si tak také tato ten to toto tu u už v \
         vám ve však vy z za ze že",
    ),
    (
        "tr",
        "ama ancak ardından bana ben bile bir biz bu bunu çok çünkü da daha de değil diye en eğer evet \
         gibi hayır her için ile ise kadar ki merhaba mi mı ne nasıl o olan olarak önce sen siz sonra şu \
         teşekkürler tüm var ve veya ya yok yeniden",
    ),
    (
        "hu",
        "a alatt amely aztán az azt csak de egy először el ez ezt ha hogy is igen itt kell köszönöm le \
         lehet lesz majd már még meg mert mint mi miért most nagyon nem nincs olyan pedig s sem szerint \
         után vagy van volt voltak és ő ők újra később jó",
    ),
    (
        "ro",
        "a acest această aceasta ai al ale am apoi aproximativ are aș atunci au bine ca care ce cu cum da \
         dacă dar de decât din după e este eu fi fost foarte iar în îi îl îmi îți la le lui mai mulțumesc \
         ne nu o pe pentru poate poți pot prin sau se spre sunt să și te toate tot tu târziu un una unei \
         unui va vă vor întâi",
    ),
    (
        "vi",
        "anh bạn bằng biết bị các cách cái chỉ cho chúng chờ có của cũng cảm do đã đang đây đến đi để đó \
         được em giờ hãy hay hoặc hơn không khi là lại làm lên mà mình một nào này nếu như nhưng những ở \
         phải ra rất rồi sau sẽ tôi tại theo thì thể trên trong trước từ và vào về vì với vẫn xin ơn",
    ),
    (
        "id",
        "ada adalah agar akan aku anda apa atau bahwa banyak bisa dan dalam dapat dari dengan di dia \
         harus hanya ini itu jika juga kami kamu karena kasih ke kepada kita lagi lalu lebih maka masih \
         mereka nanti oleh pada para paling pertama saat saja sama sangat saya sebagai sebuah sekitar \
         seperti setelah sudah tapi telah tentang terima tetapi tidak untuk yang ya",
    ),
    (
        "ru",
        "без будет бы был была были было быть в вам вас вы где да для до его ее если есть ещё же за затем \
         и из или им их к как когда кто ли мне может можете можно мы на не нет но о об он она они от \
         перед по после потом при с сначала со так также там тем то того только ты у уже хорошо чем что \
         чтобы эта эти это этот эту я конечно",
    ),
    (
        "uk",
        "або але без був була були було бути в вам ви від вона вони він де для до його за з зі і із її їх \
         й коли ми мене можете може можна на не ні по потім при про спочатку та так також там те ти \
         тільки то у це цей ця чи що щоб ще я як якщо яка який які є",
    ),
    (
        "bg",
        "ако беше без би бъде в ви все във да до е за и из или има как какво като когато който която \
         което които към ли ме ми много може можете на не него но няма от по пред при първо с са само се \
         си след сме със също така там те ти това този тази той тя тук ще че съм",
    ),
];

/// The letters beyond `a` to `z` with which each language is written; of Cyrillic those that differ.
const ALPHABETS: &[(&str, &str)] = &[
    ("en", "éèêïöçñàâ"),
    ("de", "äöüßé"),
    ("fr", "àâæçéèêëîïôœùûüÿ"),
    ("es", "áéíóúüñ"),
    ("it", "àèéìíîòóùú"),
    ("pt", "áâãàçéêíóôõú"),
    ("nl", "áèéêëïóöü"),
    ("sv", "åäöé"),
    ("da", "æøåé"),
    ("nb", "æøåéèêóòô"),
    ("fi", "äöåšž"),
    ("pl", "ąćęłńóśźż"),
    ("cs", "áčďéěíňóřšťúůýž"),
    ("tr", "çğıöşüâîû"),
    ("hu", "áéíóöőúüű"),
    ("ro", "ăâîșțşţ"),
    ("vi", "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"),
    ("id", "é"),
    ("ru", "ыэёъщ"),
    ("uk", "іїєґщ"),
    ("bg", "ъщ"),
];

/// Small words that are parts of names: "Ursula von der Leyen", "Place de la Concorde".
const PARTICLES: &[&str] = &[
    "al", "da", "de", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "e", "el", "la", "le",
    "van", "von", "y", "zu",
];

/// Whether `word` is a part of a name between two capital letters.
pub(crate) fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&word)
}

/// The languages that are told by their words.
pub(crate) const COUNT: usize = WORDS.len();

/// A set of languages: bit `n` is the one with number `n`.
pub(crate) type Set = u32;

/// The tag of a language by its number.
pub(crate) fn tag(number: usize) -> &'static str {
    WORDS[number].0
}

/// The number of a language by its tag.
pub(crate) fn number(tag: &str) -> Option<usize> {
    WORDS.iter().position(|(known, _)| *known == tag)
}

/// The languages of which `word`, in lower case, is a small word.
pub(crate) fn of_word(word: &str) -> Set {
    static SETS: LazyLock<HashMap<&str, Set>> = LazyLock::new(|| {
        let mut sets = HashMap::new();
        for (number, (_, words)) in WORDS.iter().enumerate() {
            for word in words.split_whitespace() {
                *sets.entry(word).or_default() |= 1 << number;
            }
        }
        sets
    });
    SETS.get(word).copied().unwrap_or_default()
}

/// The languages with the letter `c`, in lower case; empty for letters that all or none here have.
pub(crate) fn of_letter(c: char) -> Set {
    static SETS: LazyLock<HashMap<char, Set>> = LazyLock::new(|| {
        let mut sets = HashMap::new();
        for (language, letters) in ALPHABETS {
            let set = number(language).map_or(0, |number| 1 << number);
            letters.chars().for_each(|letter| *sets.entry(letter).or_default() |= set);
        }
        sets
    });
    if c.is_ascii() { 0 } else { SETS.get(&c).copied().unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_letters_are_of_known_languages() {
        assert!(COUNT <= Set::BITS as usize);
        assert!(
            ALPHABETS.iter().map(|(language, _)| *language).eq(WORDS.iter().map(|(language, _)| *language))
        );
        for (language, words) in WORDS {
            assert!(words.split_whitespace().count() >= 40, "{language}");
            for word in words.split_whitespace() {
                assert_eq!(word.to_lowercase(), word);
                assert!(word.chars().all(char::is_alphabetic), "{word} of {language} is never looked up");
            }
        }
        let both = of_word("und") | of_word("the");
        assert_eq!(both, 1 << number("de").unwrap() | 1 << number("en").unwrap());
        assert_eq!(of_letter('ß'), 1 << number("de").unwrap());
        for (language, words) in WORDS {
            let number = number(language).unwrap();
            for letter in words.chars().filter(|c| of_letter(*c) != 0) {
                assert!(of_letter(letter) >> number & 1 == 1, "{language} has no {letter}?");
            }
        }
    }
}
