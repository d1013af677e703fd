// Every other word, in the order of words.js, one a line.

/** @type {string} */
export const WORDS = `Słuchanie jest teraz wyłączone.
Nie ma tu nic do przeczytania.
Ta odpowiedź jest zbyt długa, aby ją przeczytać.
To było dużo naraz.
Twój czas słuchania na razie się skończył.
Darmowy czas się skończył. Zaloguj się, aby słuchać dalej.
Wiele osób teraz słucha.
Żaden głos nie jest teraz dostępny. Spróbuj za chwilę.
Nie ma jeszcze głosu dla tego języka.
Zaloguj się, aby słuchać.
Nie możesz słuchać tej odpowiedzi.
Jesteś offline. Odpowiedzi będzie można posłuchać, gdy wróci połączenie.
Tego dźwięku już nie ma. Spróbuj ponownie.
Dźwięk się urwał. Spróbuj ponownie, aby kontynuować.
Dźwięk nie dotarł.
Ta przeglądarka nie może odtworzyć dźwięku.
Ta przeglądarka nie ma własnego głosu.
Strona nie mogła podać, kto słucha. Spróbuj ponownie lub zaloguj się od nowa.
Oczekiwanie na resztę odpowiedzi.
Zatrzymaj
Pozycja
Tempo
Poprzednie zdanie
Następne zdanie
Dziesięć sekund wstecz
Dziesięć sekund naprzód
Więcej
Głośność
Wycisz
Głos
Zwykły głos
Dowolny język
Posłuchaj próbki
żeński
męski
eksperymentalny
Wróć do czytanego tekstu
Zaznaczaj słowa
Napisy
Dotknij słowa, aby tam przejść
Czytaj nowe odpowiedzi
Nowe odpowiedzi przerywają
Czytaj dalej od tego miejsca
Wyłącznik czasowy
Pobierz
Skróty klawiszowe
Używaj tych klawiszy
Zamknij
Czyta głos przeglądarki.
Możesz już spróbować ponownie.
Słuchaj lub wstrzymaj
Wolniej
Szybciej
Napisy: włącz lub wyłącz
Ta pomoc
Na słowie: słuchaj od tego miejsca
Na „Słuchaj”: posłuchaj następnie
pięć sekund wstecz lub naprzód
W odtwarzaczu: {0}
Sterowanie słuchaniem
{0} z {1}
Spróbuj ponownie {0}.
Tej odpowiedzi nie można przeczytać.`;
