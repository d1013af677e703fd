// What is on the page when it opens: the kinds of reply an assistant writes, as Markdown.

/** @typedef {{ from: 'user' | 'assistant', text: string }} Turn */

/** @type {readonly Turn[]} */
export const CONVERSATION = [
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
];
