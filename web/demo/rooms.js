// What is in the rooms when the page opens: the kinds of reply an assistant writes, as Markdown.

/**
 * `languages`: of each of its paragraphs.
 *
 * @typedef {{ from: 'user' | 'assistant', text: string, trouble?: string, languages?: readonly string[] }} Turn
 */

/**
 * @typedef {object} Room
 * @property {string} id
 * @property {string} name
 * @property {string} about
 * @property {string} placeholder  of the message box
 * @property {readonly string[]} chips  suggestions
 * @property {boolean} [echo]  the assistant's reply is what was typed, word for word
 * @property {readonly Turn[]} turns
 */

/** @type {readonly Room[]} */
export const ROOMS = [
  {
    id: 'operations',
    name: 'Operations',
    about: 'Incidents, backups and retries',
    placeholder: 'Ask about Friday, backups or retries…',
    chips: ['What should we tell customers?', 'How do we prevent this?'],
    turns: [
      {
        from: 'user',
        text: 'Our checkout got slow on Friday. What happened, in two sentences I can forward?',
      },
      {
        from: 'assistant',
        text: `On Friday at **14:20** a new index on the \`orders\` table was built while the shop was open, and for 11 minutes checkout took 4.8 s instead of the usual 240 ms. Nothing was lost: 37 orders were retried automatically, and the index now saves about 30% of the database's time.`,
      },
      {
        from: 'user',
        text: 'Good. Which plan should we move the backups to? We have 12 people and roughly 3 TB.',
      },
      {
        from: 'assistant',
        text: `For 12 people and 3 TB, **Team** is the best fit. You would stay under its limits for about two years at your present growth of 60 GB a month.

| Plan | Storage | Restore time | Price a month |
| --- | ---: | ---: | ---: |
| Starter | 1 TB | 24 h | $29 |
| **Team** | 5 TB | 4 h | $118 |
| Business | 20 TB | 30 min | $460 |

Two things to check before you sign:

- *Restore time* is counted from your ticket, not from the outage.
- Data beyond the limit costs $0.04 per GB, so 500 GB too much would be $20.`,
      },
      {
        from: 'user',
        text: 'And how do I retry the nightly upload without hammering their server?',
      },
      {
        from: 'assistant',
        text: `Wait longer after every failure, and add a bit of chance so that many clients don't come back at the same moment. This is called *exponential backoff with jitter*.

\`\`\`python
import random, time

def upload_with_retry(upload, attempts=5, base=0.5, limit=30.0):
    for attempt in range(attempts):
        try:
            return upload()
        except ConnectionError:
            if attempt == attempts - 1:
                raise
            time.sleep(random.uniform(0, min(limit, base * 2 ** attempt)))
\`\`\`

1. The first retry comes within half a second, the fifth within 8 seconds.
2. \`limit\` keeps the longest wait at 30 seconds, however often it fails.
3. Only a \`ConnectionError\` is retried. A refused login would fail the same way again.

> If the server sends a \`Retry-After\` header, follow that instead; it knows better.`,
      },
    ],
  },
  {
    id: 'travel',
    name: 'Travel',
    about: 'Lisbon, Saturday',
    placeholder: 'Ask about the trip…',
    chips: ['What if it rains?', 'Where do I eat?'],
    turns: [
      {
        from: 'user',
        text: 'Thanks! Last one: I land in Lisbon on Saturday at 9. What do I do until the dinner at 20:00?',
      },
      {
        from: 'assistant',
        text: `## A slow Saturday in Lisbon

It will be sunny, 24 °C at noon, with some wind from the river.

1. **9:45** Leave your bag at the hotel and have a *bica* and a custard tart around the corner. It's about €3.20.
2. **11:00** Take tram 28 up to Graça. Go before noon; later the queue is 40 minutes long.
3. **13:00** Lunch at a *tasca* in Mouraria. Grilled sardines are in season until mid-September.
4. **15:30** Walk down to the river, 2.3 km and all of it downhill.
5. **17:30** Rest. You'll have been awake for fourteen hours.

Dinner is a 12-minute walk from the hotel, so leave at a quarter to eight.`,
      },
    ],
  },
  {
    id: 'languages',
    name: 'Four languages',
    about: 'A voice of its own for each',
    placeholder: 'Ask in any of them…',
    chips: ['¿Y si llueve?', 'Et le soir ?'],
    turns: [
      {
        from: 'user',
        text: 'Our guests come from four countries. Write me one welcome for the front door.',
      },
      {
        from: 'assistant',
        languages: ['en', 'es', 'fr', 'it'],
        text: `Welcome, and thank you for coming! Breakfast is from seven until ten, outside if the sun is shining.

¡Bienvenidos, y gracias por venir! El desayuno se sirve de siete a diez, en la terraza si hace sol.

Bienvenue, et merci de votre visite ! Le petit déjeuner est servi de sept heures à dix heures, dehors s'il fait beau.

Benvenuti, e grazie di essere venuti! La colazione è servita dalle sette alle dieci, all'aperto quando c'è il sole.`,
      },
    ],
  },
  {
    id: 'own',
    name: 'Your own words',
    about: 'Paste any reply and hear it',
    placeholder: 'Type or paste any reply, Markdown welcome…',
    chips: ['It costs $1,204.50, or 3½ % less with the annual plan.', 'Run `kubectl get pods -n prod` and look for *CrashLoopBackOff*.'],
    echo: true,
    turns: [
      {
        from: 'assistant',
        text: `Paste a reply from any assistant and it appears here, ready to be heard. Tables, lists, code, prices, dates such as 2026-03-14 and units such as 5 km/h are welcome.`,
      },
    ],
  },
  {
    id: 'trouble',
    name: 'When things go wrong',
    about: 'One made-up problem a reply',
    placeholder: 'Anything you write here is read normally…',
    chips: [],
    turns: [
      { from: 'assistant', trouble: 'overloaded', text: 'This one is asked for while **everyone else** is listening too. Press *Listen* and see.' },
      { from: 'assistant', trouble: 'quota_exceeded', text: 'This one comes after the **listening time** of the month is used up.' },
      { from: 'assistant', trouble: 'trial_exhausted', text: 'This one comes after the **free trial** is over.' },
      { from: 'assistant', trouble: 'text_too_long', text: 'This one pretends to be as long as a **novel**.' },
      { from: 'assistant', trouble: 'providers_exhausted', text: 'This one finds **no voice** that answers.' },
      { from: 'assistant', trouble: 'offline', text: 'This one is asked for with the **network unplugged**.' },
      {
        from: 'assistant',
        trouble: 'interrupted',
        text: 'This one loses its **connection** on the way. What has arrived is still heard, and only then does the player say what happened. The rest of this reply is here so that there is something to lose: a second sentence, a third one, and a little more after that. Press *Try again* and it goes on from where it stopped.',
      },
    ],
  },
];
