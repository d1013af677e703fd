// The assistant that is none: it picks a reply by the words in the question and writes it as a
// language model would, a few letters at a time.

/** @typedef {import('./rooms.js').Room} Room */

/** How fast it writes. */
const LETTERS_A_STEP = 4;
const STEP_MS = 36;

/** @type {readonly [RegExp, string][]} */
const REPLIES = [
  [
    /customer|tell|status|apolog/i,
    `Keep it short and plain. Something like this:

> On Friday between 14:20 and 14:31 our checkout was slow. No order was lost, and no payment was taken twice. We have moved this kind of work to the night.

Send it today; after 48 hours an explanation reads like an *excuse*.`,
  ],
  [
    /prevent|again|future|avoid/i,
    `Three changes, in the order of what they save:

1. **Build indexes concurrently.** It takes about 2.5 times as long and locks nothing.
2. **Set a lock timeout of 5 s** for migrations, so that a stuck one fails instead of the shop.
3. **Alert at p95 > 800 ms.** On Friday the first alert came after 9 minutes.

The first one alone would have been enough.`,
  ],
  [
    /rain|weather|cold/i,
    `Then swap the walk for the **tile museum**. It is 15 minutes by bus 759, costs €8, and is at its best on a grey afternoon. Showers in May rarely last longer than half an hour.`,
  ],
  [
    /eat|lunch|dinner|food|restaurant/i,
    `For lunch, look for a handwritten menu and a line of people in work clothes. Order the *prato do dia*; it's €9 to €12 with coffee. Avoid places with photographs of the food outside.`,
  ],
  [/llueve|lluvia|mañana/i, `Si llueve, el desayuno se sirve en la biblioteca. Hay mantas junto a la chimenea y café hasta las once.`],
  [/soir|dîner|nuit/i, `Le soir, la cuisine est ouverte jusqu'à neuf heures. Demandez la soupe de poisson, elle change tous les jours.`],
  [/thank|great|nice|cool/i, `You're welcome! Shall I put this into a note for the others?`],
];

const OTHERWISE = `Good question. I am only a *demonstration*, so I know rather little. But everything I write can be heard: press **Listen** below, or switch on **Read new replies** above and ask me something else.`;

/**
 * @param {Room} room
 * @param {string} question
 */
export function replyTo(room, question) {
  if (room.echo) return question;
  return REPLIES.find(([words]) => words.test(question))?.[1] ?? OTHERWISE;
}

/**
 * A reply as it grows.
 *
 * @param {string} reply
 * @param {AbortSignal} signal  ends the writing where it is
 * @returns {AsyncGenerator<string>}  what there is so far
 */
export async function* written(reply, signal) {
  for (let end = LETTERS_A_STEP; end < reply.length; end += LETTERS_A_STEP) {
    yield reply.slice(0, end);
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    if (signal.aborted) return;
  }
  yield reply;
}
