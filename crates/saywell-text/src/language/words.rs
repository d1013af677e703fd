//! The small words of languages, and the letters that only some have.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The words that sentences are held together by, for each language, with a space between them.
pub(crate) const WORDS: &[(&str, &str)] = &[
    (
        "en",
        "a about above add after again against ago all almost along already also although always am an \
         and another any anything are around as ask at away back bad be because been before best better \
         between big both but by called came can cannot case change children choose city click come comes \
         could country course cut day days did different do does doesn done down during each early easy \
         either else end enough even ever every everyone everything example fall far feel few find fine \
         first follow for found free from full gave general get gets getting give gives go goes going \
         gone good got great had half happy hard has have having he head heart hello help her here high \
         himself his home hot hour hours how however i idea if important in including instead into is isn \
         it its itself just keep keeps kind knew know known large last late later learn least leave left \
         less let level life like line list little live long look looking low made main make makes making \
         many matter may me means meet met might mind minute minutes money month more morning most much \
         must my myself name near need never new next night no not nothing now number of off often oil ok \
         old on once one only open or order other others our out over own page part people per perhaps \
         pick place plan play please point possible price problem put question quick quite rather read \
         really red right room rose run said same saw say says see seem seen set several shall she short \
         should show side simple simply since sit small so some someone something sometimes soon sort \
         stand start starts step still stop story such sure take taken takes talk tell ten than thank \
         thanks that the their them then there these they thing things think this those though thought \
         three through time times to today together too took top total toward try turn turns two type \
         under until up us use used using very wait walk want was water way we week well went were what \
         when where whether which while white who whole whose why will with within without won word words \
         work works world worth would write wrote year years yes yesterday yet you young your",
    ),
    (
        "de",
        "falsch klar vielen dank guten verstehe verstanden leid tut schön gut stimmt gleich fertig mache genau gerade geschehen abend gute keinerlei kannte heißt wusste weiß finde glaube \
         kommen kommt herr frau siehe kostet kosten starb geboren waren uhr jahr jahre jahren stück gab kam sagte heißen rufen öffnet schließt circa inklusive pro laut sowie deren dessen ihrem ihres seines keinen welches welcher dabei dafür daher dazu damals gewann spielt leiten lebt lebte arbeitet fährt beginnt endet \
         ab aber alle alles als also am an andere anderen ans auch auf aus bei beide beiden beim besser \
         bevor bin bis bist bitte bleibt blieb brauche brauchst da damit danke dann das dass dein deine \
         deiner dem den denn der des dich die dies diese dieser dieses dir doch dort drei du durch \
         eigentlich ein eine einem einen einer eines einfach einmal er erst es etwa etwas euch fast \
         findet für ganz gegen geht gern gerne gestern gibt ging guten haben hast hat hatte heißt heute \
         hier hin ich ihm ihn ihr ihre ihren im immer in ins ist ja je jede jeden jetzt kann kannst kein \
         keine können lange lassen liegt machen macht mal man mehr mein meine meinem meinen meiner mir \
         mit morgen muss möchte müssen nach nachdem natürlich nein neu neue neuen nicht nichts nie noch \
         nur ob oder ohne richtig schnell schon sehen sehr sein seine seinem seinen seiner seit selbst \
         sich sie sind so solche soll sollte sondern sonst später steht trotzdem um und uns unter viel \
         viele vielleicht vom von vor vorher war warum was weil weiter welche wenig wenn wer werden wie \
         wieder wir wird wirklich wo wohnt wollen worden wurde wurden während würde zu zuerst zum zur \
         zwei zwischen über",
    ),
    (
        "fr",
        "réponse idée beau problème plaisir journée soirée bientôt désolé désolée raison possible important simple question accord exact sûre compris fini suite quatre aime vrai \
         ans an né née environ prix coûte partir partit arrive arrivent commence finit ouvre ferme habite habitent mourut naquit clair jusque près dès lors petit petite grande bonne nouveau nouvelle \
         ai alors années après arrivé arrivée au aujourd aussi autre autres aux avait avant avec avez \
         avoir beaucoup bien bon bonjour c car ce cela ces cet cette ceux chaque chez cinq cliquez \
         combien comme comment contre crois d dans de demain depuis des deux devez dire dit dois doit \
         donc du déjà elle elles en encore entre est et eux faire fait faut fois font grand heure heures \
         hier ici il ils j jamais je jour jours jusqu l la le les leur lorsque lui là ma maintenant mais \
         matin merci mes minuit moi moins mois mon même n ne nos notre nous on ont ou oui où par pas peu \
         peut peuvent peux plus plusieurs pour pourquoi pouvez prendre presque puis qu quand que quel \
         quelle quelque quelques qui quoi rien s sa sans se semaine sera ses seulement si sinon soir soit \
         son sont sous suis sur surtout sûr t tant te temps ton toujours tous tout toute toutes trois \
         trop trouve très tu un une va vais vers voici voir vont vos votre voudrais vous vraiment y à \
         étaient était êtes être",
    ),
    (
        "es",
        "respuesta preocupes buena buen tiempo significa idea cómo dónde quién cuándo sé todavía razón claro quizás listo bueno buenas días semana entiendo perdón perfecto verdad cierto acuerdo \
         cuesta véase vea nació murió rey reunión abre cierra empieza termina viven llega llegan cerca pueden llamar habla hablaron aproximadamente calle desayuno cena \
         a ahora ahí al algo algunos antes aquí así aunque ayer año años bien cada casi como con creo \
         cual cualquier cuando cuál cuánto de debe debes decir del desde después dice dos día el ella \
         ellos en entonces entre era eres es esa ese eso esta estaba este esto estoy está están estás \
         favor fue fueron gracias gusta ha hablar había hace hacer hacia hasta hay hemos hola hoy incluso \
         jamás la lado las le les lo los luego mañana me mejor menos mi mientras mis misma mismo momento \
         mucha muchas mucho muchos muy más nada ni ninguna no nos nosotros nuestra nuestro nunca o otra \
         otras otro otros para pero poco podemos poder por porque porqué primero puede puedes pues que \
         quieres quiero qué se sea ser si sido siempre siguiente sin sobre solo son soy su sus sí sólo \
         también tan tanto te tengo tiene tienes toda todas todo todos tres tu tus un una unos usted va \
         vamos vez vida vive y ya yo",
    ),
    (
        "it",
        "arrivo risposta significa problema idea so sì buongiorno buonasera stai ragione finito vero mille dispiace capisco perfetto prego certamente ottimo esatto capito quindi qua adesso \
         alle dalle dalla dallo dagli dai agli allo sulle sui sugli dello vedi costa nacque morì treno mattina colazione pranzo cena serve apre chiude inizia finisce stazione comprato vive vivono arrivano arriva lavora lavorano chiaro buona buono bella bello giornata sera mattino camera gratis circa sig dott \
         a abbia abbiamo ai al alla altra altre altri altro anche ancora anni anno appena avere bene \
         bisogno certo che chi ci ciao ciascuno ciò come con cosa così cui da dal dei del della delle \
         deve devi di dire dirmi domani dopo dov dove due durante e ecco era essere fa fai fare fatto \
         fino foto gente giorno già gli grazie ha hai hanno ho i ieri il in infatti invece io la le lo \
         loro ma mai me meno mentre mi mia mie miei mio molti molto negli nei nel nella nelle nessuno \
         niente no noi non nostra nostro nulla o oggi ogni oppure ora ore parte per perché però piace più \
         poco poi posso potete potrebbe prendere prima proprio puoi può qualche qualcosa quale quali \
         quando quanto quasi quattro quella quello questa queste questi questo qui sarà se sei sempre \
         senza si sia siamo siete sono sotto sta stai stanno stata stato su sua subito sul sulla suo \
         tanto te tempo ti tra tre troppo trova tua tuo tutta tutte tutti tutto un una uno va vado vai \
         viene voglio voi volta vorrei vuoi è",
    ),
    (
        "pt",
        "resposta certeza problema significa ideia sim sinto sei entendo desculpe razão verdade certo pronto tudo tenho bom \
         custa barato claro moram mora abre fecha começa termina chega chegaram reunião falaram morreu nasceu imperador rei rua manhã tarde jantar ver veja aproximadamente \
         a agora ainda algo algum alguma amanhã anos antes ao aos apenas aquela aquele aqui as assim até \
         bem bom cada coisa com comigo como contra da das de dela dele depois deve dia dias diga dizer do \
         dois dos duas durante e ela elas ele eles em embora enquanto entre então era essa esse esta \
         estava este estou está estão eu favor faz fazer fica foi fora foram gostar grande hoje há isso \
         isto já lhe logo lá maior mais mas me mesma mesmo meu meus minha minhas muita muitas muito \
         muitos na nada nas nenhum no nos nossa nosso nunca não o obrigado olá onde ontem os ou outra \
         outras outro outros para parte pela pelo perto pode podem podemos por porque porém posso pouca \
         pouco precisa preciso primeiro próximo qual qualquer quando quanto que quem quer quero se sem \
         sempre ser seu seus sim sobre sua são só tal talvez também tanto te tem tenho ter toda todas \
         todos três tudo tão um uma vai vamos vez vezes vida você vocês vou à às é",
    ),
    (
        "nl",
        "gesloten antwoord probleem natuurlijk gedaan klopt dank lijst prima spijt begrijp \
         zie kost bel helpen woont wonen stierf koning begint eindigt eten blz bijvoorbeeld duidelijk heer mevrouw uur geldt hoeveel volgens werken werkt opent sluit ongeveer vergadering dhr mevr \
         aan achter af al alle alles als altijd andere anders ben bent beter bij blijft daar daarna dag \
         dan dat de deed denk denkt deze die dit doe doen doet door dus echt een eerst eigenlijk elke en \
         er even ga gaan gaat geen gisteren goed goede graag haar hadden hallo heb hebben hebt heeft heel \
         hem hen het hier hij hoe hun iedereen iemand iets ik in is ja jaar jaren je jij jou jouw juist \
         kan klik komen komt kun kunnen kunt laat lang later maar mag maken me meer mensen met mijn \
         misschien moet moeten mogen morgen na naar nee niet nodig nog nooit nu of om omdat onder ons \
         onze ooit ook op opnieuw over pas probeer samen snel soms staat steeds straks te tegen terug \
         tijd toch tot tussen twee u uit uw vaak van vanaf vandaag veel verder vind volgende voor vooral \
         voordat waar waarom wanneer want waren was wat we weer wel welke werd werk weten wie wij wil \
         willen worden wordt zal ze zelf zich zien zij zijn zo zoals zonder zou zouden zullen",
    ),
    (
        "sv",
        "självklart \
         aldrig alla allt alltid andra annan att av bara behöver blev bli blir borde bort bra bättre dag \
         dagar de dem den dess det detta dig din dina ditt du där därför efter eftersom eller en ens era \
         ett fick finns flera fram från få får för först ganska gjort gå gång går gör göra ha hade han \
         har hej hela helt henne hon honom hur här i idag igen igår ikväll imorgon inga ingen inget innan \
         inte ja jag kan kanske klicka kommer kunde lite länge lång låt låta man med mellan men mer mig \
         min mina mitt mot mycket många måste nej nog nu när nästa någon något några och ofta om oss på \
         rätt samma sedan ser sig sin sina sitt ska skriv skulle sluta snart som står så tack tar tid \
         till tror två tycker under upp ur utan vad var vara varför varit vart veta vi vid vilja vilka \
         vilken vill väl välj våra än är även år åt över",
    ),
    (
        "da",
        "af aldrig alle allerede altid anden andet andre at bare bedre behøver blev blevet blive bliver \
         burde dag dage de dem den der derefter deres derfor det dette dig din dine dit du efter egentlig \
         eller en end er et fik flere for fordi fra få får først gang gerne gik gjort gode godt gå går \
         gør gøre ham han hans har havde hej hele helt hende her hun hvad hvilken hvis hvor hvordan \
         hvorfor hvornår i igen igår ikke imellem ind ingen intet ja jeg jeres kan klik kom kommer kun \
         kunne lade lang lidt lige længe man mange med meget mellem men mere mest mig min mine mit mod \
         mulighed må måske nej nogen noget nogle nu når næste ofte og om omkring op os over på rigtig \
         samme sammen se selv siden sidste sig sin sine sit skal skulle snart som stadig står synes så \
         tage tak tid til tro tror ud uden under var ved vi vide vil vores vælg være været år ændre",
    ),
    (
        "nb",
        "lagret sjekk aldri alle allerede alltid andre annen annet at av bare bedre behøver ble blir blitt burde dag \
         dager de deg dem den der deres derfor det dette din dine ditt du egentlig eller en endre enn er \
         et etter fikk flere for fordi fortsatt fra få får først gang gikk gjerne gjort gjør gjøre gode \
         godt gå går ham han hans har hei hele helt henne her hun hva hvilken hvis hvor hvordan hvorfor i \
         igjen igår ikke imellom ingen ingenting inn ja jeg kan kanskje klikk kom kommer kunne la lang \
         lenge like liker litt man mange med meg mellom men mer mest mine mitt mot mye må nei neste \
         nettopp noe noen nå når ofte og også om omtrent opp oss over på riktig samme sammen se seg selv \
         siden sin sine siste sitt skal skulle snakket snart som står synes så ta takk tid til tro tror \
         under ut uten var ved velg vi vil ville vite vår våre være vært år",
    ),
    (
        "fi",
        "totta aina alla asti asua ehkä ei eikä eilen eivät emme en enemmän ennen ensi ensin enää eri \
         esimerkiksi et ette että halua haluan haluat he hei heidän hyvin hyvä hyvää hän hänen hänet ihan \
         illalla ilman itse ja joka jonka jos jossa joten jotka juuri jälkeen jälleen kaikki kaksi kanssa \
         kautta kerran keskellä kiinni kiitos koko koska koskaan kuin kuinka kuinkaan kuitenkin kuka \
         kukaan kun kuten kyllä lisää luona läpi me meidän meille melko miksi mikä mikään millainen minua \
         minulla minun minä missä miten mitä mitään moni mukaan mutta muut muuta myöhemmin myös myöskin \
         ne niin noin nopeasti nykyään nyt näin näitä oikeastaan oikein ole olen oleva oli olin olisi \
         olla oma on onko ota ovat paljon parempi pian pidä pitkään pitää puolesta saa saada se sekä sen \
         siellä siinä siis siitä sillä sinua sinulle sinun sinä sisään sitten sitä sivu suuri tahansa tai \
         tarvitset te tee teen tehdä teidän tiedän tietää toinen tulee tuli tuo tällä tämä tämän tänään \
         tässä tästä täällä usein uudelleen vaikka vain varten vastaan vielä voi voidaan voit vuonna \
         vuosi vuotta vähän yhdessä yhtä yksi yli ylös",
    ),
    (
        "pl",
        "odpowiedź oczywiście wiem proszę \
         cena wynosi zobacz rys roku wieku godz firma siedzibę królem zmarł urodził psy koty itd np m zadzwoń ulica jasne odbyło istniała kosztuje otwarte zamknięte \
         a aby albo ale ani bardziej bardzo bez by byli być był była były będzie będą całkiem chce chcesz \
         chciałbym chyba ci ciebie cię co coś czego czemu czy często dla dlaczego dlatego do dobry dobrze \
         dzisiaj dziękuję dziś gdy gdzie go i ich ile im inne inny ja jak jaka jakie jako jednak jego jej \
         jest jestem jesteś jeszcze jeśli jutro już ją każdy kiedy kiedyś kto ktoś która które który lat \
         lecz lepiej lub ma mam masz mi mnie mną mogę moja moje może możesz można musi musisz mógł mój na \
         nad najpierw nam nas nasz nasza nawet nic nich nie niego niej nigdy niż nowy o obok od on ona \
         one oni ono oraz pan pani po pod podczas ponieważ potem powinien proszę przed przez przy pół raz \
         razem sam sama się sobie swoje swój szybko są ta tak taki takie także tam te tego ten teraz też \
         to tobie trochę trzeba tu tutaj twoja twój tylko tym w was wasz wczoraj we wiele więc więcej \
         wszystkie wszystko z za zaraz zawsze ze znowu że żeby",
    ),
    (
        "cs",
        "a aby ale alespoň ani ano asi až bez bude budete budou by bych bychom byl byla byli bylo být \
         během celý chceš chci chtěl co den dnes do dobrý dobře druhou dva dál dělat ho hodně i jak jako \
         jaká jaké jaký je jeden jedna jedno jednou jeho jejich jen jenom jestli ještě ji jinak jiné jsem \
         jsme jsou jím k každý kde kdo kdy když kolem kolik která které který lépe ma mají me mezi mi mně \
         moc moje mu musí musíte my málo mám máme máte máš mě můj může můžete na nad naše nebo nebyl \
         nejdřív nejsou není než nic nich nikdy nový nyní nám náš ním něco nějak někdo někdy o od ona oni \
         ono pak po pod podle pokud potom pro prosím protože proč právě před při rok ráno s se sem si \
         skoro snad stále svou své svůj sám tady tak také tam tato tedy ten teď ti to toho tom toto \
         trochu tu tvůj téměř tím tři u už v ve vlastně vy vám více včera však všechno všichni vždy z za \
         zase zda zde ze znovu zítra že",
    ),
    (
        "tr",
        "acaba altında ama an ancak arada arasında ardından artık asla aslında aynı az bana bazı belki \
         ben beni benim bile bir biraz birkaç birlikte birçok biz bu bugün buna bunlar bunu burada böyle \
         bütün da daha de demek değil değildir diye dün en evet eğer fakat fazla gerek gerekiyor gibi \
         göre hangi hatta hayır hem hemen henüz hep her herkes hiç hiçbir ihtiyacım ile ilk ise istiyor \
         istiyorum iyi için kadar kendi kez ki kim kimse kişi lütfen merhaba mi misin mı mısın nasıl \
         nasılsın ne neden nerede niye o olabilir olacak olan olarak oldu olduğu olmak olur onlar onu \
         onun oysa pek sadece sana sanki sen siz sizin sonra sonunda tam tamam tarafından tekrar \
         teşekkürler tüm var vardır ve veya ya yani yarın yeni yeniden yerine yine yok yüzden zaman zaten \
         çok çünkü önce öyle üzere üzerinde şekilde şey şeyi şimdi şu şöyle",
    ),
    (
        "hu",
        "természetesen persze a abban addig aki akkor alatt alig amely ami amikor annak arra az azt aztán be bele belül benne \
         bizony biztos bár csak cím de eddig egy egyik egyszer egész el elég először előtt ennek erre \
         erről ez ezek ezt ezért fel felé fog ha hanem hiszen hogy hogyan honnan hova három ide igazán \
         igen ilyen inkább is itt jó jól jön kell kevés ki kérem kérlek később két köszönöm közben között \
         küld le lehet lenni lesz látod ma magam majd majdnem meg meglehet melyik mennyi mert mi miatt \
         minden mindenki mindig mint mintha miért most már másik még nagy nagyon neked nekem nem nincs \
         nálam néha néhány nélkül olyan ott pedig pár reggel s sem sok sokat sose szerint szép szét \
         tegnap tehát tud tudod tudok több túl ugyanis után utána vagy vagyok való van vannak vele volna \
         volt voltak végül által általában át én éppen és össze úgy új újra ő ők őt",
    ),
    (
        "ro",
        "desigur a acea aceasta această acel acest acestea aceștia acolo acum ai aici al ale altele altă alți am \
         apoi aproximativ are asta astfel astăzi atunci au avea avem aș așa bine bună ca care ce cea \
         cei cel cele chiar ci cine cu cum cumva când cât câte căci către da dacă dar de deci decât deja \
         deoarece despre deși din doar două dumneavoastră după e ei el ele era erau este eu ești face \
         faci fel fi fiecare fiind foarte fost fără găsește iar ieri imediat la le lor lui lângă mai mea \
         mei mele mereu meu mult multe mulți mulțumesc mâine ne nici nicio niciodată niște noastră noi \
         nostru nouă nu numai o orice pe pentru peste poate pot poți prin puțin până sale sau se sigur \
         spre spune sunt suntem sunteți să său tale te timp toate toată tot totuși trebuie trei tu târziu \
         tău un una unde unei unele uneori unii unui va vei voi vom vor vreau vrei vă îi îl îmi în \
         înainte însă întotdeauna între întâi îți și",
    ),
    (
        "vi",
        "ai anh bao biết bạn bằng bị bởi cho chuyện chúng chưa chỉ chờ cuối các cách cái có cùng cũng cả \
         cảm cần của do dù dùng em giúp giờ gì hai hay hoặc hãy hôm hơn hết khi khác không khỏe là làm \
         lên lúc lại lần muốn mà mình mỗi một mới nay ngày người nhiều như nhưng nhất những nào này nói \
         năm nơi nếu nữa phải quá ra riêng rất rằng rồi sang sao sau sáng sẽ số theo thêm thì thôi thường \
         thấy thật thể tiếp toàn trong trên trước trở tuy tên tôi tại tất tốt từ từng việc và vào vì vẫn \
         vậy về với vừa xem xin ý đang đi điều đâu đây đã đó đúng được đầu đến đều để đối ơn ở",
    ),
    (
        "id",
        "ada adalah agak agar akan aku anda antara apa apakah atas atau bagaimana bagi bahwa baik banyak \
         baru beberapa begitu belum berapa besar bisa bukan cara cukup dahulu dalam dan dapat dari dengan \
         depan di dia dua dulu hanya hari harus hingga ia ingin ini itu jadi jalan jangan jauh jika juga \
         kabar kalau kali kami kamu kan kapan karena kasih ke kecil kedua kemudian kepada ketika kita \
         kurang lagi lain lalu lama langsung lebih luar maka mana masih mau melakukan melalui memang \
         membuat memiliki mengapa menjadi mereka mungkin nanti nya oleh orang pada paling para pertama \
         punya saat saja sama sampai sana sangat saya sebagai sebuah sedang sehingga sekali sekarang \
         sekitar selain selalu selama selamat semakin semua sendiri seorang seperti sering serta setelah \
         siapa sini sudah supaya tahun tanpa tapi telah tentang tentu terhadap terima ternyata tetapi \
         tiap tidak tolong untuk waktu walaupun wanita warna ya yang",
    ),
    (
        "ru",
        "без будет будут бы был была были было быть в вам вас ведь весь вот все всегда всего всё вчера вы \
         где год да давно даже два дела день для до долго должен друг другой его ее ей ему если есть ещё \
         её же за затем зачем здесь и из или им иногда их к каждый как какой когда кому конечно конце \
         которая которые который кто куда лет ли лучше меня мне много может можете можно мой мочь моя моё \
         мы на надо нам нами нас не него нее ней нельзя нет нибудь никогда ним них ничего но ну о об один \
         одна однако около он она они от перед по пока после потом почему почти при просто раз разве с \
         сам самом свой себя сегодня сейчас сколько сначала снова со совсем спасибо так также там тебе \
         тебя тем теперь типа то тогда того тоже только три туда тут ты у уже хорошо хотя чего чем через \
         что чтоб чтобы эта эти это этот эту я",
    ),
    (
        "uk",
        "або адже але без був будь була були було бути в вам ваш весь вже ви вона вони все всі вчора від \
         він де день для до добре доброго дуже дякую жодного з за завжди звичайно зовсім зі й його йому \
         йти кожен коли краще куди лише майже мати має мене ми мною може можете можна моя моє між мій на \
         навіть нам нас насправді наш не нове ні ніколи нічого один одна однак ось перед по поки потрібно \
         потім при про просто після разом року сам саме самі свій себе спочатку справи сьогодні сюди та \
         так також там те тебе тепер ти то тобі тоді тому треба три тут тільки у усе усі хай хоч хто це \
         цей цього цьому ця через чи чого чому швидко ще що щоб щось я як яка який якщо які є і із їй їм \
         їх їхній її",
    ),
    (
        "bg",
        "аз ако без беше би бил била благодаря бъде в вас ваш вече ви вие винаги все всеки всички всичко \
         всъщност вчера във върху где го да дали два днес до добре добро докато друг други е един една \
         едно ето за защо защото здравей здравейте и из или има иска искам как каква какво като когато \
         което които който която където към ли малко ме между мен мене ми много може можете мой моля моя \
         на най нас наш не него нека ние никога нищо но нов няма обаче около освен от отново оттук още по \
         повече после почти пред при пък първо с са сам само своя се сега си след следващия сме спи сте \
         съм със също тази така такъв там твой те тебе ти това тогава този той толкова трябва тук тя тях \
         утре хора хубаво цял че често чрез ще",
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

/// Small words of other languages that are English words as well, and tell nothing.
const ALSO_ENGLISH: &[&str] = &[
    "agar", "ale", "allo", "an", "anger", "arrive", "bare", "bel", "bella", "bello", "ben", "bent", "bile",
    "bin", "bis", "bona", "bonne", "bra", "calle", "camera", "car", "cena", "cerca", "chic", "circa",
    "commence", "comment", "con", "costa", "cum", "dam", "dan", "deed", "del", "den", "dice", "die", "dig",
    "din", "dine", "dire", "doe", "don", "door", "dove", "due", "era", "erst", "face", "fare", "fast",
    "favor", "fin", "firma", "fog", "font", "fora", "fore", "gang", "grand", "grande", "gratis", "ha", "ham",
    "hat", "hay", "heel", "hem", "hen", "ho", "hoe", "hon", "i", "inn", "j", "k", "kost", "lade", "lama",
    "lat", "lime", "lite", "lo", "logo", "m", "ma", "mag", "man", "mana", "mange", "men", "mere", "mi",
    "mine", "mint", "mod", "mu", "nog", "nouveau", "nouvelle", "np", "ole", "oma", "opens", "orang", "ore",
    "ou", "pan", "par", "pas", "petit", "petite", "plus", "pod", "poi", "pot", "pour", "pro", "rei", "rey",
    "rua", "s", "sale", "sam", "sang", "sans", "sea", "sedan", "sen", "sera", "serve", "si", "sic", "sig",
    "sim", "sin", "sine", "solo", "son", "soy", "sui", "t", "ta", "tack", "tale", "tam", "tan", "tar",
    "tarde", "tee", "teen", "tempo", "termina", "ti", "till", "tom", "ton", "tot", "tout", "vain", "van",
    "ver", "vide", "vite", "vive", "volt", "war", "x", "y", "yang", "yo",
];

/// Small words that are parts of names: "Ursula von der Leyen", "Place de la Concorde".
const PARTICLES: &[&str] = &[
    "al", "alla", "au", "aux", "d", "da", "das", "de", "degli", "del", "dell", "della", "delle", "dem",
    "den", "der", "des", "di", "do", "dos", "du", "e", "el", "en", "et", "l", "la", "las", "le", "les",
    "los", "og", "sur", "und", "van", "von", "y", "zu", "zum", "zur",
];

/// Whether `word` is a part of a name between two capital letters.
pub(crate) fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&word)
}

/// Whether `word` is a kind of place, whose name may go on with particles: "café de Flore", "rue du Bac".
pub(crate) fn is_kind_of_place(word: &str) -> bool {
    matches!(
        word,
        "avenue"
            | "bistro"
            | "boulevard"
            | "brasserie"
            | "café"
            | "cafe"
            | "calle"
            | "château"
            | "côte"
            | "gare"
            | "hôtel"
            | "jardin"
            | "musée"
            | "palazzo"
            | "passage"
            | "piazza"
            | "place"
            | "plage"
            | "plaza"
            | "pont"
            | "porte"
            | "quai"
            | "restaurant"
            | "rue"
            | "square"
            | "via"
    )
}

/// Whether `word` is spelled as in Norwegian rather than Danish: `sj`, `gj`, a double letter at its end.
pub(crate) fn is_norwegian(word: &str) -> bool {
    ["sj", "gj", "kj", "øy"].iter().any(|part| word.contains(part))
        || ["kk", "nn", "tt"].iter().any(|end| word.ends_with(end))
}

/// Whether `word`, a small word of another language, is an English word too.
pub(crate) fn is_also_english(word: &str) -> bool {
    ALSO_ENGLISH.contains(&word)
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
