// Every other word, in the order of words.js, one a line.

/** @type {string} */
export const WORDS = `Vorlesen ist zurzeit abgeschaltet.
Hier gibt es nichts vorzulesen.
Diese Antwort ist zu lang zum Vorlesen.
Das war viel auf einmal.
Ihre Hörzeit ist vorerst verbraucht.
Die freie Hörzeit ist verbraucht. Melden Sie sich an, um mehr zu hören.
Gerade hören viele Menschen zu.
Zurzeit ist keine Stimme verfügbar. Versuchen Sie es gleich noch einmal.
Für diese Sprache gibt es noch keine Stimme.
Bitte melden Sie sich an, um zuzuhören.
Sie dürfen diese Antwort nicht hören.
Sie sind offline. Die Antwort ist zu hören, sobald die Verbindung wieder da ist.
Diesen Ton gibt es nicht mehr. Versuchen Sie es erneut.
Der Ton brach ab. Erneut versuchen setzt dort fort.
Der Ton kam nicht an.
Dieser Browser kann den Ton nicht abspielen.
Dieser Browser hat keine eigene Stimme.
Die Seite konnte nicht sagen, wer zuhört. Versuchen Sie es erneut oder melden Sie sich neu an.
Wartet auf den Rest der Antwort.
Stopp
Position
Tempo
Voriger Satz
Nächster Satz
Zehn Sekunden zurück
Zehn Sekunden vor
Mehr
Lautstärke
Stumm
Stimme
Übliche Stimme
Jede Sprache
Probe hören
weiblich
männlich
in Erprobung
Zurück zum Gelesenen
Wörter markieren
Untertitel
Tippen auf ein Wort springt dorthin
Neue Antworten vorlesen
Neue Antworten unterbrechen
Ab hier weiterlesen
Einschlaftimer
Herunterladen
Tastenkürzel
Diese Tasten verwenden
Schließen
Vorgelesen von der Stimme des Browsers.
Sie können es jetzt erneut versuchen.
Anhören oder Pause
Langsamer
Schneller
Untertitel ein oder aus
Diese Hilfe
Auf einem Wort: von dort an hören
Auf „Anhören“: als Nächstes hören
fünf Sekunden zurück oder vor
Im Player: {0}
Bedienung
{0} von {1}
Erneut versuchen {0}.
Diese Antwort kann nicht vorgelesen werden.`;
